"""Changes the directory: a line by hand, many from a file, one taken out of use. Each keeps a version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from inbox.bodies.facts import BodyFacts, key_of, read_facts
from inbox.bodies.finding import facts_of
from inbox.database import locked, office_of
from inbox.errors import Conflict, NotFound, Refused, Stale
from inbox.history import Actor, record
from inbox.models import Body, BodyVersion, EventKind

BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in numbers, and the lines as they are now."""

    added: int
    changed: int
    unchanged: int
    retired: int
    bodies: tuple[Body, ...]


def write(
    session: Session, body_id: str | None, typed: Mapping[str, str], *, version: int | None, now: datetime,
    actor: Actor, staff_id: str | None,
) -> Body:  # fmt: skip
    """A new body, or the next version of one; `version` is the one that was read.

    Raises Refused with the `field`, Stale where somebody changed it first, NotFound.
    """
    facts = read_facts(typed)
    rows = _all(session)
    body = next((row for row in rows if row.id == body_id), None) if body_id else None
    if body_id and body is None:
        raise NotFound
    if body is not None and version is not None and body.version != version:
        raise Stale(
            "Somebody else changed this organisation. Read it again, then decide.", version=body.version
        )
    body = body or _revived(rows, facts)
    _names_free(facts, body, _taken(rows))
    body = body or _new(session, facts, now)
    if _put(session, body, facts, BY_HAND, staff_id, now):
        record(session, None, EventKind.BODY_CHANGED, actor, now=now, body=body.id, version=body.version)
    return body


def retire(session: Session, body_id: str, *, now: datetime, actor: Actor) -> None:
    """Takes a body out of use. What was asked of it stays as it is."""
    body = next((row for row in _all(session) if row.id == body_id), None)
    if body is None:
        raise NotFound
    if body.retired_at is not None:
        raise Conflict("This organisation is out of use already.")
    body.retired_at = now
    record(session, None, EventKind.BODY_CHANGED, actor, now=now, body=body.id, retired=True)


def import_lines(
    session: Session, lines: Iterable[Mapping[str, str]], *, source: str, replace: bool = False,
    now: datetime, actor: Actor, staff_id: str | None = None,
) -> Imported:  # fmt: skip
    """Puts lines of a file into the directory; what a file has no column for stays as it was.

    `replace` takes those out of use that the file does not name. Raises Refused and changes nothing where
    two bodies would share a name.
    """
    rows = _all(session)
    by_key, taken = {row.key: row for row in rows}, _taken(rows)
    added = changed = 0
    named: list[Body] = []
    for typed in lines:
        key = key_of(typed["name"])
        body = by_key.get(key) or taken.get(key)
        known = facts_of(body).typed() if body else {}
        named_as = {"name": body.name} if body is not None and key != body.key else {}
        facts = read_facts({**known, **typed, **named_as})
        _names_free(facts, body, taken)
        is_new = body is None
        body = body or _new(session, facts, now)
        is_changed = _put(session, body, facts, source, staff_id, now)
        by_key[body.key] = body
        taken |= dict.fromkeys(_names(body), body)
        added += is_new
        changed += is_changed and not is_new
        named.append(body)
    gone = [row for row in rows if replace and row.retired_at is None and row not in named]
    for row in gone:
        row.retired_at = now
    record(session, None, EventKind.BODIES_IMPORTED, actor, now=now, added=added, changed=changed,
           retired=len(gone))  # fmt: skip
    return Imported(added, changed, len(named) - added - changed, len(gone), tuple(named))


def _all(session: Session) -> list[Body]:
    return list(session.exec(locked(session, select(Body).order_by(col(Body.id)), fresh=True)))


def _revived(rows: Iterable[Body], facts: BodyFacts) -> Body | None:
    return next((row for row in rows if row.retired_at and row.key == key_of(facts.name)), None)


def _names(body: Body) -> list[str]:
    return [body.key, *map(key_of, body.other_names)]


def _taken(rows: Iterable[Body]) -> dict[str, Body]:
    """Which body in use owns a name."""
    return {name: row for row in rows if row.retired_at is None for name in _names(row)}


def _names_free(facts: BodyFacts, body: Body | None, taken: Mapping[str, Body]) -> None:
    for field, names in (("name", (facts.name,)), ("other_names", facts.other_names)):
        for name in names:
            owner = taken.get(key_of(name))
            if owner is not None and owner is not body:
                raise Refused(f"`{name}` is a name of {owner.name} already.", field=field)


def _new(session: Session, facts: BodyFacts, now: datetime) -> Body:
    body = Body(
        office_id=office_of(session), name=facts.name, key=key_of(facts.name), version=0, changed_at=now
    )
    session.add(body)
    return body


def _put(
    session: Session, body: Body, facts: BodyFacts, source: str, staff_id: str | None, now: datetime
) -> bool:
    """Writes the next version, if anything is new."""
    if body.version and body.retired_at is None and facts_of(body) == facts:
        return False
    for name, value in facts.plain().items():
        setattr(body, name, value)
    body.key, body.retired_at = key_of(facts.name), None
    body.version += 1
    body.changed_at = now
    session.flush()
    session.add(
        BodyVersion(
            office_id=body.office_id,
            body_id=body.id,
            version=body.version,
            facts=facts.plain(),
            source=source[:200],
            changed_by=staff_id,
            changed_at=now,
        )
    )
    return True
