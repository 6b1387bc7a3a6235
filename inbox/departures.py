"""What changes on a case once a message has left, or came back: promises met, enquiries asked, whose turn."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox import casefile, clocks, enquiries, outbox
from inbox.desk import Desk
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    CASE_MOVES,
    Case,
    CaseStatus,
    Delivery,
    DeliveryState,
    Draft,
    EventKind,
    Staff,
    move,
)
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
    """Called for every delivery that became `sent`, however that was found out.

    Where a message left in parts, the case follows the one that went to the person answered.
    """
    case = session.exec(select(Case).where(Case.id == delivery.case_id)).first()
    if case is None or not outbox.leads(session, delivery):
        return
    if delivery.purpose == Purpose.ACKNOWLEDGEMENT:
        clocks.meet(session, case, (ClockKind.ACKNOWLEDGE,), now=now, actor=actor)
    elif delivery.purpose == Purpose.REPLY:
        replied(session, desk, case, now=now, actor=actor, writer=_writer(session, delivery))
    elif delivery.purpose == Purpose.CAMPAIGN:
        _answered(session, case, now=now, actor=actor)
    elif delivery.purpose == Purpose.ENQUIRY:
        enquiries.sent(session, desk, delivery, now=now, actor=actor)


def reported(
    session: Session, desk: Desk, delivery: Delivery, *, failed: bool, words: str, now: datetime,
    recipient: str | None = None,
) -> None:  # fmt: skip
    """A report says how a message fared, and so perhaps for the first time that it left."""
    if outbox.report(session, delivery, failed=failed, words=words, now=now, recipient=recipient):
        left(session, desk, delivery, now=now, actor=SYSTEM)
    _came_back(session, delivery, now=now)


def replied(
    session: Session, desk: Desk, case: Case, *, now: datetime, actor: Actor, writer: Staff | None = None
) -> None:
    """The person has a reply from somebody of the office, by whichever program it left."""
    casefile.answered(session, case, now=now, actor=actor, writer=writer)
    clocks.replied(session, desk, case, now=now, actor=actor)
    enquiries.put_away_updates(session, case, now=now, actor=actor)


def _came_back(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """What followed from its leaving and, where a report made it `bounced`, is so no more. A reply that came
    back still was one; a question that reached nobody was never asked."""
    parts = [delivery, *outbox.others(session, delivery)]
    gone = all(part.state in (DeliveryState.BOUNCED, DeliveryState.FAILED) for part in parts)
    if delivery.purpose != Purpose.ENQUIRY or not gone:
        return
    lead = min(parts, key=lambda part: part.id)
    draft = session.exec(select(Draft).where(Draft.id == lead.draft_id)).first()
    if draft is not None:
        enquiries.came_back(session, draft, now=now)


def _writer(session: Session, delivery: Delivery) -> Staff | None:
    """Who began the reply; None for a machine's, or a program's."""
    query = select(Staff).join(Draft, col(Draft.author_id) == Staff.id)
    return session.exec(query.where(Draft.id == delivery.draft_id)).first()


def _answered(session: Session, case: Case, *, now: datetime, actor: Actor) -> None:
    """The answer to a campaign ends the case; a reply to it opens the case again."""
    clocks.meet(session, case, (ClockKind.ACKNOWLEDGE, ClockKind.FIRST_REPLY), now=now, actor=actor)
    before = CaseStatus(case.status)
    if CaseStatus.RESOLVED not in CASE_MOVES[before]:
        return
    case.status = move(before, CaseStatus.RESOLVED, CASE_MOVES, "case")
    case.outcome, case.closed_at = "resolved", now
    case.version += 1
    case.updated_at = now
    record(session, case, EventKind.CLOSED, actor, now=now, public=True, before=before, outcome=case.outcome)
