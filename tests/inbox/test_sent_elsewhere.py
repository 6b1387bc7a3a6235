"""What staff send from their own mail program: a reply to the person keeps the promise, nothing else does."""

from pathlib import Path

import pytest
from sqlmodel import select

from inbox.models import Case, CaseStatus, Clock, DraftState, Event, EventKind, Message
from inbox.our_answers import is_answer
from routing.words import ClockKind
from tests.inbox.asking import Office
from tests.inbox.mailboxes import NOW, Mailbox
from tests.inbox.worlds import World

LETTER = "donna-1@example.org"


@pytest.fixture
def box(world: World, tmp_path: Path) -> Mailbox:
    return Mailbox(world, tmp_path / "mail", "")


def a_case(world: World) -> Case:
    """Donna's letter, which a first reply is owed to."""
    case = world.case("black mould", address="donna@example.org")
    with world.database.write(world.office) as session:
        session.exec(select(Message).where(Message.case_id == case.id)).one().external_id = LETTER
    world.add(world.clock(case))
    return case


def sent(box: Mailbox, headers: str, text: str = "I have rung Marl Homes.") -> Message:
    """Out of the Sent folder, in answer to Donna's letter."""
    raw = (
        f"From: Priya <ashby@example.org>\r\n{headers}\r\nSubject: Re: Damp\r\n"
        f"Message-ID: <outlook-1@example.org>\r\nIn-Reply-To: <{LETTER}>\r\n\r\n{text}\r\n"
    )
    box.take(raw.encode(), direction="outbound")
    return next(one for one in box.all(Message) if one.external_id == "outlook-1@example.org")


@pytest.mark.parametrize(
    "headers",
    ["To: Donna <Donna@Example.org>", "To: letters@marl-homes.example\r\nCc: donna@example.org"],
)
def test_a_reply_keeps_the_promise_and_promises_the_next_update(
    world: World, box: Mailbox, headers: str
) -> None:
    case = a_case(world)
    message = sent(box, headers)
    clocks = {one.kind: one for one in box.all(Clock)}
    assert message.case_id == case.id
    assert clocks[ClockKind.FIRST_REPLY].met_at == NOW
    assert clocks[ClockKind.NEXT_UPDATE].received_at == NOW
    [now] = box.all(Case)
    assert (now.status, now.answered_at) == (CaseStatus.OPEN, NOW)


@pytest.mark.parametrize("to", ["tom@ashby.example", "letters@marl-homes.example"])
def test_a_letter_that_is_passed_on_is_on_the_case_and_every_promise_stands(
    world: World, box: Mailbox, to: str
) -> None:
    case = a_case(world)
    message = sent(box, f"To: {to}", "Have you seen this?")
    [clock], [now] = box.all(Clock), box.all(Case)
    assert message.case_id == case.id
    assert clock.met_at is None
    assert (now.status, now.answered_at) == (CaseStatus.NEW, None)
    [event] = [one for one in box.all(Event) if one.kind == EventKind.SENT_ELSEWHERE]
    assert not event.is_public
    with world.database.read(world.office) as session:
        assert session.exec(select(Message.id).where(is_answer())).all() == []


def test_an_update_that_waits_is_put_away_once_the_person_was_written_to(
    world: World, tmp_path: Path
) -> None:
    office = Office(world, tmp_path)
    office.keeps()
    office.has_asked()
    assert [one.state for one in office.updates()] == [DraftState.DRAFT]
    with office.writing() as session:
        first = session.exec(select(Message).where(Message.case_id == office.case.id)).first()
        assert first is not None
        first.external_id = LETTER
    sent(Mailbox(world, tmp_path / "mail", ""), "To: donna@example.org")
    assert [one.state for one in office.updates()] == [DraftState.WITHDRAWN]
