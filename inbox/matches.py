"""What people say of a proposal that a message belongs to a case: it does, or it is a matter of its own."""

from datetime import datetime

from sqlmodel import Session

from inbox import casefile, clocks, merging, search
from inbox.database import find, find_or_none
from inbox.desk import Desk
from inbox.errors import Conflict
from inbox.history import Actor, record
from inbox.models import CASE_MOVES, Case, CaseStatus, EventKind, Message, move


def accept(session: Session, desk: Desk, message: Message, *, now: datetime, actor: Actor) -> Case:
    """A person says that this message belongs to the proposed case: it moves there, its own case folds in."""
    target = find(session, Case, message.proposed_case_id)
    own = find_or_none(session, Case, message.case_id)
    if own is None or own.id == target.id:
        raise Conflict("This message is on that case already.")
    message.case_id, message.proposed_case_id, message.proposed_because = target.id, None, None
    own.message_count -= 1
    target.message_count += 1
    target.updated_at = now
    session.flush()
    if own.message_count == 0:
        clocks.cancel_all(session, own, now=now, actor=actor)
        own.merged_into, own.status = target.id, move(own.status, CaseStatus.CLOSED, CASE_MOVES, "case")
        own.outcome, own.closed_at, own.version = "duplicate", now, own.version + 1
    merging.carry_alarm(own, target)
    casefile.wake(session, desk, target, message, now=now)
    for changed in (own, target):
        search.reindex_case(session, changed.id)
    record(session, own, EventKind.MATCH_ACCEPTED, actor, now=now, message=message.id, into=target.id)
    record(
        session,
        target,
        EventKind.ARRIVED,
        actor,
        now=now,
        public=True,
        message=message.id,
        because="accepted",
    )
    return target


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
