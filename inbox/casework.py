"""What people do with a case: assign, move, sort, flag, close, junk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from inbox import casefile, clocks, points, risks, triage, writing_down
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import CASE_MOVES, Case, CaseStatus, EventKind, Staff, Team, move
from routing.rules import ClockOrder
from routing.words import ClockKind, Flag, Kind, Priority

OUTCOMES = (
    "resolved", "partly_resolved", "body_said_no", "referred_on", "not_a_constituent", "no_reply",
    "withdrawn", "out_of_scope", "behaviour", "duplicate",
)  # fmt: skip
"""Why a case ends."""
ENDED_IN = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED})


def assign(
    session: Session, case: Case, staff_id: str | None, *, now: datetime, actor: Actor,
    next_because: Mapping[str, object] | None = None,
) -> str:  # fmt: skip
    """Gives a case to a person of the office, or to nobody. Returns the event, which undo takes.

    `next_because`: why it was the next one to take, where that is how it came to them.
    """
    person = find(session, Staff, staff_id) if staff_id else None
    if person is not None and not person.is_active:
        raise Refused("This person no longer works here. Choose somebody else.")
    before = case.assignee_id
    case.assignee_id = person.id if person else None
    taken = {"next": dict(next_because)} if next_because is not None else {}
    return _note(session, case, EventKind.ASSIGNED, actor, now, before=before, after=case.assignee_id,
                 sorted=_sorted(case), **taken)  # fmt: skip


def move_to_team(session: Session, case: Case, team_id: str, *, now: datetime, actor: Actor) -> str:
    """Puts a case into a team's queue."""
    before = case.team_id
    case.team_id = find(session, Team, team_id).id
    return _note(session, case, EventKind.MOVED, actor, now, before=before, after=case.team_id,
                 sorted=_sorted(case))  # fmt: skip


def set_priority(session: Session, case: Case, priority: Priority, *, now: datetime, actor: Actor) -> str:
    """Says how soon a person must look. What is flagged as threat or self-harm stays immediate."""
    if priority is not Priority.IMMEDIATE and {Flag.THREAT, Flag.SELF_HARM} & set(case.flags):
        raise Refused("A threat or a risk of self-harm stays Immediate. Take the flag off first, saying why.")
    before = case.priority
    triage.set_priority(case, priority)
    return _note(session, case, EventKind.PRIORITY_CHANGED, actor, now, before=before, after=priority)


def set_status(
    session: Session, case: Case, status: CaseStatus, *, now: datetime, actor: Actor,
    waiting_for: str | None = None,
) -> str:  # fmt: skip
    """Says whose turn it is, and what is waited for. Ending a case goes through `close`."""
    if status in ENDED_IN:
        raise Refused("Say what came of it: close the case with an outcome.")
    if case.status in ENDED_IN:
        raise Conflict("This case has ended. Open it again first.")
    before, waited_for = case.status, case.waiting_for
    case.status = move(case.status, status, CASE_MOVES, "case")
    if waiting_for is not None or status is not CaseStatus.WAITING_BODY:
        case.waiting_for = waiting_for
    return _note(session, case, EventKind.STATUS_CHANGED, actor, now, before=before, after=status,
                 waited_for=waited_for)  # fmt: skip


def set_flags(
    session: Session, case: Case, flags: set[Flag], *, why: str, now: datetime, actor: Actor
) -> str:
    """Sets a case's flags. Taking a risk flag off needs a reason, which stays in the history."""
    gone = set(case.flags) - {str(flag) for flag in flags}
    if gone & {Flag.THREAT, Flag.SELF_HARM, Flag.SAFEGUARDING, Flag.DOMESTIC_ABUSE} and not why.strip():
        raise Refused("Say why. Others will read it.")
    before = list(case.flags)
    case.flags = sorted(str(flag) for flag in flags)
    risks.follow(session, case, before)
    case.is_restricted = Flag.RESTRICTED in flags
    points.settle(case)
    if why.strip():
        writing_down.add_note(
            session, case, f"Flags changed. {why.strip()}", author_id=actor.id, now=now, actor=actor
        )
    return _note(
        session, case, EventKind.FACTS_CHANGED, actor, now, field="flags", before=before, after=case.flags
    )


