"""The clock of a case that is Immediate: now, and for how long it has waited.

A promise of ten working days says nothing of a case that is a matter of hours.
"""

from datetime import datetime, timedelta

from inbox.models import CaseStatus
from inbox.web.views.parts import ClockBadge, ClockMark
from routing.words import Priority
from routing.working_time import WorkingCalendar

READ_WITHIN = timedelta(minutes=15)
"""Office time in which somebody reads an Immediate message; unanswered past it, it is late."""

_UNANSWERED = frozenset({CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.WAITING_CONSTITUENT})
"""Where a case is in the office's own hands while nobody has answered: to hold it is no answer."""
_ANSWERED = frozenset({CaseStatus.NEW, CaseStatus.OPEN})


def clock(
    priority: str, status: str, since: datetime, now: datetime, calendar: WorkingCalendar, *, answered: bool
) -> ClockBadge | None:
    """How an Immediate case waits; None for any other, and for one that is not in the office's own hands.

    `since` is when the person last wrote what nobody has answered. To sort a case, to give it away or to hold
    it answers nobody, so none of these makes its clock calmer.
    """
    if priority != Priority.IMMEDIATE or status not in (_ANSWERED if answered else _UNANSWERED):
        return None
    if answered:
        return ClockBadge(ClockMark.SOON, "Look today", "Immediate: look at it every day")
    is_late = calendar.working_time_between(since, now) > READ_WITHIN
    mark = ClockMark.LATE if is_late else ClockMark.SOON
    title = "Immediate, not sorted yet" if status == CaseStatus.NEW else "Immediate, no reply yet"
    return ClockBadge(mark, f"Now: waiting {elapsed(now - since)}", title)


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
