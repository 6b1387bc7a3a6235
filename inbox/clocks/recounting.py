"""What time and calendars do to open clocks: warnings that are due, and due times worked out again.

Both take what is due by an index of its own, so the cost grows with what is due and not with what is open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, text

from inbox.clocks.running import count, facts_of, show_next
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import Case, Clock, EventKind
from inbox.models.case import RUNNING, UNWARNED
from routing.sla import due_at, read
from routing.words import ClockState
from routing.working_time import WorkingCalendar

AT_A_TIME = 500
MOST_WEIGHED = 20_000
"""Clocks that a look at what a change would do goes through before it says "at least"."""
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Moved:
    """One clock whose end a change moves."""

    reference: str
    kind: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """What another calendar would do to the clocks that run: how many were weighed, end earlier, end later,
    and would be late at once; the first few of them, of cases the reader may see."""

    weighed: int
    earlier: int
    later: int
    newly_late: int
    shown: tuple[Moved, ...]
    is_all: bool

    @property
    def moved(self) -> int:
        return self.earlier + self.later


def warn_due(session: Session, desk: Desk, *, now: datetime, limit: int = AT_A_TIME) -> int:
    """Notes each clock that will soon run out, once; returns how many there were."""
    query = select(Clock).where(text(UNWARNED), col(Clock.warn_at) <= now).order_by(col(Clock.warn_at))
    clocks = session.exec(query.limit(limit)).all()
    for clock in clocks:
        clock.warned_at = now
        record(session, clock.case_id, EventKind.CLOCK_WARNED, SYSTEM, now=now, clock=clock.id,
               clock_kind=clock.kind)  # fmt: skip
    return len(clocks)


def recount_due(session: Session, desk: Desk, *, limit: int = AT_A_TIME) -> int:
    """Works out anew the open clocks that another calendar was used for; returns how many there were."""
    query = select(Clock).where(text(RUNNING), col(Clock.calendar_version) < desk.office.calendar_version)
    clocks = session.exec(query.limit(limit)).all()
    for clock in clocks:
        count(clock, desk.calendar, desk.office.calendar_version)
    session.flush()
    _show(session, {clock.case_id for clock in clocks})
    return len(clocks)


def effect(
    session: Session, before: WorkingCalendar, after: WorkingCalendar, visible: ColumnElement[bool],
    *, now: datetime,
) -> Effect:  # fmt: skip
    """What it would do to the open clocks if the office's calendar were `after`. Changes nothing."""
    weighed = earlier = later = late = 0
    moved: dict[str, tuple[Clock, datetime, datetime]] = {}
    for clock in _open_ones(session):
        weighed += 1
        facts = facts_of(clock)
        old, new = due_at(facts, before), due_at(facts, after)
        if old == new:
            continue
        earlier, later = earlier + (new < old), later + (new > old)
        late += read(facts, now, after).state is ClockState.BREACHED and old >= now
        if len(moved) < MOST_SHOWN * 5:
            moved[clock.id] = (clock, old, new)
    shown = tuple(_shown(session, visible, moved.values()))[:MOST_SHOWN]
    return Effect(weighed, earlier, later, late, shown, weighed < MOST_WEIGHED)


def _open_ones(session: Session) -> Iterator[Clock]:
    query = select(Clock).where(text(RUNNING)).order_by(col(Clock.due_at)).limit(MOST_WEIGHED)
    return iter(session.exec(query))


def _shown(
    session: Session, visible: ColumnElement[bool], moved: Iterable[tuple[Clock, datetime, datetime]]
) -> Iterator[Moved]:
    found = list(moved)
    cases = col(Case.id).in_({clock.case_id for clock, _, _ in found})
    names = dict(session.exec(select(Case.id, Case.reference).where(cases, visible)).all())
    for clock, old, new in sorted(found, key=lambda one: one[1]):
        if clock.case_id in names:
            yield Moved(names[clock.case_id], clock.kind, old, new)


def _show(session: Session, cases: set[str]) -> None:
    """The sort keys of these cases say again what their clocks say."""
    held: dict[str, list[Clock]] = {case: [] for case in cases}
    for clock in session.exec(select(Clock).where(col(Clock.case_id).in_(cases))):
        held[clock.case_id].append(clock)
    for case in session.exec(select(Case).where(col(Case.id).in_(cases))):
        show_next(case, held[case.id])
