"""Points that order a queue: need first, then waiting, each part shown so that a person can check the sum."""

from dataclasses import dataclass
from datetime import date

from routing.words import ClockState, Flag, Priority
from routing.working_time import WorkingCalendar

NEED = {Priority.IMMEDIATE: 30.0, Priority.PRIORITY: 7.0, Priority.STANDARD: 0.0, Priority.LOW: -7.0}
MINISTERIAL_PRIORITY = 14.0
WAITING = 0.5
WAITING_AT_MOST = 7.5
MINISTERIAL_WAITING = 1.0
MINISTERIAL_WAITING_AT_MOST = 15.0
LIFE = 30.0
LATE, AT_RISK = 7.0, 3.0
_LATENESS = {
    ClockState.BREACHED: (LATE, "its clock has run out"),
    ClockState.AT_RISK: (AT_RISK, "its clock runs out soon"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for points."""

    why: str
    points: float


@dataclass(frozen=True, slots=True)
class Points:
    """The sum that a queue is ordered by, highest first, and its parts."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        return sum(part.points for part in self.parts)


def points_of(
    priority: Priority,
    flags: frozenset[Flag],
    waiting_since: date,
    today: date,
    calendar: WorkingCalendar,
    *,
    clock: ClockState | None = None,
    ministerial: bool = False,
) -> Points:
    """The points of a case. Volume, channel and the sender's reach never count."""
    parts = [Part(f"priority {priority}", _need(priority, ministerial))]
    if flags & {Flag.THREAT, Flag.SELF_HARM}:
        parts.append(Part("a risk to life", LIFE))
    days = max(0, calendar.working_days_between(waiting_since, today))
    each, most = (
        (MINISTERIAL_WAITING, MINISTERIAL_WAITING_AT_MOST) if ministerial else (WAITING, WAITING_AT_MOST)
    )
    if days:
        parts.append(Part(f"waiting {days} working {'day' if days == 1 else 'days'}", min(each * days, most)))
    if clock in _LATENESS:
        points, why = _LATENESS[clock]
        parts.append(Part(why, points))
    return Points(tuple(part for part in parts if part.points))


def _need(priority: Priority, ministerial: bool) -> float:
    if ministerial and priority is Priority.PRIORITY:
        return MINISTERIAL_PRIORITY
    return NEED[priority]
