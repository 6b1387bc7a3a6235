"""The order of the queues: each case's points, kept as a sort key and looked at again when time moves them.

What an act changes (priority, flags, promises) is settled in that act. What time changes (a working day
more, a promise at risk or run out) the worker notes when `points_at` says so: its work grows with what is
due, not with what is open. What is stored is what is shown, so the order and the sum never disagree.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select, text

from inbox.desk import Desk
from inbox.models import Case, Clock
from inbox.models.case import OPEN
from routing.priority import MOST_DAYS, Lateness, Points, Standing, points_of
from routing.words import RISK_FLAGS, ClockKind, Flag, Priority
from routing.working_time import WorkingCalendar

AT_A_TIME = 500


def of_case(case: Case) -> Points:
    """The points that a case is ordered by, part by part."""
    return reckoned(
        case.priority, case.flags, case.waiting_days, case.lateness, is_ministerial=case.is_ministerial
    )


def reckoned(
    priority: str, flags: Sequence[str], waiting_days: int, lateness: int, *, is_ministerial: bool
) -> Points:
    """The same from the plain values that a list holds."""
    known = frozenset(Flag(flag) for flag in flags if flag in _FLAGS)
    return points_of(Standing(Priority(priority), known, waiting_days, Lateness(lateness), is_ministerial))


_FLAGS = frozenset(Flag)


def settle(case: Case) -> None:
    """Makes the sort key, and whether somebody may be in danger, say what the case's facts say."""
    case.in_danger = bool(RISK_FLAGS & set(case.flags))
    case.rank = -of_case(case).tenths


def begin(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """A new case: how long it has waited already, and when that changes."""
    _wait(case, calendar, now)
    case.points_at = _next_day(case, calendar, now)
    settle(case)


def promise(case: Case, clocks: Sequence[Clock]) -> None:
    """The case's promises changed; `clocks` are all it has, the running ones of them can be missed.

    Whether the next of them is late already is noted with the next look, which becomes due with it.
    """
    due = min((clock.due_at for clock in _running(clocks)), default=None)
    if due != case.next_due_at:
        case.next_due_at, case.lateness = due, Lateness.NONE
    warnings = [clock.warn_at or clock.due_at for clock in _running(clocks)]
    case.points_at = min([*warnings, *([case.points_at] if case.points_at else [])], default=None)
    case.is_ministerial = any(
        clock.kind == ClockKind.REFERRAL and clock.cancelled_at is None for clock in clocks
    )
    settle(case)


def look_again(session: Session, desk: Desk, *, now: datetime, limit: int = AT_A_TIME) -> int:
    """Notes what time has changed on the cases that are due a look; returns how many were looked at."""
    query = select(Case).where(text(OPEN), col(Case.points_at) <= now)
    due = query.order_by(col(Case.points_at)).limit(limit)
    cases = session.exec(due.with_for_update(key_share=True, skip_locked=True)).all()
    promises: dict[str, list[Clock]] = {case.id: [] for case in cases}
    wanted = col(Clock.case_id).in_(list(promises))
    for clock in session.exec(select(Clock).where(wanted)):
        promises[clock.case_id].append(clock)
    for case in cases:
        _look(case, _running(promises[case.id]), desk.calendar, now)
    return len(cases)


def _look(case: Case, running: list[Clock], calendar: WorkingCalendar, now: datetime) -> None:
    _wait(case, calendar, now)
    first = min(running, key=lambda clock: clock.due_at, default=None)
    case.lateness = _lateness(first, now)
    moments = [clock.warn_at for clock in running if clock.warn_at] + [
        clock.due_at + timedelta(seconds=1) for clock in running
    ]
    coming = [moment for moment in moments if moment > now]
    day = _next_day(case, calendar, now)
    case.points_at = min([*coming, *([day] if day else [])], default=None)
    settle(case)


def _lateness(first: Clock | None, now: datetime) -> Lateness:
    if first is None:
        return Lateness.NONE
    if now > first.due_at:
        return Lateness.LATE
    return Lateness.SOON if first.warn_at and now >= first.warn_at else Lateness.NONE


def _wait(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    came: date = calendar.day_of(case.received_at)
    case.waiting_days = calendar.working_days_waited(came, calendar.day_of(now), MOST_DAYS)


def _next_day(case: Case, calendar: WorkingCalendar, now: datetime) -> datetime | None:
    """When one more working day will have been waited; None when that counts no further."""
    if case.waiting_days >= MOST_DAYS:
        return None
    return calendar.start_of(calendar.add_working_days(calendar.day_of(now), 1))


def _running(clocks: Iterable[Clock]) -> list[Clock]:
    return [
        clock
        for clock in clocks
        if clock.met_at is None and clock.cancelled_at is None and not clock.is_paused
    ]
