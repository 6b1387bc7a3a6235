"""Who comes when: booked, moved, cancelled, or simply there at the door."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from inbox import writing_down
from inbox.database import find, locked
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.hand_channels import SURGERY
from inbox.history import Actor, record
from inbox.models import (
    APPOINTMENT_MOVES,
    Appointment,
    AppointmentState,
    Case,
    EventKind,
    MessageKind,
    Surgery,
    move,
    new_id,
)
from inbox.surgeries import planning


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody without a case: who they are and what it is about."""

    name: str
    about: str
    phone: str = ""
    email: str = ""
    postcode: str = ""
    language: str = "en"


def book(
    session: Session, surgery: Surgery, case: Case, at: datetime, *, note: str, now: datetime, actor: Actor
) -> Appointment:
    """An appointment about a case. Raises Refused for a time that is none, Conflict for one that is taken."""
    _free(session, surgery, at, now)
    other = _elsewhere(session, case, surgery, at)
    if other is not None:
        raise Conflict("They have an appointment at that time already, or at this surgery. Move that one.")
    appointment = Appointment(
        id=new_id(), office_id=surgery.office_id, surgery_id=surgery.id, case_id=case.id, starts_at=at,
        note=note.strip()[:500] or None, booked_by=actor.id, booked_at=now,
    )  # fmt: skip
    session.add(appointment)
    session.flush()
    record(session, case, EventKind.APPOINTMENT_BOOKED, actor, now=now, appointment=appointment.id,
           surgery=surgery.id, at=at.isoformat())  # fmt: skip
    return appointment


def open_case(
    session: Session, desk: Desk, who: Newcomer, *, kind: MessageKind, author_id: str | None, now: datetime,
    actor: Actor, visible: ColumnElement[bool],
) -> Case:  # fmt: skip
    """The case of somebody who asks for an appointment (a call), or stands at the door (a visit)."""
    return writing_down.open_case(
        session, desk, kind=kind, name=who.name, contact=who.email or who.phone, phone=who.phone,
        postcode=who.postcode, subject="", text=who.about, language=who.language, author_id=author_id,
        when=now, now=now, actor=actor, road=SURGERY, visible=visible,
    )  # fmt: skip


def walk_in(session: Session, surgery: Surgery, case: Case, *, now: datetime, actor: Actor) -> Appointment:
    """Somebody is there without an appointment: it takes no slot, and they have come."""
    if surgery.cancelled_at is not None:
        raise Refused("This surgery was cancelled.")
    appointment = Appointment(
        id=new_id(), office_id=surgery.office_id, surgery_id=surgery.id, case_id=case.id, starts_at=now,
        state=AppointmentState.ATTENDED, is_walk_in=True, booked_by=actor.id, booked_at=now,
    )  # fmt: skip
    session.add(appointment)
    session.flush()
    record(session, case, EventKind.APPOINTMENT_ATTENDED, actor, now=now, appointment=appointment.id,
           surgery=surgery.id)  # fmt: skip
    return appointment


def move_to(
    session: Session, appointment: Appointment, surgery: Surgery, at: datetime, *, now: datetime, actor: Actor
) -> None:
    """Another time, here or at another surgery; the old slot is free at once."""
    if appointment.state != AppointmentState.BOOKED:
        raise Conflict("Only an appointment that is still to come can be moved.")
    if (appointment.surgery_id, appointment.starts_at) == (surgery.id, at):
        return
    _free(session, surgery, at, now)
    before = appointment.starts_at
    appointment.surgery_id, appointment.starts_at = surgery.id, at
    session.flush()
    record(
        session, appointment.case_id, EventKind.APPOINTMENT_MOVED, actor, now=now, surgery=surgery.id,
        appointment=appointment.id, before=before.isoformat(), at=at.isoformat(),
    )  # fmt: skip


def cancel(session: Session, appointment: Appointment, *, now: datetime, actor: Actor) -> None:
    """They do not come; the slot is free."""
    appointment.state = move(
        appointment.state, AppointmentState.CANCELLED, APPOINTMENT_MOVES, "appointment"
    )  # fmt: skip
    record(
        session, appointment.case_id, EventKind.APPOINTMENT_CANCELLED, actor, now=now,
        appointment=appointment.id,
    )  # fmt: skip


def find_appointment(session: Session, appointment_id: str) -> Appointment:
    """The appointment, locked where the session writes. Raises NotFound."""
    found = find(session, Appointment, appointment_id)
    return session.exec(locked(session, select(Appointment).where(Appointment.id == found.id))).one()


def next_of(session: Session, case: Case, now: datetime) -> list[Appointment]:
    """The appointments of a case that are still to come."""
    query = select(Appointment).where(
        Appointment.case_id == case.id, Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at > now,
    )  # fmt: skip
    return list(session.exec(query.order_by(col(Appointment.starts_at))))


def taken(session: Session, surgery: Surgery) -> set[datetime]:
    """The slots of a surgery that somebody has."""
    return {
        one.starts_at
        for one in planning.appointments_of(session, surgery)
        if one.state != AppointmentState.CANCELLED and not one.is_walk_in
    }


def _free(session: Session, surgery: Surgery, at: datetime, now: datetime) -> None:
    if surgery.cancelled_at is not None:
        raise Refused("This surgery was cancelled.")
    if at not in planning.slots(surgery):
        raise Refused("Choose one of the times of this surgery.")
    if at <= now:
        raise Refused("This time is over. Choose a later one.")
    if at in taken(session, surgery):
        raise Conflict("Somebody else has this time. Choose another one.")


def _elsewhere(session: Session, case: Case, surgery: Surgery, at: datetime) -> Appointment | None:
    """Another appointment of the same person at this surgery, or elsewhere at that very time."""
    theirs = select(Case.id).where(
        Case.constituent_id == case.constituent_id if case.constituent_id else Case.id == case.id
    )
    query = select(Appointment).where(
        col(Appointment.case_id).in_(theirs), Appointment.state == AppointmentState.BOOKED,
        (col(Appointment.surgery_id) == surgery.id) | (col(Appointment.starts_at) == at),
    )  # fmt: skip
    return session.exec(query.limit(1)).first()
