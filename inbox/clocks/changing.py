"""What people do to a promise: pause and resume it, give it more time and take that back, restart, keep it.

Each act needs a reason that others will read. A clock that had run out is neither paused nor extended: what
was late stays late. What the law lets nobody stop or stretch is refused.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from inbox.clocks.running import ANSWERS, answered, count, facts_of, is_open, of_case, show_next
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import Case, Clock, EventKind, new_id
from routing.sla import EXTENDABLE, STOPPABLE, Extension, PauseCategory, due_at
from routing.words import ClockKind, Unit

PAUSE_WORDS: Mapping[PauseCategory, str] = {
    PauseCategory.CLARIFICATION: "We asked what they mean",
    PauseCategory.IDENTITY: "We asked who they are",
    PauseCategory.CONSENT: "We asked for their permission",
    PauseCategory.INFORMATION: "We asked for something we need",
    PauseCategory.BODY: "Another organisation must act first",
    PauseCategory.COURT: "A court or an inquiry decides first",
    PauseCategory.OTHER: "Something else",
}
"""Why a promise may stand still, in the words of the form."""

MOST_WORDS = 500
_MOST = {
    Unit.WORKING_DAYS: 250,
    Unit.CALENDAR_DAYS: 366,
    Unit.CALENDAR_MONTHS: 12,
    Unit.HOURS: 24 * 31,
}
_MOST_MONTHS_OF_LAW = 2


def pause(
    session: Session, desk: Desk, case: Case, clock: Clock, *, category: str, reason: str, now: datetime,
    actor: Actor, since: datetime | None = None,
) -> None:  # fmt: skip
    """Stops the count from `since` (default: now); the days it stands still are given back at the end.

    Raises Refused for a reason left out, a date before receipt or in the future, or a kind that the law does
    not let stop; Conflict for a clock that is not running.
    """
    began = _not_before(desk, since or now, clock.received_at)
    kind = _category(clock, category)
    words = _reason(reason)
    if not is_open(clock) or clock.is_paused:
        raise Conflict("This clock is not running, so it cannot be paused.")
    if began > now or began < clock.received_at:
        raise Refused("A pause begins after the message came, and not in the future.")
    if any(began < _moment(one["end"]) for one in clock.pauses if one["end"]):
        raise Refused("It stood still on that day already. Choose a later day.")
    if began > due_at(facts_of(clock), desk.calendar):
        raise Conflict("It had run out by then. What was late stays late.")
    clock.pauses = [
        *clock.pauses, {"start": began.isoformat(), "end": None, "category": str(kind), "reason": words}
    ]  # fmt: skip
    _counted(session, desk, case, clock)
    record(session, case, EventKind.CLOCK_PAUSED, actor, now=now, clock=clock.id, clock_kind=clock.kind,
           category=str(kind), since=began.isoformat())  # fmt: skip


def resume(
    session: Session, desk: Desk, case: Case, clock: Clock, *, now: datetime, actor: Actor,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Lets a paused clock run on from `at` (default: now), with the days it stood still given back."""
    if not is_open(clock) or not clock.is_paused:
        raise Conflict("This clock is not paused.")
    start = _moment(clock.pauses[-1]["start"])
    ended = _not_before(desk, at or now, start)
    if ended > now or ended < start:
        raise Refused("It runs on after the day on which it was paused, and not in the future.")
    clock.pauses = [*clock.pauses[:-1], {**clock.pauses[-1], "end": ended.isoformat()}]
    _counted(session, desk, case, clock)
    record(session, case, EventKind.CLOCK_RESUMED, actor, now=now, clock=clock.id, clock_kind=clock.kind,
           due=clock.due_at.isoformat())  # fmt: skip


def extend(
    session: Session, desk: Desk, case: Case, clock: Clock, *, amount: int, unit: Unit, reason: str,
    now: datetime, actor: Actor,
) -> str:  # fmt: skip
    """Gives more time; returns the id by which it can be taken off again. Composes with pauses in any order.

    Raises Refused for an amount, a unit or a kind that cannot be, Conflict for a clock that has run out.
    """
    words = _reason(reason)
    _check_extension(clock, amount, unit)
    if not is_open(clock):
        raise Conflict("This promise is over, so it needs no more time.")
    if not clock.is_paused and now > due_at(facts_of(clock), desk.calendar):
        raise Conflict("It has run out. More time cannot undo that.")
    key = new_id()
    clock.extensions = [
        *clock.extensions,
        {"id": key, "amount": amount, "unit": str(unit), "reason": words, "on": now.isoformat()},
    ]
    _counted(session, desk, case, clock)
    record(session, case, EventKind.CLOCK_EXTENDED, actor, now=now, clock=clock.id, clock_kind=clock.kind,
           amount=amount, unit=str(unit), due=clock.due_at.isoformat())  # fmt: skip
    return key


