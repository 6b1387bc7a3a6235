"""The page to print for somebody who works on paper, and the choice of how they are handed messages."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from inbox.models import (
    Case,
    ChannelMode,
    Constituent,
    Draft,
    Handle,
    Role,
    Staff,
    StaffPost,
    View,
)
from tests.factories import a_case, a_channel, a_constituent, a_message
from tests.web.staff.offices import Bench

SAID = "Please ban lorries on Quarry Road."


@pytest.fixture
def asked(bench: Bench) -> str:
    """A case of the signatory's, from the Page; its reference."""
    with bench.write() as session:
        page = a_channel(session, kind="facebook", name="Page", account="111", mode=ChannelMode.FULL)
        person: Constituent = a_constituent(session, name="Nia Cole")
        session.add(
            Handle(office_id=page.office_id, constituent_id=person.id, channel_kind="facebook", address="27")
        )
        case = a_case(session, channel_id=page.id, constituent_id=person.id, assignee_id=member(bench).id)
        a_message(
            session, case_id=case.id, channel_id=page.id, constituent_id=person.id, sender_name="Nia Cole",
            sender_handle="27", text=SAID, new_text=SAID, received_at=datetime.now(UTC),
        )  # fmt: skip
        return case.reference


def member(bench: Bench) -> Staff:
    return bench.staff(Role.SIGNATORY)


def test_the_digest_shows_each_case_with_room_to_write_and_notes_who_looked(bench: Bench, asked: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/digests/{member(bench).id}")
    assert page.status_code == 200
    for words in (asked, SAID, "Nia Cole", "Facebook message, private", "Your answer"):
        assert words in page.text
    assert bench.reference not in page.text, "that case came by mail and is nobody's"
    desk.app.state.wiring.afterwards.flush()  # type: ignore[attr-defined]
    with bench.read() as session:
        assert len(session.exec(select(View)).all()) == 1


def test_what_they_wrote_by_hand_becomes_a_draft_that_neither_of_the_two_may_approve_alone(
    bench: Bench, asked: str
) -> None:
    with bench.write() as session:
        session.merge(bench.house.office).approval_office = "other"
    desk = bench.sit(Role.CASEWORKER)
    where = f"/digests/{member(bench).id}/{asked}"
    answer = desk.press(where, {"text": "I agree.\nI will ask the council."})
    assert answer.status_code == 303, answer.text
    with bench.read() as session:
        draft = session.exec(select(Draft).where(Draft.text.startswith("I agree"))).one()  # type: ignore[attr-defined]
    assert draft.author_id == member(bench).id
    assert set(draft.writers) == {member(bench).id, bench.staff(Role.CASEWORKER).id}
    assert (draft.provenance["source"], draft.recipients) == ("paper", ["27"])
    shown = desk.get(f"/digests/{member(bench).id}").text
    assert "Their answer is on the case already" in shown
    for role, code in ((Role.CASEWORKER, 403), (Role.SIGNATORY, 403), (Role.MANAGER, 200)):
        there = bench.sit(role)
        headers = {"If-Match": f'"{draft.version}"', "X-CSRF-Token": there.csrf}
        said = there.post(f"/api/v1/drafts/{draft.id}/approve", json={}, headers=headers)
        assert said.status_code == code, (role, said.text)


def test_nothing_written_is_refused_beside_its_case(bench: Bench, asked: str) -> None:
    answer = bench.sit(Role.CASEWORKER).press(f"/digests/{member(bench).id}/{asked}", {"text": " "})
    assert answer.status_code == 422
    assert "Write the answer first." in answer.text


def test_an_answered_case_is_no_longer_on_the_page(bench: Bench, asked: str) -> None:
    case = bench.case(asked)
    with bench.write() as session:
        a_message(session, case_id=case.id, channel_id=case.channel_id, direction="outbound",
                  constituent_id=case.constituent_id, text="Done.")  # fmt: skip
    assert asked not in bench.sit(Role.CASEWORKER).get(f"/digests/{member(bench).id}").text


def test_a_restricted_case_is_on_nobodys_paper_who_may_not_know_of_it(bench: Bench, asked: str) -> None:
    case = bench.case(asked)
    with bench.write() as session:
        session.exec(select(Case).where(Case.id == case.id)).one().is_restricted = True
    where = f"/digests/{member(bench).id}"
    assert asked not in bench.sit(Role.CASEWORKER).get(where).text
    assert asked in bench.sit(Role.MANAGER).get(where).text, "the member has it and the manager may see it"
    with bench.write() as session:
        session.exec(select(Case).where(Case.id == case.id)).one().assignee_id = None
        session.add(
            StaffPost(
                office_id=case.office_id, staff_id=member(bench).id, by="paper", cases="all",
                kinds=["facebook"], since=datetime.now(UTC),
            )
        )  # fmt: skip
    assert asked not in bench.sit(Role.MANAGER).get(where).text, "the member may not know of it"


def test_a_manager_chooses_how_somebody_is_handed_messages(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    where = f"/settings/people/{member(bench).id}/post"
    assert where in desk.get("/settings/people").text
    assert "They sign in and read them here" in desk.get(where).text
    wrong = desk.press(where, {"by": "email", "cases": "given"})
    assert wrong.status_code == 422
    assert "at least one kind" in wrong.text
    chosen = {"by": "email", "cases": "all", "kinds": "x", "shows": "words"}
    assert desk.press(where, chosen).status_code == 303
    with bench.read() as session:
        row = session.exec(select(StaffPost)).one()
    assert (row.by, row.cases, row.kinds, row.shows_words) == ("email", "all", ["x"], True)
    assert desk.press(where, {"by": "here"}).status_code == 303
    with bench.read() as session:
        assert session.exec(select(StaffPost)).all() == []
    assert bench.sit(Role.CASEWORKER).get(where).status_code == 403
