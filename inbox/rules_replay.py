"""Tries other rules on messages that are here already, and says what they would have changed.

What was read is the message that opened each case: a later message raises the alarm and moves nothing. It
runs the code that live mail runs, under the rules of now and under the others, and changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, true
from sqlalchemy import case as when
from sqlmodel import Session, col, select

from inbox import triage
from inbox.desk import Desk
from inbox.models import Attachment, Case, CaseStatus, Direction, Message
from routing.assessment import assess
from routing.engine import CompiledRules, Considered, Decision, compile_rules, decide
from routing.facts import CaseFacts
from routing.rules import Rule
from routing.words import LIFE_FLAGS, Kind, Priority

PLACE = ("kind", "priority", "team", "person")
"""What says where a message goes; whoever looks for it looks there."""
OTHER = ("topics", "flags", "clocks", "draft", "acknowledge", "hold", "notify", "link", "calls")
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different for one message. `before` and `after` are in words."""

    case: str | None
    message: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A message for which something would be different. `case_id` None: of a case this reader may not know.

    `because`: the rules that matched under one set and not under the other, each with its reason.
    """

    case_id: str | None
    message: str
    changes: tuple[Change, ...]
    because: tuple[tuple[str, str, bool], ...]
    leaves_immediate: bool

    @property
    def goes_elsewhere(self) -> bool:
        return any(change.field in PLACE for change in self.changes)


@dataclass(frozen=True, slots=True)
class Replay:
    """How many messages were tried of how many there are, and every one that would be treated otherwise."""

    messages: int
    of: int
    moved: tuple[Moved, ...] = field(default=())

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for one in self.moved for change in one.changes)

    @property
    def elsewhere(self) -> tuple[Moved, ...]:
        return tuple(one for one in self.moved if one.goes_elsewhere)

    @property
    def leaving_immediate(self) -> tuple[Moved, ...]:
        return tuple(one for one in self.moved if one.leaves_immediate)


def replay(
    session: Session, desk: Desk, rules: Sequence[Rule], *, last: int, since: datetime | None = None,
    is_enough: Callable[[], bool] = lambda: False, may_know: ColumnElement[bool] | None = None,
) -> Replay:  # fmt: skip
    """The newest `last` messages of people since `since`, until `is_enough`, each as of when it came.

    A case outside `may_know` counts, and is not named.
    """
    other = compile_rules(rules)
    wanted = _wanted(since)
    total = session.exec(select(func.count()).select_from(Message).join(Case).where(wanted)).one()
    counts = _histories(session) if _asks_history(desk.rules, other) else None
    moved: list[Moved] = []
    tried = 0
    for message, case, is_known in _newest(session, wanted, may_know, last):
        if tried and is_enough():
            break
        tried += 1
        if (found := _try(desk, other, message, case, is_known, counts)) is not None:
            moved.append(found)
    return Replay(tried, min(total, last), tuple(moved))


def _try(
    desk: Desk, other: CompiledRules, message: "_Read", case: Case, is_known: bool,
    counts: Mapping[str, tuple[int, int]] | None,
) -> Moved | None:  # fmt: skip
    facts = _facts(desk, message, case, counts)
    now = message.row.received_at
    before = decide(facts, desk.rules, now=now, calendar=desk.calendar)
    after = decide(facts, other, now=now, calendar=desk.calendar)
    named = case.reference if is_known else None
    changes = tuple(
        Change(named, message.row.id, name, _told(getattr(before, name)), _told(getattr(after, name)))
        for name in (*PLACE, *OTHER)
        if getattr(before, name) != getattr(after, name)
    )
    if not changes:
        return None
    leaves = before.priority is Priority.IMMEDIATE and after.priority is not Priority.IMMEDIATE
    because = _because(before, after) if is_known else ()
    return Moved(case.id if is_known else None, message.row.id, changes, because, leaves)


def _because(before: Decision, after: Decision) -> tuple[tuple[str, str, bool], ...]:
    """Rule, its reason, and whether it is the others that it matches under."""
    old, new = _matched(before), _matched(after)
    lost = _all(before) | _all(after)
    found = [(one.rule, one.because, True) for name, one in new.items() if name not in old]
    gone = [name for name in old if name not in new]
    return (*found, *((name, lost.get(name, "it is read no more"), False) for name in gone))


def _matched(decision: Decision) -> dict[str, Considered]:
    return {one.rule: one for one in decision.considered if one.matched}


def _all(decision: Decision) -> dict[str, str]:
    return {one.rule: one.because for one in decision.considered if not one.matched}


@dataclass(frozen=True, slots=True)
class _Read:
    row: Message
    types: tuple[str, ...]


def _facts(desk: Desk, message: _Read, case: Case, counts: Mapping[str, tuple[int, int]] | None) -> CaseFacts:
    """The facts as triage finds them now; whether a copy hides a matter stands as its case says."""
    row = message.row
    assessment = assess(triage.facts_of(desk, row, message.types), desk.area)
    in_pile = case.campaign is not None and case.kind == Kind.CAMPAIGN
    open_cases, all_cases = (counts or {}).get(row.constituent_id or "", (0, 0))
    if in_pile and not assessment.flags & LIFE_FLAGS:
        assessment = replace(assessment, kind=Kind.CAMPAIGN)
    return triage.rule_facts(
        desk, row, assessment, campaign=case.campaign if in_pile else None, attachment_types=message.types,
        open_cases=max(open_cases - 1, 0), previous_cases=max(all_cases - open_cases, 0),
    )  # fmt: skip


def _wanted(since: datetime | None) -> ColumnElement[bool]:
    """Messages of people that opened their case."""
    first = select(func.min(Message.id)).where(
        Message.case_id == Case.id, Message.direction == Direction.INBOUND, col(Message.machine).is_(None)
    )
    young = true() if since is None else col(Message.received_at) >= since
    return and_(
        col(Message.direction) == Direction.INBOUND,
        col(Message.machine).is_(None),
        col(Message.id) == first.correlate(Case).scalar_subquery(),
        young,
    )


def _newest(
    session: Session, wanted: ColumnElement[bool], may_know: ColumnElement[bool] | None, last: int
) -> Iterator[tuple[_Read, Case, bool]]:
    before: ColumnElement[bool] = true()
    while last > 0:
        query = select(Message, Case).join(Case, col(Message.case_id) == Case.id).where(wanted, before)
        found = session.exec(query.order_by(col(Message.id).desc()).limit(min(_BATCH, last))).all()
        if not found:
            return
        types = _types(session, [message.id for message, _ in found])
        known = _known(session, [case.id for _, case in found], may_know)
        for message, case in found:
            yield _Read(message, tuple(types.get(message.id, ()))), case, case.id in known
        last -= len(found)
        before = col(Message.id) < found[-1][0].id


def _types(session: Session, messages: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = select(Attachment.message_id, Attachment.content_type)
    for message, kind in session.exec(query.where(col(Attachment.message_id).in_(messages))):
        found.setdefault(message, []).append(kind)
    return found


def _known(session: Session, cases: Sequence[str], may_know: ColumnElement[bool] | None) -> set[str]:
    if may_know is None:
        return set(cases)
    return set(session.exec(select(Case.id).where(col(Case.id).in_(cases), may_know)))


def _asks_history(*sets: CompiledRules) -> bool:
    return any({"open_cases", "previous_cases"} & rules.asked for rules in sets)


def _histories(session: Session) -> dict[str, tuple[int, int]]:
    """How many cases of each person are open, and how many there are."""
    ended = col(Case.status).in_((CaseStatus.RESOLVED, CaseStatus.CLOSED))
    query = select(Case.constituent_id, func.count(), func.sum(when((ended, 1), else_=0)))
    query = query.where(col(Case.constituent_id).is_not(None)).group_by(col(Case.constituent_id))
    return {str(person): (count - int(gone or 0), count) for person, count, gone in session.exec(query)}


def _told(value: object) -> str:
    if value is None or value == () or value == frozenset():
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, frozenset)):
        return ", ".join(sorted(str(_word(one)) for one in value))
    return str(value)


def _word(one: object) -> object:
    """A clock by its kind, a call by the rule that wants it: its address may be a secret."""
    return getattr(one, "kind", None) or getattr(one, "rule", None) or one
