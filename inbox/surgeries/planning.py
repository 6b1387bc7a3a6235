"""When and where a surgery is: planned and cancelled; nobody is in two places at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from inbox.database import find, locked, office_of
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import (
    APPOINTMENT_MOVES,
    Appointment,
    AppointmentState,
    EventKind,
    Office,
    Surgery,
    move,
    new_id,
)

LONGEST = timedelta(hours=12)
SLOTS = range(5, 121)
USUAL = 15
"""Minutes for one person at a surgery."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A surgery as somebody typed it."""

    place: str
    host: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int = USUAL
    notes: str = ""


def plan(session: Session, wanted: Plan, *, now: datetime, actor: Actor) -> Surgery:
    """A new surgery. Raises Refused for what makes no sense, Conflict for one that clashes with another."""
    place, host = " ".join(wanted.place.split())[:200], " ".join(wanted.host.split())[:120]
    _make_sense(wanted, place, host, now)
    # Two people who plan at the same moment see each other's surgery.
    session.exec(locked(session, select(Office).where(Office.id == office_of(session)))).one()
    other = _clash(session, place, host, wanted)
    if other is not None:
        who = f"{other.host} is" if other.host.lower() == host.lower() else "Another surgery is"
        raise Conflict(f"{who} at {other.place} at that time. Choose another time.")
    surgery = Surgery(
        id=new_id(), office_id=office_of(session), place=place, host=host, starts_at=wanted.starts_at,
        ends_at=wanted.ends_at, slot_minutes=wanted.slot_minutes, notes=wanted.notes.strip()[:2000] or None,
        created_at=now,
    )  # fmt: skip
    session.add(surgery)
    record(session, None, EventKind.SURGERY_PLANNED, actor, now=now, surgery=surgery.id)
    return surgery


def slots(surgery: Surgery) -> list[datetime]:
    """The moments at which somebody can come, in order; the last one ends with the surgery."""
    step = timedelta(minutes=surgery.slot_minutes)
    count = (surgery.ends_at - surgery.starts_at) // step
    return [surgery.starts_at + step * number for number in range(count)]


def cancel(session: Session, surgery: Surgery, why: str, *, now: datetime, actor: Actor) -> list[str]:
    """It does not happen: every booked appointment ends with it. Returns the cases of those to be told."""
    if not why.strip():
        raise Refused("Say why. Others will read it.")
    if surgery.cancelled_at is not None:
        raise Conflict("This surgery is cancelled already.")
    surgery.cancelled_at, surgery.cancelled_why = now, why.strip()[:500]
    record(session, None, EventKind.SURGERY_CANCELLED, actor, now=now, surgery=surgery.id)
    told = []
    for one in appointments_of(session, surgery):
        if one.state == AppointmentState.BOOKED:
            one.state = move(one.state, AppointmentState.CANCELLED, APPOINTMENT_MOVES, "appointment")
            record(session, one.case_id, EventKind.APPOINTMENT_CANCELLED, actor, now=now, appointment=one.id)
            told.append(one.case_id)
    return told


def appointments_of(session: Session, surgery: Surgery) -> list[Appointment]:
    """Everybody who comes, came or was to come, in order of time."""
    query = select(Appointment).where(Appointment.surgery_id == surgery.id)
    return list(session.exec(query.order_by(col(Appointment.starts_at), col(Appointment.id))))


def coming(session: Session, now: datetime) -> list[Surgery]:
    """Surgeries that are not over, the next one first."""
    query = select(Surgery).where(Surgery.ends_at > now, col(Surgery.cancelled_at).is_(None))
    return list(session.exec(query.order_by(col(Surgery.starts_at)).limit(100)))


def past(session: Session, now: datetime) -> list[Surgery]:
    """The last ones, and those that were cancelled, newest first."""
    query = select(Surgery).where(or_(Surgery.ends_at <= now, col(Surgery.cancelled_at).is_not(None)))
    return list(session.exec(query.order_by(col(Surgery.starts_at).desc()).limit(20)))


def find_surgery(session: Session, surgery_id: str) -> Surgery:
    """The surgery, locked where the session writes. Raises NotFound."""
    return session.exec(
        locked(session, select(Surgery).where(Surgery.id == find(session, Surgery, surgery_id).id))
    ).one()


def _make_sense(wanted: Plan, place: str, host: str, now: datetime) -> None:
    if not place:
        raise Refused("Say where it is.")
    if not host:
        raise Refused("Say who people come to see.")
    if wanted.slot_minutes not in SLOTS:
        raise Refused("The minutes for one person are from 5 to 120.")
    if wanted.starts_at <= now:
        raise Refused("Choose a date in the future.")
    length = wanted.ends_at - wanted.starts_at
    if not timedelta(minutes=wanted.slot_minutes) <= length <= LONGEST:
        raise Refused("The end must leave time for one person at least, and be within 12 hours.")


def _clash(session: Session, place: str, host: str, wanted: Plan) -> Surgery | None:
    """A surgery at the same time with the same host or in the same place."""
    query = select(Surgery).where(
        col(Surgery.cancelled_at).is_(None),
        Surgery.starts_at < wanted.ends_at,
        Surgery.ends_at > wanted.starts_at,
        or_(func.lower(Surgery.host) == host.lower(), func.lower(Surgery.place) == place.lower()),
    )
    return session.exec(query.limit(1)).first()
