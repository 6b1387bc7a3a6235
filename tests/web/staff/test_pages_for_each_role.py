"""Every staff page, as each role meets it; and that reading changes nothing."""

import re

import pytest
import sqlalchemy as sql

from inbox.models import Role
from tests.web.staff.offices import Bench

CASE_PAGES = (
    "", "/why", "/history", "/print", "/close", "/attach", "/log", "/enquiries/new", "/faults/new",
    "?write=note", "/appointments/new", "/consent-form",
)  # fmt: skip
OFFICE_PAGES = (
    "/queue/to-sort", "/queue/mine", "/queue/waiting", "/queue/late", "/queue/safeguarding",
    "/queue/campaigns", "/queue/all", "/queue/set-aside", "/approvals", "/sending", "/sending?state=sent",
    "/sending?state=stopped", "/set-aside",
    "/set-aside?kind=machine", "/search", "/search?q=mould", "/cases/new", "/channels", "/settings/people",
    "/settings/keyboard", "/post", "/outreach", "/surgeries", "/surgeries/new",
)  # fmt: skip
MANAGER_PAGES = ("/history", "/history?check=yes", "/settings", "/channels/add", "/channels/add?kind=email")


def every_page(bench: Bench) -> list[str]:
    return [*OFFICE_PAGES, *(f"/cases/{bench.reference}{part}" for part in CASE_PAGES)]


def test_a_caseworker_can_open_every_page_of_the_work(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    for path in every_page(bench):
        answer = desk.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"\b(None|True|False|Row\()\b", re.sub(r"<[^>]+>", " ", answer.text)), path


def test_a_manager_can_open_the_pages_that_run_the_office(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    for path in (*every_page(bench), *MANAGER_PAGES):
        assert desk.get(path).status_code == 200, path


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_may_read_no_case_sees_none_anywhere(bench: Bench, role: Role) -> None:
    desk = bench.sit(role)
    for path in (f"/cases/{bench.reference}", "/queue/all", "/search?q=mould", "/approvals", "/sending"):
        assert desk.get(path).status_code == 403, path
    for path in (
        "/settings/keyboard",
        "/settings/people",
        "/history" if role is Role.AUDITOR else "/channels",
    ):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert bench.reference not in answer.text


def test_opening_every_page_twice_changes_no_business_table(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    before = _counts(bench)
    for path in (*every_page(bench), *MANAGER_PAGES) * 2:
        desk.get(path)
    assert _counts(bench) == before


def test_opening_a_case_is_in_the_log_of_views_and_a_background_refresh_is_not(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    desk.get(f"/cases/{bench.reference}", headers={"X-Background": "yes"})
    desk.app.state.wiring.afterwards.flush()  # type: ignore[attr-defined]
    assert _views(bench) == 0
    desk.get(f"/queue/to-sort/{bench.reference}")
    desk.app.state.wiring.afterwards.flush()  # type: ignore[attr-defined]
    assert _views(bench) == 1


def test_a_restricted_case_is_in_no_list_and_reads_like_one_that_does_not_exist(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    hidden = bench.house.restricted.reference
    for path in ("/queue/to-sort", "/queue/all", f"/search?q={hidden}", "/search?q=threat"):
        assert f"/{hidden}" not in desk.get(path).text, path
    absent = desk.get("/cases/WX-9999-ZZ")
    assert desk.get(f"/cases/{hidden}").status_code == absent.status_code == 404
    assert bench.sit(Role.MANAGER).get(f"/cases/{hidden}").status_code == 200


def _counts(bench: Bench) -> dict[str, int]:
    ours = (
        "case",
        "message",
        "event",
        "draft",
        "delivery",
        "clock",
        "approval",
        "enquiry",
        "status_link",
        "channel",
    )
    with bench.database.connect() as connection:
        return {
            name: connection.execute(sql.text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in ours
        }


def _views(bench: Bench) -> int:
    with bench.database.connect() as connection:
        query = sql.text("SELECT count(*) FROM view WHERE case_id = :case")
        return int(connection.execute(query, {"case": bench.case().id}).scalar_one())
