"""The table of clocks written from the rules, and the laws that hold for every clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.bank_holidays import bundled
from routing.sla import ClockFacts, Extension, Pause, due_at
from routing.words import ClockKind, Nation, Unit
from routing.working_time import WorkingCalendar
from tests.routing import slow_reference

TABLE = Path(__file__).with_name("clock_cases.txt").read_text(encoding="utf-8")
CASES = [slow_reference.parse(line) for line in TABLE.splitlines() if not line.startswith("#")]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001
NATIONS = st.sampled_from(list(Nation))
DAY_UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.CALENDAR_MONTHS])


def _clock(case: slow_reference.Case) -> ClockFacts:
    return ClockFacts(
        ClockKind.FIRST_REPLY,
        case.received,
        case.amount,
        Unit(case.unit),
        pauses=tuple(Pause(start, end, "information") for start, end in case.pauses),
        extensions=tuple(Extension(n, Unit(unit), "complex", case.received) for n, unit in case.extensions),
    )


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CASES) >= 150
    assert {case.nation for case in CASES} == {nation.value for nation in Nation}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}, {case.nation}")
def test_a_clock_runs_out_when_the_table_says(case: slow_reference.Case) -> None:
    assert due_at(_clock(case), WorkingCalendar(Nation(case.nation))) == case.due


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}, {case.nation}")
def test_the_slow_reference_agrees_with_the_table(case: slow_reference.Case) -> None:
    reckoned = slow_reference.due(
        case.nation, case.received, case.amount, case.unit, case.pauses, case.extensions
    )
    assert reckoned.astimezone(UTC) == case.due.astimezone(UTC)


@pytest.mark.parametrize("nation", list(Nation))
def test_the_bundled_bank_holidays_are_the_published_ones(nation: Nation) -> None:
    days = {day for year in (2026, 2027, 2028) for day in bundled().of(nation, year) if day.weekday() < 5}
    assert days == slow_reference.HOLIDAYS[nation.value]


@given(MOMENTS, NATIONS, st.integers(0, 90))
def test_any_working_day_clock_agrees_with_walking_day_by_day(
    received: datetime, nation: Nation, amount: int
) -> None:
    clock = ClockFacts(ClockKind.FIRST_REPLY, received, amount, Unit.WORKING_DAYS)
    expected = slow_reference.due(nation.value, received, amount, "working_days", (), ())
    assert due_at(clock, WorkingCalendar(nation)) == expected


@given(MOMENTS, NATIONS, st.integers(1, 30), st.integers(0, 20), st.integers(1, 30))
def test_pausing_for_so_many_working_days_moves_the_end_by_so_many(
    received: datetime, nation: Nation, amount: int, after: int, paused: int
) -> None:
    calendar = WorkingCalendar(nation)
    clock = ClockFacts(ClockKind.FIRST_REPLY, received, amount, Unit.WORKING_DAYS)
    first = calendar.add_working_days(calendar.day_of(received), min(after, amount))
    last = calendar.add_working_days(first, paused)
    noon = timedelta(hours=12)
    pause = Pause(_at(first) + noon, _at(last) + noon, "information")
    start = max(pause.start, received)
    counted = calendar.working_days_between(calendar.day_of(start), last)
    before, after_pause = due_at(clock, calendar), due_at(_with(clock, pauses=(pause,)), calendar)
    assert calendar.working_days_between(calendar.day_of(before), calendar.day_of(after_pause)) == counted


@given(MOMENTS, NATIONS, DAY_UNITS, st.integers(1, 40), DAY_UNITS, st.integers(1, 20))
def test_an_extension_comes_off_as_cleanly_as_it_went_on(
    received: datetime, nation: Nation, unit: Unit, amount: int, by: Unit, more: int
) -> None:
    calendar = WorkingCalendar(nation)
    clock = ClockFacts(ClockKind.FOI, received, amount % 12 + 1, unit)
    extension = Extension(more % 6 + 1, by, "complex", received)
    extended = _with(clock, extensions=(extension,))
    taken_off = _with(extended, extensions=())
    assert due_at(extended, calendar) > due_at(clock, calendar) or extension.unit is not Unit.WORKING_DAYS
    assert due_at(extended, calendar) >= due_at(clock, calendar)
    assert due_at(taken_off, calendar) == due_at(clock, calendar)


@given(MOMENTS, NATIONS, st.permutations([0, 1, 2]), st.permutations([0, 1]))
def test_the_order_in_which_staff_enter_pauses_and_extensions_does_not_matter(
    received: datetime, nation: Nation, pause_order: list[int], extension_order: list[int]
) -> None:
    calendar = WorkingCalendar(nation)
    pauses = tuple(
        Pause(received + timedelta(days=3 * n), received + timedelta(days=3 * n + n + 1), "information")
        for n in range(3)
    )
    extensions = (
        Extension(5, Unit.WORKING_DAYS, "complex", received),
        Extension(1, Unit.CALENDAR_MONTHS, "complex", received),
    )
    clock = ClockFacts(ClockKind.FOI, received, 20, Unit.WORKING_DAYS, pauses=pauses, extensions=extensions)
    shuffled = _with(
        clock,
        pauses=tuple(pauses[n] for n in pause_order),
        extensions=tuple(extensions[n] for n in extension_order),
    )
    assert due_at(shuffled, calendar) == due_at(clock, calendar)


@given(MOMENTS, NATIONS, DAY_UNITS, st.integers(0, 40), st.integers(0, 60), st.integers(0, 60))
def test_a_day_clock_never_runs_out_on_a_day_off(
    received: datetime, nation: Nation, unit: Unit, amount: int, after: int, paused: int
) -> None:
    calendar = WorkingCalendar(nation)
    start = received + timedelta(days=after)
    pause = Pause(start, start + timedelta(days=paused), "information")
    due = due_at(ClockFacts(ClockKind.COMPLAINT, received, amount, unit, pauses=(pause,)), calendar)
    assert calendar.is_working_day(calendar.day_of(due))
    assert due == calendar.last_moment(calendar.day_of(due))


def _at(day: object) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def _with(clock: ClockFacts, **changes: object) -> ClockFacts:
    from dataclasses import replace

    return replace(clock, **changes)  # type: ignore[arg-type]
