"""The only way out: queued with the approval, claimed by one, attempted with no transaction open, settled.

What passed the point of no return without an answer is `unknown`, and no machine sends it again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, or_, update
from sqlmodel import Session, col, select

from connectors.contract import (
    ConnectorFailure,
    CredentialsRejected,
    OutboundMessage,
    OutcomeUnknown,
    PartlyRefused,
    PermanentFailure,
    Sends,
    TemporaryFailure,
)
from inbox.database import Query, find, office_of
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    DELIVERY_MOVES,
    SENDING,
    Case,
    Channel,
    Delivery,
    DeliveryState,
    Draft,
    EventKind,
    Message,
    Office,
    move,
)
from inbox.outbox.by_hand import retry, settle_by_hand, stop
from inbox.outbox.endings import (
    WITH_A_LINK,
    Outcome,
    Purpose,
    Result,
    failed,
    found_again,
    known_there,
    not_by_this_channel,
    parted,
    pending,
    report,
    sent,
    unknown,
)
from inbox.outbox.parting import leads, others, part_for, part_of

__all__ = [
    "MOST_INTERRUPTIONS",
    "RETRY_FOR",
    "WITH_A_LINK",
    "Claimed",
    "LeaseLost",
    "Outcome",
    "Purpose",
    "Result",
    "attempt",
    "claim",
    "found_again",
    "has_due",
    "leads",
    "mark_committed",
    "not_by_this_channel",
    "others",
    "part_for",
    "part_of",
    "pending",
    "queue",
    "recover",
    "renew",
    "report",
    "retry",
    "settle",
    "settle_by_hand",
    "stop",
]

RETRY_FOR = timedelta(hours=4)
MOST_INTERRUPTIONS = 3
_PAUSES = (1, 5, 15, 30, 60)  # minutes; the last one repeats


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that one worker may attempt until `lease_until`, proved by its fence."""

    id: str
    office_id: str
    channel_id: str
    fence: int
    raw_hash: str
    outgoing_id: str
    recipients: tuple[str, ...]
    envelope_sender: str


class LeaseLost(Exception):
    """Somebody else took over; nothing more may be done under this fence."""


def queue(
    session: Session, *, case: Case | None, message: Message | None, channel: Channel, purpose: Purpose,
    recipients: list[str], envelope_sender: str, outgoing_id: str, raw_hash: str, now: datetime,
    not_before: datetime, draft: Draft | None = None, actor: Actor = SYSTEM,
) -> Delivery:  # fmt: skip
    """Puts a message in the outbox, in the caller's transaction. The bytes are already in the store.

    A notice to staff has no message: nobody said it to anybody on the case.
    """
    delivery = Delivery(
        office_id=office_of(session),
        case_id=case.id if case else None,
        draft_id=draft.id if draft else None,
        message_id=message.id if message else None,
        channel_id=channel.id,
        purpose=purpose,
        recipients=recipients,
        envelope_sender=envelope_sender,
        outgoing_id=outgoing_id,
        raw_hash=raw_hash,
        queued_at=now,
        next_at=not_before,
    )
    session.add(delivery)
    if purpose is not Purpose.ACKNOWLEDGEMENT:
        record(session, case, EventKind.QUEUED, actor, now=now, delivery=delivery.id, purpose=purpose)
    return delivery


def claim(session: Session, now: datetime, lease: timedelta, *, limit: int = 1) -> list[Claimed]:
    """Takes what is due in this office and may leave now, each for one worker only."""
    due = _may_leave(select(Delivery), now).order_by(col(Delivery.next_at), col(Delivery.id)).limit(limit)
    return [won for row in session.exec(due).all() if (won := _take(session, row, now, lease)) is not None]


def has_due(session: Session, now: datetime) -> bool:
    """Whether there is something to send or to take over, told cheaply."""
    due = _may_leave(select(Delivery.id), now).limit(1)
    lost = select(Delivery.id).where(Delivery.state == DeliveryState.SENDING, col(Delivery.lease_until) < now)
    return session.exec(due).first() is not None or session.exec(lost.limit(1)).first() is not None


def _may_leave(query: Query, now: datetime) -> Query:
    """Narrows `query` to what is due and may leave now: the office sends, and so does the channel."""
    return (
        query.join(Channel, col(Channel.id) == Delivery.channel_id)
        .join(Office, col(Office.id) == Delivery.office_id)
        .where(
            col(Delivery.state).in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
            col(Delivery.next_at) <= now,
            col(Channel.mode).in_(SENDING),
            col(Channel.removed_at).is_(None),
            col(Office.sending_paused).is_(None),
        )
    )


