"""What people do to promises: paused, resumed, extended, taken off, counted anew; on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import Session, col, select

from inbox import calendars, clocks, status_links
from inbox.calendars import Plan
from inbox.database import office_of
from inbox.desk import Desk, open_desk
from inbox.errors import Conflict, Refused
from inbox.history import SYSTEM
from inbox.models import Case, Clock, Event, EventKind, Office, StatusLink
from routing.rules import ClockOrder
from routing.words import ClockKind, ClockState, Nation, Unit
from tests.inbox.worlds import World

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WHO: Any = {"actor": SYSTEM}


def at(month: int, day: int, hour: int = 16) -> datetime:
    """By default the end of a working day in summer: 17:00 in London."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def office_in(session: Session) -> Office:
    return session.exec(select(Office).where(Office.id == office_of(session))).one()


def desk_in(session: Session) -> Desk:
    return open_desk(session, cast("Any", None))


@contextmanager
def working(world: World) -> Iterator[tuple[Session, Desk, Case, Clock]]:
    """The one case of the office with its first promise, in a transaction."""
    with world.database.write(world.office) as session:
        case = session.exec(select(Case).order_by(Case.id)).first()
        assert case is not None
        clock = clocks.of_case(session, case)[0]
        yield session, desk_in(session), case, clock


@pytest.fixture
def promised(world: World) -> World:
    return begun(world, ClockKind.FIRST_REPLY)


def begun(world: World, kind: ClockKind, **order: Any) -> World:
    world.case("damp", received_at=MONDAY)
    with world.database.write(world.office) as session:
        case = session.exec(select(Case)).one()
        clocks.start(session, desk_in(session), case, ClockOrder(kind=kind, **order),
                     received_at=MONDAY, now=MONDAY, actor=SYSTEM)  # fmt: skip
    return world


def test_a_pause_gives_its_working_days_back_and_the_case_is_due_later(promised: World) -> None:
    with working(promised) as (session, desk, case, clock):
        assert (clock.due_at, case.next_due_at) == (at(6, 15), at(6, 15))
        now = MONDAY + 2 * DAY
        clocks.pause(session, desk, case, clock, category="consent", reason="By phone", now=now, **WHO)
        assert clocks.reading(desk, clock, now + 30 * DAY).state is ClockState.PAUSED
        assert (case.next_due_at, clock.warn_at) == (None, None), "nothing is late and nobody is warned"
        clocks.resume(session, desk, case, clock, now=now + 7 * DAY, **WHO)
        assert (clock.due_at, case.next_due_at) == (at(6, 22), at(6, 22))
        assert clock.warn_at is not None
    with promised.database.read(promised.office) as session:
        kinds = [row.kind for row in session.exec(select(Event).order_by(Event.sequence))]
    assert kinds[-2:] == [EventKind.CLOCK_PAUSED, EventKind.CLOCK_RESUMED]


def test_the_status_page_names_no_date_for_a_promise_that_stands_still(promised: World) -> None:
    def next_word(session: Session, case: Case) -> datetime | None:
        link = StatusLink(office_id=case.office_id, case_id=case.id, created_at=MONDAY)
        return status_links.status_of(session, link, case, now=MONDAY).next_word_by

    with working(promised) as (session, desk, case, clock):
        assert next_word(session, case) == at(6, 15)
        clocks.pause(session, desk, case, clock, category="consent", reason="By phone", now=MONDAY, **WHO)
        assert next_word(session, case) is None


