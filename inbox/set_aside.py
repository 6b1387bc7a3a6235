"""What lies in Set aside is put right: run again with this program, or marked as dealt with."""

from datetime import datetime

from sqlmodel import Session, select

from inbox import jobs
from inbox.database import find, locked
from inbox.errors import Conflict, NotFound
from inbox.history import Actor, record
from inbox.models import ARRIVAL_MOVES, Arrival, ArrivalState, EventKind, Message, move


def run_again(session: Session, arrival_id: str, *, now: datetime, actor: Actor) -> Arrival:
    """Reads a quarantined arrival once more, as if it had just come. Raises NotFound or IllegalMove."""
    row = session.exec(locked(session, select(Arrival).where(Arrival.id == arrival_id))).first()
    if row is None:
        raise NotFound
    row.state = move(row.state, ArrivalState.WAITING, ARRIVAL_MOVES, "message")
    row.trouble = None
    jobs.add(session, jobs.reading(row.hints), row.office_id, [row.id], now)
    record(session, None, EventKind.RUN_AGAIN, actor, now=now, arrival=row.id)
    return row


def deal_with(session: Session, message_id: str, *, now: datetime, actor: Actor) -> Message:
    """Somebody saw a machine's mail of no case: it leaves the list and stays in the history."""
    row = find(session, Message, message_id)
    if row.case_id is not None:
        raise NotFound
    if row.dealt_with_at is not None:
        raise Conflict("Somebody has dealt with this already.")
    row.dealt_with_at = now
    record(session, None, EventKind.DEALT_WITH, actor, now=now, message=row.id)
    return row
