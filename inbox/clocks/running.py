"""Promises begun, kept and given up; and a clock's row as the facts that `routing.sla` reckons with."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import points
from inbox.desk import Desk
from inbox.history import SYSTEM, Actor, record
from inbox.models import Case, CaseStatus, Clock, EventKind
from routing.rules import ClockOrder
from routing.sla import ClockFacts, Extension, Pause, Reading, due_at, read, warn_at
from routing.words import ClockKind, ClockState, Nation, Unit
from routing.working_time import WorkingCalendar

ANSWERS = frozenset({ClockKind.FIRST_REPLY, ClockKind.NEXT_UPDATE, ClockKind.REFERRAL})
"""What is kept by telling the person something."""

RUNNING = frozenset({ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED})


def start(
    session: Session,
    desk: Desk,
    case: Case,
    order: ClockOrder,
    *,
    received_at: datetime,
    now: datetime,
    actor: Actor,
    enquiry_id: str | None = None,
    known: list[Clock] | None = None,
) -> Clock:
    """Starts a clock by the office's own target where the order names none. The same kind runs once.

    `known`: the case's clocks, where the caller has them at hand; the new one is added to it.
    """
    clocks = of_case(session, case) if known is None else known
    running = [clock for clock in clocks if clock.kind == order.kind and is_open(clock)]
    if running and enquiry_id is None:
        return running[0]
    facts = _ordered(desk, order, received_at)
    clock = Clock(
        office_id=case.office_id,
        case_id=case.id,
        enquiry_id=enquiry_id,
        kind=facts.kind,
        received_at=received_at,
        amount=facts.amount,
        unit=facts.unit,
        nation=facts.nation,
        due_at=due_at(facts, desk.calendar),
        warn_at=warn_at(facts, desk.calendar),
        calendar_version=desk.office.calendar_version,
    )
    session.add(clock)
    clocks.append(clock)
    show_next(case, clocks)
    record(session, case, EventKind.CLOCK_STARTED, actor, now=now, clock=clock.id, clock_kind=str(facts.kind),
           due=clock.due_at.isoformat())  # fmt: skip
    return clock


def begin(
    session: Session, desk: Desk, case: Case, orders: Iterable[ClockOrder], *, received_at: datetime,
    now: datetime, actor: Actor = SYSTEM,
) -> None:  # fmt: skip
    """What a new case is promised: a first reply, and what the rules ordered besides or instead. The reply
    that a member is owed is the first reply."""
    wanted = {ClockKind.FIRST_REPLY: ClockOrder(kind=ClockKind.FIRST_REPLY)}
    wanted |= {order.kind: order for order in orders}
    if ClockKind.REFERRAL in wanted:
        del wanted[ClockKind.FIRST_REPLY]
    begun: list[Clock] = []
    for order in wanted.values():
        start(session, desk, case, order, received_at=received_at, now=now, actor=actor, known=begun)


def meet(
    session: Session, case: Case, kinds: Iterable[ClockKind], *, now: datetime, actor: Actor,
    enquiry_id: str | None = None,
) -> None:  # fmt: skip
    """What was promised has been done: stops every open clock of these kinds."""
    wanted = frozenset(kinds)
    clocks = of_case(session, case)
    for clock in clocks:
        if clock.kind in wanted and is_open(clock) and (enquiry_id is None or clock.enquiry_id == enquiry_id):
            clock.met_at = now
            record(session, case, EventKind.CLOCK_MET, actor, now=now, clock=clock.id, clock_kind=clock.kind)
    if wanted & ANSWERS:
        answered(case, now)
    show_next(case, clocks)


def answered(case: Case, now: datetime) -> None:
    """The person has heard from somebody of the office; they wait for nothing until they write again."""
    case.answered_at, case.wrote_again_at = now, None


def replied(session: Session, desk: Desk, case: Case, *, now: datetime, actor: Actor) -> None:
    """A reply reached the person: what was owed is met, and on an open case the next update is promised."""
    answered = (ClockKind.ACKNOWLEDGE, ClockKind.FIRST_REPLY, ClockKind.NEXT_UPDATE, ClockKind.REFERRAL)
    meet(session, case, answered, now=now, actor=actor)
    if case.status in (CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.WAITING_BODY):
        order = ClockOrder(kind=ClockKind.NEXT_UPDATE)
        start(session, desk, case, order, received_at=now, now=now, actor=actor)


def would_be_due(desk: Desk, order: ClockOrder, *, received_at: datetime) -> datetime:
    """When a clock that began at `received_at` would run out; none is started."""
    return due_at(_ordered(desk, order, received_at), desk.calendar)


def cancel_all(session: Session, case: Case, *, now: datetime, actor: Actor) -> None:
    """Nothing is owed any more (closed, or junk)."""
    cancel(session, case, ClockKind, now=now, actor=actor)


def cancel(
    session: Session, case: Case, kinds: Iterable[ClockKind], *, now: datetime, actor: Actor,
    enquiry_id: str | None = None,
) -> None:  # fmt: skip
    """Nothing of these kinds is owed any more."""
    wanted = frozenset(kinds)
    clocks = of_case(session, case)
    for clock in clocks:
        if clock.kind in wanted and is_open(clock) and (enquiry_id is None or clock.enquiry_id == enquiry_id):
            clock.cancelled_at = now
            record(
                session,
                case,
                EventKind.CLOCK_CANCELLED,
                actor,
                now=now,
                clock=clock.id,
                clock_kind=clock.kind,
            )
    show_next(case, clocks)


def of_case(session: Session, case: Case) -> list[Clock]:
    """Every clock of a case, also those added in this transaction, in order of their start."""
    stored = session.exec(select(Clock).where(Clock.case_id == case.id).order_by(col(Clock.id))).all()
    fresh = [row for row in session.new if isinstance(row, Clock) and row.case_id == case.id]
    return [*stored, *(clock for clock in fresh if clock not in stored)]


def of_enquiry(session: Session, case: Case, enquiry_id: str) -> Clock | None:
    """The body's own clock: the newest, where it was counted anew or its letter came back; None before."""
    return next((one for one in reversed(of_case(session, case)) if one.enquiry_id == enquiry_id), None)


