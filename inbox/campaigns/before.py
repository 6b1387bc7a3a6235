"""How a case stood before an act on a pile, kept with its event: taking the act back restores all of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from inbox import clocks, triage
from inbox.errors import Conflict
from inbox.history import Actor, record
from inbox.models import Case, Event, EventKind
from routing.words import Priority

CHANGED = "Somebody has changed this since, so it cannot be taken back."


def standing(session: Session, case: Case) -> dict[str, Any]:
    """Kind, urgency, topics, team and the promises that run."""
    return {
        "kind": str(case.kind),
        "priority": str(case.priority),
        "topics": [str(topic) for topic in case.topics],
        "team": case.team_id,
        "clocks": [clock.id for clock in clocks.of_case(session, case) if clocks.is_open(clock)],
    }


def restore(session: Session, case: Case, event: Event, *, now: datetime, actor: Actor) -> None:
    """Makes the case stand as before `event`. Raises Conflict where anybody has changed it since."""
    detail: Mapping[str, Any] = event.detail
    was, became = detail["was"], detail["became"]
    if standing(session, case) != became:
        raise Conflict(CHANGED)
    case.kind, case.team_id, case.topics = was["kind"], was["team"], was["topics"]
    triage.set_priority(case, Priority(was["priority"]))
    _restore_clocks(session, case, was, event.at, now, actor)


def _restore_clocks(
    session: Session, case: Case, was: Mapping[str, Any], at: datetime, now: datetime, actor: Actor
) -> None:
    """What the act ended runs again as if it had not; what it began is owed no more."""
    every = clocks.of_case(session, case)
    for clock in every:
        if clock.id in was["clocks"] and clock.cancelled_at == at:
            clock.cancelled_at = None
        elif clock.id not in was["clocks"] and clocks.is_open(clock):
            clock.cancelled_at = now
            record(session, case, EventKind.CLOCK_CANCELLED, actor, now=now, clock=clock.id,
                   clock_kind=clock.kind)  # fmt: skip
    clocks.show_next(case, every)
