"""The status link: inert until checked, the same for every token, progress and never content."""

import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from inbox import status_links
from inbox.models import Case, Constituent, Event, Message, MessageKind, Role, StatusLink
from tests.web.desks import HERE, World
from tests.web.staff.offices import Bench, a_bench

UNKNOWN = "A" * 43


@pytest.fixture
def bench(app: FastAPI, world: World) -> Bench:
    return a_bench(app, world)


@pytest.fixture
def token(bench: Bench) -> str:
    """A link to the bench's case; its person typed the postcode ZZ10 4AB."""
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).one()
        person.postcode_typed = True
        return status_links.issue(session, case, person, language="en", now=datetime.now(UTC))


@pytest.fixture
def visitor(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", client=HERE, follow_redirects=False)


def plain(html: str, token: str) -> str:
    return re.sub(r'name="once" value="[^"]*"', "", html).replace(token, "TOKEN")


def opened(visitor: TestClient, token: str) -> None:
    answer = visitor.post(f"/s/{token}", data={"check": "zz10 4ab"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/status"


def test_opening_a_link_fifty_times_changes_nothing_and_it_still_works(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    before = bench.events()
    for _ in range(25):
        assert visitor.get(f"/s/{token}").status_code == 200
        assert visitor.head(f"/s/{token}").status_code in (200, 405)
    assert bench.events() == before
    opened(visitor, token)


def test_real_revoked_unknown_and_malformed_tokens_get_the_same_page(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        gone = status_links.issue(session, case, None, language="en", now=datetime.now(UTC))
        row = session.exec(select(StatusLink).order_by(StatusLink.id.desc())).first()
        assert row is not None
    with bench.write() as session:
        session.exec(select(StatusLink).where(StatusLink.id == row.id)).one().is_closed = True
    pages = {plain(visitor.get(f"/s/{one}").text, one) for one in (token, gone, UNKNOWN, "not-a-token")}
    assert len(pages) == 1
    refusals = [
        visitor.post(f"/s/{one}", data={"check": "ZZ99 9ZZ"}) for one in (token, gone, UNKNOWN, "not-a-token")
    ]
    assert {answer.status_code for answer in refusals} == {422}
    assert (
        len(
            {
                plain(a.text, one)
                for a, one in zip(refusals, (token, gone, UNKNOWN, "not-a-token"), strict=True)
            }
        )
        == 1
    )


@pytest.mark.parametrize("postcode", ["ZZ10 4AB", "zz104ab", " z z 1 0 4 a b "])
def test_the_right_postcode_in_any_spacing_shows_the_status_at_an_address_without_the_token(
    visitor: TestClient, token: str, postcode: str
) -> None:
    answer = visitor.post(f"/s/{token}", data={"check": postcode})
    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    shown = visitor.get("/status")
    assert shown.status_code == 200
    assert token not in shown.text
    assert "We have your message" in shown.text


def test_five_wrong_answers_lock_the_link_tell_the_office_and_read_the_same(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    answers = [visitor.post(f"/s/{token}", data={"check": "ZZ99 9ZZ"}) for _ in range(6)]
    assert len({plain(answer.text, token) for answer in answers}) == 1
    assert visitor.post(f"/s/{token}", data={"check": "ZZ10 4AB"}).status_code == 422
    assert bench.events().count("status_link_locked") == 1


def test_the_status_page_holds_no_name_message_staff_or_category(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    opened(visitor, token)
    html = visitor.get("/status").text
    for secret in ("Donna", "Fretwell", "mould", "Damp", "housing", "Person", "donna@example.org"):
        assert secret not in html


def test_every_public_page_forbids_indexing_referrers_storing_and_framing(
    visitor: TestClient, token: str
) -> None:
    for path in (f"/s/{token}", f"/s/{UNKNOWN}", "/status", "/status/add", "/cy/status"):
        headers = visitor.get(path).headers
        assert "noindex" in headers["x-robots-tag"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_token_is_nowhere_in_the_log(
    visitor: TestClient, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor.get(f"/s/{token}")
    opened(visitor, token)
    visitor.get("/status")
    said = capsys.readouterr()
    assert "/status" in said.out + said.err
    assert token not in said.out + said.err


def test_the_status_cookie_opens_no_staff_page_and_a_made_up_one_opens_nothing(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    opened(visitor, token)
    assert visitor.get(f"/cases/{bench.reference}").headers["location"].startswith("/sign-in")
    visitor.cookies.set("inbox", visitor.cookies["status"], domain="127.0.0.1", path="/")
    assert visitor.get(f"/cases/{bench.reference}").headers["location"].startswith("/sign-in")
    visitor.cookies.set("status", "made up", domain="127.0.0.1", path="/")
    assert visitor.get("/status").status_code == 404


def test_what_is_added_lands_on_the_case_and_is_not_shown_back(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    opened(visitor, token)
    assert visitor.post("/status/add", data={"text": "  "}).status_code == 422
    added = visitor.post("/status/add", data={"text": "the boiler broke too"})
    assert added.status_code == 200
    assert "boiler" not in added.text + visitor.get("/status").text
    with bench.read() as session:
        form = session.exec(select(Message).where(Message.kind == MessageKind.FORM)).one()
        assert form.text == "the boiler broke too"
        assert form.case_id == bench.case().id
    assert "the boiler broke too" in bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text


def test_a_browser_that_names_no_origin_may_still_answer_the_check(visitor: TestClient, token: str) -> None:
    answer = visitor.post(f"/s/{token}", data={"check": "ZZ10 4AB"}, headers={"Origin": "null"})
    assert answer.status_code == 303


def test_the_welsh_link_speaks_welsh_throughout(visitor: TestClient, token: str) -> None:
    assert 'lang="cy"' in visitor.get(f"/cy/s/{token}").text
    answer = visitor.post(f"/cy/s/{token}", data={"check": "ZZ10 4AB"})
    assert answer.headers["location"] == "/cy/status"
    assert "Mae eich neges wedi ein cyrraedd" in visitor.get("/cy/status").text


def test_a_link_that_was_switched_off_ends_an_open_page_too(
    visitor: TestClient, bench: Bench, token: str
) -> None:
    opened(visitor, token)
    desk = bench.sit(Role.CASEWORKER)
    assert desk.press(f"/cases/{bench.reference}/status-link/close").status_code == 303
    assert visitor.get("/status").status_code == 404


def test_the_stored_link_holds_nothing_a_link_could_be_built_from(bench: Bench, token: str) -> None:
    with bench.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM status_link_key").fetchall()
        links = connection.exec_driver_sql("SELECT * FROM status_link").fetchall()
    assert token not in repr(rows) + repr(links)
    with bench.read() as session:
        assert token not in repr([row.detail for row in session.exec(select(Event))])