def no_danger(
    session: Session, desk: Desk, case: Case, flag: Flag, *, why: str, priority: Priority, now: datetime,
    actor: Actor,
) -> str:  # fmt: skip
    """A person says that nobody is in this danger, and why, which stays as a note; only a person can."""
    if not why.strip():
        raise Refused("Say why. Others will read it.")
    said = "No threat." if flag is Flag.THREAT else "Nobody is in danger."
    event = risks.dismiss(session, desk, case, flag, priority=priority, now=now, actor=actor)
    writing_down.add_note(session, case, f"{said} {why.strip()}", author_id=actor.id, now=now, actor=actor)
    return event


def reopen(session: Session, desk: Desk, case: Case, *, now: datetime, actor: Actor) -> str:
    """A person finds that an ended case is not done: whoever waits for it is promised word again."""
    if case.status not in ENDED_IN:
        raise Conflict("This case has not ended.")
    if case.merged_into:
        raise Conflict("This case was joined to another. Part the two first.")
    owed = ClockKind.FIRST_REPLY if case.answered_at is None else ClockKind.NEXT_UPDATE
    case.version += 1
    case.updated_at = now
    return casefile.reopen(session, desk, case, owed, since=now, now=now, actor=actor)


def close(
    session: Session, case: Case, *, outcome: str, note: str, now: datetime, actor: Actor,
    status: CaseStatus = CaseStatus.RESOLVED,
) -> str:  # fmt: skip
    """Ends a case with an outcome that the person can see. What was owed is owed no more.

    `status`: `resolved`, or `closed` for one that nobody expects to hear of again.
    """
    if outcome not in OUTCOMES:
        raise Refused("Choose what came of it.")
    if case.status in ENDED_IN:
        raise Conflict("This case has ended already. Open it again to end it otherwise.")
    before, waited_for, held_by = case.status, case.waiting_for, case.held_by
    case.status = move(case.status, status, CASE_MOVES, "case")
    case.outcome, case.outcome_note, case.closed_at = outcome, note.strip() or None, now
    case.waiting_for = case.held_by = None
    clocks.cancel_all(session, case, now=now, actor=actor)
    case.version += 1
    case.updated_at = now
    return record(
        session, case, EventKind.CLOSED, actor, now=now, public=True, before=before, after=status,
        outcome=outcome, waited_for=waited_for, held_by=held_by,
    )  # fmt: skip


def junk(session: Session, case: Case, *, now: datetime, actor: Actor) -> str:
    """Sets a case aside as junk: no clocks, no acknowledgement, never deleted here."""
    if {Flag.THREAT, Flag.SELF_HARM} & set(case.flags):
        raise Refused("A threat or a risk of self-harm cannot be set aside as junk.")
    before = case.kind
    case.kind = Kind.SPAM
    clocks.cancel_all(session, case, now=now, actor=actor)
    return _note(session, case, EventKind.MARKED_JUNK, actor, now, before=before, after=case.kind)


def not_junk(session: Session, desk: Desk, case: Case, *, now: datetime, actor: Actor) -> str:
    """It was a person after all: back to sorting, with its promise counted from when it came."""
    before = case.kind
    case.kind = Kind.CASEWORK
    if case.status == CaseStatus.NEW:
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        clocks.start(session, desk, case, order, received_at=case.received_at, now=now, actor=actor)
    return _note(session, case, EventKind.MARKED_NOT_JUNK, actor, now, before=before, after=case.kind)


def _sorted(case: Case) -> bool:
    """A case that somebody gave a home to is no longer new; whether it was."""
    was_new = case.status == CaseStatus.NEW
    if was_new:
        case.status = CaseStatus.OPEN
    return was_new


def _note(session: Session, case: Case, kind: EventKind, actor: Actor, now: datetime, **detail: Any) -> str:
    case.version += 1
    case.updated_at = now
    return record(session, case, kind, actor, now=now, **detail)
