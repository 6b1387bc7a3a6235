"""Tries other rules on messages that are here already, and says what they would have changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from inbox import triage
from inbox.desk import Desk
from inbox.models import Attachment, Case, Constituent, Direction, Message
from routing.engine import Decision, compile_rules
from routing.rules import Rule

_FIELDS = (
    "kind",
    "priority",
    "topics",
    "flags",
    "team",
    "person",
    "clocks",
    "draft",
    "acknowledge",
    "hold",
    "notify",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different for one message. `before` and `after` are in words."""

    case: str | None
    message: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replay:
    """How many messages were tried, and everything that would change."""

    messages: int
    changes: tuple[Change, ...]


def replay(session: Session, desk: Desk, rules: Sequence[Rule], *, last: int) -> Replay:
    """The newest `last` messages of people, through the code that live mail runs, under both rule sets.

    Each is read as of the moment it was received. Changes nothing.
    """
    other = replace(desk, rules=compile_rules(rules))
    query = (
        select(Message)
        .where(Message.direction == Direction.INBOUND, col(Message.machine).is_(None))
        .order_by(col(Message.id).desc())
        .limit(last)
    )
    messages = session.exec(query).all()
    references = _references(session, messages)
    changes = [
        change
        for message in messages
        for change in _differences(session, desk, other, message, references.get(message.case_id or ""))
    ]
    return Replay(len(messages), tuple(changes))


def _differences(
    session: Session, desk: Desk, other: Desk, message: Message, reference: str | None
) -> list[Change]:
    before, after = _decide(session, desk, message), _decide(session, other, message)
    return [
        Change(reference, message.id, name, _told(getattr(before, name)), _told(getattr(after, name)))
        for name in _FIELDS
        if getattr(before, name) != getattr(after, name)
    ]


def _decide(session: Session, desk: Desk, message: Message) -> Decision:
    person = session.exec(select(Constituent).where(Constituent.id == message.constituent_id)).first()
    types = session.exec(select(Attachment.content_type).where(Attachment.message_id == message.id)).all()
    seen = triage.consider(
        session, desk, message, None, person, attachment_types=tuple(types), now=message.received_at
    )
    return seen.verdict


def _references(session: Session, messages: Sequence[Message]) -> dict[str, str]:
    cases = list({message.case_id for message in messages if message.case_id})
    found: dict[str, str] = {}
    for start in range(0, len(cases), 500):
        query = select(Case.id, Case.reference).where(col(Case.id).in_(cases[start : start + 500]))
        found.update(session.exec(query).all())
    return found


def _told(value: object) -> str:
    if value is None or value == () or value == frozenset():
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, frozenset)):
        return ", ".join(sorted(str(getattr(one, "kind", one)) for one in value))
    return str(value)
