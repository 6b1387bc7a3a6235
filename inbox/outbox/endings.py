"""How a message on its way out can end, and how that is found out later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from inbox.database import find
from inbox.history import SYSTEM, record
from inbox.models import (
    DELIVERY_MOVES,
    DRAFT_MOVES,
    Channel,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    EventKind,
    Message,
    channels_of_kind,
    move,
)
from inbox.outbox.parting import alone, has_left_elsewhere, leads, others, split
from inbox.references import in_thread


class Purpose(StrEnum):
    """Why something leaves."""

    REPLY = "reply"
    ACKNOWLEDGEMENT = "acknowledgement"
    ENQUIRY = "enquiry"
    NOTICE = "notice"
    PROOF = "proof"
    CAMPAIGN = "campaign"
    TO_STAFF = "to_staff"


TO_OUR_OWN = frozenset({Purpose.NOTICE, Purpose.TO_STAFF})
"""What goes to people of the office: nothing that the person on the case would see as an act."""


WITH_A_LINK = frozenset({Purpose.ACKNOWLEDGEMENT, Purpose.PROOF})
"""Letters that carry a private link, so that their bytes are sealed."""


class Result(StrEnum):
    """How one attempt ended."""

    SENT = "sent"
    LATER = "later"
    PARTED = "parted"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to. `words` is the server's answer or ours, free of content.

    `later` and `never`, when parted: what the server said of a recipient, by address.
    """

    result: Result
    words: str
    after: timedelta | None = None
    platform_id: str | None = None
    thread: str | None = None
    later: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)
    is_of_channel: bool = False
    """The account was refused: nothing else will leave by this channel either."""


def not_by_this_channel(words: str) -> Outcome:
    """The account itself cannot be used just now: what leaves by it waits until somebody has put it right."""
    return Outcome(Result.LATER, words, timedelta(minutes=15), is_of_channel=True)


def found_again(
    session: Session, outgoing_id: str | None, platform_id: str, now: datetime, *, kind: str,
    thread: str | None = None,
) -> Delivery | None:  # fmt: skip
    """Our own message came back, from the Sent folder or as an echo: proof that an unknown one left.

    `outgoing_id` is ours, where the platform carried it along; for mail it is the platform's id as well, also
    where another mailbox shows it. `platform_id` is what channels of this kind call it.
    `thread` is the conversation it turned out to stand in, by which what follows is known.
    """
    ours = col(Delivery.outgoing_id).in_([one for one in (outgoing_id, platform_id) if one])
    is_there = col(Delivery.channel_id).in_(channels_of_kind(kind))
    theirs = and_(col(Delivery.platform_id) == platform_id, is_there)
    delivery = session.exec(select(Delivery).where(or_(ours, theirs)).order_by(col(Delivery.id))).first()
    if delivery is not None and others(session, delivery):
        return delivery  # a copy of a message that left in parts does not tell which of them left
    if delivery is not None and delivery.state == DeliveryState.UNKNOWN:
        sent(session, delivery, "The platform shows it among what was sent.", now)
        delivery.needs_sent_copy = False
    elif delivery is None or not thread or delivery.outgoing_id != outgoing_id:
        return delivery
    told = Outcome(Result.SENT, "", platform_id=platform_id, thread=thread)
    if delivery.platform_id != platform_id[:255]:
        known_there(session, delivery, told)
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


def report(
    session: Session, delivery: Delivery, *, failed: bool, words: str, now: datetime,
    recipient: str | None = None,
) -> bool:  # fmt: skip
    """A delivery report came back for this message. Raises nothing: news about the past is only noted.

    One that failed to reach `recipient` says nothing of the others in the delivery: they keep their state.
    Returns whether nobody knew until now that it left.
    """
    wanted = DeliveryState.BOUNCED if failed else DeliveryState.DELIVERED
    if wanted not in DELIVERY_MOVES[DeliveryState(delivery.state)]:
        return False
    is_news = delivery.state == DeliveryState.UNKNOWN and not failed
    if is_news:
        sent(session, delivery, "A report says that it arrived.", now)
    if failed:
        delivery = alone(session, delivery, recipient)
    delivery.state = wanted
    delivery.trouble = words if failed else None
    kind = EventKind.NOT_DELIVERED if failed else EventKind.DELIVERED
    record(session, delivery.case_id, kind, SYSTEM, now=now, delivery=delivery.id)
    return is_news


