"""What the office asks of a body on a case: a letter that passes sign-off, and a clock of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import Form
from inbox import clocks, drafting
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import (
    CASE_MOVES,
    Case,
    CaseStatus,
    Channel,
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
    enquiry = _enquiry(case, body, address, question, working_days, author_id, now)
    session.add(enquiry)
    session.flush()
    draft = drafting.begin(session, desk, case, author_id=author_id, now=now, actor=actor, text=question)
    draft.enquiry_id = enquiry.id
    draft.answers = None
    draft.channel_id = _mailbox(desk, draft)
    draft.subject = f"{case.subject} ({case.reference})"
    changes = drafting.Changes(recipients=[enquiry.address])
    drafting.save(
        session, desk, draft, changes, version=draft.version, author_id=author_id, now=now, actor=actor
    )
    return enquiry, draft


def _mailbox(desk: Desk, draft: Draft) -> str | None:
    """A body is asked by letter, also on a case that came by a platform."""
    used = desk.channels.get(draft.channel_id or "")
    if used is None or not desk.can_mail(used):
        used = desk.carrier_of(None)
    return used.id if used else None


@dataclass(frozen=True, slots=True)
class Fault:
    """A street fault for a council: what kind of fault, where, in what words. `place`: as a person typed it,
    `point`: "51.5, -0.12"; one of the two."""

    service_code: str
    service_name: str
    place: str
    point: str
    description: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def hand_on(
    session: Session, desk: Desk, case: Case, channel: Channel, fault: Fault, *, working_days: int,
    author_id: str | None, now: datetime, actor: Actor,
) -> tuple[Enquiry, Draft]:  # fmt: skip
    """Prepares a street fault for a council's own system. Like any enquiry it leaves only after sign-off.

    Nothing of the constituent goes along but what somebody writes into the description.
    """
    if not fault.service_code.strip():
        raise Refused("Choose what kind of fault it is.")
    if not fault.description.strip():
        raise Refused("Describe the fault.")
    place = _place(fault)
    enquiry = _enquiry(case, channel.name, channel.account, fault.description, working_days, author_id, now)
    session.add(enquiry)
    session.flush()
    where = place.get("address") or fault.point.strip()
    title = f"{fault.service_name or fault.service_code}: {where}"
    # Whoever signs it off reads what and where with the words.
    text = f"{title}\n\n{fault.description.strip()}"
    draft = drafting.begin(session, desk, case, author_id=author_id, now=now, actor=actor, text=text)
    draft.enquiry_id, draft.answers, draft.form = enquiry.id, None, Form.REPORT
    draft.channel_id, draft.recipients = channel.id, [channel.account]
    draft.subject = title[:500]
    answers = {f"attribute.{name}": value for name, value in fault.attributes.items() if value.strip()}
    draft.told = {"service_code": fault.service_code.strip(), **place, **answers}
    return enquiry, draft


def _place(fault: Fault) -> dict[str, str]:
    """Where it is, as data. Raises Refused for none and for a point that is no point."""
    place = {"address": " ".join(fault.place.split())[:300]} if fault.place.strip() else {}
    if fault.point.strip():
        lat, _, long = (part.strip() for part in fault.point.partition(","))
        if not _is_point(lat, long):
            raise Refused("Write the point as two numbers, like 51.5034, -0.1276.")
        place |= {"lat": lat, "long": long}
    if not place:
        raise Refused("Say where it is: an address, or a point on the map.")
    return place


def _is_point(lat: str, long: str) -> bool:
    number = r"-?\d{1,3}(\.\d{1,12})?"
    if not re.fullmatch(number, lat, re.ASCII) or not re.fullmatch(number, long, re.ASCII):
        return False
    return abs(float(lat)) <= 90 and abs(float(long)) <= 180


def _enquiry(
    case: Case,
    body: str,
    address: str,
    question: str,
    working_days: int,
    author_id: str | None,
    now: datetime,
) -> Enquiry:
    if not 1 <= working_days <= 250:
        raise Refused("Give the organisation between 1 and 250 working days.")
    return Enquiry(
        office_id=case.office_id,
        case_id=case.id,
        body=body.strip()[:200],
        address=address.strip().lower(),
        question=question,
        asked_by=author_id,
        created_at=now,
        working_days=working_days,
    )


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
