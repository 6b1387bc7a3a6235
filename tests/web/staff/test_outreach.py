"""A case at a door: one short page, and what was typed outlives the session, the phone and the connection."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from sqlmodel import select

from inbox import kept_forms
from inbox.models import Case, Channel, Constituent, EventKind, KeptForm, Message, Role, WebSession
from tests.browser.screens import complaints, open_page
from tests.web.desks import Desk
from tests.web.staff.offices import Bench

DONNA = {
    "name": "Nia Cole", "reply_by": "phone", "contact": "07700 900789", "postcode": "ZZ10 4AB",
    "text": "The bins were not emptied for three weeks.", "place": "Mill Street", "consent": "yes",
}  # fmt: skip


@pytest.fixture
def desk(bench: Bench) -> Iterator[Desk]:
    with bench.sit(Role.CASEWORKER) as desk:
        yield desk


def test_a_case_is_taken_at_a_door_with_a_way_to_answer(bench: Bench, desk: Desk) -> None:
    made = desk.press("/outreach", DONNA)
    assert made.status_code == 303, made.text
    page = desk.get(made.headers["location"]).text
    with bench.read() as session:
        case = session.exec(select(Case).where(Case.subject == DONNA["text"][:80])).one()
        person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).one()
        channel = session.exec(select(Channel).where(Channel.id == case.channel_id)).one()
        texts = {row.text for row in session.exec(select(Message).where(Message.case_id == case.id))}
    assert f"{case.reference} is kept. Tell them this reference." in page
    assert (person.phone, person.postcode, person.safe_contact) == (
        "07700 900789", "ZZ10 4AB", {"reply_by": "phone"},
    )  # fmt: skip
    assert channel.kind == "outreach"
    assert {"Taken at Mill Street.", DONNA["text"]} <= texts
    assert EventKind.CONSENT_RECORDED in bench.events()
    assert 'value="Mill Street"' in page, "the place stays for the next door"
    assert DONNA["text"] not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name"), ({"text": " "}, "Write what they said"),
        ({"reply_by": ""}, "Choose how we answer"), ({"contact": ""}, "Enter a phone number"),
        ({"reply_by": "email", "contact": "nia"}, "Enter an email address"),
        ({"reply_by": "letter", "contact": " "}, "Enter an address"),
        ({"postcode": "my house"}, "Enter a real postcode, or leave it empty"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_the_words_stay(
    bench: Bench, desk: Desk, changes: dict[str, str], sentence: str
) -> None:
    answer = desk.press("/outreach", DONNA | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Mill Street" in answer.text


def test_programs_say_by_which_road_it_came(bench: Bench, desk: Desk) -> None:
    body = {"kind": "visit", "channel": "outreach", "name": "Nia Cole", "text": "The bins."}
    made = desk.post("/api/v1/cases", json=body, headers={"X-CSRF-Token": desk.csrf})
    assert made.status_code == 201, made.text
    with bench.read() as session:
        case = session.exec(select(Case).where(Case.reference == made.json()["reference"])).one()
        assert session.exec(select(Channel.kind).where(Channel.id == case.channel_id)).one() == "outreach"
    wrong = desk.post("/api/v1/cases", json=body | {"channel": "pigeon"}, headers={"X-CSRF-Token": desk.csrf})
    assert wrong.status_code == 422


def test_words_that_were_never_sent_are_there_again_for_their_writer_only(bench: Bench, desk: Desk) -> None:
    assert desk.press("/outreach/keep", DONNA).json()["saved_at"]
    page = desk.get("/outreach").text
    assert DONNA["text"] in page and "did not send it" in page
    assert DONNA["text"] not in bench.sit(Role.MANAGER).get("/outreach").text
    assert desk.press("/outreach", DONNA).status_code == 303
    assert DONNA["text"] not in desk.get("/outreach").text


def test_words_nobody_came_back_to_are_gone_after_a_week(bench: Bench, desk: Desk) -> None:
    desk.press("/outreach/keep", DONNA)
    now = datetime.now(UTC)
    for days, left in ((6, 1), (8, 0)):
        with bench.write() as session:
            kept_forms.forget(session, now + timedelta(days=days))
        with bench.read() as session:
            assert len(session.exec(select(KeptForm)).all()) == left


@pytest.fixture
def address(bench: Bench) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(bench.app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_a_session_that_ends_while_typing_costs_no_word(bench: Bench, address: str, browser: Browser) -> None:
    """Signed out at the door: the dialog stands over the page, and the press is repeated after signing in."""
    shown = open_page(browser, f"{address}/sign-in", 320)
    sign_in(bench, shown)
    shown.goto(f"{address}/outreach")
    assert complaints(shown) == []
    shown.get_by_label("Name", exact=True).fill("Nia Cole")
    shown.get_by_label("What they said").fill(DONNA["text"])
    shown.get_by_text("They come back to us").click()
    end_all_sessions(bench)
    shown.get_by_role("button", name="Keep this case").click()
    dialog = shown.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    sign_in(bench, shown)
    dialog.get_by_role("button").first.click()
    expect(shown.get_by_text("is kept. Tell them this reference.")).to_be_visible()
    shown.context.close()
    with bench.read() as session:
        assert len(session.exec(select(Case).where(Case.subject == DONNA["text"][:80])).all()) == 1


def test_without_script_words_that_came_after_the_session_ended_are_given_back(
    bench: Bench, desk: Desk
) -> None:
    own = {"Origin": str(desk.base_url), "Accept": "text/html"}
    end_all_sessions(bench)
    answer = desk.post("/outreach", data=DONNA | {"csrf_token": desk.csrf}, headers=own)
    assert answer.status_code == 401
    assert DONNA["text"] in answer.text and "What you typed" in answer.text
    assert desk.csrf not in answer.text
    foreign = {"Origin": "https://evil.example", "Accept": "text/html"}
    assert DONNA["text"] not in desk.post("/outreach", data=DONNA, headers=foreign).text


def test_words_from_a_page_that_is_older_than_the_session_are_given_back_too(desk: Desk) -> None:
    own = {"Origin": str(desk.base_url), "Accept": "text/html"}
    answer = desk.post("/outreach", data=DONNA | {"csrf_token": "an older one"}, headers=own)
    assert answer.status_code == 403
    assert DONNA["text"] in answer.text


def sign_in(bench: Bench, shown: object) -> None:
    """A new session in this browser, as another tab would leave it."""
    desk = Desk(bench.app).sit(bench.staff(Role.CASEWORKER))
    cookie = {"name": "inbox", "value": desk.cookies["inbox"], "domain": "127.0.0.1", "path": "/"}
    shown.context.add_cookies([cookie])  # type: ignore[attr-defined]


def end_all_sessions(bench: Bench) -> None:
    with bench.database.write() as session:
        for row in session.exec(select(WebSession)):
            session.delete(row)
