"""One line per act, written in the act's own transaction and chained per office.

The digest of a line covers the line and the digest before it, so a changed, removed or reordered row
shows. The actor's name is covered by a commitment in the line's detail: it may be erased, as erasure must
not break the chain, but not be replaced by another. Lines are held until just before the commit, so that
the chain's head is the last row a transaction locks and writers never wait for each other in a ring.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import insert, text, update
from sqlmodel import Session, col, select

from inbox.database import before_commit, held, office_of
from inbox.models import Case, ChainHead, Event, EventKind, View, new_id


class ActorKind(StrEnum):
    """Who acted."""

    STAFF = "staff"
    TOKEN = "token"
    CONSTITUENT = "constituent"
    SYSTEM = "system"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever did it. `id` is a staff or token id; None for the machine and for constituents."""

    kind: ActorKind
    id: str | None = None
    name: str = ""


COMMITMENT = "named"
"""Where a line's detail keeps the commitment to its actor's name. Lines from before there was one lack it."""

_HELD = "events"
_PLAIN = json.JSONEncoder(default=str)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)

SYSTEM = Actor(ActorKind.SYSTEM, None, "Casework Inbox")
OPERATOR = Actor(ActorKind.OPERATOR, None, "operator")
CONSTITUENT = Actor(ActorKind.CONSTITUENT, None, "constituent")


_NAMES = {
    ActorKind.SYSTEM: {SYSTEM.name, "sign-in"},
    ActorKind.OPERATOR: {OPERATOR.name},
    ActorKind.CONSTITUENT: {CONSTITUENT.name},
}
"""Who acts without a name of their own, and what is shown for it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line of a chain that is not what it was."""

    office_id: str
    sequence: int
    event_id: str | None
    why: str


def record(
    session: Session,
    case: Case | str | None,
    kind: EventKind,
    actor: Actor,
    *,
    now: datetime,
    public: bool = False,
    **detail: object,
) -> str:
    """Notes that `kind` happened; returns the event's id. `detail` holds ids and field names, no content."""
    before_commit(session, seal)
    event_id = new_id()
    if actor.kind not in _NAMES:
        detail[COMMITMENT] = _commitment(event_id, actor.name)
    held(session, _HELD).append(
        {
            "id": event_id,
            "office_id": office_of(session),
            "case_id": case.id if isinstance(case, Case) else case,
            "kind": str(kind),
            "actor_kind": str(actor.kind),
            "actor_id": actor.id,
            "actor_name": actor.name,
            "is_public": public,
            "detail": json.loads(_PLAIN.encode(detail)),
            "at": now.astimezone(UTC),
        }
    )
    return event_id


def seal(session: Session) -> None:
    """Numbers and chains what this transaction recorded. Called once, just before the commit."""
    pending = held(session, _HELD)
    if not pending:
        return
    session.flush()
    office = office_of(session)
    head = _lock_head(session, office)
    sequence, previous = head
    for line in pending:
        sequence += 1
        line["sequence"], line["previous"] = sequence, previous
        line["digest"] = previous = digest_of(line)
    session.connection().execute(insert(Event), pending)
    session.connection().execute(
        update(ChainHead).where(col(ChainHead.office_id) == office).values(sequence=sequence, digest=previous)
    )
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify('inbox', :office)"), {"office": office})
    pending.clear()


def digest_of(line: dict[str, object]) -> str:
    """SHA-256 over the line in canonical form, the digest before it included."""
    at = line["at"]
    words = [
        line["previous"], line["sequence"], line["id"], line["office_id"], line["case_id"], line["kind"],
        line["actor_kind"], line["actor_id"], line["is_public"],
        at.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(at, datetime) else at,
        line["detail"],
    ]  # fmt: skip
    return hashlib.sha256(_CANONICAL.encode(words).encode()).hexdigest()


def verify(session: Session) -> Fault | None:
    """Reads this office's chain from the first line; the first fault, or None."""
    office = office_of(session)
    previous, sequence = "", 0
    query = select(Event).order_by(col(Event.sequence)).execution_options(yield_per=2000)
    with closing(session.exec(query)) as events:
        for event in events:
            sequence += 1
            if event.sequence != sequence:
                return Fault(office, sequence, None, "a line is missing")
            if event.previous != previous:
                return Fault(office, sequence, event.id, "the line does not follow the one before it")
            if digest_of(event.model_dump()) != event.digest or not _is_name_true(event):
                return Fault(office, sequence, event.id, "the line was changed")
            previous = event.digest
    head = session.exec(select(ChainHead).where(ChainHead.office_id == office)).first()
    if (head.sequence, head.digest) != (sequence, previous) if head else sequence > 0:
        return Fault(office, sequence + 1, None, "lines are missing at the end")
    return None


def record_views(session: Session, views: Iterable[tuple[str, str, datetime]]) -> None:
    """Writes who looked at what, as one batch with one digest: (staff id, case id, when)."""
    office = office_of(session)
    rows = [View(office_id=office, staff_id=who, case_id=what, at=when) for who, what, when in views]
    if not rows:
        return
    words = json.dumps([[row.id, row.staff_id, row.case_id, row.at.isoformat()] for row in rows])
    batch = hashlib.sha256(words.encode()).hexdigest()
    for row in rows:
        row.batch = batch
        session.add(row)


def _commitment(event_id: str, name: str) -> str:
    return hashlib.sha256(f"{event_id}\n{name}".encode()).hexdigest()[:32]


def _is_name_true(event: Event) -> bool:
    """Whether the name shown is the one that was recorded, or has been erased."""
    if not event.actor_name:
        return True
    nameless = _NAMES.get(ActorKind(event.actor_kind))
    if nameless is not None:
        return event.actor_name in nameless
    return event.detail.get(COMMITMENT) in (None, _commitment(event.id, event.actor_name))


def _lock_head(session: Session, office: str) -> tuple[int, str]:
    query = (
        select(ChainHead.sequence, ChainHead.digest).where(ChainHead.office_id == office).with_for_update()
    )
    head = session.connection().execute(query).first()
    if head is None:
        session.connection().execute(insert(ChainHead).values(office_id=office, sequence=0, digest=""))
        return 0, ""
    return int(head[0]), str(head[1])