def test_a_pause_and_its_end_can_be_written_down_afterwards(promised: World) -> None:
    with working(promised) as (session, desk, case, clock):
        now = MONDAY + 8 * DAY
        clocks.pause(
            session, desk, case, clock, category="consent", reason="x", since=MONDAY + DAY, now=now, **WHO
        )
        clocks.resume(session, desk, case, clock, at=MONDAY + 3 * DAY, now=now, **WHO)
        assert clock.due_at == at(6, 17)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "   "}, "Say why"),
        ({"category": "holiday"}, "Say why it stands still: we asked what they mean"),
        ({"since": MONDAY - DAY}, "after the message came"),
        ({"since": MONDAY + 3 * DAY}, "not in the future"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(promised: World, changes: dict[str, Any], words: str) -> None:
    given = {"category": "consent", "reason": "Asked", "now": MONDAY + 2 * DAY} | changes
    with working(promised) as (session, desk, case, clock), pytest.raises(Refused, match=words):
        clocks.pause(session, desk, case, clock, **given, **WHO)


def test_what_is_late_stays_late(promised: World) -> None:
    late = at(6, 17)
    with working(promised) as (session, desk, case, clock):
        with pytest.raises(Conflict, match="stays late"):
            clocks.pause(session, desk, case, clock, category="consent", reason="x", now=late, **WHO)
        with pytest.raises(Conflict, match="cannot undo"):
            clocks.extend(session, desk, case, clock, amount=5, unit=Unit.WORKING_DAYS, reason="x", now=late,
                          **WHO)  # fmt: skip
        assert clocks.reading(desk, clock, late).state is ClockState.BREACHED


def test_more_time_and_pauses_come_to_the_same_in_either_order_and_come_off_cleanly(promised: World) -> None:
    def extend(*given: Any) -> str:
        session, desk, case, clock = given
        return clocks.extend(session, desk, case, clock, amount=5, unit=Unit.WORKING_DAYS,
                             reason="A second system", now=MONDAY + DAY, **WHO)  # fmt: skip

    def stand_still(*given: Any) -> None:
        session, desk, case, clock = given
        clocks.pause(session, desk, case, clock, category="body", reason="x", now=MONDAY + DAY, **WHO)
        clocks.resume(session, desk, case, clock, now=MONDAY + 3 * DAY, **WHO)

    with working(promised) as given:
        *_, clock = given
        first = extend(*given)
        stand_still(*given)
        both = clock.due_at
        clocks.take_off(given[0], given[1], given[2], clock, first, now=MONDAY + 4 * DAY, **WHO)
        assert clock.due_at == at(6, 17), "as if it had never been given"
        extend(*given)
        assert clock.due_at == both == at(6, 24)
        with pytest.raises(Conflict):
            clocks.take_off(given[0], given[1], given[2], clock, first, now=MONDAY, **WHO)


@pytest.mark.parametrize(
    ("kind", "amount", "unit", "words"),
    [
        (ClockKind.FIRST_REPLY, 0, Unit.WORKING_DAYS, "how much more"),
        (ClockKind.FIRST_REPLY, 9_999, Unit.WORKING_DAYS, "how much more"),
        (ClockKind.FIRST_REPLY, 5, Unit.MINUTES, "how much more"),
        (ClockKind.FIRST_REPLY, 5, Unit.HOURS, "An hour clock is extended by hours"),
        (ClockKind.SUBJECT_ACCESS, 20, Unit.WORKING_DAYS, "two more calendar months"),
        (ClockKind.SUBJECT_ACCESS, 3, Unit.CALENDAR_MONTHS, "two more calendar months"),
        (ClockKind.BREACH, 24, Unit.HOURS, "no more time"),
        (ClockKind.COMPLAINT, 5, Unit.CALENDAR_DAYS, "no more time"),
    ],
)
def test_more_time_that_cannot_be_is_refused(
    world: World, kind: ClockKind, amount: int, unit: Unit, words: str
) -> None:
    begun(world, kind)
    with working(world) as (session, desk, case, clock), pytest.raises(Refused, match=words):
        clocks.extend(session, desk, case, clock, amount=amount, unit=unit, reason="x", now=MONDAY, **WHO)


@pytest.mark.parametrize(
    ("kind", "category", "words"),
    [
        (ClockKind.SUBJECT_ACCESS, "body", "who they are"),
        (ClockKind.BREACH, "clarification", "does not let"),
        (ClockKind.COMPLAINT, "identity", "does not let"),
    ],
)
def test_what_the_law_lets_nobody_stop_is_not_stopped(
    world: World, kind: ClockKind, category: str, words: str
) -> None:
    begun(world, kind)
    with working(world) as (session, desk, case, clock), pytest.raises(Refused, match=words):
        clocks.pause(session, desk, case, clock, category=category, reason="x", now=MONDAY, **WHO)


def test_a_matter_sent_on_by_another_department_is_counted_from_the_day_after_it_came(world: World) -> None:
    begun(world, ClockKind.FIRST_REPLY, amount=20)
    now = MONDAY + 10 * DAY
    with working(world) as (session, desk, case, clock):
        clocks.extend(
            session, desk, case, clock, amount=5, unit=Unit.WORKING_DAYS, reason="x", now=now, **WHO
        )
        fresh = clocks.restart(session, desk, case, clock, received_at=now - DAY, reason="From Transport",
                               now=now, **WHO)  # fmt: skip
        assert (fresh.amount, fresh.extensions, fresh.pauses) == (20, [], [])
        assert fresh.due_at == at(7, 8), "20 working days after Wednesday 10 June"
        assert clocks.reading(desk, clock, now).state is ClockState.CANCELLED
        assert case.next_due_at == fresh.due_at
        with pytest.raises(Refused):
            clocks.restart(session, desk, case, fresh, received_at=now + DAY, reason="x", now=now, **WHO)


def test_a_members_letter_is_owed_one_reply_and_is_a_ministers_case(world: World) -> None:
    world.case("letter", received_at=MONDAY, priority="priority")
    with world.database.write(world.office) as session:
        case = session.exec(select(Case)).one()
        orders = [ClockOrder(kind=ClockKind.REFERRAL, amount=20)]
        clocks.begin(session, desk_in(session), case, orders, received_at=MONDAY, now=MONDAY)
        (clock,) = clocks.of_case(session, case)
        assert (clock.kind, clock.due_at) == ("referral", at(6, 29))
        assert (case.is_ministerial, case.rank) == (True, -140)
        clocks.replied(session, desk_in(session), case, now=MONDAY + DAY, actor=SYSTEM)
        assert clock.met_at == MONDAY + DAY
        assert case.is_ministerial, "it is still the minister's"


def test_a_promise_that_is_over_takes_no_act(promised: World) -> None:
    with working(promised) as (session, desk, case, clock):
        clocks.keep(session, case, clock, now=MONDAY + DAY, **WHO)
        assert clocks.reading(desk, clock, at(7, 1)).state is ClockState.MET
        assert case.next_due_at is None
        for act in (
            lambda: clocks.keep(session, case, clock, now=MONDAY + DAY, **WHO),
            lambda: clocks.resume(session, desk, case, clock, now=MONDAY + DAY, **WHO),
            lambda: clocks.pause(
                session, desk, case, clock, category="body", reason="x", now=MONDAY + DAY, **WHO
            ),
            lambda: clocks.restart(
                session, desk, case, clock, received_at=MONDAY, reason="x", now=MONDAY, **WHO
            ),
        ):
            with pytest.raises(Conflict):
                act()


def close(world: World, day: date) -> None:
    with world.database.write(world.office) as session:
        office = office_in(session)
        plan = calendars.with_closed(calendars.plan_of(office), day, day, "Moving house")
        calendars.save(session, office, plan, what="closed", now=MONDAY, **WHO)


def recount(world: World, limit: int = 500) -> int:
    with world.database.write(world.office) as session:
        return clocks.recount_due(session, desk_in(session), limit=limit)


def test_a_changed_calendar_moves_the_promises_that_run_and_no_others(promised: World) -> None:
    with promised.database.write(promised.office) as session:
        case = session.exec(select(Case)).one()
        begin: dict[str, Any] = {"received_at": MONDAY, "now": MONDAY, "actor": SYSTEM}
        desk = desk_in(session)
        clocks.start(session, desk, case, ClockOrder(kind=ClockKind.COMPLAINT), **begin)
        kept = clocks.start(session, desk, case, ClockOrder(kind=ClockKind.ACKNOWLEDGE), **begin)
        clocks.keep(session, case, kept, now=MONDAY, actor=SYSTEM)
    assert recount(promised) == 0
    close(promised, date(2026, 6, 3))
    assert recount(promised, limit=1) == 1, "it can be interrupted"
    assert recount(promised) == 1
    assert recount(promised) == 0
    with promised.database.read(promised.office) as session:
        found = {one.kind: one for one in session.exec(select(Clock))}
        assert found["first_reply"].due_at == at(6, 16)
        assert found["complaint"].due_at == at(7, 1), "the law knows no closed day of ours"
        assert found["acknowledge"].due_at == at(6, 3), "what is over is history"
        assert {one.calendar_version for one in found.values()} == {0, 1}
        assert session.exec(select(Case)).one().next_due_at == at(6, 16)


def test_what_a_change_would_do_is_known_before_it_is_made(promised: World) -> None:
    with working(promised) as (session, desk, _, clock):
        office = office_in(session)
        longer = calendars.with_closed(Plan(), date(2026, 6, 3), date(2026, 6, 4), "Moving house")
        everything, nothing = col(Case.id) != "", col(Case.id) == ""
        after = calendars.planned(office, longer)
        found = clocks.effect(session, desk.calendar, after, everything, now=MONDAY)
        assert (found.weighed, found.later, found.earlier, found.newly_late) == (1, 1, 0, 0)
        assert [(one.before, one.after) for one in found.shown] == [(at(6, 15), at(6, 17))]
        hours = {str(day): [["09:00", "12:00"]] for day in range(7)}
        shorter = calendars.planned(office, Plan(), hours)
        late = clocks.effect(session, desk.calendar, shorter, everything, now=at(6, 15, 12))
        assert (late.earlier, late.newly_late) == (1, 1)
        hidden = clocks.effect(session, desk.calendar, shorter, nothing, now=MONDAY)
        assert (hidden.moved, hidden.shown) == (1, ()), "counted, and not named"
        assert clock.due_at == at(6, 15), "nothing was changed"


def test_other_hours_move_what_is_open_and_leave_what_was_kept_or_missed_as_it_was_promised(
    promised: World,
) -> None:
    with working(promised) as (session, desk, case, kept):
        clocks.keep(session, case, kept, now=at(6, 15, 15), **WHO)
        order = ClockOrder(kind=ClockKind.NEXT_UPDATE)
        clocks.start(session, desk, case, order, received_at=MONDAY, now=MONDAY, actor=SYSTEM)
        office = office_in(session)
        office.hours = {str(day): [["09:00", "12:00"]] for day in range(5)}
        calendars.save(session, office, Plan(), what="hours", now=MONDAY, **WHO)
    with promised.database.write(promised.office) as session:
        assert clocks.recount_due(session, desk_in(session)) == 1, "only what is open"
    with working(promised) as (session, desk, case, _):
        kept, running = sorted(clocks.of_case(session, case), key=lambda one: one.met_at is None)
        told = clocks.reading(desk, kept, at(6, 30))
        assert (told.due_at, told.state) == (at(6, 15), ClockState.MET)
        assert clocks.reading(desk, running, MONDAY).due_at.hour == 11, "noon in London"


def test_a_clock_is_warned_of_once_and_never_while_it_stands_still(promised: World) -> None:
    def warn(now: datetime) -> int:
        with promised.database.write(promised.office) as session:
            return clocks.warn_due(session, desk_in(session), now=now)

    assert [warn(MONDAY), warn(at(6, 11, 7)), warn(at(6, 11, 8)), warn(at(6, 11, 9))] == [0, 0, 1, 0]
    with working(promised) as (session, desk, case, clock):
        clocks.pause(session, desk, case, clock, category="body", reason="x", now=at(6, 11), **WHO)
    assert warn(at(6, 30)) == 0
    with working(promised) as (session, desk, case, clock):
        clocks.resume(session, desk, case, clock, now=at(6, 30), **WHO)
        assert clock.due_at == at(7, 2)
    assert warn(at(7, 2)) == 1, "the new date is a new warning"


def test_each_office_keeps_its_own_holidays_and_can_go_back(world: World, neighbour: World) -> None:
    file = b"date,nations,name\n2027-06-07,england wales,Coronation\n2027-12-27,england,Christmas Day\n"
    with world.database.write(world.office) as session:
        office = office_in(session)
        plan = calendars.with_holidays(Plan(), calendars.read_file(file), "mine.csv", MONDAY)
        calendars.save(session, office, plan, what="holidays", now=MONDAY, **WHO)

    def works(one: World, day: date) -> bool:
        with one.database.read(one.office) as session:
            return calendars.calendar_of(office_in(session)).is_working_day(day)

    assert not works(world, date(2027, 6, 7))
    assert not works(world, date(2027, 1, 1)), "the file adds a day, and takes none away"
    assert works(neighbour, date(2027, 6, 7))
    with world.database.write(world.office) as session:
        office = office_in(session)
        back = calendars.with_holidays(calendars.plan_of(office), None, None, None)
        calendars.save(session, office, back, what="holidays", now=MONDAY, **WHO)
    assert works(world, date(2027, 6, 7))


def test_a_calendar_whose_change_was_rolled_back_is_forgotten(world: World) -> None:
    day = date(2026, 6, 3)
    with pytest.raises(RuntimeError), world.database.write(world.office) as session:
        office = office_in(session)
        plan = calendars.with_closed(Plan(), day, day, "Moving house")
        calendars.save(session, office, plan, what="closed", now=MONDAY, **WHO)
        assert not calendars.calendar_of(office).is_working_day(day)
        raise RuntimeError
    close(world, date(2026, 6, 4))
    with world.database.read(world.office) as session:
        calendar = calendars.calendar_of(office_in(session))
    assert calendar.is_working_day(day)
    assert not calendar.is_working_day(date(2026, 6, 4))


def test_a_calendar_that_cannot_be_read_is_refused_and_not_taken_for_an_empty_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2026, 6, 3)
    close(world, day)
    monkeypatch.setattr(calendars, "_known", {})
    with world.database.read(world.office) as session:
        office = office_in(session)
    with pytest.raises(LookupError, match="open session"):
        calendars.calendar_of(office)
    with world.database.read() as session, pytest.raises(LookupError, match="of its office"):
        calendars.plan_of(session.exec(select(Office).where(Office.id == world.office)).one())
    with world.database.read(world.office) as session:
        assert not calendars.calendar_of(office_in(session)).is_working_day(day)