def sent(session: Session, delivery: Delivery, evidence: str, now: datetime) -> None:
    delivery.state = move(delivery.state, DeliveryState.SENT, DELIVERY_MOVES, "message")
    delivery.sent_at, delivery.evidence, delivery.trouble = now, evidence, None
    is_ours = delivery.purpose in TO_OUR_OWN
    delivery.needs_sent_copy = not is_ours and not has_left_elsewhere(session, delivery)
    message = session.exec(select(Message).where(Message.id == delivery.message_id)).first()
    if message is not None:
        message.sent_at = now
    draft = session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
    if draft is not None:
        draft.state = move(draft.state, DraftState.SENT, DRAFT_MOVES, "reply")
    channel = find(session, Channel, delivery.channel_id)
    channel.last_out_at, channel.sending_trouble = now, None
    if delivery.purpose in TO_OUR_OWN:
        record(session, delivery.case_id, EventKind.DELIVERED, SYSTEM, now=now, delivery=delivery.id)
        return
    kind = EventKind.ACKNOWLEDGED if delivery.purpose == Purpose.ACKNOWLEDGEMENT else EventKind.SENT
    public = leads(session, delivery)
    record(session, delivery.case_id, kind, SYSTEM, now=now, delivery=delivery.id, public=public)


def known_there(session: Session, delivery: Delivery, outcome: Outcome) -> None:
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


def unknown(session: Session, delivery: Delivery, words: str, now: datetime) -> None:
    delivery.state = move(delivery.state, DeliveryState.UNKNOWN, DELIVERY_MOVES, "message")
    delivery.trouble = words
    record(session, delivery.case_id, EventKind.DELIVERY_UNKNOWN, SYSTEM, now=now, delivery=delivery.id)


def failed(session: Session, delivery: Delivery, words: str, now: datetime) -> None:
    delivery.state = move(delivery.state, DeliveryState.FAILED, DELIVERY_MOVES, "message")
    delivery.trouble = words
    record(session, delivery.case_id, EventKind.NOT_DELIVERED, SYSTEM, now=now, delivery=delivery.id)


def parted(
    session: Session, delivery: Delivery, outcome: Outcome, now: datetime, *, again: datetime | None
) -> None:
    """Some recipients were refused before anything left: each group goes on as a delivery of its own.

    Who was welcome is next, who was refused for now waits until `again` (None: that time is over), who was
    refused for good has failed. The delivery itself stays with its first recipient, who is the one answered.
    """
    refused = {**outcome.later, **outcome.never}
    welcome = [one for one in delivery.recipients if one not in refused]
    groups = (welcome, list(outcome.later), list(outcome.never))
    first = delivery.recipients[0]
    for people in filter(None, groups):
        row = delivery if first in people else split(session, delivery, people)
        row.recipients = people
        said = "; ".join(f"{one}: {refused[one]}" for one in people if one in refused)
        if people[0] in outcome.never or (said and again is None):
            failed(session, row, f"Refused: {said}", now)
            continue
        row.state = move(row.state, DeliveryState.RETRYING, DELIVERY_MOVES, "message")
        row.trouble = f"Refused for now: {said}" if said else None
        row.next_at = again if said and again else now
        if row is not delivery:
            record(session, row.case_id, EventKind.QUEUED, SYSTEM, now=now, delivery=row.id,
                   purpose=row.purpose, part_of=delivery.id)  # fmt: skip
