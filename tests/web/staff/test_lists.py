"""What rows, the menu and the pages of settings say at a glance."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from inbox.models import Case, Office, OfficeKind, Role
from tests.factories import a_draft, a_message
from tests.web.staff.offices import Bench, a_letter


def test_a_draft_that_was_sent_back_is_marked_in_mine(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.assignee_id, case.status = bench.staff(Role.CASEWORKER).id, "open"
        draft = a_draft(session, case, state="submitted")
        draft_id = draft.id
    assert "Sent back" not in desk.get("/queue/mine").text
    with bench.write() as session:
        session.get(type(draft), draft_id).state = "returned"
    assert "Sent back" in desk.get("/queue/mine").text


@pytest.mark.parametrize(("kind", "unsorted"), [("mp", "To sort"), ("department", "Queue")])
def test_one_list_has_one_name_in_an_office(bench: Bench, kind: str, unsorted: str) -> None:
    with bench.write() as session:
        session.merge(bench.house.office).kind = kind
        draft_id = a_draft(session, bench.case(), state="submitted", channel_id=None).id
    desk = bench.sit(Role.OFFICIAL)
    other = {"To sort": "Queue", "Queue": "To sort"}[unsorted]
    pages = ["/queue/to-sort", "/queue/mine", "/settings/away", "/cases/new", "/approvals",
             f"/approvals/{draft_id}",
             f"/cases/{bench.reference}/split"]  # fmt: skip
    pages += ["/official", "/official/mine"] if kind == "department" else []
    desk.press("/settings/away", {"away_from": datetime.now(UTC).date().isoformat()})
    for page in pages:
        shown = desk.get(page)
        assert shown.status_code == 200, page
        assert unsorted in shown.text
        for word in (f">{other}<", f"in {other}", f"to {other}", "To sign", ">Team<"):
            assert word not in shown.text, (page, word)
        assert ">To approve<" in shown.text or "To approve" in shown.text


def test_safeguarding_has_its_number_in_the_menu(bench: Bench) -> None:
    a_letter(bench, address="s@example.net", flags=["safeguarding"])
    shown = bench.sit(Role.CASEWORKER).get("/queue/mine").text
    assert 'data-count="/queue/safeguarding">1</span>' in shown


def test_who_uses_the_program_now_was_not_never_seen(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    shown = desk.get("/settings/people").text
    row = shown.partition('<th scope="row">Manager Person')[2].partition("</tr>")[0]
    assert "Never" not in row and f'datetime="{datetime.now(UTC).date()}' in row


@pytest.mark.parametrize(
    "page", ["/settings", "/settings/keyboard", "/settings/calendar", "/settings/away"]
)  # fmt: skip
def test_what_was_saved_is_said_once(bench: Bench, page: str) -> None:
    shown = bench.sit(Role.MANAGER).get(f"{page}?told=saved").text
    assert shown.count("Saved.</p>") == 1


def test_what_the_person_wrote_last_is_in_the_preview_however_many_notes_came_since(bench: Bench) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.message_count = 5
        a_message(session, case_id=case.id, direction="outbound", kind="acknowledgement", text="It came.")
        for number in range(3):
            a_message(session, case_id=case.id, direction="note", kind="message", text=f"Note {number}.")
    pane = bench.sit(Role.CASEWORKER).get(f"/queue/mine/{bench.reference}").text
    assert "black mould all over" in pane and "Note 2." in pane
    assert "Show 1 more" in pane


def test_officials_have_campaigns_in_their_menu_while_one_is_open(bench: Bench) -> None:
    with bench.write() as session:
        session.get_one(Office, bench.house.office.id).kind = OfficeKind.DEPARTMENT
        for case in session.exec(select(Case)):
            case.kind = "casework"
    desk = bench.sit(Role.OFFICIAL)
    assert 'href="/campaigns"' not in desk.get("/official").text
    a_letter(bench, address="c@example.net", kind="campaign")
    assert 'href="/campaigns"' in desk.get("/official").text


def test_a_key_for_piles_says_why_there_is_none(bench: Bench) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.status, case.assignee_id = "open", bench.staff(Role.CASEWORKER).id
    pane = bench.sit(Role.CASEWORKER).get(f"/queue/mine/{bench.reference}").text
    assert 'data-no-b="Only a message that is not sorted yet goes on a pile"' in pane
