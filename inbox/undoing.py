"""Taking back: one act, where nobody has acted on the same thing since, whichever stage did it."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox import campaigns, clocks, linking, merging, risks, triage
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound
from inbox.history import Actor, record
from inbox.models import Case, CaseStatus, Clock, Event, EventKind
from routing.words import Priority

_BETWEEN_CASES = frozenset(
    {EventKind.CASE_MERGED, EventKind.CASE_SPLIT, EventKind.CASES_LINKED, EventKind.CASES_UNLINKED}
)
_UNDOES = {
    EventKind.ASSIGNED: "assignee_id",
    EventKind.MOVED: "team_id",
    EventKind.PRIORITY_CHANGED: "priority",
    EventKind.STATUS_CHANGED: "status",
    EventKind.MARKED_JUNK: "kind",
    EventKind.MARKED_NOT_JUNK: "kind",
    EventKind.CLOSED: "status",
    EventKind.LET_GO: "held_by",
    EventKind.CASE_REOPENED: "status",
}


def undo(session: Session, desk: Desk, event_id: str, *, now: datetime, actor: Actor) -> Case:
    """Takes back one act, where nobody has acted on the same thing since."""
    event = session.exec(select(Event).where(Event.id == event_id)).first()
    if event is not None and event.kind in _BETWEEN_CASES and event.case_id:
        return _undo_between(session, event, now=now, actor=actor)
    if event is not None and event.kind in campaigns.UNDOES:
        return _undo_on_pile(session, desk, event, now=now, actor=actor)
    if event is not None and event.kind == EventKind.RISK_DISMISSED and event.case_id:
        return _undo_dismissal(session, event, now=now, actor=actor)
    field = _field_of(event) if event is not None else None
    if event is None or field is None or event.case_id is None:
        raise NotFound
    case = find(session, Case, event.case_id)
    before, after = event.detail.get("before"), event.detail.get("after", CaseStatus.RESOLVED)
    if getattr(case, field) != after:
        raise Conflict("Somebody has changed this since, so it cannot be taken back.")
    if field == "priority":
        triage.set_priority(case, Priority(str(before)))
    else:
        setattr(case, field, before)
    _restore(session, case, event, now=now, actor=actor)
    if event.detail.get("sorted") and case.status == CaseStatus.OPEN:
        case.status = CaseStatus.NEW
    case.version += 1
    record(session, case, EventKind.UNDONE, actor, now=now, undone=event.id)
    return case


def can_be_undone(event: Event) -> bool:
    """Whether there is a way back from this kind of act at all."""
    return event.kind in (*_BETWEEN_CASES, EventKind.RISK_DISMISSED) or _field_of(event) is not None


def _field_of(event: Event) -> str | None:
    """Which field of the case an act changed, if it can be taken back."""
    if event.kind == EventKind.FACTS_CHANGED:
        return {"topics": "topics", "language": "language", "kind": "kind"}.get(
            str(event.detail.get("field"))
        )
    if event.kind == EventKind.CASE_REOPENED and ("message" in event.detail or "before" not in event.detail):
        return None  # they wrote again: it is open whatever somebody says
    return _UNDOES.get(EventKind(event.kind))


def undo_reaches(session: Session, event: Event) -> list[Case]:
    """The cases that taking this back would change: whoever does it must be allowed on each of them."""
    named = (event.case_id, event.detail.get("into"), event.detail.get("other"))
    keys = [str(one) for one in named if one] if event.kind in _BETWEEN_CASES else [event.case_id or ""]
    return list(session.exec(select(Case).where(col(Case.id).in_(keys))))


def _undo_between(session: Session, event: Event, *, now: datetime, actor: Actor) -> Case:
    """Takes back what joined, parted or linked two cases; only from the side on which it was done."""
    case = find(session, Case, event.case_id)
    if event.kind == EventKind.CASE_MERGED and "moved" in event.detail:
        return merging.undo_merge(session, event, now=now, actor=actor)
    if event.kind == EventKind.CASE_SPLIT and "moved" in event.detail:
        return merging.undo_split(session, event, now=now, actor=actor)
    if event.kind in (EventKind.CASES_LINKED, EventKind.CASES_UNLINKED) and "other" in event.detail:
        other = find(session, Case, str(event.detail["other"]))
        linking.undo(session, event, case, other, now=now, actor=actor)
        case.version += 1
        return case
    raise NotFound


def _undo_dismissal(session: Session, event: Event, *, now: datetime, actor: Actor) -> Case:
    """Somebody is in danger after all."""
    case = find(session, Case, event.case_id)
    risks.take_back(session, event, case, now=now, actor=actor)
    case.version += 1
    record(session, case, EventKind.UNDONE, actor, now=now, undone=event.id)
    return case


def _undo_on_pile(session: Session, desk: Desk, event: Event, *, now: datetime, actor: Actor) -> Case:
    case = find(session, Case, event.case_id)
    campaigns.take_back(session, desk, event, case, now=now, actor=actor)
    case.version += 1
    record(session, case, EventKind.UNDONE, actor, now=now, undone=event.id)
    return case


def _restore(session: Session, case: Case, event: Event, *, now: datetime, actor: Actor) -> None:
    """What the act changed beside its field: promises, how it ended, what was waited for."""
    if event.kind in (EventKind.CLOSED, EventKind.MARKED_JUNK):
        _bring_back_clocks(session, case, event.at)
        case.closed_at, case.outcome, case.outcome_note = None, None, None
    if event.kind in (EventKind.CASE_REOPENED, EventKind.MARKED_NOT_JUNK):
        clocks.cancel_all(session, case, now=now, actor=actor)
    if event.kind == EventKind.CASE_REOPENED:
        case.outcome = _word(event, "outcome")
        ended = _word(event, "closed_at")
        case.closed_at = datetime.fromisoformat(ended) if ended else event.at
    if event.kind in (EventKind.CLOSED, EventKind.STATUS_CHANGED):
        case.waiting_for = _word(event, "waited_for")
    if event.kind == EventKind.CLOSED:
        case.held_by = _word(event, "held_by")


def _word(event: Event, name: str) -> str | None:
    found = event.detail.get(name)
    return str(found) if found is not None else None


def _bring_back_clocks(session: Session, case: Case, since: datetime) -> None:
    for clock in session.exec(select(Clock).where(Clock.case_id == case.id, Clock.cancelled_at == since)):
        clock.cancelled_at = None
    clocks.show_next(case, clocks.of_case(session, case))
