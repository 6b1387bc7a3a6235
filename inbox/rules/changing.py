"""Stores a changed set of rules: who is new, changed or gone; each version kept, one event for the act."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlmodel import Session, select

from inbox.database import office_of
from inbox.desk import RULES_CHANGED, rule_in
from inbox.history import Actor, record
from inbox.models import EventKind, Rule, RuleVersion, new_id
from inbox.rules.reading import rows
from routing.rules import Rule as RoutingRule


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule in the order of reading; `id` None for a rule that is not kept yet."""

    id: str | None
    rule: RoutingRule


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many rules were new, changed (their version grew), or are gone; the event, where any were."""

    added: int
    changed: int
    removed: int
    event: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the one rule an act was about: its id, and its version now."""

    id: str | None
    version: int | None
    event: str


def entries(session: Session) -> list[Entry]:
    """The office's rules as they stand."""
    return [Entry(row.id, rule_in(row)) for row in rows(session)]


def stamp(session: Session) -> str:
    """A mark of the whole set as it stands: whatever anybody changes in it, it is another one."""
    said = ";".join(f"{row.id}.{row.version}.{row.position}.{row.is_enabled}" for row in rows(session))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def replace(session: Session, wanted: Sequence[RoutingRule], *, actor: Actor, now: datetime) -> Replaced:
    """Makes the office's rules exactly these. A rule of the same name that says other things, or stands
    elsewhere, gets the next version."""
    known = {row.name: row.id for row in rows(session)}
    wanted = _numbered(wanted)
    before = {row.id: (row.version, row.position) for row in rows(session)}
    counts, _ = _store(session, [Entry(known.get(rule.name), rule) for rule in wanted], "file", actor, now)
    moved = 0
    for row in rows(session):
        version, position = before.get(row.id, (row.version, row.position))
        if version == row.version and position != row.position:
            _next_version(session, row, "file", actor, now)
            moved += 1
    counts = Replaced(counts.added, counts.changed + moved, counts.removed)
    if counts == Replaced(0, 0, 0):
        return counts
    event = record(session, None, EventKind.RULES_CHANGED, actor, now=now, how="file", added=counts.added,
                   changed=counts.changed, removed=counts.removed)  # fmt: skip
    return Replaced(counts.added, counts.changed, counts.removed, event)


def apply(
    session: Session, wanted: Sequence[Entry], how: str, about: str | None, *, actor: Actor, now: datetime
) -> Done:
    """Stores the set that one act makes of the rules. `about`: the id of the rule it is about, None for a
    new one, whose id the answer tells."""
    known = {row.id for row in rows(session)}
    _, kept = _store(session, wanted, how, actor, now)
    about = about or next((one for one in kept if one not in known), None)
    row = kept.get(about or "")
    if row is not None and how.startswith("moved"):
        _next_version(session, row, how, actor, now)
    event = record(session, None, EventKind.RULES_CHANGED, actor, now=now, how=how, rule=about,
                   version=row.version if row else None)  # fmt: skip
    return Done(about, row.version if row else None, event)


def _store(
    session: Session, wanted: Sequence[Entry], how: str, actor: Actor, now: datetime
) -> tuple[Replaced, dict[str, Rule]]:
    session.info[RULES_CHANGED] = True
    before = {row.id: row for row in rows(session)}
    kept: dict[str, Rule] = {}
    added = changed = 0
    for entry, position in zip(wanted, _positions([one.rule.position for one in wanted]), strict=True):
        rule = entry.rule.model_copy(update={"position": position})
        row = before.pop(entry.id or "", None)
        if row is None:
            row = _add(session, rule, how, actor, now)
            added += 1
        else:
            row.position = position
            if (row.name, row.is_enabled, _plain(row.body)) != (rule.name, rule.enabled, _body(rule)):
                _remember(session, row, how="before", actor=None, now=now)
                row.name, row.is_enabled, row.body = rule.name, rule.enabled, _body(rule)
                _next_version(session, row, how, actor, now)
                changed += 1
        kept[row.id] = row
    for row in before.values():
        _remember(session, row, how="before", actor=None, now=now)
        session.delete(row)
    session.flush()
    return Replaced(added, changed, len(before)), kept


def _add(session: Session, rule: RoutingRule, how: str, actor: Actor, now: datetime) -> Rule:
    row = Rule(
        id=new_id(),
        office_id=office_of(session),
        name=rule.name,
        position=rule.position,
        version=1,
        is_enabled=rule.enabled,
        body=_body(rule),
    )
    session.add(row)
    _remember(session, row, how=how, actor=actor, now=now)
    return row


def _next_version(session: Session, row: Rule, how: str, actor: Actor, now: datetime) -> None:
    _remember(session, row, how="before", actor=None, now=now)
    row.version += 1
    row.body = {**_plain(row.body), "version": row.version}
    session.add(row)
    _remember(session, row, how=how, actor=actor, now=now)


def _remember(session: Session, row: Rule, *, how: str, actor: Actor | None, now: datetime) -> None:
    """Keeps the version that the row has, once; `actor` None: it was there before versions were kept."""
    session.flush()
    query = select(RuleVersion.id).where(RuleVersion.rule_id == row.id, RuleVersion.version == row.version)
    if session.exec(query).first() is None:
        session.add(
            RuleVersion(
                office_id=row.office_id, rule_id=row.id, name=row.name, version=row.version,
                body={**row.body, "enabled": row.is_enabled, "position": row.position}, how=how,
                saved_by=actor.name if actor else "", saved_at=now,
            )
        )  # fmt: skip


def _positions(wanted: Sequence[int]) -> Sequence[int]:
    """The places as they are where they rise, else tens."""
    if all(first < second for first, second in pairwise(wanted)):
        return wanted
    return [10 * at for at in range(1, len(wanted) + 1)]


def _numbered(rules: Sequence[RoutingRule]) -> Sequence[RoutingRule]:
    """In reading order, where a file leaves places to the order itself."""
    return sorted(rules, key=lambda rule: rule.position)


def _body(rule: RoutingRule) -> dict[str, object]:
    """What a rule says; its place, its switch and its version stand in the row."""
    return rule.model_dump(mode="json", exclude_defaults=True, exclude={"version", "position", "enabled"})


def _plain(body: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in body.items() if key not in ("version", "position", "enabled")}
