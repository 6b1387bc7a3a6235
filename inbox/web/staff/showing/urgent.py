"""The clock of a case that is Immediate: now, and for how long it has waited.

A promise of ten working days says nothing of a case that is a matter of hours.
"""

from datetime import datetime, timedelta

from inbox.models import CaseStatus
from inbox.web.views.parts import ClockBadge, ClockMark
from routing.words import ClockKind, Priority
from routing.working_time import WorkingCalendar

READ_WITHIN = timedelta(minutes=15)
"""Office time in which somebody reads an Immediate message."""

_UNANSWERED = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.FIRST_REPLY, ClockKind.REFERRAL})
_IN_WORK = frozenset({CaseStatus.NEW, CaseStatus.OPEN})


def clock(
    priority: str, status: str, came_at: datetime, kind: str | None, now: datetime, calendar: WorkingCalendar
) -> ClockBadge | None:
    """How an Immediate case waits; None for any other, and for one that is not in the office's own hands.

    `came_at` is when it came, `kind` that of the next promise that can be missed.
    """
    if priority != Priority.IMMEDIATE or status not in _IN_WORK:
        return None
    words = f"Now: waiting {elapsed(now - came_at)}"
    if status == CaseStatus.NEW:
        is_late = calendar.working_time_between(came_at, now) > READ_WITHIN
        return ClockBadge(ClockMark.LATE if is_late else ClockMark.SOON, words, "Immediate, not sorted yet")
    if kind is None or kind in _UNANSWERED:
        return ClockBadge(ClockMark.SOON, words, "Immediate, no reply yet")
    return ClockBadge(ClockMark.SOON, "Look today", "Immediate: look at it every day")


def elapsed(time: timedelta) -> str:
    """So long, in the one unit that says it: minutes up to an hour, hours up to two days, then days."""
    minutes = max(1, int(time.total_seconds() // 60))
    if minutes < 60:
        return _counted(minutes, "minute")
    if minutes < 48 * 60:
        return _counted(minutes // 60, "hour")
    return _counted(minutes // (24 * 60), "day")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
