"""The only way out: queued with the approval, claimed by one, attempted with no transaction open, settled.

What passed the point of no return without an answer is `unknown`, and no machine sends it again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CursorResult, or_, update
from sqlmodel import Session, col, select

from connectors.contract import (
    ConnectorFailure,
    CredentialsRejected,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    Sends,
    TemporaryFailure,
)
from inbox.database import find, office_of
from inbox.errors import Conflict, IllegalMove
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    DELIVERY_MOVES,
    DRAFT_MOVES,
    SENDING,
    Case,
    Channel,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    EventKind,
    Message,
    Office,
    move,
)
from inbox.references import in_thread

RETRY_FOR = timedelta(hours=4)
MOST_INTERRUPTIONS = 3
_PAUSES = (1, 5, 15, 30, 60)  # minutes; the last one repeats


class Purpose(StrEnum):
    """Why something leaves."""

    REPLY = "reply"
    ACKNOWLEDGEMENT = "acknowledgement"
    ENQUIRY = "enquiry"
    NOTICE = "notice"
    PROOF = "proof"
    CAMPAIGN = "campaign"


class Result(StrEnum):
    """How one attempt ended."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to. `words` is the server's answer or ours, free of content."""

    result: Result
    words: str
    after: timedelta | None = None
    platform_id: str | None = None
    thread: str | None = None


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
    office = session.exec(select(Office).where(Office.id == office_of(session))).one()
    if office.sending_paused:
        return []
    due = (
        select(Delivery)
        .join(Channel, col(Channel.id) == Delivery.channel_id)
        .where(
            col(Delivery.state).in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
            Delivery.next_at <= now,
            col(Channel.mode).in_(SENDING),
            col(Channel.removed_at).is_(None),
        )
        .order_by(col(Delivery.next_at), col(Delivery.id))
        .limit(limit)
    )
    return [won for row in session.exec(due).all() if (won := _take(session, row, now, lease)) is not None]


def has_due(session: Session, now: datetime) -> bool:
    """Whether there may be something to send or to take over, told cheaply."""
    waiting = (DeliveryState.QUEUED, DeliveryState.RETRYING)
    due = select(Delivery.id).where(col(Delivery.state).in_(waiting), Delivery.next_at <= now).limit(1)
    lost = select(Delivery.id).where(Delivery.state == DeliveryState.SENDING, col(Delivery.lease_until) < now)
    return session.exec(due).first() is not None or session.exec(lost.limit(1)).first() is not None


def attempt(claimed: Claimed, raw: bytes, connector: Sends, *, committing: Callable[[], None]) -> Outcome:
    """Sends, with no transaction open. Never raises for what a platform does."""
    outgoing = OutboundMessage(claimed.outgoing_id, claimed.recipients, claimed.envelope_sender, raw)
    try:
        receipt = connector.send(outgoing, committing=committing)
    except TemporaryFailure as failure:
        return Outcome(Result.LATER, failure.reason, failure.after)
    except CredentialsRejected as failure:
        return Outcome(Result.LATER, failure.reason, timedelta(minutes=15))
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
    if outcome.result is Result.SENT:
        _sent(session, delivery, outcome.words, now)
        _known_there(session, delivery, outcome)
    elif outcome.result is Result.UNKNOWN:
        _unknown(session, delivery, outcome.words, now)
    elif outcome.result is Result.NEVER or now >= delivery.queued_at + RETRY_FOR:
        _failed(session, delivery, outcome.words, now)
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
            _unknown(session, delivery, "The program stopped after handing the message over.", now)
        else:
            _interrupted(session, delivery, now)
        delivery.is_committed = False
    session.flush()  # what is tried again can be claimed at once
    return len(abandoned)


def _interrupted(session: Session, delivery: Delivery, now: datetime) -> None:
    delivery.interruptions += 1
    if delivery.interruptions >= MOST_INTERRUPTIONS:
        words = f"Sending it ended the program {MOST_INTERRUPTIONS} times. Nothing has left."
        _failed(session, delivery, words, now)
        return
    delivery.state = move(delivery.state, DeliveryState.RETRYING, DELIVERY_MOVES, "message")
    delivery.next_at = now


