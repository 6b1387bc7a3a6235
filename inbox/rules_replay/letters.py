"""Rules on arrival, tried on letters: those that opened a case, and those that came to one.

A later letter raises the alarm, tells people and can be held; it moves nothing, whatever a rule says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, true
from sqlalchemy import case as when
from sqlmodel import Session, col, select

from inbox import triage
from inbox.areas import table_for
from inbox.desk import Desk
from inbox.models import Attachment, Case, CaseStatus, Direction, Message
from inbox.rules_replay.outcome import Moved, Occasion, compared
from routing.assessment import assess
from routing.constituency import PostcodeTable
from routing.engine import CompiledRules, Decision, decide
from routing.facts import CaseFacts
from routing.words import LIFE_FLAGS, Flag, Kind, Priority

HEEDED = ("priority", "flags", "notify", "hold")
"""What rules can do by a letter on a case that is there already."""
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Letters:
    """How many letters were tried of how many, how many of them were later ones, and what would be moved."""

    messages: int
    of: int
    later: int
    moved: tuple[Moved, ...]


def read(
    session: Session, desk: Desk, other: CompiledRules, *, last: int, since: datetime | None,
    is_enough: Callable[[], bool], may_know: ColumnElement[bool],
) -> Letters:  # fmt: skip
    """The newest letters on cases that the reader may know, until `is_enough`, each as of when it came."""
    wanted = and_(_wanted(since), may_know)
    total = session.exec(select(func.count()).select_from(Message).join(Case).where(wanted)).one()
    counts = _histories(session) if _asks_history(desk.rules, other) else {}
    beside = _Beside(table_for(session, desk.office), counts)
    moved: list[Moved] = []
    tried = later = 0
    for message, case in _newest(session, wanted, last):
        if tried and is_enough():
            break
        tried += 1
        later += not message.is_first
        if (found := _try(desk, other, message, case, beside)) is not None:
            moved.append(found)
    return Letters(tried, min(total, last), later, tuple(moved))


def _try(desk: Desk, other: CompiledRules, message: "_Read", case: Case, beside: "_Beside") -> Moved | None:
    facts = _facts(desk, message, case, beside)
    now, key = message.row.received_at, message.row.id
    before = decide(facts, desk.rules, now=now, calendar=desk.calendar)
    after = decide(facts, other, now=now, calendar=desk.calendar)
    if message.is_first:
        return compared(case, before, after, message=key, occasion=Occasion.OPENED)
    return compared(
        case, _heeded(before), _heeded(after), message=key, occasion=Occasion.LATER, fields=HEEDED
    )


def _heeded(decision: Decision) -> Decision:
    """What `triage.heed` makes of it: it raises, and never lowers below what any case has."""
    raised = decision.priority.rank <= Priority.PRIORITY.rank
    priority = decision.priority if raised else Priority.STANDARD
    return replace(decision, priority=priority, flags=decision.flags - {Flag.WELSH})


@dataclass(frozen=True, slots=True)
class _Read:
    row: Message
    types: tuple[str, ...]
    is_first: bool


class _Beside(NamedTuple):
    """What every letter is read beside: the seats, and the open and all cases of people."""

    area: PostcodeTable | None
    counts: Mapping[str, tuple[int, int]]


def _facts(desk: Desk, message: _Read, case: Case, beside: _Beside) -> CaseFacts:
    """The facts as triage finds them now; whether a copy hides a matter stands as its case says."""
    row = message.row
    assessment = assess(triage.facts_of(desk, row, message.types), beside.area)
    in_pile = case.campaign is not None and case.kind == Kind.CAMPAIGN
    open_cases, all_cases = beside.counts.get(row.constituent_id or "", (0, 0))
    if in_pile and not assessment.flags & LIFE_FLAGS:
        assessment = replace(assessment, kind=Kind.CAMPAIGN)
    return triage.rule_facts(
        desk, row, assessment, campaign=case.campaign if in_pile else None, attachment_types=message.types,
        open_cases=max(open_cases - 1, 0), previous_cases=max(all_cases - open_cases, 0),
    )  # fmt: skip


def _wanted(since: datetime | None) -> ColumnElement[bool]:
    """Messages of people."""
    young = true() if since is None else col(Message.received_at) >= since
    return and_(col(Message.direction) == Direction.INBOUND, col(Message.machine).is_(None), young)


def _firsts(session: Session, cases: Sequence[str]) -> set[str]:
    """The messages that opened these cases."""
    query = select(func.min(Message.id)).where(
        col(Message.case_id).in_(cases),
        Message.direction == Direction.INBOUND,
        col(Message.machine).is_(None),
    )
    return set(session.exec(query.group_by(col(Message.case_id))))


def _newest(session: Session, wanted: ColumnElement[bool], last: int) -> Iterator[tuple[_Read, Case]]:
    before: ColumnElement[bool] = true()
    while last > 0:
        query = select(Message, Case).join(Case, col(Message.case_id) == Case.id).where(wanted, before)
        found = session.exec(query.order_by(col(Message.id).desc()).limit(min(_BATCH, last))).all()
        if not found:
            return
        types = _types(session, [message.id for message, _ in found])
        ids = [case.id for _, case in found]
        firsts = _firsts(session, ids)
        for message, case in found:
            yield _Read(message, tuple(types.get(message.id, ())), message.id in firsts), case
        last -= len(found)
        before = col(Message.id) < found[-1][0].id


def _types(session: Session, messages: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = select(Attachment.message_id, Attachment.content_type)
    for message, kind in session.exec(query.where(col(Attachment.message_id).in_(messages))):
        found.setdefault(message, []).append(kind)
    return found


def _asks_history(*sets: CompiledRules) -> bool:
    return any({"open_cases", "previous_cases"} & rules.asked for rules in sets)


def _histories(session: Session) -> dict[str, tuple[int, int]]:
    """How many cases of each person are open, and how many there are."""
    ended = col(Case.status).in_((CaseStatus.RESOLVED, CaseStatus.CLOSED))
    query = select(Case.constituent_id, func.count(), func.sum(when((ended, 1), else_=0)))
    query = query.where(col(Case.constituent_id).is_not(None)).group_by(col(Case.constituent_id))
    return {str(person): (count - int(gone or 0), count) for person, count, gone in session.exec(query)}
