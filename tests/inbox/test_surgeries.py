"""Surgeries: nobody is in two places at once, and what was promised runs as a clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import true
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from inbox.database import find
from inbox.desk import Desk, open_desk
from inbox.errors import Conflict, IllegalMove, Refused
from inbox.history import Actor, ActorKind
from inbox.models import (
    Appointment,
    AppointmentState,
    Case,
    Clock,
    Consent,
    Direction,
    Event,
    EventKind,
    Message,
    MessageKind,
    Surgery,
)
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.surgeries import afterwards, booking, planning
from inbox.surgeries.afterwards import Told
from inbox.surgeries.booking import Newcomer
from inbox.surgeries.planning import Plan
from inbox.worker.node import make_line
from tests.inbox.worlds import World

NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
TEN = datetime(2026, 6, 5, 9, 0, tzinfo=UTC)
PLAN = Plan("Wexcombe library", "Rowan Ashby", TEN, TEN + timedelta(hours=2))
PRIYA = Actor(ActorKind.STAFF, None, "Priya Nair")
DONE: dict[str, Any] = {"now": NOW, "actor": PRIYA}
AFTER = TEN + timedelta(hours=3)


@dataclass
class Hall:
    """A world with a surgery and two cases."""

    world: World
    desk_of: Any
    surgery: str
    case: str
    other: str

    @contextmanager
    def at_work(self) -> Iterator[tuple[Session, Surgery, Case]]:
        with self.world.database.write(self.world.office) as session:
            yield session, planning.find_surgery(session, self.surgery), find(session, Case, self.case)

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def desk(self, session: Session) -> Desk:
        return open_desk(session, self.desk_of)

    def book(self, at: datetime = TEN, case: str = "") -> str:
        with self.at_work() as (session, surgery, own):
            row = find(session, Case, case) if case else own
            return booking.book(session, surgery, row, at, note="", **DONE).id


@pytest.fixture
def hall(world: World, tmp_path: Path) -> Hall:
    settings = Settings(
        database_url=world.database.url, data_dir=tmp_path, env=Environment.TEST,
        secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", _env_file=None,
    )  # fmt: skip
    tools = make_line(settings, world.database, FolderStore(tmp_path / "store")).tools
    first, second = world.case(), world.case(name="Nia Cole")
    with world.database.write(world.office) as session:
        surgery = planning.plan(session, PLAN, **DONE)
    return Hall(world, tools, surgery.id, first.id, second.id)


def test_a_surgery_has_a_time_for_each_quarter_of_an_hour(hall: Hall) -> None:
    with hall.at_work() as (_, surgery, _case):
        found = planning.slots(surgery)
    assert (len(found), found[0], found[-1]) == (8, TEN, TEN + timedelta(minutes=105))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"place": "Marl hall"}, "Rowan Ashby is at Wexcombe library"),
        ({"host": "Tom Bright"}, "Another surgery is at Wexcombe library"),
        ({"place": "Marl hall", "host": "rowan ashby", "starts_at": TEN + timedelta(minutes=119)}, "Rowan"),
    ],
)
def test_nobody_and_no_room_is_had_twice_at_one_time(
    hall: Hall, changes: dict[str, Any], sentence: str
) -> None:
    wanted = replace(PLAN, ends_at=TEN + timedelta(hours=3), **changes)
    with pytest.raises(Conflict, match=sentence), hall.at_work() as (session, *_):
        planning.plan(session, wanted, **DONE)


def test_one_surgery_may_follow_the_other_and_take_the_place_of_a_cancelled_one(hall: Hall) -> None:
    with hall.at_work() as (session, surgery, _):
        planning.plan(
            session, replace(PLAN, starts_at=PLAN.ends_at, ends_at=PLAN.ends_at + timedelta(hours=1)), **DONE
        )  # fmt: skip
        planning.cancel(session, surgery, "The library is flooded", **DONE)
        session.flush()
        planning.plan(session, PLAN, **DONE)
    assert len(hall.all(Surgery)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"place": " "}, {"host": ""}, {"slot_minutes": 4}, {"slot_minutes": 121}, {"ends_at": TEN},
        {"ends_at": TEN + timedelta(minutes=14)}, {"ends_at": TEN + timedelta(hours=13)},
        {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)},
    ],
)  # fmt: skip
def test_what_makes_no_surgery_is_refused(hall: Hall, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused), hall.at_work() as (session, *_):
        planning.plan(session, replace(PLAN, **changes), **DONE)


def test_a_time_has_one_person_and_is_free_again_when_they_move_or_cancel(hall: Hall) -> None:
    first = hall.book()
    with pytest.raises(Conflict, match="Somebody else has this time"):
        hall.book(case=hall.other)
    with hall.at_work() as (session, surgery, _):
        later = planning.slots(surgery)[3]
        booking.move_to(session, booking.find_appointment(session, first), surgery, later, **DONE)
    second = hall.book(case=hall.other)
    with hall.at_work() as (session, *_):
        booking.cancel(session, booking.find_appointment(session, second), **DONE)
    hall.book(case=hall.other)
    kinds = [one.kind for one in hall.all(Event) if one.kind.startswith("appointment")]
    assert kinds == [
        EventKind.APPOINTMENT_BOOKED, EventKind.APPOINTMENT_MOVED, EventKind.APPOINTMENT_BOOKED,
        EventKind.APPOINTMENT_CANCELLED, EventKind.APPOINTMENT_BOOKED,
    ]  # fmt: skip


def test_the_database_itself_keeps_a_time_for_one_person(hall: Hall) -> None:
    hall.book()
    twin = Appointment(
        office_id=hall.world.office, surgery_id=hall.surgery, case_id=hall.other, starts_at=TEN, booked_at=NOW
    )
    with pytest.raises(IntegrityError), hall.at_work() as (session, *_):
        session.add(twin)


def test_one_person_has_one_appointment_at_a_surgery(hall: Hall) -> None:
    hall.book()
    with pytest.raises(Conflict, match="They have an appointment"):
        hall.book(TEN + timedelta(minutes=15))


@pytest.mark.parametrize("at", [TEN + timedelta(minutes=7), TEN - timedelta(minutes=15), PLAN.ends_at])
def test_only_the_surgerys_own_times_can_be_had(hall: Hall, at: datetime) -> None:
    with pytest.raises(Refused, match="Choose one of the times"):
        hall.book(at)


def test_a_cancelled_surgery_ends_its_appointments_and_names_whom_to_tell(hall: Hall) -> None:
    hall.book()
    with hall.at_work() as (session, surgery, _):
        assert planning.cancel(session, surgery, "The library is flooded", **DONE) == [hall.case]
    assert [one.state for one in hall.all(Appointment)] == [AppointmentState.CANCELLED]
    with pytest.raises(Refused, match="cancelled"):
        hall.book(case=hall.other)
    with pytest.raises(Refused, match="Say why"), hall.at_work() as (session, surgery, _):
        planning.cancel(session, surgery, " ", **DONE)


def test_somebody_new_gets_a_case_with_the_appointment(hall: Hall) -> None:
    who = Newcomer("Kofi Mensah", "My bus to the hospital was taken off.", phone="07700 900123")
    with hall.at_work() as (session, surgery, _):
        desk = hall.desk(session)
        case = booking.open_case(
            session, desk, who, kind=MessageKind.CALL, author_id=None, visible=true(), **DONE
        )
        booking.book(session, surgery, case, TEN, note="No stairs", **DONE)
    newest = hall.all(Case)[-1]
    assert "transport" in newest.topics, "the rules read what it is about"
    assert [one.kind for one in hall.all(Clock) if one.case_id == newest.id] == ["first_reply"]


def test_what_was_said_and_promised_is_on_the_case_and_the_clock_runs(hall: Hall) -> None:
    booked = hall.book()
    told = Told("The damp is back.", "I write to Marl Homes this week.", 3, consents=True)
    done: dict[str, Any] = {"author_id": None, "now": AFTER, "actor": PRIYA}
    with hall.at_work() as (session, _, case):
        row = booking.find_appointment(session, booked)
        assert [one.id for one, _ in afterwards.waiting(session, AFTER, true())] == [booked]
        afterwards.follow_up(session, hall.desk(session), row, case, told, **done)
    with hall.at_work() as (session, *_):
        assert afterwards.waiting(session, AFTER, true()) == []
    said = [one for one in hall.all(Message) if one.kind == MessageKind.VISIT]
    notes = [one.text for one in hall.all(Message) if one.direction == Direction.NOTE]
    assert [(one.text, one.received_at) for one in said] == [("The damp is back.", TEN)]
    assert notes == ["Promised at the surgery: I write to Marl Homes this week."]
    (given,) = hall.all(Consent)
    assert (given.kind, given.given_by, given.evidence_message_id) == ("verbal", "Donna Fretwell", said[0].id)
    (promise,) = [one for one in hall.all(Clock) if one.kind == "next_update"]
    assert (promise.amount, promise.unit, promise.met_at) == (3, "working_days", None)
    kinds = {one.kind for one in hall.all(Event)}
    assert {EventKind.CONSENT_RECORDED, EventKind.FOLLOWED_UP, EventKind.APPOINTMENT_ATTENDED} <= kinds


def test_a_promise_without_a_day_is_asked_for(hall: Hall) -> None:
    booked = hall.book()
    for told, sentence in (
        (Told(" "), "Write what was said"), (Told("Damp.", "I will ask."), "working days"),
        (Told("Damp.", "", 0), "Working days are from"), (Told("Damp.", "", 251), "Working days are from"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence), hall.at_work() as (session, _, case):
            row = booking.find_appointment(session, booked)
            afterwards.follow_up(session, hall.desk(session), row, case, told, author_id=None, now=AFTER,
                                 actor=PRIYA)  # fmt: skip
    assert [one.state for one in hall.all(Appointment)] == [AppointmentState.BOOKED]


def test_whether_they_came_can_be_put_right_but_not_foretold(hall: Hall) -> None:
    booked = hall.book()
    with pytest.raises(Conflict, match="still to come"), hall.at_work() as (session, *_):
        afterwards.came(session, booking.find_appointment(session, booked), has_come=False, **DONE)
    with hall.at_work() as (session, *_):
        row = booking.find_appointment(session, booked)
        afterwards.came(session, row, has_come=False, now=AFTER, actor=PRIYA)
        afterwards.came(session, row, has_come=True, now=AFTER, actor=PRIYA)
    with pytest.raises(IllegalMove), hall.at_work() as (session, *_):
        booking.cancel(session, booking.find_appointment(session, booked), **DONE)


def test_who_walks_in_takes_no_time_from_anybody(hall: Hall) -> None:
    hall.book()
    with hall.at_work() as (session, surgery, _):
        other = find(session, Case, hall.other)
        made = booking.walk_in(session, surgery, other, now=TEN, actor=PRIYA)
        assert (made.state, made.is_walk_in) == (AppointmentState.ATTENDED, True)
        assert booking.taken(session, surgery) == {TEN}
