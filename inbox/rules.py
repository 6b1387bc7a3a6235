"""An office's rules as rows: read, replaced as a whole set, each change in the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from inbox.database import office_of
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import EventKind, Rule
from routing.rule_checks import RulesRefused
from routing.rule_files import rule_from, rule_set_from_json
from routing.rules import Rule as RoutingRule


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many rules were new, changed (their version grew), or are gone."""

    added: int
    changed: int
    removed: int


def read_file(text: str) -> tuple[RoutingRule, ...]:
    """The rules of a file, in reading order. Raises Refused with every problem in words."""
    try:
        return rule_set_from_json(text)
    except RulesRefused as error:
        raise Refused(" ".join(str(problem) for problem in error.problems)) from error


def every_rule(session: Session) -> list[RoutingRule]:
    """The office's rules, those switched off too, in reading order, as the engine reads them."""
    rows = session.exec(select(Rule).order_by(col(Rule.position), col(Rule.name)))
    return [
        rule_from(row.body).model_copy(
            update={"position": row.position, "enabled": row.is_enabled, "version": row.version}
        )
        for row in rows
    ]


def replace(session: Session, wanted: Sequence[RoutingRule], *, actor: Actor, now: datetime) -> Replaced:
    """Makes the office's rules exactly these. A changed rule gets the next version."""
    wanted = _numbered(wanted)
    before = {row.name: row for row in session.exec(select(Rule))}
    added = changed = 0
    for rule in wanted:
        row = before.pop(rule.name, None)
        if row is None:
            session.add(_row(office_of(session), rule))
            added += 1
        elif _says(row) != (rule.position, rule.enabled, _body(rule)):
            row.position, row.is_enabled, row.version = rule.position, rule.enabled, row.version + 1
            row.body = _body(rule) | {"version": row.version}
            session.add(row)
            changed += 1
    for row in before.values():
        session.delete(row)
    if added or changed or before:
        record(
            session, None, EventKind.RULES_CHANGED, actor, now=now, added=added, changed=changed,
            removed=len(before),
        )  # fmt: skip
    return Replaced(added, changed, len(before))


def _numbered(rules: Sequence[RoutingRule]) -> Sequence[RoutingRule]:
    """With positions that say the order they stand in, where the file leaves that to the order itself."""
    positions = [rule.position for rule in rules]
    if len(set(positions)) == len(positions):
        return rules
    return [rule.model_copy(update={"position": 10 * at}) for at, rule in enumerate(rules, start=1)]


def _row(office_id: str, rule: RoutingRule) -> Rule:
    return Rule(
        office_id=office_id,
        name=rule.name,
        position=rule.position,
        version=rule.version,
        is_enabled=rule.enabled,
        body=rule.model_dump(mode="json", exclude_defaults=True),
    )


def _body(rule: RoutingRule) -> dict[str, object]:
    """What a rule says, its version apart."""
    return rule.model_dump(mode="json", exclude_defaults=True, exclude={"version"})


def _says(row: Rule) -> tuple[int, bool, dict[str, object]]:
    return row.position, row.is_enabled, {key: value for key, value in row.body.items() if key != "version"}