def test_a_letter_of_a_batch_is_promised_by_the_targets_that_the_batch_began_with(world: World) -> None:
    def promise(amount: int) -> None:
        with world.database.write(world.office) as session:
            office = office_in(session)
            plan = calendars.with_target(calendars.plan_of(office), office, ClockKind.FIRST_REPLY, amount)
            calendars.save(session, office, plan, what="targets", now=MONDAY, **WHO)

    world.case("damp", received_at=MONDAY)
    promise(15)
    with world.database.read(world.office) as session:
        desk = desk_in(session)
    promise(12)
    with world.database.write(world.office) as session:
        assert desk_in(session).targets[ClockKind.FIRST_REPLY].amount == 12
        case, order = session.exec(select(Case)).one(), ClockOrder(kind=ClockKind.FIRST_REPLY)
        clock = clocks.start(session, desk, case, order, received_at=MONDAY, now=MONDAY, actor=SYSTEM)
        assert (clock.amount, clock.calendar_version) == (15, 1), "by one calendar, and known to be by that"


def test_an_office_may_promise_other_times_and_less_than_the_law_but_not_more(world: World) -> None:
    with world.database.write(world.office) as session:
        office = office_in(session)
        plan = calendars.with_target(Plan(), office, ClockKind.FIRST_REPLY, 15)
        with pytest.raises(Refused, match="The law allows 30"):
            calendars.with_target(plan, office, ClockKind.COMPLAINT, 31)
        plan = calendars.with_target(plan, office, ClockKind.COMPLAINT, 10)
        with pytest.raises(Refused, match="no such promise"):
            calendars.with_target(plan, office, ClockKind.FOI, 10)
        calendars.save(session, office, plan, what="targets", now=MONDAY, **WHO)
    begun(world, ClockKind.FIRST_REPLY)
    with working(world) as (_, _, _, clock):
        assert (clock.amount, clock.due_at) == (15, at(6, 22))


def test_a_body_in_another_nation_is_counted_by_its_own_holidays(world: World) -> None:
    begun(world, ClockKind.ENQUIRY, nation=Nation.SCOTLAND, amount=10)
    with working(world) as (_, _, _, clock):
        assert clock.due_at == at(6, 16), "Scotland keeps Monday 15 June 2026"
