"""A case is restricted knowingly: who can open it, its name for them, and nothing for others."""

import re
from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from inbox.models import Case, Role
from tests.web.desks import Desk
from tests.web.staff.offices import Bench, a_letter


def restrict(bench: Bench, desk: Desk, **more: Any) -> Any:
    """Ticks the flag under Change facts, as the form is sent, and nothing else."""
    case = bench.case()
    with bench.read() as session:
        who = session.merge(case)
    typed = {
        "name": "Donna Fretwell", "postcode": "ZZ10 4AB", "language": who.language, "subject": who.subject,
        "priority": who.priority, "flag": ["restricted"],
    }  # fmt: skip
    return desk.press(f"/cases/{bench.reference}/facts", typed | more)


def hidden_fields(page: str) -> dict[str, Any]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


@pytest.fixture
def manager(bench: Bench) -> Desk:
    return bench.sit(Role.MANAGER)


def give(bench: Bench, role: Role) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.assignee_id = bench.staff(role).id


def test_it_is_asked_once_with_the_names_of_those_who_can_open_it_then(bench: Bench, manager: Desk) -> None:
    give(bench, Role.CASEWORKER)
    asked = restrict(bench, manager)
    assert asked.status_code == 200
    assert not bench.case().is_restricted
    page = unescape(asked.text)
    assert "Only Caseworker Person (has the case) and Manager Person (manager) can open it." in page
    assert "in no list, no number and no search" in page
    assert "You are not one of them" not in page
    done = manager.press(f"/cases/{bench.reference}/facts", hidden_fields(asked.text))
    assert done.status_code == 303
    assert bench.case().is_restricted


def test_whoever_shuts_themselves_out_is_told_before_and_after(bench: Bench) -> None:
    desk = bench.sit(Role.OFFICIAL)
    assert "You are not one of them: you will not see this case again." in unescape(
        restrict(bench, desk).text
    )
    done = restrict(bench, desk, sure="yes")
    assert "You are not one of those who can open it." in unescape(desk.get(done.headers["location"]).text)
    assert desk.get(f"/cases/{bench.reference}").status_code == 404


def test_those_who_may_see_it_see_its_name_and_who_else_does_and_the_browsers_history_does_not(
    bench: Bench, manager: Desk
) -> None:
    restrict(bench, manager, sure="yes")
    page = unescape(manager.get(f"/cases/{bench.reference}").text)
    subject = bench.case().subject
    title, _, body = page.partition("</title>")
    assert subject not in title and "Donna" not in title
    heading = re.search(r"<h1>(.*?)</h1>", body)
    assert heading is not None and subject in heading[1]
    assert "<b>Donna Fretwell.</b>" in body
    assert "Only Manager Person (manager) can open it." in body
    pane = unescape(manager.get(f"/queue/to-sort/{bench.reference}").text)
    assert "Donna" not in pane.partition("</title>")[0]
    assert "Only Manager Person (manager) can open it." in pane


def test_other_changes_to_a_restricted_case_ask_nothing(bench: Bench, manager: Desk) -> None:
    restrict(bench, manager, sure="yes")
    assert restrict(bench, manager, subject="Mould").status_code == 303


def test_search_says_of_it_what_it_says_of_nothing(bench: Bench, manager: Desk) -> None:
    restrict(bench, manager, sure="yes", subject="Zebra crossing")
    desk = bench.sit(Role.CASEWORKER)
    absent = a_letter(bench, name="Nia Cole", address="nia@example.org")
    assert absent in desk.get("/search?q=Cole").text

    def found(words: str) -> str:
        page = desk.get("/search", params={"q": words})
        assert page.status_code == 200
        return re.sub(r"\s+", " ", page.text.partition('id="main"')[2]).replace(words, "…")

    for words in ("Fretwell", "zebra", "ZZ10 4AB is:restricted", bench.reference, "donna@example.org"):
        nothing = found("qqqq is:restricted" if "is:" in words else "qqqq")
        shown = found(words)
        assert bench.reference not in shown
        assert "No cases" in shown
        assert abs(len(shown) - len(nothing)) < 12, words