def take_off(
    session: Session, desk: Desk, case: Case, clock: Clock, key: str, *, now: datetime, actor: Actor
) -> None:
    """Takes an extension off again: the clock is as if it had never been given."""
    kept = [one for one in clock.extensions if one.get("id") != key]
    if len(kept) == len(clock.extensions) or not is_open(clock):
        raise Conflict("That extra time is not there any more. Look at the case again.")
    clock.extensions = kept
    _counted(session, desk, case, clock)
    record(session, case, EventKind.CLOCK_EXTENSION_REMOVED, actor, now=now, clock=clock.id,
           clock_kind=clock.kind, due=clock.due_at.isoformat())  # fmt: skip


def restart(
    session: Session, desk: Desk, case: Case, clock: Clock, *, received_at: datetime, reason: str,
    now: datetime, actor: Actor,
) -> Clock:  # fmt: skip
    """The matter came to us from another department: the same promise is counted anew from the day after it
    reached us. The old count ends; its pauses and extra time were its own."""
    words = _reason(reason)
    received_at = _not_before(desk, received_at, clock.received_at)
    if not is_open(clock):
        raise Conflict("This promise is over, so it cannot be counted anew.")
    if received_at > now or received_at < clock.received_at:
        raise Refused("It reached us after it was first received, and not in the future.")
    clock.cancelled_at = now
    fresh = Clock(
        office_id=clock.office_id, case_id=clock.case_id, enquiry_id=clock.enquiry_id, kind=clock.kind,
        received_at=received_at, amount=clock.amount, unit=clock.unit, nation=clock.nation, due_at=now,
    )  # fmt: skip
    session.add(fresh)
    _counted(session, desk, case, fresh)
    record(session, case, EventKind.CLOCK_RESTARTED, actor, now=now, clock=fresh.id, clock_kind=clock.kind,
           instead_of=clock.id, because=words, due=fresh.due_at.isoformat())  # fmt: skip
    return fresh


def keep(session: Session, case: Case, clock: Clock, *, now: datetime, actor: Actor) -> None:
    """A person says that what was promised has been done, where no act here shows it by itself."""
    if not is_open(clock):
        raise Conflict("This promise is over already.")
    clock.met_at = now
    if clock.kind in ANSWERS:
        answered(case, now)
    case.version += 1
    show_next(case, of_case(session, case))
    record(session, case, EventKind.CLOCK_MET, actor, now=now, clock=clock.id, clock_kind=clock.kind)


def _counted(session: Session, desk: Desk, case: Case, clock: Clock) -> None:
    count(clock, desk.calendar, desk.office.calendar_version)
    case.version += 1
    show_next(case, of_case(session, case))


def _category(clock: Clock, word: str) -> PauseCategory:
    allowed = STOPPABLE.get(ClockKind(clock.kind), frozenset(PauseCategory))
    if not allowed:
        raise Refused("The law does not let this clock stand still.")
    if word not in allowed:
        choices = ", ".join(PAUSE_WORDS[one].lower() for one in PauseCategory if one in allowed)
        raise Refused(f"Say why it stands still: {choices}.")
    return PauseCategory(word)


def _check_extension(clock: Clock, amount: int, unit: Unit) -> None:
    kind = ClockKind(clock.kind)
    if kind not in EXTENDABLE:
        raise Refused("The law gives no more time for this.")
    if not 1 <= amount <= _MOST.get(unit, 0):
        raise Refused("Choose how much more time, in whole days or months.")
    if kind is ClockKind.SUBJECT_ACCESS:
        given = sum(int(one["amount"]) for one in clock.extensions)
        if unit is not Unit.CALENDAR_MONTHS or given + amount > _MOST_MONTHS_OF_LAW:
            raise Refused("The law gives two more calendar months at most, where the request is complex.")
    try:
        facts_of(clock, (Extension(amount, unit, "", clock.received_at),))
    except ValueError as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None


def _reason(words: str) -> str:
    plain = " ".join(words.split())[:MOST_WORDS]
    if not plain:
        raise Refused("Say why. Others will read it.")
    return plain


def _not_before(desk: Desk, moment: datetime, first: datetime) -> datetime:
    """`moment`, or `first` where both fall on one day: people say days, and mean no hour of theirs."""
    same_day = desk.calendar.day_of(moment) == desk.calendar.day_of(first)
    return max(moment, first) if same_day else moment


def _moment(words: object) -> datetime:
    return datetime.fromisoformat(str(words))