def facts_of(clock: Clock, more: tuple[Extension, ...] = ()) -> ClockFacts:
    """The clock as `routing.sla` reads it; with `more` time than it has, to see whether that can be.

    Raises ValueError for extensions that do not fit the clock's own unit.
    """
    return ClockFacts(
        kind=ClockKind(clock.kind),
        received_at=clock.received_at,
        amount=clock.amount,
        unit=Unit(clock.unit),
        nation=Nation(clock.nation) if clock.nation else None,
        pauses=tuple(
            Pause(
                datetime.fromisoformat(str(one["start"])),
                datetime.fromisoformat(one["end"]) if one["end"] else None,
                str(one["category"]),
                str(one["reason"]),
            )
            for one in clock.pauses
        ),
        extensions=tuple(
            Extension(
                int(one["amount"]),
                Unit(str(one["unit"])),
                str(one["reason"]),
                datetime.fromisoformat(str(one["on"])),
            )
            for one in clock.extensions
        )
        + more,
        met_at=clock.met_at,
        cancelled_at=clock.cancelled_at,
    )


def reading(desk: Desk, clock: Clock, now: datetime) -> Reading:
    """What the clock says at `now`. What is over was promised by the calendar of its time, and keeps that
    promise whatever the office's hours or holidays became since."""
    found = read(facts_of(clock), now, desk.calendar)
    if is_open(clock) or clock.is_paused or found.due_at == clock.due_at:
        return found
    state = found.state
    if clock.met_at is not None and state is not ClockState.CANCELLED:
        state = ClockState.MET if clock.met_at <= clock.due_at else ClockState.MISSED
    told = (found.left, found.late_by) if state is found.state else (None, None)
    return replace(found, state=state, due_at=clock.due_at, left=told[0], late_by=told[1])


def is_open(clock: Clock) -> bool:
    return clock.met_at is None and clock.cancelled_at is None


def _ordered(desk: Desk, order: ClockOrder, received_at: datetime) -> ClockFacts:
    usual = desk.targets.get(order.kind)
    amount = order.amount or (usual.amount if usual else 20)
    unit = order.unit or (usual.unit if usual else Unit.WORKING_DAYS)
    nation = order.nation or (usual.nation if usual else None)
    return ClockFacts(order.kind, received_at, amount, unit, nation)


def count(clock: Clock, calendar: WorkingCalendar, version: int) -> None:
    """Works out when a clock runs out and when it warns, and by which calendar. While it stands still it
    warns of nothing; whoever was warned is warned again, of the new date."""
    facts = facts_of(clock)
    before = clock.due_at
    clock.due_at = due_at(facts, calendar)
    clock.warn_at = None if clock.is_paused else warn_at(facts, calendar)
    if clock.due_at != before:
        clock.warned_at = None
    clock.calendar_version = version


def show_next(case: Case, clocks: Iterable[Clock]) -> None:
    """Keeps the case's sort keys true: the next promise that can still be missed, and its points."""
    points.promise(case, list(clocks))
