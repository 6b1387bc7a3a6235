"""Rules on change, tried on what people changed; rules on time, tried on the open cases as they stand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from inbox import rules_at_work
from inbox.desk import Desk
from inbox.models import Case, CaseStatus, Event, EventKind
from inbox.rules_replay.outcome import PLACE, Moved, Occasion, compared
from routing.engine import CompiledRules, decide
from routing.facts import CaseFacts
from routing.rules import CaseStatus as Status
from routing.rules import Rule, Trigger
from routing.words import Flag, Kind, Language, Priority, Topic

FIELDS = (*PLACE, "topics", "flags", "clocks", "hold", "notify", "link", "calls")
"""What rules do to a case that is there already."""
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Tried:
    """How many occasions were tried, and what would be different on them."""

    tried: int = 0
    moved: tuple[Moved, ...] = ()


NOTHING = Tried()


@dataclass(slots=True)
class Trial:
    """The other rules, whom they are tried for, and how far."""

    session: Session
    desk: Desk
    other: CompiledRules
    may_know: ColumnElement[bool]
    last: int
    since: datetime | None
    is_enough: Callable[[], bool]

    def differs(self, trigger: Trigger) -> bool:
        """Whether the rules that are read then would be others at all."""
        return _of(self.desk.rules, trigger) != _of(self.other, trigger)

    def tried(
        self, case: Case, facts: CaseFacts, at: datetime, trigger: Trigger, occasion: Occasion
    ) -> Moved | None:
        calendar = self.desk.calendar
        before = decide(facts, self.desk.rules, now=at, calendar=calendar, trigger=trigger)
        after = decide(facts, self.other, now=at, calendar=calendar, trigger=trigger)
        return compared(case, before, after, message=None, occasion=occasion, fields=FIELDS)


def changes(trial: Trial) -> Tried:
    """The newest changes that people made, each with the case as the history says it stood then."""
    moved, tried = [], 0
    for event, case in _changes(trial):
        if tried and trial.is_enough():
            break
        tried += 1
        facts = _as_of(trial, case, event)
        found = trial.tried(case, facts, event.at, Trigger.CHANGE, Occasion.CHANGED)
        moved += [found] if found else []
    return Tried(tried, tuple(moved))


def open_cases(trial: Trial, now: datetime) -> Tried:
    """The cases that are open, as they stand at `now`."""
    query = select(Case).where(
        col(Case.status).not_in((CaseStatus.RESOLVED, CaseStatus.CLOSED)), Case.kind != Kind.SPAM,
        trial.may_know,
    )  # fmt: skip
    moved, tried = [], 0
    for case in trial.session.exec(query.order_by(col(Case.id).desc()).limit(trial.last)):
        if tried and trial.is_enough():
            break
        tried += 1
        facts = rules_at_work.facts_of(trial.session, trial.desk, case, now)
        found = trial.tried(case, facts, now, Trigger.TIME, Occasion.NOW)
        moved += [found] if found else []
    return Tried(tried, tuple(moved))


def _changes(trial: Trial) -> Iterable[tuple[Event, Case]]:
    """What people changed on cases, newest first, `last` of them at most."""
    query = select(Event, Case).join(Case, col(Case.id) == Event.case_id)
    query = query.where(col(Event.kind).in_(rules_at_work.CHANGED_BY), col(Case.merged_into).is_(None))
    query = query.where(trial.may_know)
    if trial.since is not None:
        query = query.where(Event.at >= trial.since)
    left, before = trial.last, 1 << 62
    while left > 0:
        page = query.where(Event.sequence < before).order_by(col(Event.sequence).desc()).limit(_BATCH)
        found = trial.session.exec(page).all()
        for event, case in found:
            if left > 0 and rules_at_work.changed_by(event):
                left -= 1
                yield event, case
        if len(found) < _BATCH:
            return
        before = found[-1][0].sequence


def _as_of(trial: Trial, case: Case, event: Event) -> CaseFacts:
    """The case after `event`: as it stands, with all that was changed since taken back."""
    session, desk = trial.session, trial.desk
    changed = rules_at_work.changed_by(event)
    facts = rules_at_work.facts_of(session, desk, case, event.at, changed, until=event.id)
    since = select(Event).where(Event.case_id == case.id, Event.sequence > event.sequence)
    for later in session.exec(since.order_by(col(Event.sequence).desc())):
        facts = replace(facts, **_before(desk, later))
    return facts


def _before(desk: Desk, event: Event) -> dict[str, Any]:
    """What an event says that a case was before it, in the words of rules."""
    detail, was = event.detail, event.detail.get("before")
    found: dict[str, Any] = {"status": Status.NEW} if detail.get("sorted") else {}
    match event.kind:
        case EventKind.ASSIGNED:
            found["person"] = _email(desk, was)
        case EventKind.MOVED:
            found["team"] = _team(desk, was)
        case EventKind.PRIORITY_CHANGED:
            found["priority"] = Priority(str(was))
        case EventKind.STATUS_CHANGED | EventKind.CLOSED:
            found["status"] = Status(str(was))
        case EventKind.CASE_REOPENED:
            found["status"] = Status.RESOLVED
        case EventKind.MARKED_JUNK | EventKind.MARKED_NOT_JUNK:
            found["kind"] = Kind(str(was))
        case EventKind.RULE_APPLIED if isinstance(was, list):
            found |= {"team": _team(desk, was[0]), "person": _email(desk, was[1])}
            found["priority"] = Priority(str(was[2]))
        case EventKind.FACTS_CHANGED:
            found |= _fact(str(detail.get("field")), was)
    return found


def _fact(name: str, was: object) -> dict[str, Any]:
    many: Sequence[Any] = was if isinstance(was, list) else ()
    match name:
        case "topics":
            return {"topics": tuple(Topic(one) for one in many if one in set(Topic))}
        case "flags":
            return {"flags": frozenset(Flag(one) for one in many if one in set(Flag))}
        case "kind":
            return {"kind": Kind(str(was))}
        case "language":
            return {"language": Language(str(was))}
    return {}


def _email(desk: Desk, staff_id: object) -> str | None:
    found = desk.staff.get(str(staff_id))
    return found.email if found else None


def _team(desk: Desk, team_id: object) -> str | None:
    return next((name for name, key in desk.teams.items() if key == team_id), None)


def _of(rules: CompiledRules, trigger: Trigger) -> list[Rule]:
    plain = {"version": 1, "position": 0, "note": "", "owner": ""}
    return [one.rule.model_copy(update=plain) for one in rules.rules if one.rule.trigger is trigger]
