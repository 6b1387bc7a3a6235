"""Somebody who does not sign in: messages reach them by mail, and their answer is a draft, nothing more."""

import email
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import select

from inbox import alerts, casework, staff_post
from inbox.desk import open_desk
from inbox.history import OPERATOR
from inbox.models import (
    Case,
    Channel,
    ChannelMode,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    DraftState,
    Event,
    EventKind,
    Handle,
    Message,
    PostBy,
    PostCases,
    Role,
    Staff,
    StaffPost,
)
from inbox.outbox import Purpose
from inbox.staff_post import Wanted
from inbox.worker.timetable import hand_to_staff
from tests.factories import a_case, a_channel, a_constituent, a_delivery, a_message
from tests.security.places import Place, letter

SAID = "My landlord shouts at me about the mould."
ANSWER = "Tell her I will write to Marl Homes myself."


def a_member(place: Place) -> Staff:
    """Somebody who reads paper and mail only, in an office whose mailbox takes plus addresses."""
    with place.database.write(place.ours.id) as session:
        mailbox = session.exec(select(Channel).where(Channel.id == place.ours.channel.id)).one()
        mailbox.settings = {**mailbox.settings, "plus_addressing": "yes"}
    return place.ours.people[Role.SIGNATORY]


def chosen(place: Place, member: Staff, **wanted: Any) -> None:
    with place.database.write(place.ours.id) as session:
        staff = session.exec(select(Staff).where(Staff.id == member.id)).one()
        asked = Wanted(**({"by": PostBy.EMAIL} | wanted))
        staff_post.choose(session, staff, asked, now=datetime.now(UTC) - timedelta(minutes=5), actor=OPERATOR)


def said(place: Place, to: Staff | None, kind: str = "facebook", **facts: Any) -> Case:
    """A person wrote on the Page; the case is `to`'s."""
    with place.database.write(place.ours.id) as session:
        page = session.exec(select(Channel).where(Channel.kind == kind)).first()
        page = page or a_channel(session, kind=kind, name=kind, account="111", mode=ChannelMode.FULL)
        person = a_constituent(session, name="Nia Cole")
        known = select(Handle).where(Handle.channel_kind == kind)
        number = f"678046212537751{len(session.exec(known).all())}"
        session.add(
            Handle(office_id=place.ours.id, constituent_id=person.id, channel_kind=kind, address=number)
        )
        case = a_case(
            session, channel_id=page.id, constituent_id=person.id, assignee_id=to.id if to else None, **facts
        )
        a_message(
            session, case_id=case.id, channel_id=page.id, constituent_id=person.id, sender_name="Nia Cole",
            sender_handle=number, text=SAID, new_text=SAID, received_at=datetime.now(UTC),
        )  # fmt: skip
    return case


def handed_over(place: Place) -> list[tuple[Delivery, EmailMessage]]:
    with place.database.write(place.ours.id) as session:
        staff_post.hand_over(session, open_desk(session, place.node.line.tools), now=datetime.now(UTC))
    return [
        (row, email.message_from_bytes(raw, policy=policy.default))  # type: ignore[misc]
        for row, raw in place.ours.deliveries()
        if row.purpose == "to_staff"
    ]


def answered(place: Place, mail: EmailMessage, sender: str, text: str = ANSWER, **headers: str) -> None:
    to = mail["Reply-To"].addresses[0].addr_spec
    attribution = "On Tue, 2 Jun 2026 at 10:00, Rowan Ashby MP <rowan.ashby@example.org> wrote:"
    quoted = f"\r\n\r\n{attribution}\r\n> {SAID}\r\n"
    place.ours.receive(
        letter(
            text + quoted,
            sender=sender,
            to=to,
            subject="Re: A message for you",
            In_Reply_To=str(mail["Message-ID"]),
            **headers,
        )
    )


def drafts(place: Place) -> list[Draft]:
    with place.database.read(place.ours.id) as session:
        return list(session.exec(select(Draft)))


def test_a_message_on_their_case_is_mailed_once_without_a_word_of_it(place_on_each: Place) -> None:
    place, member = place_on_each, a_member(place_on_each)
    chosen(place, member)
    case = said(place, member)
    said(place, None)
    [(row, mail)] = handed_over(place)
    assert row.recipients == [member.email]
    words = f"{mail['subject']} {mail.get_content()}"
    assert case.reference in words
    assert f"/cases/{case.reference}" in words
    for secret in ("landlord", "mould", "Nia"):
        assert secret not in words
    assert len(handed_over(place)) == 1, "it is never mailed again"