def stop(session: Session, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """Stops what has not left; the words go back to being a draft that needs approval again."""
    won = _change_state(
        session, delivery, (DeliveryState.QUEUED, DeliveryState.RETRYING), DeliveryState.STOPPED
    )
    if not won:
        raise Conflict("It has left already, so it cannot be stopped.")
    draft = (
        session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
        if delivery.draft_id
        else None
    )
    if draft is not None:
        draft.state = move(draft.state, DraftState.DRAFT, DRAFT_MOVES, "reply")
        draft.version += 1
        delivery.draft_id = None
    delivery.settled_by = actor.id
    record(session, delivery.case_id, EventKind.STOPPED, actor, now=now, delivery=delivery.id)


def retry(session: Session, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """A person sends a failed or bounced message again. Never for `unknown`: settle that first.

    A stopped reply went back to its writer: only a new yes to its words sends it.
    """
    if delivery.state == DeliveryState.STOPPED and delivery.purpose != Purpose.ACKNOWLEDGEMENT:
        raise Conflict("It was stopped, and its words are a draft again. Approve the draft to send it.")
    if DeliveryState.QUEUED not in DELIVERY_MOVES[DeliveryState(delivery.state)]:
        raise IllegalMove("It is on its way, or nobody knows if it left. It cannot be sent again now.")
    _change_by_hand(session, delivery, DeliveryState.QUEUED)
    delivery.next_at, delivery.queued_at, delivery.trouble = now, now, None
    delivery.settled_by, delivery.interruptions = None, 0
    record(session, delivery.case_id, EventKind.QUEUED, actor, now=now, delivery=delivery.id, again=True)


def settle_by_hand(
    session: Session, delivery: Delivery, *, was_sent: bool, now: datetime, actor: Actor
) -> None:
    """A person looked and says whether an unknown one left, or that one which did not is dealt with."""
    if delivery.settled_by:
        raise Conflict("Somebody has settled this already.")
    is_known_failure = delivery.state in (DeliveryState.FAILED, DeliveryState.BOUNCED) and not was_sent
    if delivery.state != DeliveryState.UNKNOWN and not is_known_failure:
        raise Conflict("Only a message of unknown outcome can be settled by hand.")
    # Two people may look at the same moment: the second one's word finds it settled.
    _change_by_hand(session, delivery, DeliveryState(delivery.state))
    delivery.settled_by = actor.id or actor.name[:32]
    if is_known_failure:
        pass
    elif was_sent:
        _sent(session, delivery, "A person found that it was sent.", now)
    else:
        _failed(session, delivery, "A person found that it was not sent.", now)
    record(session, delivery.case_id, EventKind.DELIVERY_SETTLED, actor, now=now, delivery=delivery.id,
           was_sent=was_sent)  # fmt: skip


def found_again(
    session: Session, outgoing_id: str | None, platform_id: str, now: datetime, *, thread: str | None = None
) -> Delivery | None:
    """Our own message came back, from the Sent folder or as an echo: proof that an unknown one left.

    `outgoing_id` is ours, where the platform carried it along; for mail it is the platform's id as well.
    `thread` is the conversation it turned out to stand in, by which what follows is known.
    """
    ours = col(Delivery.outgoing_id).in_([one for one in (outgoing_id, platform_id) if one])
    theirs = col(Delivery.platform_id) == platform_id
    delivery = session.exec(select(Delivery).where(or_(ours, theirs))).first()
    if delivery is not None and delivery.state == DeliveryState.UNKNOWN:
        _sent(session, delivery, "The platform shows it among what was sent.", now)
        delivery.needs_sent_copy = False
    elif delivery is None or not thread or delivery.outgoing_id != outgoing_id:
        return delivery
    told = Outcome(Result.SENT, "", platform_id=platform_id, thread=thread)
    if delivery.platform_id != platform_id[:255]:
        _known_there(session, delivery, told)
    return delivery


def pending(session: Session, echo: Message) -> str | None:
    """Our id of what is leaving through the same channel in the very words of `echo`, or may have left."""
    query = (
        select(Delivery.outgoing_id)
        .join(Message, col(Message.id) == Delivery.message_id)
        .where(col(Delivery.state).in_((DeliveryState.SENDING, DeliveryState.UNKNOWN)))
        .where(Delivery.channel_id == echo.channel_id, Message.text == echo.text)
        .where(Message.kind == echo.kind)
    )
    return session.exec(query.order_by(col(Delivery.id)).limit(1)).first()


def report(session: Session, delivery: Delivery, *, failed: bool, words: str, now: datetime) -> None:
    """A delivery report came back for this message. Raises nothing: news about the past is only noted."""
    wanted = DeliveryState.BOUNCED if failed else DeliveryState.DELIVERED
    if wanted not in DELIVERY_MOVES[DeliveryState(delivery.state)]:
        return
    delivery.state = wanted
    delivery.trouble = words if failed else None
    kind = EventKind.NOT_DELIVERED if failed else EventKind.DELIVERED
    record(session, delivery.case_id, kind, SYSTEM, now=now, delivery=delivery.id)


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


def _change_state(
    session: Session, delivery: Delivery, before: tuple[DeliveryState, ...], after: DeliveryState
) -> bool:
    changed = session.connection().execute(
        update(Delivery)
        .where(col(Delivery.id) == delivery.id, col(Delivery.state).in_(before))
        .values(state=after, fence=delivery.fence + 1)
    )
    if changed.rowcount == 1:
        session.refresh(delivery)
    return changed.rowcount == 1


def _change_by_hand(session: Session, delivery: Delivery, after: DeliveryState) -> None:
    """Moves on what a person saw, if it is still so. Raises IllegalMove or Conflict."""
    before = DeliveryState(delivery.state)
    if after is not before:
        move(before, after, DELIVERY_MOVES, "message")
    if not _change_state(session, delivery, (before,), after):
        raise Conflict("Somebody did this at the same moment. Look again.")


def _sent(session: Session, delivery: Delivery, evidence: str, now: datetime) -> None:
    delivery.state = move(delivery.state, DeliveryState.SENT, DELIVERY_MOVES, "message")
    delivery.sent_at, delivery.evidence, delivery.trouble = now, evidence, None
    delivery.needs_sent_copy = delivery.purpose != Purpose.NOTICE
    message = session.exec(select(Message).where(Message.id == delivery.message_id)).first()
    if message is not None:
        message.sent_at = now
    draft = session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
    if draft is not None:
        draft.state = move(draft.state, DraftState.SENT, DRAFT_MOVES, "reply")
    channel = find(session, Channel, delivery.channel_id)
    channel.last_out_at = now
    if delivery.purpose == Purpose.NOTICE:
        record(session, delivery.case_id, EventKind.DELIVERED, SYSTEM, now=now, delivery=delivery.id)
        return
    kind = EventKind.ACKNOWLEDGED if delivery.purpose == Purpose.ACKNOWLEDGEMENT else EventKind.SENT
    record(session, delivery.case_id, kind, SYSTEM, now=now, delivery=delivery.id, public=True)


def _known_there(session: Session, delivery: Delivery, outcome: Outcome) -> None:
    """The platform's own id and conversation of what left, by which answers to it are known."""
    if not outcome.platform_id or outcome.platform_id == delivery.outgoing_id:
        return
    delivery.platform_id = outcome.platform_id[:255]
    message = session.exec(select(Message).where(Message.id == delivery.message_id)).first()
    if message is None:
        return
    message.external_id = outcome.platform_id[:998]
    if outcome.thread:
        channel = find(session, Channel, delivery.channel_id)
        message.thread = in_thread(channel.kind, channel.account, outcome.thread)


def _unknown(session: Session, delivery: Delivery, words: str, now: datetime) -> None:
    delivery.state = move(delivery.state, DeliveryState.UNKNOWN, DELIVERY_MOVES, "message")
    delivery.trouble = words
    record(session, delivery.case_id, EventKind.DELIVERY_UNKNOWN, SYSTEM, now=now, delivery=delivery.id)


def _failed(session: Session, delivery: Delivery, words: str, now: datetime) -> None:
    delivery.state = move(delivery.state, DeliveryState.FAILED, DELIVERY_MOVES, "message")
    delivery.trouble = words
    record(session, delivery.case_id, EventKind.NOT_DELIVERED, SYSTEM, now=now, delivery=delivery.id)


def _pause(attempts: int) -> timedelta:
    return timedelta(minutes=_PAUSES[min(attempts, len(_PAUSES)) - 1])
