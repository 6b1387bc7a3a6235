"""The yes of a person whose name stands under it: what comes first on the page, and other words instead."""

import re
from html import unescape

import pytest
from sqlmodel import select

from inbox.models import Approval, Delivery, Draft, DraftState, Role
from tests.web.desks import Desk
from tests.web.staff.offices import Bench
from tests.web.staff.test_the_path import field

HERS = "Dear Donna, we have asked Marl Homes again."
MINE = "Dear Donna, I have asked Marl Homes myself."


@pytest.fixture
def member(bench: Bench) -> Desk:
    """The MP, with a reply in their name before them that a caseworker wrote."""
    words = {"text": HERS, "identity": bench.staff(Role.SIGNATORY).id}
    bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/drafts/send", words)
    assert draft(bench).state == DraftState.SUBMITTED
    return bench.sit(Role.SIGNATORY)


def draft(bench: Bench) -> Draft:
    with bench.read() as session:
        return session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()


def main_button(page: str) -> str:
    found = re.search(r"<span data-label>([^<]*)</span>", page)
    assert found is not None
    return found[1]


def changed(bench: Bench, member: Desk) -> str:
    """The MP presses "Change the words"; the page that opens, by its address."""
    page = member.get(f"/approvals/{draft(bench).id}").text
    answer = member.press(f"/approvals/{draft(bench).id}/change", {"version": field(page, "version")})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_the_letter_comes_before_all_that_is_said_about_it(bench: Bench, member: Desk) -> None:
    page = member.get(f"/approvals/{draft(bench).id}").text
    order = [HERS, "<dt>Subject</dt>", "<h2>Checks</h2>", "What they asked", "Approve and send"]
    assert [page.index(one) for one in order] == sorted(page.index(one) for one in order)


def test_change_the_words_opens_the_words_to_be_changed_and_not_a_colleagues_box(
    bench: Bench, member: Desk
) -> None:
    page = unescape(member.get(changed(bench, member).partition("#")[0]).text)
    assert f">{HERS}</textarea>" in page
    assert "is on it" not in page
    assert "Take it over" not in page
    assert "needs their approval" not in page, "it is the reader's own approval"


def test_the_button_says_that_the_words_leave_with_the_members_own_yes(bench: Bench, member: Desk) -> None:
    where = re.split("[?#]", changed(bench, member))[0]
    page = member.get(where).text
    assert main_button(page) == "Approve my words and send"
    typed = {"version": field(page, "version"), "text": MINE, "identity": bench.staff(Role.SIGNATORY).id}
    saved = member.press(where, typed, headers={"accept": "application/json"}).json()
    assert saved["main"] == "Approve my words and send"
    member.press(f"{where}/send", {**typed, "version": saved["version"]})
    with bench.read() as session:
        yes = session.exec(select(Approval).where(Approval.draft_id == draft(bench).id)).one()
        assert yes.staff_id == bench.staff(Role.SIGNATORY).id
        assert session.exec(select(Delivery).where(Delivery.draft_id == draft(bench).id)).one()


def test_whoever_may_not_stand_for_the_words_alone_sends_them_for_sign_off(
    bench: Bench, member: Desk
) -> None:
    del member
    manager = bench.sit(Role.MANAGER)
    page = manager.get(changed(bench, manager).partition("#")[0]).text
    assert main_button(page) == "Send for sign-off"


def test_words_that_nobody_changed_still_wait_for_their_yes(bench: Bench, member: Desk) -> None:
    changed(bench, member)
    assert draft(bench).state == DraftState.SUBMITTED
    assert "Approve and send" in member.get(f"/approvals/{draft(bench).id}").text


def test_words_that_changed_while_they_were_read_are_not_taken(bench: Bench, member: Desk) -> None:
    answer = member.press(f"/approvals/{draft(bench).id}/change", {"version": "1"})
    assert answer.status_code == 412
