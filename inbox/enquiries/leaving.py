"""What follows once a letter to a body has left, or came back: its clock, next step, word to the person."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox import clocks, drafting
from inbox.database import find
from inbox.desk import Desk
from inbox.enquiries import letters
from inbox.enquiries.asking import clock_order
from inbox.enquiries.chasing import end, our_turn, put_away_updates, steps_of, stop_ladder
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    CASE_MOVES,
    EDITABLE,
    Case,
    CaseStatus,
    Constituent,
    Delivery,
    DeliveryState,
    Draft,
    Ending,
    Enquiry,
    EnquiryStep,
    EventKind,
    move,
)
from routing.words import ClockKind, Kind


def sent(session: Session, desk: Desk, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """The first letter starts the body's clock, a chase ends its step; the case waits, and the person is to
    be told: an update comes up as a draft."""
    draft = session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
    enquiry = session.exec(select(Enquiry).where(Enquiry.id == draft.enquiry_id)).first() if draft else None
    case = session.exec(select(Case).where(Case.id == delivery.case_id)).first()
    if enquiry is None or case is None or draft is None:
        return
    step = session.exec(select(EnquiryStep).where(EnquiryStep.draft_id == draft.id)).first()
    if enquiry.asked_at is None:
        _asked(session, desk, case, enquiry, now=now, actor=actor)
    elif step is not None and step.ending != Ending.SENT:
        end(session, desk, case, enquiry, step, Ending.SENT, now=now, actor=actor)
    else:
        return
    if enquiry.answered_at or enquiry.withdrawn_at:
        enquiry.next_step_at = None
        return
    if case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        case.status = move(case.status, CaseStatus.WAITING_BODY, CASE_MOVES, "case")
        case.waiting_for = enquiry.body
        bring_up_update(session, desk, case, enquiry, now=now, actor=actor, is_late=step is not None)
    case.version += 1


def came_back(session: Session, draft: Draft, *, now: datetime) -> None:
    """The first letter reached nobody: the body was never asked, so it owes nothing and is not late.

    Sent again, it is asked from that day. Nothing changes where a chase has reached them meanwhile.
    """
    enquiry = session.exec(select(Enquiry).where(Enquiry.id == draft.enquiry_id)).first()
    if enquiry is None or enquiry.asked_at is None or enquiry.answered_at or enquiry.withdrawn_at:
        return
    steps = steps_of(session, enquiry)
    is_first = all(step.draft_id != draft.id for step in steps)
    if not is_first or any(step.ending in (Ending.SENT, Ending.RANG) for step in steps):
        return
    case = find(session, Case, enquiry.case_id)
    enquiry.asked_at, enquiry.next_step_at = None, None
    clocks.cancel(session, case, (ClockKind.ENQUIRY,), now=now, actor=SYSTEM, enquiry_id=enquiry.id)
    stop_ladder(session, case, enquiry, now=now, actor=SYSTEM)
    for step in steps:  # what came up was about a letter that nobody had: the ladder begins anew
        session.delete(step)
    our_turn(session, case, enquiry)
    case.version += 1
    record(session, case, EventKind.ENQUIRY_CAME_BACK, SYSTEM, now=now, enquiry=enquiry.id)


def has_come_back(session: Session, enquiry: Enquiry) -> bool:
    """Whether the first letter left and reached nobody, and a person has to see to it."""
    if enquiry.asked_at or enquiry.withdrawn_at:
        return False
    query = (
        select(Delivery.id)
        .join(Draft, col(Draft.id) == Delivery.draft_id)
        .where(Draft.enquiry_id == enquiry.id, Delivery.state == DeliveryState.BOUNCED)
    )
    return session.exec(query.limit(1)).first() is not None


def bring_up_update(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor, is_late: bool
) -> Draft | None:
    """Lays ready what the person is told while we wait; None where somebody is writing to them anyway."""
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    if person is None or case.kind in (Kind.SPAM, Kind.CAMPAIGN):
        return None
    put_away_updates(session, case, now=now, actor=actor)
    writing = select(Draft.id).where(
        Draft.case_id == case.id, col(Draft.enquiry_id).is_(None), col(Draft.state).in_(EDITABLE)
    )
    if session.exec(writing.limit(1)).first() is not None:
        return None
    name, text = letters.of_update(session, desk, case, enquiry, person, now, is_late=is_late)
    draft = drafting.begin(session, desk, case, author_id=None, now=now, actor=actor, text=text)
    letters.lay_ready(draft, letters.UPDATE, name)
    record(session, case, EventKind.UPDATE_CAME_UP, actor, now=now, enquiry=enquiry.id, draft=draft.id)
    return draft


def _asked(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor
) -> None:
    enquiry.asked_at = now
    clocks.start(session, desk, case, clock_order(enquiry), received_at=now, now=now, actor=actor,
                 enquiry_id=enquiry.id)  # fmt: skip
    record(session, case, EventKind.ENQUIRY_ASKED, actor, now=now, public=True, enquiry=enquiry.id)
