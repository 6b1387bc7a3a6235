"""A surgery: a place and a time where people come to speak, and who comes when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, text
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, moment, ref


class AppointmentState(StrEnum):
    """What became of it. A cancelled one stays, so that the slot is free and the history whole."""

    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"


_CAME = frozenset({AppointmentState.ATTENDED, AppointmentState.MISSED})
APPOINTMENT_MOVES = {
    AppointmentState.BOOKED: _CAME | {AppointmentState.CANCELLED},
    AppointmentState.ATTENDED: frozenset({AppointmentState.MISSED}),
    AppointmentState.MISSED: frozenset({AppointmentState.ATTENDED}),
    AppointmentState.CANCELLED: frozenset[AppointmentState](),
}

HOLDS_SLOT = "state <> 'cancelled' AND NOT is_walk_in"
"""One person to a slot: written out, because the partial index serves only this."""


class Surgery(Row, OfficeOwned, table=True):
    """When and where. `host` is who people come to see: nobody is in two places at once."""

    __tablename__ = "surgery"
    __table_args__ = (Index("surgery_when", "office_id", "starts_at"),)

    place: str = Field(sa_type=String(200))
    host: str = Field(sa_type=String(120))
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    slot_minutes: int = Field(sa_type=Integer)
    notes: str | None = Field(default=None, sa_type=Text, description="the door, the key, who guards it")
    cancelled_at: datetime | None = moment(default=None)
    cancelled_why: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = moment()


class Appointment(Row, OfficeOwned, table=True):
    """Somebody comes about a case. `followed_up_at`: what was said and promised is written down."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index(
            "appointment_slot",
            "surgery_id",
            "starts_at",
            unique=True,
            postgresql_where=text(HOLDS_SLOT),
            sqlite_where=text(HOLDS_SLOT),
        ),
        Index("appointment_of_case", "case_id"),
    )

    surgery_id: str = ref("surgery.id")
    case_id: str = ref("case.id")
    starts_at: datetime = moment()
    state: str = Field(default=AppointmentState.BOOKED, sa_type=String(12))
    is_walk_in: bool = Field(default=False, sa_type=Boolean)
    note: str | None = Field(default=None, sa_type=Text, description="a step-free room, an interpreter")
    booked_by: str | None = Field(default=None, sa_type=String(32))
    booked_at: datetime = moment()
    followed_up_at: datetime | None = moment(default=None)
