"""What comes in about our own mail: delivery reports, and copies out of the Sent folder."""

from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from connectors.contract import DeliveryReport, Echo, InboundMessage, Machine, ReportAction, storable
from inbox import casefile, departures, matching, outbox
from inbox.desk import Desk
from inbox.errors import NotYet
from inbox.history import SYSTEM, record
from inbox.models import (
    Case,
    Delivery,
    DeliveryState,
    Direction,
    EventKind,
    Handle,
    Message,
    MessageKind,
    channels_of_kind,
)
from inbox.recall import Recall
from inbox.references import in_thread


def reported(
    session: Session, desk: Desk, report: DeliveryReport, message: Message, now: datetime
) -> Case | None:
    """A delivery report settles the message that it is about, and is filed beside it."""
    message.kind = MessageKind.REPORT
    query = select(Delivery).where(col(Delivery.outgoing_id).in_(report.original_ids[:20]))
    found = session.exec(query).all() if report.original_ids else ()
    if found:
        delivery = outbox.part_for(found, report.recipient)
        message.case_id = delivery.case_id
        if report.action is not ReportAction.DELAYED:
            _settle(session, desk, delivery, report, report.recipient, report.reason, now)
            for recipient, reason in report.others:
                if (theirs := outbox.part_of(session, delivery.outgoing_id, recipient)) is not None:
                    _settle(session, desk, theirs, report, recipient, reason, now)
    session.add(message)
    session.flush()
    case = session.exec(select(Case).where(Case.id == message.case_id)).first() if message.case_id else None
    if case is not None:
        case.message_count += 1
        case.updated_at = now
    record(session, case, EventKind.ARRIVED, SYSTEM, now=now, message=message.id, machine=message.machine)
    return case


def _settle(
    session: Session, desk: Desk, delivery: Delivery, report: DeliveryReport, recipient: str | None,
    reason: str, now: datetime,
) -> None:  # fmt: skip
    failed = report.action is ReportAction.FAILED
    departures.reported(
        session, desk, delivery, failed=failed, words=storable(reason), now=now, recipient=recipient
    )


def receipted(
    session: Session, desk: Desk, receipt: DeliveryReport, now: datetime, *, patient: bool = False
) -> None:
    """A platform's receipt for what we sent: each message by its name, or all of a conversation till then."""
    if receipt.action is ReportAction.DELAYED:
        return
    if receipt.original_ids:
        ids = receipt.original_ids[:200]
        named = or_(col(Delivery.platform_id).in_(ids), col(Delivery.outgoing_id).in_(ids))
        there = col(Delivery.channel_id).in_(channels_of_kind(receipt.channel))
        query = select(Delivery).where(named, there)
    elif receipt.thread and receipt.until:
        thread = in_thread(receipt.channel, receipt.account, receipt.thread)
        query = (
            select(Delivery)
            .join(Message, col(Message.id) == Delivery.message_id)
            .where(Message.thread == thread, Delivery.state == DeliveryState.SENT)
            .where(col(Delivery.sent_at) <= receipt.until)
        )
    else:
        return
    found = session.exec(query).all()
    if patient and receipt.original_ids and not found and _is_leaving(session):
        raise NotYet("What this receipt is for has not come back from the platform yet.")
    for delivery in found:
        failed = receipt.action is ReportAction.FAILED
        departures.reported(session, desk, delivery, failed=failed, words=storable(receipt.reason), now=now)


def _is_leaving(session: Session) -> bool:
    """A receipt may overtake the platform's answer to our own request."""
    return (
        session.exec(select(Delivery.id).where(Delivery.state == DeliveryState.SENDING)).first() is not None
    )


def echoed(
    session: Session, desk: Desk, echo: Echo, message: Message, known: Recall, now: datetime
) -> Case | None:
    """The platform tells back what went out in our name: proof of our own, or written in its own program.

    Where the platform carries no id of ours along, the words tell, while nobody knows if ours left.
    """
    outgoing_id = echo.outgoing_id or outbox.pending(session, message)
    return sent_elsewhere(session, desk, message, echo.message, known, now, outgoing_id=outgoing_id)


def sent_elsewhere(
    session: Session, desk: Desk, message: Message, incoming: InboundMessage, known: Recall, now: datetime,
    *, outgoing_id: str | None = None,
) -> Case | None:  # fmt: skip
    """From the Sent folder: proof of our own message, or what staff wrote on a case in another program. It
    answers the person only where it went to them; else it is filed, and every promise stands."""
    message.direction = Direction.OUTBOUND
    message.sent_at = incoming.sent_at or message.received_at
    ours = outbox.found_again(
        session, outgoing_id, incoming.external_id, now, kind=incoming.channel, thread=incoming.thread
    )
    if ours is not None and ours.sent_at == now:
        departures.left(session, desk, ours, now=now, actor=SYSTEM)
    hit = None if ours else matching.conversation(session, desk, incoming, known)
    if hit is None:
        message.machine = Machine.OWN
        if ours is None:
            session.add(message)
            session.flush()
        return None
    message.case_id = hit.id
    is_reply = _is_to_person(session, hit, message)
    message.constituent_id = hit.constituent_id if is_reply else None
    session.add(message)
    session.flush()
    hit.message_count += 1
    hit.updated_at = now
    if is_reply:
        departures.replied(session, desk, hit, now=now, actor=SYSTEM)
    record(session, hit, EventKind.SENT_ELSEWHERE, SYSTEM, now=now, message=message.id, public=is_reply)
    casefile.index(session, hit, message)
    return hit


def _is_to_person(session: Session, case: Case, message: Message) -> bool:
    """Whether the person on the case has it. In a conversation of a platform nobody is named: there they
    read it."""
    if not message.recipients:
        return case.constituent_id is not None and message.thread is not None
    theirs = select(Handle.id).where(
        Handle.constituent_id == case.constituent_id, col(Handle.address).in_(message.recipients)
    )
    return session.exec(theirs).first() is not None
