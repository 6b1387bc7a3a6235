"""In which letters of a case a danger to somebody was seen, and a person's word that there is none.

Only a person takes a danger away, with a reason; nothing is learnt from it. What hides is the letter in which
it was seen: the rest of its case stays as readable as it was.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from inbox import clocks, triage
from inbox.database import locked
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import Case, CaseStatus, Clock, Direction, Event, EventKind, Message
from routing.rules import ClockOrder
from routing.words import RISK_FLAGS, ClockKind, Flag, Kind, Priority

DISMISSED = (Flag.THREAT, Flag.SELF_HARM)
"""The dangers that have a banner of their own, and so a button that says there is none."""

_KINDS = {Flag.THREAT: Kind.THREAT, Flag.SELF_HARM: Kind.SELF_HARM_RISK}


def latest(session: Session, case: Case, flag: Flag) -> Message | None:
    """The newest letter of the case in which that danger was seen."""
    return next((one for one in reversed(_letters(session, case)) if flag in one.risks), None)


def follow(session: Session, case: Case, before: Collection[str]) -> None:
    """The case's flags were set by hand: a danger that is gone is gone from its letters too, and one that was
    put on is laid to the newest letter, which whoever did it had before them."""
    letters = _letters(session, case)
    gone = (set(before) - set(case.flags)) & RISK_FLAGS
    for one in letters:
        one.risks = [risk for risk in one.risks if risk not in gone]
    came = (set(case.flags) - set(before)) & RISK_FLAGS
    if letters and came:
        letters[-1].risks = sorted({*letters[-1].risks, *came})
    if Flag.THREAT in came:
        case.is_title_hidden = len(letters) == 1
    if Flag.THREAT in gone:
        case.is_title_hidden = False


def dismiss(
    session: Session, desk: Desk, case: Case, flag: Flag, *, priority: Priority, now: datetime, actor: Actor
) -> str:
    """A person has read it and says that nobody is in this danger; the event is what undo takes.

    The case is then as urgent as they say. What has no promise yet is promised a first reply. Raises Refused
    for a danger that is dismissed elsewhere, Conflict where it is not on the case any more.
    """
    if flag not in DISMISSED:
        raise Refused("Take this flag off under Change facts, saying why.")
    if flag not in case.flags:
        raise Conflict("Somebody has changed this since. Look at the case again.")
    if priority is not Priority.IMMEDIATE and (set(DISMISSED) - {flag}) & set(case.flags):
        priority = Priority.IMMEDIATE  # the other danger is still there
    before, flags = _standing(session, case), list(case.flags)
    case.flags = sorted(set(flags) - {str(flag)})
    follow(session, case, flags)
    if case.kind == _KINDS[flag]:
        case.kind = Kind.CASEWORK
    triage.set_priority(case, priority)
    clock = _promise(session, desk, case, now, actor)
    case.version += 1
    case.updated_at = now
    return record(session, case, EventKind.RISK_DISMISSED, actor, now=now, risk=str(flag), before=before,
                  after=_standing(session, case), clock=clock)  # fmt: skip


def take_back(session: Session, event: Event, case: Case, *, now: datetime, actor: Actor) -> None:
    """The danger is there again, on the letters where it was. Raises Conflict where somebody has changed any
    of it since."""
    detail: dict[str, Any] = dict(event.detail)
    before, after = detail["before"], detail["after"]
    if _standing(session, case) != after:
        raise Conflict("Somebody has changed this since, so it cannot be taken back.")
    case.flags, case.kind, case.is_title_hidden = before["flags"], before["kind"], before["is_title_hidden"]
    triage.set_priority(case, Priority(before["priority"]))
    for one in _letters(session, case):
        one.risks = before["letters"].get(one.id, one.risks)
    clock = session.exec(select(Clock).where(Clock.id == detail["clock"])).first()
    if clock is not None and clocks.is_open(clock):
        clock.cancelled_at = now
        clocks.show_next(case, clocks.of_case(session, case))
        record(session, case, EventKind.CLOCK_CANCELLED, actor, now=now, clock=clock.id,
               clock_kind=clock.kind)  # fmt: skip


def _promise(session: Session, desk: Desk, case: Case, now: datetime, actor: Actor) -> str | None:
    """A new case that nothing was promised on is owed a first reply, counted from when it came."""
    if case.status != CaseStatus.NEW or any(clocks.is_open(one) for one in clocks.of_case(session, case)):
        return None
    order = ClockOrder(kind=ClockKind.FIRST_REPLY)
    return clocks.start(
        session, desk, case, order, received_at=case.received_at, now=now, actor=actor
    ).id  # fmt: skip


def _letters(session: Session, case: Case) -> list[Message]:
    """What came in from people on the case, oldest first."""
    query = select(Message).where(
        Message.case_id == case.id, Message.direction == Direction.INBOUND, col(Message.machine).is_(None)
    )
    return list(session.exec(locked(session, query.order_by(col(Message.id)))))


def _standing(session: Session, case: Case) -> dict[str, Any]:
    """What saying so changes, as plain data; undo puts it back."""
    return {
        "flags": list(case.flags),
        "kind": case.kind,
        "priority": case.priority,
        "is_title_hidden": case.is_title_hidden,
        "letters": {one.id: list(one.risks) for one in _letters(session, case) if one.risks},
    }
