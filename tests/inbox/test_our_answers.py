"""What counts as our answer to a person, and what only looks like one."""

import pytest
from sqlmodel import select

from inbox.models import Delivery, DeliveryState, Direction, Message
from inbox.our_answers import is_answer
from inbox.outbox import Purpose
from tests.inbox.worlds import NOON, World


def outgoing(world: World, *left: tuple[Purpose, DeliveryState]) -> Message:
    """A message of ours on a new case, with a delivery for each of `left`."""
    case = world.case()
    message = world.message(
        case, "Dear Donna", direction=Direction.OUTBOUND, constituent_id=case.constituent_id
    )
    world.add(message)
    for purpose, state in left:
        world.add(
            Delivery(
                office_id=world.office,
                case_id=case.id,
                message_id=message.id,
                channel_id=world.channel,
                purpose=purpose,
                state=state,
                outgoing_id="1@example.org",
                raw_hash="",
                queued_at=NOON,
                next_at=NOON,
            )
        )
    return message


def answers(world: World, *but: DeliveryState) -> list[str]:
    with world.database.read(world.office) as session:
        condition = is_answer(but=but) if but else is_answer()
        return list(session.exec(select(Message.id).where(condition)))


@pytest.mark.parametrize(
    ("purpose", "counts"),
    [
        (Purpose.REPLY, True), (Purpose.CAMPAIGN, True), (Purpose.PROOF, False),
        (Purpose.ACKNOWLEDGEMENT, False), (Purpose.ENQUIRY, False),
    ],
)  # fmt: skip
def test_only_what_somebody_wrote_for_the_person_is_an_answer(
    world: World, purpose: Purpose, counts: bool
) -> None:
    message = outgoing(world, (purpose, DeliveryState.SENT))
    assert answers(world) == [message.id] * counts


def test_what_was_written_in_another_program_is_one_if_it_went_to_the_person(world: World) -> None:
    message = outgoing(world)
    passed_on = world.message(world.case(), "Have you seen this?", direction=Direction.OUTBOUND)
    world.add(passed_on)
    assert answers(world) == [message.id]


def test_what_was_stopped_is_none_and_what_left_in_parts_is_one_once(world: World) -> None:
    outgoing(world, (Purpose.REPLY, DeliveryState.STOPPED))
    parts = outgoing(world, (Purpose.REPLY, DeliveryState.FAILED), (Purpose.REPLY, DeliveryState.SENT))
    assert answers(world, DeliveryState.STOPPED, DeliveryState.FAILED) == [parts.id]


def test_what_failed_counts_unless_somebody_asks_for_what_can_still_be_read(world: World) -> None:
    message = outgoing(world, (Purpose.REPLY, DeliveryState.FAILED))
    assert answers(world) == [message.id]
    assert answers(world, DeliveryState.STOPPED, DeliveryState.FAILED) == []
