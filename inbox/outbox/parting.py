"""When recipients of one message fare differently, each group goes on as a delivery of its own.

So every delivery has one truth for everybody in it, and whoever has the message is never sent it again
because somebody else has not. The parts share our Message-ID and the stored bytes. The oldest of them is
the leading one: it keeps the draft, and what follows from a reply follows from it alone.
"""

from collections.abc import Collection

from sqlmodel import Session, col, select

from inbox.models import Delivery, DeliveryState

_LEFT = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)


def split(session: Session, delivery: Delivery, people: list[str]) -> Delivery:
    """Another delivery of the same message as it stands now, for `people` only; the draft stays behind."""
    kept = {"id", "draft_id", "recipients", "lease_until", "fence", "is_committed", "needs_sent_copy"}
    made = Delivery(**delivery.model_dump(exclude=kept), recipients=people)
    session.add(made)
    session.flush()
    return made


def part_for(found: Collection[Delivery], recipient: str | None) -> Delivery:
    """Of the parts of one message, the one that a report about `recipient` is about; else the oldest."""
    parts = sorted(found, key=lambda row: row.id)
    return next((row for row in parts if _named(row, recipient)), parts[0])


def part_of(session: Session, outgoing_id: str, recipient: str) -> Delivery | None:
    """The part of a message that `recipient` is in by name."""
    parts = session.exec(
        select(Delivery).where(Delivery.outgoing_id == outgoing_id).order_by(col(Delivery.id))
    )
    return next((row for row in parts if _named(row, recipient)), None)


def alone(session: Session, delivery: Delivery, recipient: str | None) -> Delivery:
    """The delivery to `recipient` only, split off if need be, so that trying again reaches nobody else."""
    theirs = _named(delivery, recipient)
    if not theirs or len(theirs) == len(delivery.recipients):
        return delivery
    delivery.recipients = [one for one in delivery.recipients if one not in theirs]
    return split(session, delivery, theirs)


def others(session: Session, delivery: Delivery) -> list[Delivery]:
    """The other parts of the same message, oldest first."""
    query = select(Delivery).where(Delivery.outgoing_id == delivery.outgoing_id, Delivery.id != delivery.id)
    return list(session.exec(query.order_by(col(Delivery.id))).all())


def leads(session: Session, delivery: Delivery) -> bool:
    """Whether this is the whole of its message, or the part of it that the case follows."""
    return all(delivery.id < other.id for other in others(session, delivery))


def has_left_elsewhere(session: Session, delivery: Delivery) -> bool:
    """Whether another part of the same message has left, or may have."""
    return any(other.state in _LEFT for other in others(session, delivery))


def _named(delivery: Delivery, recipient: str | None) -> list[str]:
    named = (recipient or "").strip().casefold()
    return [one for one in delivery.recipients if one.casefold() == named]
