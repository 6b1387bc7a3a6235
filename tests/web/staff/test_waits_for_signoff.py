"""What was sent for sign-off is shown as waiting, can be had back, and is marked in the lists."""

from html import unescape

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox.models import Case, Draft, DraftState, EventKind, Role
from tests.factories import a_draft, an_enquiry
from tests.web.desks import Desk, World
from tests.web.staff.offices import Bench, a_bench

WORDS = "Dear Donna, they must reply by Friday."


@pytest.fixture
def bench(app: FastAPI, world: World) -> Bench:
    """An office where somebody else must approve."""
    return a_bench(app, world, approval_office="other")


@pytest.fixture
def ben(bench: Bench) -> Desk:
    """Whose case it is, with a reply that waits for sign-off."""
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.assignee_id, case.status = bench.staff(Role.CASEWORKER).id, "open"
    desk = bench.sit(Role.CASEWORKER)
    assert desk.press(f"/cases/{bench.reference}/drafts/send", {"text": WORDS}).status_code == 303
    return desk


def draft_of(bench: Bench) -> Draft:
    with bench.read() as session:
        found: Draft = session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()
        return found


def where(bench: Bench) -> str:
    return f"/cases/{bench.reference}/drafts/{draft_of(bench).number}"


def test_the_case_shows_it_as_waiting_and_offers_to_send_nothing(bench: Bench, ben: Desk) -> None:
    for page in (f"/cases/{bench.reference}", where(bench)):
        shown = unescape(ben.get(page).text)
        assert "It waits for sign-off" in shown
        assert "It leaves when a colleague approves exactly these words." in shown
        assert WORDS in shown
        assert "<textarea" not in shown
        assert "Send for sign-off" not in shown


def test_it_is_taken_back_word_for_word_with_a_line_in_the_history(bench: Bench, ben: Desk) -> None:
    before = draft_of(bench)
    back = ben.press(f"{where(bench)}/take-back", {"version": str(before.version)})
    assert back.status_code == 303
    assert (draft_of(bench).state, draft_of(bench).text) == (DraftState.DRAFT, WORDS)
    assert EventKind.DRAFT_TAKEN_BACK in bench.events()
    assert f">{WORDS}</textarea>" in ben.get(f"/cases/{bench.reference}").text
    aisha = bench.sit(Role.MANAGER)
    assert aisha.press(f"/approvals/{before.id}/approve").status_code == 409
    assert ben.press(f"{where(bench)}/take-back", {"version": str(before.version)}).status_code == 412


def test_it_is_changed_where_it_stands_and_only_other_words_void_it(bench: Bench, ben: Desk) -> None:
    page = ben.get(f"{where(bench)}?change=yes").text
    assert f">{WORDS}</textarea>" in page
    same = {"text": WORDS, "version": str(draft_of(bench).version)}
    assert ben.press(f"{where(bench)}/send", same).status_code == 303
    assert draft_of(bench).state == DraftState.SUBMITTED
    ben.press(where(bench), {**same, "text": "Other words."})
    assert draft_of(bench).state == DraftState.DRAFT


def test_a_colleague_does_not_take_it_back_but_may_take_it_over(bench: Bench, ben: Desk) -> None:
    tom = bench.sit(Role.OFFICIAL)
    fields = {"version": str(draft_of(bench).version)}
    assert tom.press(f"{where(bench)}/take-back", fields).status_code == 409
    assert draft_of(bench).state == DraftState.SUBMITTED
    assert "Take it over" in tom.get(where(bench)).text


def test_its_case_is_marked_in_the_lists_until_somebody_decided(bench: Bench, ben: Desk) -> None:
    assert "For sign-off" in ben.get("/queue/mine").text
    assert "For sign-off" in ben.get("/official/mine", follow_redirects=True).text
    with bench.write() as session:
        session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one().state = "returned"
    assert "For sign-off" not in ben.get("/queue/mine").text


def test_a_letter_to_an_organisation_that_waits_is_named_beside_the_reply(bench: Bench) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        enquiry = an_enquiry(session, case, body="Marl Homes")
        a_draft(session, case, state="submitted", enquiry_id=enquiry.id, number=7)
    page = unescape(bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text)
    assert "The letter to Marl Homes waits for sign-off." in page
    assert f'href="/cases/{bench.reference}/drafts/7"' in page


def test_whoever_may_let_it_leave_alone_goes_on_writing(bench: Bench, ben: Desk) -> None:
    with bench.write() as session:
        session.merge(bench.house.office).approval_office = "self"
    shown = ben.get(where(bench)).text
    assert "<textarea" in shown
    assert "It waits for sign-off</h" not in shown
