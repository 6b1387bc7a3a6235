"""What the office asks of a body on a case: a letter that passes sign-off, and a clock of its own."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox import clocks, drafting
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import (
    CASE_MOVES,
    Case,
    CaseStatus,
    Delivery,
    Draft,
    Enquiry,
    EventKind,
    move,
)
from routing.rules import ClockOrder
from routing.words import ClockKind, Unit


def ask(
    session: Session, desk: Desk, case: Case, *, body: str, address: str, question: str, working_days: int,
    author_id: str | None, now: datetime, actor: Actor,
) -> tuple[Enquiry, Draft]:  # fmt: skip
    """Prepares an enquiry and its letter. It leaves, and its clock starts, only after sign-off."""
    if not body.strip() or not question.strip():
        raise Refused("Name the organisation and write what you ask of it.")
    if not 1 <= working_days <= 250:
        raise Refused("Give the organisation between 1 and 250 working days.")
    enquiry = Enquiry(
        office_id=case.office_id,
        case_id=case.id,
        body=body.strip()[:200],
        address=address.strip().lower(),
        question=question,
        asked_by=author_id,
        created_at=now,
        working_days=working_days,
    )
    session.add(enquiry)
    session.flush()
    draft = drafting.begin(session, desk, case, author_id=author_id, now=now, actor=actor, text=question)
    draft.enquiry_id = enquiry.id
    draft.answers = None
    draft.subject = f"{case.subject} ({case.reference})"
    changes = drafting.Changes(recipients=[enquiry.address])
    drafting.save(session, draft, changes, version=draft.version, author_id=author_id, now=now, actor=actor)
    return enquiry, draft


def sent(session: Session, desk: Desk, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """The letter has left: the body's clock runs, and the case waits for it."""
    draft = session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
    enquiry = session.exec(select(Enquiry).where(Enquiry.id == draft.enquiry_id)).first() if draft else None
    case = session.exec(select(Case).where(Case.id == delivery.case_id)).first()
    if enquiry is None or case is None or enquiry.asked_at is not None:
        return
    enquiry.asked_at = now
    order = ClockOrder(kind=ClockKind.ENQUIRY, amount=enquiry.working_days, unit=Unit.WORKING_DAYS)
    clocks.start(session, desk, case, order, received_at=now, now=now, actor=actor, enquiry_id=enquiry.id)
    if case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        case.status = move(case.status, CaseStatus.WAITING_BODY, CASE_MOVES, "case")
        case.waiting_for = enquiry.body
    case.version += 1
    record(session, case, EventKind.ENQUIRY_ASKED, actor, now=now, public=True, enquiry=enquiry.id)


def answered(session: Session, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor) -> None:
    """A person says that the body has answered: its clock stops and the case is ours again."""
    enquiry.answered_at = now
    clocks.meet(session, case, (ClockKind.ENQUIRY,), now=now, actor=actor, enquiry_id=enquiry.id)
    if case.status == CaseStatus.WAITING_BODY and not _others_open(session, case, enquiry):
        case.status = move(case.status, CaseStatus.OPEN, CASE_MOVES, "case")
        case.waiting_for = None
    case.version += 1
    record(session, case, EventKind.ENQUIRY_ANSWERED, actor, now=now, public=True, enquiry=enquiry.id)


def of_case(session: Session, case: Case) -> list[Enquiry]:
    """Every enquiry of a case, oldest first."""
    return list(session.exec(select(Enquiry).where(Enquiry.case_id == case.id).order_by(col(Enquiry.id))))


def _others_open(session: Session, case: Case, enquiry: Enquiry) -> bool:
    return any(
        one.id != enquiry.id and one.asked_at and not one.answered_at and not one.withdrawn_at
        for one in of_case(session, case)
    )
