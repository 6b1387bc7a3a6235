"""What a clock says: its state, what is left, when it warns, and whose calendar it counts by."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from routing.sla import ClockFacts, Extension, Pause, Span, due_at, read, warn_at
from routing.targets import targets
from routing.words import ClockKind, ClockState, Nation, OfficeKind, Unit
from routing.working_time import LONDON, NoWorkingDay, Window, WorkingCalendar, week_from

CALENDAR = WorkingCalendar()
RECEIVED = datetime(2026, 2, 2, 10, tzinfo=UTC)
CLOCK = ClockFacts(ClockKind.FIRST_REPLY, RECEIVED, 10, Unit.WORKING_DAYS)
DUE = datetime(2026, 2, 16, 17, tzinfo=UTC)


def _day(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_clock_runs_is_at_risk_and_breaches_by_time_alone() -> None:
    states = [
        read(CLOCK, now, CALENDAR).state
        for now in (_day(2, 3), _day(2, 12, 8, 59), _day(2, 12, 9), DUE, DUE + timedelta(seconds=1))
    ]
    running, at_risk, breached = ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED
    assert states == [running, running, at_risk, at_risk, breached]


def test_a_clock_says_what_is_left_and_by_how_much_it_is_late() -> None:
    assert read(CLOCK, _day(2, 3), CALENDAR).left == Span(9, Unit.WORKING_DAYS)
    assert read(CLOCK, _day(2, 16, 14, 30), CALENDAR).left == Span(2, Unit.HOURS)
    assert read(CLOCK, _day(2, 16, 16, 30), CALENDAR).left == Span(30, Unit.MINUTES)
    assert read(CLOCK, _day(2, 18), CALENDAR).late_by == Span(2, Unit.WORKING_DAYS)
    assert read(CLOCK, _day(2, 16, 19), CALENDAR).late_by == Span(2, Unit.HOURS)
    assert read(CLOCK, _day(2, 18), CALENDAR).left is None


def test_an_answer_in_time_meets_the_clock_and_a_late_one_misses_it() -> None:
    met = read(replace(CLOCK, met_at=DUE), DUE + timedelta(days=9), CALENDAR)
    missed = read(replace(CLOCK, met_at=_day(2, 18)), _day(6, 1), CALENDAR)
    assert met.state is ClockState.MET
    assert missed.state is ClockState.MISSED
    assert missed.late_by == Span(2, Unit.WORKING_DAYS)


def test_a_cancelled_clock_stays_cancelled_and_a_met_one_cannot_be_cancelled_afterwards() -> None:
    assert read(replace(CLOCK, cancelled_at=_day(2, 4)), _day(6, 1), CALENDAR).state is ClockState.CANCELLED
    both = replace(CLOCK, met_at=_day(2, 4), cancelled_at=_day(2, 5))
    assert read(both, _day(6, 1), CALENDAR).state is ClockState.MET


def test_a_paused_clock_stands_still_and_resumes_with_credit() -> None:
    paused = replace(CLOCK, pauses=(Pause(_day(2, 4), None, "consent"),))
    later = read(paused, _day(3, 4), CALENDAR)
    assert later.state is ClockState.PAUSED
    assert later.left == Span(8, Unit.WORKING_DAYS)
    resumed = replace(CLOCK, pauses=(Pause(_day(2, 4), _day(3, 4), "consent"),))
    assert read(resumed, _day(3, 4), CALENDAR).left == Span(8, Unit.WORKING_DAYS)
    assert read(resumed, _day(3, 4), CALENDAR).state is ClockState.RUNNING


def test_a_pause_after_the_end_hides_no_breach() -> None:
    paused = replace(CLOCK, pauses=(Pause(_day(2, 18), None, "consent"),))
    assert read(paused, _day(2, 20), CALENDAR).state is ClockState.BREACHED


def test_a_computer_clock_that_steps_back_falsifies_no_state() -> None:
    met = replace(CLOCK, met_at=_day(2, 10, 12))
    assert read(met, _day(2, 10, 11), CALENDAR).state is ClockState.RUNNING
    assert read(met, _day(2, 10, 12), CALENDAR).state is ClockState.MET
    assert read(CLOCK, RECEIVED - timedelta(hours=1), CALENDAR).state is ClockState.RUNNING


@pytest.mark.parametrize(
    ("received", "amount", "unit", "warned"),
    [
        (_day(2, 2, 10), 10, Unit.WORKING_DAYS, _day(2, 12, 9)),
        (_day(2, 2, 10), 2, Unit.WORKING_DAYS, _day(2, 3, 9)),
        (_day(2, 2, 10), 1, Unit.WORKING_DAYS, _day(2, 3, 9)),
        (_day(2, 6, 18), 72, Unit.HOURS, _day(2, 9, 9)),
        (_day(4, 2, 18), 72, Unit.HOURS, _day(4, 2, 18)),
    ],
    ids=["two days before", "short", "one day", "hours over a weekend", "hours over Easter: at once"],
)
def test_a_clock_warns_before_the_end_and_in_working_hours(
    received: datetime, amount: int, unit: Unit, warned: datetime
) -> None:
    clock = ClockFacts(ClockKind.ENQUIRY, received, amount, unit)
    assert warn_at(clock, CALENDAR) == warned
    assert warn_at(clock, CALENDAR) < due_at(clock, CALENDAR)


def test_the_office_can_be_warned_earlier() -> None:
    assert warn_at(replace(CLOCK, warn_before=5), CALENDAR) == _day(2, 9, 9)


def test_a_working_day_clock_ends_with_the_last_window_of_the_office() -> None:
    morning, afternoon = Window(time(9), time(12)), Window(time(13, 30), time(18, 15))
    calendar = WorkingCalendar(week=week_from(dict.fromkeys(range(5), (morning, afternoon))))
    assert due_at(CLOCK, calendar) == datetime(2026, 2, 16, 18, 15, tzinfo=UTC)


def test_a_clock_of_law_is_not_stretched_by_the_days_off_of_an_office() -> None:
    short_week = week_from({day: (Window(time(9), time(17)),) for day in range(3)})
    calendar = WorkingCalendar(week=short_week, days_off=frozenset({date(2026, 2, 3)}))
    by_law = replace(CLOCK, nation=Nation.UK)
    assert due_at(by_law, calendar) == DUE
    assert due_at(CLOCK, calendar) > DUE


def test_information_requests_skip_the_holidays_of_every_nation() -> None:
    foi = targets(OfficeKind.DEPARTMENT)[ClockKind.FOI].facts(_day(3, 16))
    assert due_at(foi, CALENDAR) == due_at(replace(foi, nation=None), CALENDAR) + timedelta(days=1)


def test_each_kind_of_office_starts_with_the_clocks_it_is_known_for() -> None:
    member = {kind: default.amount for kind, default in targets(OfficeKind.MP).items()}
    assert member[ClockKind.ACKNOWLEDGE] == 2
    assert member[ClockKind.FIRST_REPLY] == 10
    assert member[ClockKind.NEXT_UPDATE] == member[ClockKind.ENQUIRY] == 20
    department = targets(OfficeKind.DEPARTMENT)
    assert department[ClockKind.REFERRAL].amount == department[ClockKind.FIRST_REPLY].amount == 20
    assert department[ClockKind.SUBJECT_ACCESS].unit is Unit.CALENDAR_MONTHS
    assert (department[ClockKind.COMPLAINT].amount, department[ClockKind.COMPLAINT].unit) == (
        30,
        Unit.CALENDAR_DAYS,
    )


def test_impossible_clocks_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        ClockFacts(ClockKind.ENQUIRY, datetime(2026, 1, 1), 1, Unit.HOURS)  # noqa: DTZ001
    with pytest.raises(ValueError, match="whole number"):
        replace(CLOCK, amount=-1)
    with pytest.raises(ValueError, match="before it starts"):
        Pause(_day(2, 3), _day(2, 2), "consent")
    with pytest.raises(ValueError, match="extended"):
        replace(CLOCK, extensions=(Extension(5, Unit.HOURS, "more", RECEIVED),))


def test_working_moments_follow_the_windows_holidays_and_extra_days() -> None:
    saturday = date(2026, 2, 7)
    calendar = WorkingCalendar(days_on=frozenset({saturday}), days_off=frozenset({date(2026, 2, 9)}))
    assert calendar.is_working(_day(2, 7, 9))
    assert not calendar.is_working(_day(2, 7, 17))
    assert not calendar.is_working(_day(2, 9, 12))
    assert not CALENDAR.is_working(_day(4, 3, 12))
    assert calendar.next_working_moment(_day(2, 7, 18)) == _day(2, 10, 9)
    assert CALENDAR.next_working_moment(_day(2, 3, 11)) == _day(2, 3, 11)
    assert CALENDAR.next_working_moment(_day(4, 2, 18)) == datetime(2026, 4, 7, 8, tzinfo=UTC)


def test_working_time_is_counted_as_it_passed_on_both_clock_change_nights() -> None:
    round_the_clock = WorkingCalendar(
        week=week_from({day: (Window(time(0), time(23, 59)),) for day in range(7)})
    )
    for night, hours in ((date(2026, 3, 29), 5), (date(2026, 10, 25), 7)):
        start = datetime.combine(night, time(0), tzinfo=LONDON)
        end = datetime.combine(night, time(6), tzinfo=LONDON)
        assert round_the_clock.working_time_between(start, end) == timedelta(hours=hours)
        assert round_the_clock.working_time_between(end, start) == -timedelta(hours=hours)


def test_working_time_leaves_out_nights_weekends_and_holidays() -> None:
    assert CALENDAR.working_time_between(_day(2, 6, 16), _day(2, 9, 10)) == timedelta(hours=2)
    assert CALENDAR.working_time_between(_day(4, 2, 12), _day(4, 7, 12)) == timedelta(hours=8)


def test_a_calendar_without_working_days_is_refused_or_found_out() -> None:
    with pytest.raises(ValueError, match="seven days"):
        WorkingCalendar(week=((),) * 7)
    with pytest.raises(ValueError, match="without overlap"):
        WorkingCalendar(week=((Window(time(9), time(12)), Window(time(11), time(17))), *((),) * 6))
    with pytest.raises(ValueError, match="end after"):
        Window(time(17), time(9))
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(6000))
    with pytest.raises(NoWorkingDay):
        WorkingCalendar(days_off=closed).add_working_days(date(2026, 1, 1), 1)
    with pytest.raises(NoWorkingDay):
        WorkingCalendar(days_off=closed).next_working_moment(_day(1, 2))
