"""A rule holds a case for a person: it says so wherever it is seen, and no reply leaves until it is let go.

The acknowledgement is no reply: who wrote is told that we have it, held or not.
"""

from datetime import datetime

from sqlmodel import Session

from inbox.errors import Conflict
from inbox.history import SYSTEM, Actor, record
from inbox.models import Case, CaseStatus, EventKind
from routing.engine import Decision

_ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)


def hold(session: Session, case: Case, verdict: Decision, *, now: datetime) -> None:
    """Holds the case where a rule says so; the first rule that holds it keeps it until it is let go."""
    if not verdict.hold or case.held_by is not None:
        return
    by = next((one.rule for one in verdict.considered if ("hold", verdict.hold) in one.set), "")
    case.held_by, case.held_because = by[:120], verdict.hold
    record(session, case, EventKind.HELD, SYSTEM, now=now, rule=by)


def let_go(session: Session, case: Case, *, now: datetime, actor: Actor) -> str:
    """A person has looked. Returns the event, which undo takes. Raises Conflict where no rule holds it."""
    if case.held_by is None:
        raise Conflict("No rule holds this case any more.")
    before, case.held_by = case.held_by, None
    case.version += 1
    case.updated_at = now
    return record(session, case, EventKind.LET_GO, actor, now=now, before=before, after=None)


def is_held(case: Case) -> bool:
    """Whether a rule holds the case for a person; what has ended is held by nothing."""
    return case.held_by is not None and case.status not in _ENDED


def problems(case: Case) -> list[str]:
    """Why no reply may leave, for whoever writes one."""
    if not is_held(case):
        return []
    return [f"The rule “{case.held_by}” holds this case: {in_words(case)} Read it, then let it go."]


def in_words(case: Case) -> str:
    """The rule's reason as a sentence."""
    words = (case.held_because or "a person must look").strip()
    return words if words.endswith((".", "?")) else f"{words}."
