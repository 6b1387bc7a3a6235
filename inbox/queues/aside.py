"""Set aside: what arrived and could not be read, and machine mail that belongs to nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlmodel import Session, col

from inbox.database import office_of
from inbox.models import Arrival, ArrivalState, Channel, Message
from inbox.queues.cursors import before_id
from inbox.queues.rows import EXCERPT


@dataclass(frozen=True, slots=True)
class AsideArrival:
    """Something kept that could not be read; it can be run again."""

    id: str
    channel_kind: str
    channel_name: str
    size: int
    received_at: datetime
    attempts: int
    trouble: str | None


@dataclass(frozen=True, slots=True)
class AsideMessage:
    """A message of no case: an auto-reply, a bounce, a list's mail or our own."""

    id: str
    machine: str | None
    channel_name: str | None
    sender_name: str
    sender_handle: str
    subject: str | None
    excerpt: str
    received_at: datetime


def set_aside_arrivals(
    session: Session, *, cursor: str | None = None, limit: int = 50
) -> tuple[tuple[AsideArrival, ...], str | None]:
    """Quarantined arrivals, newest first, and the cursor of what follows. Raises Refused for a bad one."""
    query = (
        select(
            col(Arrival.id), col(Channel.kind), col(Channel.name), col(Arrival.size),
            col(Arrival.received_at), col(Arrival.attempts), col(Arrival.trouble),
        )
        .join(Channel, col(Channel.id) == col(Arrival.channel_id))
        .where(col(Arrival.id).in_(quarantined(office_of(session))), before_id(Arrival, cursor))
        .order_by(col(Arrival.id).desc())
    )  # fmt: skip
    found = session.execute(query.limit(limit + 1)).all()
    rows = tuple(AsideArrival(*row) for row in found[:limit])
    return rows, rows[-1].id if len(found) > limit else None


def set_aside_messages(
    session: Session, *, cursor: str | None = None, limit: int = 50
) -> tuple[tuple[AsideMessage, ...], str | None]:
    """Messages of no case, newest first, and the cursor of what follows. Raises Refused for a bad one."""
    query = (
        select(
            col(Message.id), col(Message.machine), col(Channel.name), col(Message.sender_name),
            col(Message.sender_handle), col(Message.subject), func.substr(col(Message.new_text), 1, EXCERPT),
            col(Message.received_at),
        )
        .outerjoin(Channel, col(Channel.id) == col(Message.channel_id))
        .where(col(Message.id).in_(loose(office_of(session))), before_id(Message, cursor))
        .order_by(col(Message.id).desc())
    )  # fmt: skip
    found = session.execute(query.limit(limit + 1)).all()
    rows = tuple(AsideMessage(*row) for row in found[:limit])
    return rows, rows[-1].id if len(found) > limit else None


def quarantined(office: str | ColumnElement[str], hidden: frozenset[str] = frozenset()) -> Select[Any]:
    """Ids of arrivals that could not be read, by the index `arrival_unfinished`; not of `hidden` channels."""
    query: Select[Any] = select(col(Arrival.id).label("id")).where(
        col(Arrival.office_id) == office,
        text("arrival.state <> 'done'"),
        col(Arrival.state) == ArrivalState.QUARANTINED,
    )
    return query.where(col(Arrival.channel_id).not_in(sorted(hidden))) if hidden else query


def loose(office: str | ColumnElement[str], hidden: frozenset[str] = frozenset()) -> Select[Any]:
    """Ids of messages of no case that nobody has dealt with, by the index `message_loose`."""
    query: Select[Any] = select(col(Message.id).label("id")).where(
        col(Message.office_id) == office,
        text("message.case_id IS NULL AND message.dealt_with_at IS NULL"),
    )
    return query.where(col(Message.channel_id).not_in(sorted(hidden))) if hidden else query