def test_whoever_chose_the_words_gets_them_but_never_those_of_a_risk(place_on_each: Place) -> None:
    place, member = place_on_each, a_member(place_on_each)
    chosen(place, member, shows_words=True)
    said(place, member)
    for flag in ("domestic-abuse", "self-harm", "special-category", "confidential"):
        said(place, member, flags=[flag])
    said(place, member, is_restricted=True)
    first, *others = [mail for _, mail in handed_over(place)]
    assert SAID in first.get_content()
    assert "Nia Cole" in first.get_content()
    assert len(others) == 5
    assert all("landlord" not in one.get_content() and "Nia" not in one.get_content() for one in others)


def test_all_cases_or_only_those_given_and_only_the_kinds_chosen(place: Place) -> None:
    member = a_member(place)
    chosen(place, member, cases=PostCases.ALL, kinds=["facebook"])
    said(place, None)
    said(place, None, kind="x")
    said(place, None, kind="email")
    assert len(handed_over(place)) == 1


def test_a_case_that_is_given_later_is_mailed_then(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    case = said(place, None)
    assert handed_over(place) == []
    with place.database.write(place.ours.id) as session:
        casework.assign(session, session.merge(case), member.id, now=datetime.now(UTC), actor=OPERATOR)
    assert len(handed_over(place)) == 1


def test_nothing_of_a_restricted_case_they_may_not_know_and_nothing_after_they_left(place: Place) -> None:
    member = a_member(place)
    chosen(place, member, cases=PostCases.ALL)
    said(place, None, is_restricted=True)
    assert handed_over(place) == []
    said(place, None)
    with place.database.write(place.ours.id) as session:
        session.exec(select(Staff).where(Staff.id == member.id)).one().is_active = False
    assert handed_over(place) == []


def test_their_answer_is_a_draft_on_the_channel_the_person_used_and_waits_for_a_yes(
    place_on_each: Place,
) -> None:
    place, member = place_on_each, a_member(place_on_each)
    chosen(place, member, shows_words=True)
    case = said(place, member)
    [(_, mail)] = handed_over(place)
    answered(place, mail, f"Rowan Ashby <{member.email}>")
    [draft] = drafts(place)
    assert draft.text == ANSWER
    assert draft.author_id == member.id
    assert draft.provenance["source"] == "email"
    assert draft.recipients == ["6780462125377510"]
    assert draft.state in (DraftState.DRAFT, DraftState.SUBMITTED)
    with place.database.read(place.ours.id) as session:
        channel = session.exec(select(Channel).where(Channel.id == draft.channel_id)).one()
        note = session.exec(select(Message).where(Message.direction == Direction.NOTE)).one()
        row = session.exec(select(Case).where(Case.id == case.id)).one()
        events = session.exec(select(Event).where(Event.case_id == case.id)).all()
    assert channel.kind == "facebook"
    assert (note.case_id, note.author_id, note.new_text) == (case.id, member.id, ANSWER)
    assert (row.status, row.assignee_id) == (case.status, member.id)
    assert {event.kind for event in events} & {EventKind.DRAFT_APPROVED, EventKind.SENT} == set()
    assert not [event for event in events if event.is_public]
    assert [one.purpose for one, _ in place.ours.deliveries()] == ["to_staff"], "nothing left but our mail"
    assert len(place.ours.cases()) == 1


@pytest.mark.parametrize(
    "sender", ["Rowan Ashby <rowan@home.example>", "Rowan Ashby <priya@elsewhere.example>", "x@example.org"]
)
def test_from_any_other_address_it_is_no_answer(place: Place, sender: str) -> None:
    member = a_member(place)
    chosen(place, member)
    case = said(place, member)
    [(_, mail)] = handed_over(place)
    answered(place, mail, sender)
    assert drafts(place) == []
    assert place.ours.messages(case.reference)[1:] == [], "and it does not join the case either"
    assert len(place.ours.cases()) == 2


def test_from_a_colleague_it_is_no_answer_because_the_address_was_made_for_one_person(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    chosen(place, place.ours.people[Role.MANAGER])
    said(place, member)
    [(_, mail)] = handed_over(place)
    answered(place, mail, place.ours.people[Role.MANAGER].email)
    assert drafts(place) == []


def test_disowned_by_their_own_domain_it_is_no_answer(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    said(place, member)
    [(_, mail)] = handed_over(place)
    verdict = "mx.example.org; dmarc=fail header.from=example.org"
    answered(place, mail, member.email, Authentication_Results=verdict)
    assert drafts(place) == []


def test_without_the_signed_address_it_is_no_answer(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    case = said(place, member)
    [(_, mail)] = handed_over(place)
    del mail["Reply-To"]
    mail["Reply-To"] = f"rowan.ashby+{case.reference.replace('-', '').lower()}{'a' * 26}@example.org"
    answered(place, mail, member.email)
    assert drafts(place) == []


def test_an_answer_of_a_machine_or_after_the_choice_was_taken_back_is_no_draft(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    said(place, member)
    [(_, mail)] = handed_over(place)
    answered(place, mail, member.email, text="I am away.", Auto_Submitted="auto-replied")
    assert drafts(place) == []
    chosen(place, member, by=None)
    answered(place, mail, member.email)
    assert drafts(place) == []


def test_an_answer_that_cannot_go_as_it_is_stays_a_draft_and_the_managers_are_told(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    said(place, member)
    [(_, mail)] = handed_over(place)
    answered(place, mail, member.email, text="Tell her I will ring on [day].")
    assert [draft.state for draft in drafts(place)] == [DraftState.DRAFT]
    told = [row for row, _ in place.ours.deliveries() if row.purpose == "notice"]
    assert [row.recipients for row in told] == [[place.ours.people[Role.MANAGER].email]]


def test_where_the_mailbox_takes_no_plus_addresses_the_mail_says_that_it_cannot_be_answered(
    place: Place,
) -> None:
    member = a_member(place)
    with place.database.write(place.ours.id) as session:
        mailbox = session.exec(select(Channel).where(Channel.id == place.ours.channel.id)).one()
        mailbox.settings = {}
    chosen(place, member)
    said(place, member)
    [(_, mail)] = handed_over(place)
    assert mail["Reply-To"] is None
    assert "cannot be answered" in mail.get_content()


def test_a_choice_of_no_kind_is_refused_and_taking_it_back_leaves_no_row(place: Place) -> None:
    member = a_member(place)
    with pytest.raises(Exception, match="at least one"):
        chosen(place, member, kinds=[])
    chosen(place, member)
    chosen(place, member, by=None)
    with place.database.read(place.ours.id) as session:
        assert session.exec(select(StaffPost)).all() == []


@pytest.mark.parametrize(
    ("purpose", "state", "still_waits"),
    [
        (Purpose.PROOF, DeliveryState.SENT, True), (Purpose.REPLY, DeliveryState.FAILED, True),
        (Purpose.REPLY, DeliveryState.STOPPED, True), (Purpose.REPLY, DeliveryState.QUEUED, False),
    ],
)  # fmt: skip
def test_a_message_waits_until_an_answer_leaves(
    place: Place, purpose: Purpose, state: DeliveryState, still_waits: bool
) -> None:
    """A letter that only asks whether an address is theirs is no answer, nor is one that never left."""
    member = a_member(place)
    case = said(place, member)
    with place.database.write(place.ours.id) as session:
        sent = a_message(session, case_id=case.id, direction=Direction.OUTBOUND, text="Dear Nia")
        a_delivery(session, place.ours.channel, message_id=sent.id, purpose=purpose, state=state)
    with place.database.read(place.ours.id) as session:
        desk = open_desk(session, place.node.line.tools)
        found = staff_post.waiting(session, desk, member, alerts.person_of(desk, member))
    assert [one.id for one, _ in found] == [case.id] * still_waits


@pytest.mark.parametrize("cases", list(PostCases))
def test_nobody_waits_for_the_look_at_what_is_to_be_mailed(
    place: Place, cases: PostCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = a_member(place)
    chosen(place, member, cases=cases)
    said(place, member)
    assert handed_over(place)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(place.node.database, "write", None)
        hand_to_staff(place.node)


def test_what_somebody_else_ended_is_not_mailed(place: Place) -> None:
    member = a_member(place)
    chosen(place, member)
    said(place, member, status="resolved")
    assert handed_over(place) == []
