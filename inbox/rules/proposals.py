"""What somebody wants of the rules, as data: tried on old mail first, carried out afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from inbox.desk import rule_in
from inbox.errors import Refused, Stale
from inbox.history import Actor
from inbox.models import Rule
from inbox.rules.changing import Done, Entry, apply, entries, replace
from inbox.rules.names import add_teams, check_names, names_of, teams_named
from inbox.rules.reading import find_rule, versions_of
from routing.rule_checks import check_rules
from routing.rule_files import rule_from
from routing.rules import Rule as RoutingRule


class Do(StrEnum):
    """What is to become of a rule."""

    ADD = "added"
    CHANGE = "changed"
    COPY = "copied"
    ON = "switched_on"
    OFF = "switched_off"
    UP = "moved_up"
    DOWN = "moved_down"
    REMOVE = "removed"
    FILE = "file"


class Proposal(BaseModel):
    """One act: `rule` is the wanted text of a new or changed rule; `before` the id of the rule it shall stand
    in front of, for a new one. `version` is the one that the person saw, None for a new rule. `rules`: all
    that shall be, from a file; `add_teams`: with the teams they name, where the office has none so called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Do
    rule_id: str | None = None
    version: int | None = None
    rule: Mapping[str, Any] | None = None
    before: str | None = None
    rules: Sequence[Mapping[str, Any]] | None = None
    add_teams: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The whole set as a proposal makes it, and the rule it is about as it would be; None once removed."""

    entries: Sequence[Entry]
    rule: RoutingRule | None

    @property
    def rules(self) -> list[RoutingRule]:
        return [entry.rule for entry in self.entries]


def proposed(session: Session, proposal: Proposal) -> Wanted:
    """The rules as they would be. Changes nothing.

    Raises RulesRefused with every fault of the wanted rule, NotFound, Stale where somebody changed the rule
    since, Refused for what makes no sense.
    """
    now = entries(session)
    if proposal.do is Do.FILE:
        return _from_file(session, now, proposal)
    if proposal.do is Do.ADD:
        rule = checked(session, proposal.rule or {})
        return _among(now, rule, _place(now, proposal.before))
    row = find_rule(session, proposal.rule_id or "")
    _is_current(session, row, proposal.version)
    at = next(number for number, entry in enumerate(now) if entry.id == row.id)
    rule = now[at].rule
    if proposal.do is Do.COPY:
        name = _free_name(rule.name, {entry.rule.name.casefold() for entry in now})
        return _among(now, rule.model_copy(update={"name": name, "enabled": False}), at + 1)
    if proposal.do is Do.REMOVE:
        return Wanted([entry for entry in now if entry.id != row.id], None)
    if proposal.do in (Do.UP, Do.DOWN):
        return _moved(now, at, -1 if proposal.do is Do.UP else 1)
    if proposal.do is Do.CHANGE:
        rule = checked(session, proposal.rule or {}).model_copy(
            update={"enabled": rule.enabled, "position": rule.position}
        )
    else:
        rule = rule.model_copy(update={"enabled": proposal.do is Do.ON})
    return _with(now, at, rule)


def checked(session: Session, raw: Mapping[str, Any]) -> RoutingRule:
    """A rule from plain data that means something in this office. Raises RulesRefused."""
    rule = rule_from(raw)
    check_names([rule], names_of(session))
    return rule


def carry_out(session: Session, proposal: Proposal, *, actor: Actor, now: datetime) -> Done:
    """Makes the rules what the proposal makes of them, with one event. Raises what `proposed` raises."""
    wanted = proposed(session, proposal)
    if proposal.do is Do.FILE:
        if proposal.add_teams:
            add_teams(session, wanted.rules)
        return Done(None, None, replace(session, wanted.rules, actor=actor, now=now).event)
    about = None if proposal.do in (Do.ADD, Do.COPY) else proposal.rule_id
    return apply(session, wanted.entries, proposal.do.value, about, actor=actor, now=now)


def _from_file(session: Session, now: Sequence[Entry], proposal: Proposal) -> Wanted:
    found = [rule_from(raw) for raw in proposal.rules or ()]
    check_rules(found)
    teams = teams_named(found) if proposal.add_teams else ()
    check_names(found, names_of(session), also_teams=teams)
    known = {entry.rule.name: entry.id for entry in now}
    return Wanted([Entry(known.get(rule.name), rule) for rule in found], None)


def _is_current(session: Session, row: Rule, version: int | None) -> None:
    if version is None or version == row.version:
        return
    last = next(iter(versions_of(session, row.id, most=1)), None)
    who = last.saved_by if last and last.saved_by else "Somebody"
    raise Stale(
        f"{who} changed this rule: it is version {row.version} now. Read it again, then decide.",
        version=row.version,
        rule=rule_in(row).model_dump(mode="json", exclude_defaults=True),
    )


def _with(now: Sequence[Entry], at: int, rule: RoutingRule) -> Wanted:
    found = [*now[:at], Entry(now[at].id, rule), *now[at + 1 :]]
    check_rules([rule])
    _one_name(found, rule)
    return Wanted(found, rule)


def _among(now: Sequence[Entry], rule: RoutingRule, at: int) -> Wanted:
    """With a new rule in that place; its number lies between its neighbours', or all are numbered anew."""
    low = now[at - 1].rule.position if at else (now[0].rule.position - 20 if now else 0)
    high = now[at].rule.position if at < len(now) else low + 20
    new = Entry(None, rule.model_copy(update={"position": (low + high) // 2, "version": 1}))
    found = [*now[:at], new, *now[at:]]
    _one_name(found, rule)
    return Wanted(found, new.rule)


def _one_name(found: Sequence[Entry], rule: RoutingRule) -> None:
    if sum(entry.rule.name.casefold() == rule.name.casefold() for entry in found) > 1:
        raise Refused(f"Another rule is called “{rule.name}” already. Choose another name.")


def _place(now: Sequence[Entry], before: str | None) -> int:
    """In front of the rule that was named; else above the last one, where that catches all the rest."""
    found = next((number for number, entry in enumerate(now) if entry.id == before), None)
    if found is not None:
        return found
    return len(now) - 1 if now and now[-1].rule.always else len(now)


def _moved(now: Sequence[Entry], at: int, way: int) -> Wanted:
    to = at + way
    if not 0 <= to < len(now):
        raise Refused("It stands at the end already.")
    places = now[at].rule.position, now[to].rule.position
    found = list(now)
    found[at], found[to] = (
        Entry(now[to].id, now[to].rule.model_copy(update={"position": places[0]})),
        Entry(now[at].id, now[at].rule.model_copy(update={"position": places[1]})),
    )
    return Wanted(found, found[to].rule)


def _free_name(name: str, taken: set[str]) -> str:
    for number in range(1, 1000):
        wanted = f"{name[:100]} (copy{'' if number == 1 else f' {number}'})"
        if wanted.casefold() not in taken:
            return wanted
    raise Refused("Give one of the copies a name of its own first.")
