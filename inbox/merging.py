"""Cases that turn out to be one, or two: what was said moves, nothing is lost, and it can be taken back.

A merged case leaves a pointer (`merged_into`), so that whatever still answers it finds the living case.
The event of the act holds the ids of all that moved, and undo moves exactly those back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from inbox import casefile, clocks, linking, search, triage
from inbox.database import find, find_or_none, locked
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import (
    CASE_MOVES,
    Case,
    CaseStatus,
    Clock,
    Consent,
    Constituent,
    Decision,
    Delivery,
    Direction,
    Draft,
    Enquiry,
    Event,
    EventKind,
    LinkKind,
    Message,
    StatusLink,
    move,
)
from routing.rules import ClockOrder
from routing.words import ClockKind, Priority

_ASLEEP = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED})
_AT_ONCE = 500
_MOVING: Mapping[str, Any] = {
    "messages": Message,
    "drafts": Draft,
    "clocks": Clock,
    "enquiries": Enquiry,
    "consents": Consent,
    "deliveries": Delivery,
    "status_links": StatusLink,
}
"""What stands on a case and goes with it; by the name that the event gives to the ids."""


def hold(session: Session, *cases: Case) -> None:
    """Locks several cases, always in the same order, so that two crosswise acts wait and never block."""
    ids = sorted(case.id for case in cases)
    query = select(Case).where(col(Case.id).in_(ids)).order_by(col(Case.id))
    session.exec(locked(session, query, fresh=True)).all()


def merge(session: Session, source: Case, target: Case, *, now: datetime, actor: Actor) -> str:
    """Everything on `source` goes to `target`; `source` ends as its duplicate. Returns the event to undo."""
    hold(session, source, target)
    if source.id == target.id:
        raise Refused("Choose another case.")
    if source.merged_into or target.merged_into:
        raise Conflict("One of the two went on as another case already. Look at it again.")
    before = {"source": _standing(source), "target": _standing(target)}
    moved = _move_all(session, source, target)
    carry_alarm(source, target)
    target.topics = list(dict.fromkeys([*target.topics, *source.topics]))
    if source.status not in _ASLEEP:
        _our_turn(source, target)
    _end_as_duplicate(source, target, now)
    after = _standing(target)
    _tidy(session, source, target, now)
    record(session, target, EventKind.CASE_MERGED, actor, now=now, came=source.id)
    return record(session, source, EventKind.CASE_MERGED, actor, now=now, into=target.id, moved=moved,
                  before=before, after=after)  # fmt: skip


def split(
    session: Session, desk: Desk, case: Case, message_ids: Sequence[str], *, subject: str, now: datetime,
    actor: Actor,
) -> tuple[Case, str]:  # fmt: skip
    """Some of what was said becomes a case of its own, linked with this one. Returns it and the event."""
    chosen = _chosen(session, case, message_ids)
    inbound = [one for one in chosen if one.direction == Direction.INBOUND]
    first = inbound[0] if inbound else chosen[0]
    person = find_or_none(session, Constituent, first.constituent_id or case.constituent_id)
    made = casefile.open_case(session, desk, None, person, now=now, subject=subject.strip() or case.subject)
    made.received_at, made.channel_id = first.received_at, first.channel_id or case.channel_id
    made.kind, made.language, made.is_restricted = case.kind, case.language, case.is_restricted
    made.team_id, made.assignee_id = case.team_id, case.assignee_id
    made.topics, made.flags = list(case.topics), list(case.flags)
    made.is_title_hidden = case.is_title_hidden and made.subject == case.subject
    triage.set_priority(made, Priority(case.priority))
    session.flush()
    moved = _move(session, case, made, {"messages": [one.id for one in chosen]})
    if inbound:
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        clocks.start(session, desk, made, order, received_at=first.received_at, now=now, actor=actor)
    linking.link(session, case, made, LinkKind.RELATED, now=now, actor=actor)
    _tidy(session, case, made, now)
    record(session, made, EventKind.CASE_SPLIT, actor, now=now, came=case.id)
    event = record(session, case, EventKind.CASE_SPLIT, actor, now=now, into=made.id, moved=moved)
    return made, event


def undo_merge(session: Session, event: Event, *, now: datetime, actor: Actor) -> Case:
    """Parts two cases again. What came or was written after they were joined stays where it is."""
    source, target = _pair(session, event)
    if source.merged_into != target.id or target.merged_into is not None:
        raise Conflict("Somebody has changed this since, so it cannot be taken back.")
    detail: Mapping[str, Any] = event.detail
    _move(session, target, source, detail["moved"], numbers=detail["moved"].get("numbers"))
    _restore(source, detail["before"]["source"])
    source.merged_into = None
    if _standing(target) == detail["after"]:
        _restore(target, detail["before"]["target"])
    _tidy(session, source, target, now)
    record(session, source, EventKind.UNDONE, actor, now=now, undone=event.id)
    return source


def undo_split(session: Session, event: Event, *, now: datetime, actor: Actor) -> Case:
    """Puts back what was split off. The case that was made of it ends, and points back."""
    source, made = _pair(session, event)
    if made.merged_into is not None or source.merged_into is not None:
        raise Conflict("Somebody has changed this since, so it cannot be taken back.")
    detail: Mapping[str, Any] = event.detail
    on_it = select(Message.id).where(Message.case_id == made.id)
    if not set(session.exec(on_it)) <= set(detail["moved"]["messages"]):
        raise Conflict("Something was said on the new case since. Merge the two instead.")
    linking.forget(session, source, made)
    clocks.cancel_all(session, made, now=now, actor=actor)
    _move_all(session, made, source)
    _end_as_duplicate(made, source, now)
    _tidy(session, made, source, now)
    record(session, source, EventKind.UNDONE, actor, now=now, undone=event.id)
    return source


def carry_alarm(source: Case, target: Case) -> None:
    """What is urgent, flagged, held, restricted or unanswered about a message stays so where it goes."""
    target.flags = sorted({*target.flags, *source.flags})
    priorities = (Priority(source.priority), Priority(target.priority))
    triage.set_priority(target, min(priorities, key=lambda one: one.rank))
    target.is_restricted = target.is_restricted or source.is_restricted
    if source.answered_at is None and target.answered_at is not None:
        target.answered_at, target.wrote_again_at = None, source.wrote_again_at or source.received_at
    if target.held_by is None:
        target.held_by, target.held_because = source.held_by, source.held_because


def _move_all(session: Session, source: Case, target: Case) -> dict[str, Any]:
    session.flush()
    ids = {
        name: list(session.exec(select(kind.id).where(kind.case_id == source.id).order_by(kind.id)))
        for name, kind in _MOVING.items()
    }
    numbers = dict(session.exec(select(Draft.id, Draft.number).where(Draft.case_id == source.id)).all())
    highest = session.exec(select(func.max(Draft.number)).where(Draft.case_id == target.id)).one() or 0
    fresh = {key: highest + place for place, key in enumerate(ids["drafts"], 1)}
    for link in session.exec(select(StatusLink).where(StatusLink.case_id == source.id)):
        link.constituent_id = link.constituent_id or source.constituent_id  # it asks its own person's check
    return {**_move(session, source, target, ids, numbers=fresh), "numbers": numbers}


def _move(
    session: Session, source: Case, target: Case, ids: Mapping[str, Any], *,
    numbers: Mapping[str, int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Moves the named rows that are on `source` now, and what belongs to the messages among them."""
    session.flush()
    wanted = dict(ids)
    said = list(wanted.get("messages", ()))
    if "deliveries" not in wanted:
        theirs = select(Delivery.id).where(Delivery.case_id == source.id)
        queries = (theirs.where(col(Delivery.message_id).in_(keys)) for keys in _parts(said))
        wanted["deliveries"] = [one for query in queries for one in session.exec(query)]
    moved: dict[str, Any] = {}
    for name, kind in _MOVING.items():
        moved[name] = _put(session, kind, wanted.get(name, ()), source, target, numbers or {})
    of_source = update(Decision).where(col(Decision.case_id) == source.id).values(case_id=target.id)
    for keys in _parts(moved["messages"]):
        session.execute(of_source.where(col(Decision.message_id).in_(keys)))
    return moved


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """A long list of ids, `_AT_ONCE` at a time: a statement takes only so many."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _put(
    session: Session, kind: Any, ids: Iterable[str], source: Case, target: Case, numbers: Mapping[str, int]
) -> list[str]:
    here = select(kind).where(kind.case_id == source.id)
    rows = [row for keys in _parts([*ids]) for row in session.exec(here.where(col(kind.id).in_(keys)))]
    for row in rows:
        row.case_id = target.id
        if kind is Draft and row.id in numbers:
            row.number = numbers[row.id]
        if kind is Message and row.proposed_case_id == target.id:
            row.proposed_case_id = row.proposed_because = None
    session.flush()
    return sorted(row.id for row in rows)


def _our_turn(source: Case, target: Case) -> None:
    """What was waited for is here: the open matter that comes is answered on the case it comes to."""
    status, is_theirs = CaseStatus(target.status), source.constituent_id == target.constituent_id
    if status in _ASLEEP:
        target.closed_at = target.outcome = target.outcome_note = None
        if is_theirs:
            target.wrote_again_at = source.wrote_again_at or source.received_at
    elif not (
        (status is CaseStatus.WAITING_CONSTITUENT and is_theirs)
        or (status is CaseStatus.WAITING_BODY and not is_theirs)
    ):
        return
    target.status = move(status, CaseStatus.OPEN, CASE_MOVES, "case")
    target.waiting_for = None


def _end_as_duplicate(source: Case, target: Case, now: datetime) -> None:
    if source.status != CaseStatus.CLOSED:
        source.status = move(source.status, CaseStatus.CLOSED, CASE_MOVES, "case")
    source.merged_into, source.outcome, source.outcome_note = target.id, "duplicate", None
    source.closed_at, source.waiting_for = now, None


def _tidy(session: Session, source: Case, target: Case, now: datetime) -> None:
    """Counts, sort keys, proposals and the search index say again what is so."""
    session.flush()
    for case in (source, target):
        counted = select(func.count()).select_from(Message).where(Message.case_id == case.id)
        case.message_count = session.exec(counted).one()
        clocks.show_next(case, clocks.of_case(session, case))
        case.version += 1
        case.updated_at = now
    if source.merged_into == target.id:
        session.execute(
            update(Message)
            .where(col(Message.proposed_case_id) == source.id, col(Message.case_id) != target.id)
            .values(proposed_case_id=target.id)
        )
    session.flush()
    for case in (source, target):
        search.reindex_case(session, case.id)


def _standing(case: Case) -> dict[str, Any]:
    """What a merge may change of a case, as plain data; undo puts it back."""
    return {
        "status": case.status,
        "priority": case.priority,
        "flags": list(case.flags),
        "topics": list(case.topics),
        "is_restricted": case.is_restricted,
        "outcome": case.outcome,
        "waiting_for": case.waiting_for,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "answered_at": case.answered_at.isoformat() if case.answered_at else None,
        "wrote_again_at": case.wrote_again_at.isoformat() if case.wrote_again_at else None,
    }


def _restore(case: Case, before: Mapping[str, Any]) -> None:
    case.status, case.outcome, case.waiting_for = before["status"], before["outcome"], before["waiting_for"]
    case.flags, case.topics = list(before["flags"]), list(before["topics"])
    triage.set_priority(case, Priority(before["priority"]))
    case.is_restricted = before["is_restricted"]
    for moment in ("closed_at", "answered_at", "wrote_again_at"):
        if moment in before:  # what was joined by an older program knows fewer of them
            setattr(case, moment, datetime.fromisoformat(before[moment]) if before[moment] else None)


def _pair(session: Session, event: Event) -> tuple[Case, Case]:
    """The case of the act and the other one. Raises NotFound for the line on the other case's side."""
    source = find(session, Case, event.case_id)
    target = find(session, Case, str(event.detail.get("into") or "") or None)
    hold(session, source, target)
    return source, target


def _chosen(session: Session, case: Case, message_ids: Sequence[str]) -> list[Message]:
    wanted = set(message_ids)
    if not wanted:
        raise Refused("Select a message first.")
    query = select(Message).where(Message.case_id == case.id).order_by(col(Message.id))
    said = list(session.exec(locked(session, query)))
    chosen = [one for one in said if one.id in wanted]
    if len(chosen) != len(wanted):
        raise Refused("One of these messages is not on this case any more. Look at it again.")
    if len(chosen) == len(said):
        raise Refused("Leave at least one message here, or rename the case.")
    return chosen