def attempt(claimed: Claimed, raw: bytes, connector: Sends, *, committing: Callable[[], None]) -> Outcome:
    """Sends, with no transaction open. Never raises for what a platform does."""
    outgoing = OutboundMessage(claimed.outgoing_id, claimed.recipients, claimed.envelope_sender, raw)
    try:
        receipt = connector.send(outgoing, committing=committing)
    except PartlyRefused as failure:
        return Outcome(Result.PARTED, failure.reason, later=failure.later, never=failure.never)
    except TemporaryFailure as failure:
        return Outcome(Result.LATER, failure.reason, failure.after)
    except CredentialsRejected as failure:
        return not_by_this_channel(failure.reason)
    except PermanentFailure as failure:
        return Outcome(Result.NEVER, failure.reason)
    except (OutcomeUnknown, ConnectorFailure) as failure:
        return Outcome(Result.UNKNOWN, failure.reason)
    return Outcome(Result.SENT, receipt.evidence, platform_id=receipt.external_id, thread=receipt.thread)


def mark_committed(session: Session, claimed: Claimed) -> None:
    """The next byte may make the server deliver: say so, durably, first. Raises LeaseLost."""
    _update(session, claimed, is_committed=True)


def renew(session: Session, claimed: Claimed, until: datetime) -> None:
    """A sender that is still waiting keeps its claim. Raises LeaseLost."""
    _update(session, claimed, lease_until=until)


def settle(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> Delivery:
    """Writes down how the attempt ended. Raises LeaseLost when another worker has taken over."""
    _update(session, claimed, lease_until=None)
    delivery = find(session, Delivery, claimed.id)
    delivery.is_committed, delivery.interruptions = False, 0
    if outcome.is_of_channel:
        find(session, Channel, delivery.channel_id).sending_trouble = outcome.words
    if outcome.result is Result.SENT:
        sent(session, delivery, outcome.words, now)
        known_there(session, delivery, outcome)
    elif outcome.result is Result.UNKNOWN:
        unknown(session, delivery, outcome.words, now)
    elif outcome.result is Result.PARTED:
        again = now + _pause(delivery.attempts) if now < delivery.queued_at + RETRY_FOR else None
        parted(session, delivery, outcome, now, again=again)
    elif outcome.result is Result.NEVER or now >= delivery.queued_at + RETRY_FOR:
        failed(session, delivery, outcome.words, now)
    else:
        delivery.state = move(delivery.state, DeliveryState.RETRYING, DELIVERY_MOVES, "message")
        delivery.trouble = outcome.words
        delivery.next_at = now + (outcome.after or _pause(delivery.attempts))
    return delivery


def recover(session: Session, now: datetime) -> int:
    """Takes over from workers that died while sending; returns how many deliveries were moved.

    Before the point of no return nothing can have left, so it is tried again, unless it is what they die of:
    then a person decides. After it, nobody knows.
    """
    query = select(Delivery).where(Delivery.state == DeliveryState.SENDING, col(Delivery.lease_until) < now)
    abandoned = session.exec(query.with_for_update(skip_locked=True)).all()
    for delivery in abandoned:
        delivery.fence += 1
        delivery.lease_until = None
        if delivery.is_committed:
            unknown(session, delivery, "The program stopped after handing the message over.", now)
        else:
            _interrupted(session, delivery, now)
        delivery.is_committed = False
    session.flush()  # what is tried again can be claimed at once
    return len(abandoned)


def _interrupted(session: Session, delivery: Delivery, now: datetime) -> None:
    delivery.interruptions += 1
    if delivery.interruptions >= MOST_INTERRUPTIONS:
        words = f"Sending it ended the program {MOST_INTERRUPTIONS} times. Nothing has left."
        failed(session, delivery, words, now)
        return
    delivery.state = move(delivery.state, DeliveryState.RETRYING, DELIVERY_MOVES, "message")
    delivery.next_at = now


def _take(session: Session, row: Delivery, now: datetime, lease: timedelta) -> Claimed | None:
    changed = session.connection().execute(
        update(Delivery)
        .where(
            col(Delivery.id) == row.id,
            col(Delivery.fence) == row.fence,
            or_(col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.state) == DeliveryState.RETRYING),
        )
        .values(
            state=DeliveryState.SENDING,
            fence=row.fence + 1,
            attempts=row.attempts + 1,
            lease_until=now + lease,
            is_committed=False,
        )
    )
    if changed.rowcount != 1:
        return None
    return Claimed(row.id, row.office_id, row.channel_id, row.fence + 1, row.raw_hash, row.outgoing_id,
                   tuple(row.recipients), row.envelope_sender)  # fmt: skip


def _update(session: Session, claimed: Claimed, **values: object) -> None:
    """Changes the row only under its own fence and while it is being sent."""
    changed: CursorResult[object] = session.connection().execute(
        update(Delivery)
        .where(
            col(Delivery.id) == claimed.id,
            col(Delivery.office_id) == claimed.office_id,
            col(Delivery.fence) == claimed.fence,
            col(Delivery.state) == DeliveryState.SENDING,
        )
        .values(**values)
    )
    if changed.rowcount != 1:
        raise LeaseLost


def _pause(attempts: int) -> timedelta:
    return timedelta(minutes=_PAUSES[min(attempts, len(_PAUSES)) - 1])
