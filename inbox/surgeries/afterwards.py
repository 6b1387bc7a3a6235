"""After somebody came: what was said, what was promised and by when, and whether they agreed that we act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from inbox import clocks, consents, writing_down
from inbox.database import find_or_none
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.hand_channels import SURGERY
from inbox.history import Actor, record
from inbox.models import (
    APPOINTMENT_MOVES,
    Appointment,
    AppointmentState,
    Case,
    ConsentKind,
    Constituent,
    EventKind,
    Message,
    MessageKind,
    Surgery,
    move,
)
from routing.rules import ClockOrder
from routing.words import ClockKind, Unit

MOST_DAYS = 250
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What a member of staff writes down afterwards. `days`: working days until the person hears from us."""

    said: str
    promised: str = ""
    days: int | None = None
    consents: bool = False


def came(session: Session, appointment: Appointment, *, has_come: bool, now: datetime, actor: Actor) -> None:
    """Whether they came; who said the wrong thing may say the other."""
    early = timedelta(hours=6) if has_come else timedelta(0)  # some come before their time
    if appointment.starts_at > now + early:
        raise Conflict("This appointment is still to come.")
    wanted = AppointmentState.ATTENDED if has_come else AppointmentState.MISSED
    appointment.state = move(appointment.state, wanted, APPOINTMENT_MOVES, "appointment")
    kind = EventKind.APPOINTMENT_ATTENDED if has_come else EventKind.APPOINTMENT_MISSED
    record(session, appointment.case_id, kind, actor, now=now, appointment=appointment.id)


def follow_up(
    session: Session, desk: Desk, appointment: Appointment, case: Case, told: Told, *, author_id: str | None,
    now: datetime, actor: Actor,
) -> None:  # fmt: skip
    """Puts what was said on the case, what was promised beside it, and starts the clock of the promise."""
    if not told.said.strip():
        raise Refused("Write what was said.")
    if told.promised.strip() and told.days is None:
        raise Refused("Say in how many working days they hear from us.")
    if told.days is not None and not 1 <= told.days <= MOST_DAYS:
        raise Refused(f"Working days are from 1 to {MOST_DAYS}.")
    if appointment.state == AppointmentState.BOOKED:
        came(session, appointment, has_come=True, now=now, actor=actor)
    if appointment.state != AppointmentState.ATTENDED:
        raise Conflict("They did not come, so nothing was said.")
    when = min(appointment.starts_at, now)
    done: dict[str, Any] = {"author_id": author_id, "now": now, "actor": actor}
    said = writing_down.log(session, case, MessageKind.VISIT, told.said, when=when, road=SURGERY, **done)
    if told.promised.strip():
        writing_down.add_note(session, case, f"Promised at the surgery: {told.promised.strip()}", **done)
    if told.consents:
        consent(session, case, "at the surgery", said, staff_id=author_id, now=now, actor=actor)
    if told.days is not None:
        _promise(session, desk, case, told.days, now=now, actor=actor)
    appointment.followed_up_at = now
    record(session, case, EventKind.FOLLOWED_UP, actor, now=now, appointment=appointment.id)


def consent(
    session: Session, case: Case, where: str, said: Message, *, staff_id: str | None, now: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """Writes down that the person agreed by word of mouth that the office acts for them, and where."""
    person = find_or_none(session, Constituent, case.constituent_id)
    name = person.name if person is not None and person.name.strip() else case.reference
    given = consents.Given(ConsentKind.VERBAL, name, now, message_id=said.id, note=f"Said {where}.")
    session.flush()
    consents.write_down(session, case, given, now=now, actor=actor, staff_id=staff_id)


def waiting(session: Session, now: datetime, visible: ColumnElement[bool]) -> list[tuple[Appointment, Case]]:
    """Appointments that are over and not written up: who came without a word of what was said, and those of
    whom nobody said whether they came. Oldest first, of cases this reader may know."""
    query = (
        select(Appointment, Case)
        .join(Case, col(Case.id) == Appointment.case_id)
        .join(Surgery, col(Surgery.id) == Appointment.surgery_id)
        .where(
            visible,
            Appointment.starts_at <= now,
            col(Appointment.followed_up_at).is_(None),
            or_(
                Appointment.state == AppointmentState.ATTENDED,
                Appointment.state == AppointmentState.BOOKED,
            ),
        )
    )
    return list(session.exec(query.order_by(col(Appointment.starts_at)).limit(MOST_SHOWN)).all())


def _promise(session: Session, desk: Desk, case: Case, days: int, *, now: datetime, actor: Actor) -> None:
    """They were told today, so what they were owed till now is given, and the new promise runs."""
    clocks.meet(session, case, (ClockKind.NEXT_UPDATE,), now=now, actor=actor)
    order = ClockOrder(kind=ClockKind.NEXT_UPDATE, amount=days, unit=Unit.WORKING_DAYS)
    clocks.start(session, desk, case, order, received_at=now, now=now, actor=actor)
