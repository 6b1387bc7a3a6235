"""Takes a comment out of the public's sight on its platform, or puts it back; its words stay here."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import PUBLIC, Hides
from inbox import jobs
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import SYSTEM, Actor, record
from inbox.models import Case, Channel, ChannelMode, Direction, Event, EventKind, Message

_DONE = {EventKind.MESSAGE_HIDDEN: True, EventKind.MESSAGE_SHOWN: False}
_ASKED = {EventKind.HIDING_ASKED: True, EventKind.SHOWING_ASKED: False}


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether the public sees a comment, as far as we know, and what was asked of the platform last."""

    is_hidden: bool = False
    wanted: bool | None = None


def sights(session: Session, case_id: str) -> dict[str, Sight]:
    """By message of this case; what was never hidden is not named."""
    kinds = [str(kind) for kind in (*_DONE, *_ASKED, EventKind.NOT_HIDDEN)]
    query = select(Event).where(Event.case_id == case_id, col(Event.kind).in_(kinds))
    found: dict[str, Sight] = {}
    for event in session.exec(query.order_by(col(Event.sequence))):
        message, kind = str(event.detail.get("message")), EventKind(event.kind)
        before = found.get(message, Sight())
        if kind in _DONE:
            found[message] = Sight(_DONE[kind])
        else:
            found[message] = Sight(before.is_hidden, _ASKED.get(kind))
    return found


def can_hide(desk: Desk, message: Message) -> bool:
    """Whether this is a stranger's public words on a channel that can hide them and is open."""
    channel = desk.channels.get(message.channel_id or "")
    return (
        message.direction == Direction.INBOUND
        and message.kind in tuple(PUBLIC)
        and message.withdrawn_at is None
        and bool(message.external_id)
        and channel is not None
        and channel.mode == ChannelMode.FULL
        and isinstance(desk.tools.composers.get(channel.kind), Hides)
    )


def ask(
    session: Session, desk: Desk, case: Case, message: Message, *, hidden: bool, now: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """Somebody wants it hidden, or shown again: written down, and done by the worker within seconds."""
    if message.case_id != case.id:
        raise NotFound
    if not can_hide(desk, message):
        raise Refused("This cannot be hidden from here.")
    sight = sights(session, case.id).get(message.id, Sight())
    if (sight.is_hidden if sight.wanted is None else sight.wanted) is hidden:
        raise Conflict("Somebody did this already.")
    kind = EventKind.HIDING_ASKED if hidden else EventKind.SHOWING_ASKED
    record(session, case, kind, actor, now=now, message=message.id)
    jobs.add(session, jobs.JobKind.HIDE, case.office_id, [message.id], now)


def wanted(session: Session, message: Message) -> bool | None:
    """What is still to be done about this message; None: nothing."""
    return sights(session, message.case_id or "").get(message.id, Sight()).wanted


def done(session: Session, message: Message, *, hidden: bool, now: datetime) -> None:
    """The platform did it, or tells us that it did; a second word about the same is not written down."""
    sight = sights(session, message.case_id or "").get(message.id, Sight())
    if sight.is_hidden is hidden and sight.wanted is None:
        return
    kind = EventKind.MESSAGE_HIDDEN if hidden else EventKind.MESSAGE_SHOWN
    record(session, message.case_id, kind, SYSTEM, now=now, message=message.id)


def refused(session: Session, message: Message, channel: Channel, reason: str, now: datetime) -> None:
    """The platform will not: said on the case, where somebody asked for it."""
    record(
        session, message.case_id, EventKind.NOT_HIDDEN, SYSTEM, now=now, message=message.id,
        channel=channel.id, reason=reason[:300],
    )  # fmt: skip
