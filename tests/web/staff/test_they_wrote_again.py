"""They write again while we answer: whoever decides has the new letter before them, and is stopped once."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox.models import Draft, DraftState, Role
from tests.factories import a_message
from tests.web.desks import Desk, World
from tests.web.staff.offices import Bench, a_bench

AGAIN = "the ceiling came down in the night"


@pytest.fixture
def bench(app: FastAPI, world: World) -> Bench:
    """An office where somebody else must approve."""
    return a_bench(app, world, approval_office="other")


@pytest.fixture
def ben(bench: Bench) -> Desk:
    return bench.sit(Role.CASEWORKER)


@pytest.fixture
def aisha(bench: Bench) -> Desk:
    return bench.sit(Role.MANAGER)


def another_letter(bench: Bench, text: str = AGAIN) -> str:
    """One more mail of the same person on the case; its id."""
    case, now = bench.case(), datetime.now(UTC)
    with bench.write() as session:
        made = a_message(
            session, case_id=case.id, constituent_id=case.constituent_id, sender_name="Donna Fretwell",
            sender_handle="donna@example.org", received_at=now, text=text, new_text=text,
        )  # fmt: skip
        return made.id


def draft_of(bench: Bench) -> Draft:
    with bench.read() as session:
        found: Draft = session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()
        return found


def begun(bench: Bench, desk: Desk) -> str:
    return str(desk.press(f"/cases/{bench.reference}/drafts", {"text": "Dear Donna."}).headers["location"])


def as_shown(page: str) -> dict[str, str]:
    """The hidden fields of the page's main form."""
    fields = dict(re.findall(r'name="(version|read|digest)" value="([^"]*)"', page))
    return {name: value for name, value in fields.items() if value}


def send(bench: Bench, desk: Desk, url: str, page: str) -> Any:
    return desk.press(f"{url}/send", {"text": "Dear Donna.", **as_shown(page)})


def submitted(bench: Bench, ben: Desk) -> str:
    """Ben's reply waits for sign-off; its address among the approvals."""
    url = begun(bench, ben)
    assert send(bench, ben, url, ben.get(url).text).status_code == 303
    return f"/approvals/{draft_of(bench).id}"


def test_the_checker_has_every_newer_letter_in_full_on_the_page_and_says_yes_once(
    bench: Bench, ben: Desk, aisha: Desk
) -> None:
    where = submitted(bench, ben)
    letters = [another_letter(bench), another_letter(bench, "and now the lights are out")]
    page = unescape(aisha.get(where).text)
    for letter, words in zip(letters, (AGAIN, "and now the lights are out"), strict=True):
        assert f'id="message-{letter}"' in page
        assert words in page
    assert page.index("They wrote again") < page.index("What they asked"), "said at the top"
    assert ">Approve and send</button>" in page
    assert aisha.press(f"{where}/approve", as_shown(page)).status_code == 303
    assert draft_of(bench).state == DraftState.QUEUED


def test_a_letter_that_comes_while_the_checker_reads_stops_the_yes_with_words_for_a_checker(
    bench: Bench, ben: Desk, aisha: Desk
) -> None:
    where = submitted(bench, ben)
    seen = aisha.get(where).text
    letter = another_letter(bench)
    stopped = aisha.press(f"{where}/approve", as_shown(seen))
    assert stopped.status_code == 409
    page = unescape(stopped.text)
    told = "They wrote again after this was begun. Read it, then approve this or send it back."
    assert f'<a href="#message-{letter}">{told}</a>' in page, "in the summary, which is announced"
    assert page.count("They wrote again") == 1
    assert page.index(told) < page.index("<h1")
    assert AGAIN in page
    assert ">Approve and send</button>" in page, "the button says what it does, before and after"
    assert aisha.press(f"{where}/approve", as_shown(page)).status_code == 303


def test_the_writer_who_was_shown_the_newer_letter_is_not_asked_again(bench: Bench, ben: Desk) -> None:
    url = begun(bench, ben)
    letter = another_letter(bench)
    page = unescape(ben.get(url).text)
    assert AGAIN in page
    assert f'href="#message-{letter}"' in page, "it is read on this page"
    assert "I have read it" not in page
    assert ">Send for sign-off<" in page
    assert send(bench, ben, url, page).status_code == 303
    assert draft_of(bench).state == DraftState.SUBMITTED


def test_the_writer_is_stopped_once_by_what_came_while_they_wrote_and_told_once(
    bench: Bench, ben: Desk
) -> None:
    url = begun(bench, ben)
    before = ben.get(url).text
    another_letter(bench)
    stopped = send(bench, ben, url, before)
    assert stopped.status_code == 409
    page = unescape(stopped.text)
    assert page.count("They wrote again after this was begun.") == 1
    assert AGAIN in page
    changed = ben.press(url, {"text": "Dear Donna, I am sorry.", **as_shown(page)})
    assert changed.status_code == 303
    page = unescape(ben.get(url).text)
    assert page.count("They wrote again after this was begun.") == 1
    assert send(bench, ben, url, page).status_code == 303


def test_a_text_changed_while_the_checker_read_it_is_shown_as_it_is_now(
    bench: Bench, ben: Desk, aisha: Desk
) -> None:
    where = submitted(bench, ben)
    seen = aisha.get(where).text
    draft = draft_of(bench)
    url = f"/cases/{bench.reference}/drafts/{draft.number}"
    ben.press(f"{url}/send", {"text": "Dear Donna, other words.", "version": str(draft.version)})
    stopped = aisha.press(f"{where}/approve", as_shown(seen))
    assert stopped.status_code == 412
    assert "The words changed after you read them. Read them again, then decide." in stopped.text
    assert "Dear Donna, other words." in stopped.text
