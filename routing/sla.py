"""Clocks: a clock is facts, its state is read from them and the moment, never stored.

Counting, as docs/clocks.md tells offices: the day of receipt is day 0; working-day clocks run out when
the office's last working window of the last day closes; calendar clocks that end on a non-working day
roll to the next working day; hour clocks run by the wall, night and weekend too. Extensions and pauses
are applied in one fixed order (months, days, working days, then the credit of pauses in order of time),
so the order in which staff enter them cannot change the answer.
"""

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from routing.words import ClockKind, ClockState, Nation, Unit
from routing.working_time import WorkingCalendar

_HOUR_UNITS = frozenset({Unit.HOURS, Unit.CALENDAR_DAYS})
_DAY_UNITS = frozenset({Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.CALENDAR_MONTHS})

USUAL_WARNING = 2
"""Working days before the end at which a clock warns, unless it is too short for that."""


class PauseCategory(StrEnum):
    """Why a clock may stand still."""

    CLARIFICATION = "clarification"
    IDENTITY = "identity"
    CONSENT = "consent"
    INFORMATION = "information"
    BODY = "body"
    COURT = "court"
    OTHER = "other"


STOPPABLE: Mapping[ClockKind, frozenset[PauseCategory]] = {
    ClockKind.SUBJECT_ACCESS: frozenset({PauseCategory.IDENTITY, PauseCategory.CLARIFICATION}),
    ClockKind.FOI: frozenset({PauseCategory.CLARIFICATION}),
    ClockKind.COMPLAINT: frozenset(),
    ClockKind.BREACH: frozenset(),
}
"""For what the law lets its clocks stop; a kind that is not named may stop for any reason."""

EXTENDABLE = frozenset(ClockKind) - {ClockKind.COMPLAINT, ClockKind.BREACH}
"""The kinds that may be given more time at all."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stood still; `end` is None while it still does."""

    start: datetime
    end: datetime | None
    category: str
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause cannot end before it starts")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted at `on`, in any unit but minutes."""

    amount: int
    unit: Unit
    reason: str
    on: datetime


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """All that is known of one clock.

    `nation` None counts by the office's own calendar; a nation (or `uk`) counts by Monday to Friday and
    that nation's bank holidays, as law and other bodies do. `warn_before` is in working days; None takes
    two, or fewer where the clock itself is short.
    """

    kind: ClockKind
    received_at: datetime
    amount: int
    unit: Unit
    nation: Nation | None = None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    met_at: datetime | None = None
    cancelled_at: datetime | None = None
    warn_before: int | None = None

    def __post_init__(self) -> None:
        if self.amount < 0 or self.unit is Unit.MINUTES:
            raise ValueError("a clock counts a whole number of days, months or hours")
        if self.received_at.tzinfo is None:
            raise ValueError("a clock needs an aware time of receipt")
        by_the_hour = self.unit is Unit.HOURS
        allowed = _HOUR_UNITS if by_the_hour else _DAY_UNITS
        if any(extension.unit not in allowed for extension in self.extensions):
            raise ValueError(
                "an hour clock is extended by hours or days, every other clock by days or months"
            )


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time ready to be put in words: "3 working days", "2 hours"."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock says at a moment. `left` while time remains, `late_by` once it has run out."""

    state: ClockState
    due_at: datetime
    warn_at: datetime
    left: Span | None
    late_by: Span | None


def due_at(clock: ClockFacts, calendar: WorkingCalendar) -> datetime:
    """When the clock runs out, in UTC. A pause that is still open gives no credit until it ends."""
    if clock.unit is Unit.HOURS:
        return _due_by_the_hour(clock)
    days = _counted_by(clock, calendar)
    return days.last_moment(_due_day(clock, days))


