"""What people say of a proposal that a message belongs to a case: it does, or it is a matter of its own."""

from datetime import datetime

from sqlmodel import Session, select

from inbox import casefile, merging, search
from inbox.database import find, find_or_none
from inbox.desk import Desk
from inbox.errors import Conflict
from inbox.history import Actor, record
from inbox.models import Case, Direction, EventKind, Message


def accept(
    session: Session, desk: Desk, message: Message, *, now: datetime, actor: Actor
) -> tuple[Case, str]:
    """A person says that this message belongs to the proposed case. Its own case goes there with it where the
    person said nothing else on it, which can be taken back. Returns the case and the event of the act."""
    target = find(session, Case, message.proposed_case_id)
    own = find_or_none(session, Case, message.case_id)
    if own is None or own.id == target.id:
        raise Conflict("This message is on that case already.")
    said = select(Message.id).where(
        Message.case_id == own.id, Message.direction == Direction.INBOUND, Message.id != message.id
    )
    if session.exec(said.limit(1)).first() is None:
        event = merging.merge(session, own, target, now=now, actor=actor)
    else:
        event = _move_alone(session, desk, message, own, target, now=now, actor=actor)
    record(session, target, EventKind.ARRIVED, actor, now=now, public=True, message=message.id,
           because="accepted")  # fmt: skip
    return target, event


def _move_alone(
    session: Session, desk: Desk, message: Message, own: Case, target: Case, *, now: datetime, actor: Actor
) -> str:
    """Only this message moves; what else the person said stays on its own case."""
    message.case_id, message.proposed_case_id, message.proposed_because = target.id, None, None
    own.message_count -= 1
    target.message_count += 1
    target.updated_at = now
    session.flush()
    merging.carry_alarm(own, target)
    casefile.wake(session, desk, target, message, now=now)
    for changed in (own, target):
        search.reindex_case(session, changed.id)
    return record(session, own, EventKind.MATCH_ACCEPTED, actor, now=now, message=message.id, into=target.id)


def reject(session: Session, message: Message, *, now: datetime, actor: Actor) -> None:
    """A person says that this message is a matter of its own."""
    if message.proposed_case_id is None:
        raise Conflict("There is no proposal to part from.")
    proposed = message.proposed_case_id
    message.proposed_case_id, message.proposed_because = None, None
    record(
        session,
        message.case_id,
        EventKind.MATCH_REJECTED,
        actor,
        now=now,
        message=message.id,
        proposed=proposed,
    )
