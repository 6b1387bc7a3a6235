"""Clocks in words: "2 working days late", always with the unit, whose clock and the full date."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from inbox import clocks as stage
from inbox.dates import local_date, long_date
from inbox.desk import Desk
from inbox.models import Case, Clock
from inbox.queues import QueueRow, RowClock
from inbox.web.staff.showing import immediate_words
from inbox.web.views.parts import ClockBadge, ClockMark
from routing.words import ClockKind, ClockState
from routing.working_time import WorkingCalendar

LATER = "Reply to their later letter"
NAMES = {
    "acknowledge": "Acknowledgement",
    "first_reply": "First reply",
    "next_update": "Next update",
    "enquiry": "Reply to our question",
    "referral": "Reply to the referral",
    "foi": "Information request",
    "subject_access": "Request for own data",
    "complaint": "Complaint",
    "authority": "Letter of authority",
    "breach": "Breach of personal data",
}


def of_row(row: QueueRow, now: datetime, calendar: WorkingCalendar) -> ClockBadge | None:
    """The one clock that a row shows: the next that can be missed; of an Immediate case how it waits."""
    since = row.wrote_again_at or row.received_at
    answered = row.answered_at is not None
    waits = immediate_words.clock(row.priority, row.status, since, now, calendar, answered=answered)
    return _before(waits, _promise(row.clock, now, calendar))


def _promise(clock: RowClock | None, now: datetime, calendar: WorkingCalendar) -> ClockBadge | None:
    if clock is None:
        return None
    if clock.is_paused:
        return ClockBadge(
            ClockMark.PAUSED, "Paused", _title(clock.kind, clock.due_at, calendar, "would be due")
        )
    return _running(clock.kind, clock.due_at, now, calendar)


def of_clock(desk: Desk, clock: Clock, now: datetime) -> ClockBadge | None:
    """One clock of a case; None for one that was cancelled."""
    reading = stage.reading(desk, clock, now)
    if reading.state is ClockState.CANCELLED:
        return None
    title = _title(clock.kind, reading.due_at, desk.calendar)
    if reading.state is ClockState.PAUSED:
        pause = clock.pauses[-1]
        since = local_date(datetime.fromisoformat(str(pause["start"])), desk.office.time_zone)
        return ClockBadge(
            ClockMark.PAUSED, f"Paused: {pause['reason']}", f"{title}. Stands still since {since}"
        )
    if reading.state is ClockState.MET:
        return ClockBadge(ClockMark.MET, f"{NAMES.get(clock.kind, clock.kind)} in time", title)
    if reading.state is ClockState.MISSED:
        late = days(desk.calendar, reading.due_at, clock.met_at or now)
        return ClockBadge(ClockMark.MISSED, f"Missed by {_count(late)}", title)
    return _running(clock.kind, reading.due_at, now, desk.calendar)


def next_of(desk: Desk, case: Case, clocks: Sequence[Clock], now: datetime) -> ClockBadge | None:
    """The same of a case that is open on a page."""
    first = _first(clocks)
    return _before(waiting(desk, case, now), of_clock(desk, first, now) if first else None)


def waiting(desk: Desk, case: Case, now: datetime) -> ClockBadge | None:
    """How an Immediate case waits; None for any other."""
    since, answered = case.wrote_again_at or case.received_at, case.answered_at is not None
    return immediate_words.clock(case.priority, case.status, since, now, desk.calendar, answered=answered)


def _first(clocks: Sequence[Clock]) -> Clock | None:
    """The next that can be missed."""
    return min(filter(stage.is_open, clocks), key=lambda clock: clock.due_at, default=None)


def _before(waits: ClockBadge | None, promise: ClockBadge | None) -> ClockBadge | None:
    """What stands in the one place: a promise that was broken, else how it waits, with the promise behind."""
    if waits is None or promise is None:
        return waits or promise
    return (
        promise if promise.mark is ClockMark.LATE else replace(waits, title=f"{waits.title}. {promise.title}")
    )


def of_case(desk: Desk, clocks: Iterable[Clock], now: datetime) -> tuple[ClockBadge, ...]:
    """Every clock of a case, those that can still be missed first, next due first."""
    known = list(clocks)
    ordered = sorted(known, key=lambda clock: (not stage.is_open(clock), clock.due_at))
    shown = ((clock, of_clock(desk, clock, now)) for clock in ordered)
    return tuple(_named(badge, clock, known) for clock, badge in shown if badge is not None)


def _named(badge: ClockBadge, clock: Clock, clocks: Sequence[Clock]) -> ClockBadge:
    """A second first reply is the answer to what was written later: only one of them can be the first."""
    firsts = [one for one in clocks if one.kind == clock.kind and one.cancelled_at is None]
    if clock.kind != ClockKind.FIRST_REPLY or clock is min(firsts, key=lambda one: (one.received_at, one.id)):
        return badge
    first = NAMES[ClockKind.FIRST_REPLY]
    return replace(badge, words=badge.words.replace(first, LATER), title=badge.title.replace(first, LATER))


def of_waiting(due_at: datetime, is_paused: bool, now: datetime, calendar: WorkingCalendar) -> ClockBadge:
    """The clock of a body that has not answered."""
    if is_paused:
        return ClockBadge(ClockMark.PAUSED, "Paused", _title("enquiry", due_at, calendar, "would be due"))
    return _running("enquiry", due_at, now, calendar)


def days(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Working days from the day of `start` to the day of `end`."""
    return calendar.working_days_between(calendar.day_of(start), calendar.day_of(end))


def _running(kind: str, due_at: datetime, now: datetime, calendar: WorkingCalendar) -> ClockBadge:
    title = _title(kind, due_at, calendar)
    today, last = calendar.day_of(now), calendar.day_of(due_at)
    if now > due_at:
        late = calendar.working_days_between(last, today)
        return ClockBadge(ClockMark.LATE, f"{_count(late)} late" if late else "Late since today", title)
    left = calendar.working_days_between(today, last)
    if today == last:
        return ClockBadge(ClockMark.SOON, "Due today", title)
    if left <= 1:
        words = "Due tomorrow" if (last - today).days == 1 else "Due next working day"
        return ClockBadge(ClockMark.SOON, words, title)
    return ClockBadge(ClockMark.ON_TRACK, f"{_count(left)} left", title)


def _title(kind: str, due_at: datetime, calendar: WorkingCalendar, verb: str = "due") -> str:
    local = due_at.astimezone(calendar.zone)
    return f"{NAMES.get(kind, kind)}, {verb} {long_date(local)}, {local.hour:02}:{local.minute:02}"


def _count(number: int) -> str:
    return "1 working day" if number == 1 else f"{number} working days"
