"""Working days and hours of an office: windows per weekday, bank holidays per nation, DST-proof.

Every moment taken or given is an aware datetime; what comes out is in UTC. A day is a `date` in the
office's own time zone. The day of receipt is day 0, the next working day is day 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from routing.bank_holidays import BankHolidays, bundled
from routing.words import Nation

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
FURTHEST_LOOK = 3 * 366
"""Days that a search for a working day may cover before the calendar itself must be wrong."""

MOST_KEPT = 20_000
"""Counts that one calendar remembers: it may serve an office for as long as the program runs."""


class NoWorkingDay(ValueError):
    """The calendar has no working day where one was looked for."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One stretch of local working time on a day, from `start` up to but not including `end`."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a working window must end after it starts, not {self.start} to {self.end}")


Week = tuple[tuple[Window, ...], ...]
"""Windows of the seven weekdays, Monday first; an empty tuple is a day off."""

NINE_TO_FIVE = (Window(time(9), time(17)),)
MONDAY_TO_FRIDAY: Week = (NINE_TO_FIVE,) * 5 + ((), ())


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When an office works. `days_off` beats `days_on`, which beats weekends and bank holidays."""

    nation: Nation = Nation.ENGLAND
    zone: ZoneInfo = LONDON
    week: Week = MONDAY_TO_FRIDAY
    days_off: frozenset[date] = frozenset()
    days_on: frozenset[date] = frozenset()
    holidays: BankHolidays = field(default_factory=bundled)
    _usual: tuple[Window, ...] = field(init=False, repr=False, compare=False)
    _counted: dict[tuple[date, int], date] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What `add_working_days` found before: mail of one day asks for the same few days again and again."""
    _between: dict[tuple[date, date], int] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """The same for `working_days_between`, which every row of a list asks for."""
    _opened: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """The windows of a day as moments, for the same reason."""
    _nations: "dict[Nation, WorkingCalendar]" = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("a working week has seven days, at least one of them with a working window")
        for windows in self.week:
            if any(later.start < earlier.end for earlier, later in pairwise(windows)):
                raise ValueError("the windows of a day must follow one another without overlap")
        object.__setattr__(self, "_usual", next(windows for windows in self.week if windows))

    def of_nation(self, nation: Nation) -> "WorkingCalendar":
        """The Monday-to-Friday calendar of a nation's law: the office's own days off do not stretch it."""
        found = self._nations.get(nation)
        if found is None:
            weekdays = tuple(windows or self._usual for windows in self.week[:5])
            found = self._nations[nation] = replace(
                self, nation=nation, week=(*weekdays, (), ()), days_off=frozenset(), days_on=frozenset()
            )
        return found

    def day_of(self, moment: datetime) -> date:
        """The calendar date on which a moment falls in the office's time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment must carry its time zone")
        return moment.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        if day in self.days_off:
            return False
        if day in self.days_on:
            return True
        return bool(self.week[day.weekday()]) and day not in self.holidays.of(self.nation, day.year)

    def windows_of(self, day: date) -> tuple[Window, ...]:
        """The working windows of a day; an extra working day without its own has the usual ones."""
        if not self.is_working_day(day):
            return ()
        return self.week[day.weekday()] or self._usual

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, if negative); 0 gives `day` itself."""
        found = self._counted.get((day, count))
        if found is None:
            if len(self._counted) > MOST_KEPT:
                self._counted.clear()
            found = self._counted[day, count] = self._count(day, count)
        return found

    def _count(self, day: date, count: int) -> date:
        step = ONE_DAY if count > 0 else -ONE_DAY
        left, idle = abs(count), 0
        while left:
            day += step
            idle += 1
            if self.is_working_day(day):
                left, idle = left - 1, 0
            elif idle > FURTHEST_LOOK:
                raise NoWorkingDay(f"no working day within three years of {day}")
        return day

    def working_day_from(self, day: date) -> date:
        """`day` if it is a working day, else the next one."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative if `end` is first."""
        if end < start:
            return -self.working_days_between(end, start)
        found = self._between.get((start, end))
        if found is None:
            if len(self._between) > MOST_KEPT:
                self._between.clear()
            days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
            found = self._between[start, end] = sum(self.is_working_day(day) for day in days)
        return found

    def working_days_waited(self, start: date, end: date, most: int) -> int:
        """As `working_days_between`, counted no further than `most`; 0 if `end` is first."""
        count, day = 0, end
        while day > start and count < most:
            count += self.is_working_day(day)
            day -= ONE_DAY
        return count

    def start_of(self, day: date) -> datetime:
        """Midnight at the beginning of a day."""
        return self._moment(day, time(0))

    def is_working(self, moment: datetime) -> bool:
        return any(start <= moment < end for start, end in self._spans(self.day_of(moment)))

    def first_moment(self, day: date) -> datetime:
        """When the first window of a working day opens."""
        return self._edge(day, 0, 0)

    def last_moment(self, day: date) -> datetime:
        """When the last window of a working day closes."""
        return self._edge(day, -1, 1)

    def next_working_moment(self, moment: datetime) -> datetime:
        """`moment` if the office works then, else the opening of its next window."""
        day = self.day_of(moment)
        for _ in range(FURTHEST_LOOK):
            for start, end in self._spans(day):
                if moment < end:
                    return max(start, moment.astimezone(UTC))
            day += ONE_DAY
        raise NoWorkingDay(f"no working time within three years of {moment}")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`, as elapsed time (a clock change is counted as it was)."""
        if end < start:
            return -self.working_time_between(end, start)
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        total = timedelta()
        day, last = self.day_of(start), self.day_of(end)
        while day <= last:
            for opens, closes in self._spans(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += ONE_DAY
        return total

    def _edge(self, day: date, window: int, side: int) -> datetime:
        spans = self._spans(day)
        if not spans:
            raise NoWorkingDay(f"{day} is not a working day")
        return spans[window][side]

    def _spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        found = self._opened.get(day)
        if found is None:
            if len(self._opened) > MOST_KEPT:
                self._opened.clear()
            found = self._opened[day] = tuple(
                (self._moment(day, window.start), self._moment(day, window.end))
                for window in self.windows_of(day)
            )
        return found

    def _moment(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)


def week_from(windows: Mapping[int, tuple[Window, ...]]) -> Week:
    """A week from windows by weekday number, Monday 0; days not named are off."""
    return tuple(windows.get(weekday, ()) for weekday in range(7))