def warn_at(clock: ClockFacts, calendar: WorkingCalendar) -> datetime:
    """When the office is warned: in its working hours and before the end wherever both are possible.

    The opening of the day two working days before the end (half the clock, if that is less), or the
    first working moment after receipt if that is later; the receipt itself, if the clock would run out
    before the office opens again.
    """
    due = due_at(clock, calendar)
    lead = clock.warn_before
    if lead is None:
        lead = min(USUAL_WARNING, clock.amount // 2) if clock.unit is Unit.WORKING_DAYS else USUAL_WARNING
    last_day = calendar.day_of(due)
    if not calendar.is_working_day(last_day):
        last_day = calendar.add_working_days(last_day, -1)
    planned = calendar.first_moment(calendar.add_working_days(last_day, -lead))
    warning = max(planned, calendar.next_working_moment(clock.received_at))
    return warning if warning < due else clock.received_at.astimezone(UTC)


def read(clock: ClockFacts, now: datetime, calendar: WorkingCalendar) -> Reading:
    """The state of a clock at `now`, from its facts alone."""
    clock = _as_known(clock, now)
    paused = _open_pause(clock, calendar)
    current = replace(clock, pauses=tuple(replace(p, end=p.end or max(now, p.start)) for p in clock.pauses))
    due, warning = due_at(current, calendar), warn_at(current, calendar)
    ended = clock.met_at or clock.cancelled_at
    left, late_by = _distance(ended or now, due, _counted_by(clock, calendar))
    state = _state(clock, now, due, warning, paused)
    return Reading(state, due, warning, left, late_by)


def _as_known(clock: ClockFacts, now: datetime) -> ClockFacts:
    """The facts as they stand at `now`: a clock that was stepped back must not see its own future."""
    met = clock.met_at if clock.met_at and clock.met_at <= now else None
    cancelled = clock.cancelled_at if clock.cancelled_at and clock.cancelled_at <= now else None
    if met and cancelled:
        met, cancelled = (met, None) if met <= cancelled else (None, cancelled)
    return replace(clock, met_at=met, cancelled_at=cancelled)


def _state(
    clock: ClockFacts, now: datetime, due: datetime, warning: datetime, paused: Pause | None
) -> ClockState:
    if clock.cancelled_at:
        return ClockState.CANCELLED
    if clock.met_at:
        return ClockState.MET if clock.met_at <= due else ClockState.MISSED
    if paused and paused.start <= now:
        return ClockState.PAUSED
    if now > due:
        return ClockState.BREACHED
    return ClockState.AT_RISK if now >= warning else ClockState.RUNNING


def _open_pause(clock: ClockFacts, calendar: WorkingCalendar) -> Pause | None:
    """The pause that is still open, unless the clock had already run out when it began."""
    due = due_at(clock, calendar)
    return next((p for p in clock.pauses if p.end is None and p.start <= due), None)


def _counted_by(clock: ClockFacts, calendar: WorkingCalendar) -> WorkingCalendar:
    return calendar if clock.nation is None else calendar.of_nation(clock.nation)


def _granted(clock: ClockFacts, unit: Unit) -> int:
    own = clock.amount if clock.unit is unit else 0
    return own + sum(extension.amount for extension in clock.extensions if extension.unit is unit)


def _due_by_the_hour(clock: ClockFacts) -> datetime:
    hours = _granted(clock, Unit.HOURS) + 24 * _granted(clock, Unit.CALENDAR_DAYS)
    due = clock.received_at.astimezone(UTC) + timedelta(hours=hours)
    for start, end in _closed_pauses(clock):
        if start <= due:
            due += end - start
    return due


def _due_day(clock: ClockFacts, days: WorkingCalendar) -> date:
    received = days.day_of(clock.received_at)
    due = add_months(received, _granted(clock, Unit.CALENDAR_MONTHS))
    due += timedelta(days=_granted(clock, Unit.CALENDAR_DAYS))
    working = _granted(clock, Unit.WORKING_DAYS)
    by_working_days = clock.unit is Unit.WORKING_DAYS
    if working:  # on a calendar clock they come after the roll-over, or a weekend would swallow them
        due = days.add_working_days(due if by_working_days else days.working_day_from(due), working)
    for start, end in _closed_pauses(clock):
        first, last = days.day_of(start), days.day_of(end)
        if first > days.working_day_from(due):
            break  # the clock had run out; a later pause cannot bring it back
        if by_working_days:
            due = days.add_working_days(days.working_day_from(due), days.working_days_between(first, last))
        else:
            due += last - first
    return days.working_day_from(due)


def _closed_pauses(clock: ClockFacts) -> list[tuple[datetime, datetime]]:
    """Pauses that have ended, from receipt on, in order, with overlaps merged so none counts twice."""
    merged: list[tuple[datetime, datetime]] = []
    received = clock.received_at.astimezone(UTC)  # in one zone, or a clock change would be miscounted
    spans = (
        (max(p.start.astimezone(UTC), received), p.end.astimezone(UTC))
        for p in clock.pauses
        if p.end is not None
    )
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def add_months(day: date, count: int) -> date:
    """The same day `count` months on, or the last day of that month where it has no such day."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, months.monthrange(year, month)[1]))


def _distance(at: datetime, due: datetime, days: WorkingCalendar) -> tuple[Span | None, Span | None]:
    """How far `at` is from `due`: whole working days, or hours and minutes within the day."""
    late = at > due
    today, last = days.day_of(at), days.day_of(due)
    count = abs(days.working_days_between(today, last))
    if count:
        span = Span(count, Unit.WORKING_DAYS)
    else:
        minutes = int(abs(due - at).total_seconds() // 60)
        span = Span(minutes // 60, Unit.HOURS) if minutes >= 60 else Span(minutes, Unit.MINUTES)
    return (None, span) if late else (span, None)
