"""The demo's surgeries: one to come with people booked, one that is over and waits to be written up."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import true
from sqlmodel import Session

from inbox.database import find
from inbox.demo.acts import staff_called
from inbox.desk import Desk
from inbox.history import Actor, ActorKind
from inbox.models import Case, MessageKind
from inbox.surgeries import booking, planning
from inbox.surgeries.booking import Newcomer
from inbox.surgeries.planning import Plan

COMING = ("status-link", "damp")
"""The stories whose people come to the next one."""

PLACE, OTHER_PLACE = "Wexcombe library, Mill Street", "Marl village hall"
NEWCOMER = Newcomer(
    "Kofi Mensah", "The bus to the hospital was taken off in May. He has dialysis three times a week.",
    phone="07700 900741", postcode="ZZ12 8LP",
)  # fmt: skip


def hold(session: Session, desk: Desk, cases: Mapping[str, str], now: datetime) -> None:
    """Plans both and books who comes."""
    priya = staff_called(desk, "priya")
    actor = Actor(ActorKind.STAFF, priya.id, priya.name)
    host, zone = desk.office.member or desk.office.name, desk.calendar.zone
    before = now - timedelta(days=5)
    over = planning.plan(
        session, _plan(OTHER_PLACE, host, _near(now, zone, -1), zone), now=before, actor=actor
    )
    case = booking.open_case(
        session,
        desk,
        NEWCOMER,
        kind=MessageKind.CALL,
        author_id=priya.id,
        now=before,
        actor=actor,
        visible=true(),
    )
    session.flush()
    booking.book(session, over, case, over.starts_at, note="A step-free room", now=before, actor=actor)
    coming = planning.plan(session, _plan(PLACE, host, _near(now, zone, 1), zone), now=now, actor=actor)
    for number, story in enumerate(COMING):
        row = find(session, Case, cases[story])
        at = planning.slots(coming)[number * 2]
        booking.book(session, coming, row, at, note="", now=now, actor=actor)


def _plan(place: str, host: str, day: datetime, zone: ZoneInfo) -> Plan:
    starts = datetime.combine(day.date(), time(10), zone)
    return Plan(place, host, starts, starts + timedelta(hours=2), notes="The key is at the desk.")


def _near(now: datetime, zone: ZoneInfo, step: int) -> datetime:
    """Three days from now, or three days ago, in the office's own time."""
    return now.astimezone(zone) + timedelta(days=3 * step)
