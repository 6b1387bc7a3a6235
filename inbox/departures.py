"""What changes on a case once a message has left: promises met, enquiries asked, whose turn it is."""

from datetime import datetime

from sqlmodel import Session, select

from inbox import clocks, enquiries, outbox
from inbox.desk import Desk
from inbox.history import Actor
from inbox.models import Case, Delivery
from inbox.outbox import Purpose
from routing.words import ClockKind


def settle(
    session: Session, desk: Desk, delivery: Delivery, *, was_sent: bool, now: datetime, actor: Actor
) -> None:
    """A person looked and says whether it left; what follows from leaving follows then too."""
    outbox.settle_by_hand(session, delivery, was_sent=was_sent, now=now, actor=actor)
    if was_sent:
        left(session, desk, delivery, now=now, actor=actor)


def left(session: Session, desk: Desk, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """Called for every delivery that became `sent`, however that was found out."""
    case = session.exec(select(Case).where(Case.id == delivery.case_id)).first()
    if case is None:
        return
    if delivery.purpose == Purpose.ACKNOWLEDGEMENT:
        clocks.meet(session, case, (ClockKind.ACKNOWLEDGE,), now=now, actor=actor)
    elif delivery.purpose == Purpose.REPLY:
        clocks.replied(session, desk, case, now=now, actor=actor)
    elif delivery.purpose == Purpose.ENQUIRY:
        enquiries.sent(session, desk, delivery, now=now, actor=actor)
