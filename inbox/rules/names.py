"""What a rule may name in its office: teams, people, drafts, campaigns; what is wrong with other names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from inbox.database import office_of
from inbox.models import Campaign, Staff, Team, Template
from routing.engine import ROUND_ROBIN
from routing.rule_checks import Problem, RulesRefused, nearest
from routing.rules import FieldName, Rule, placed_conditions

NAMED_LEAD = "named lead"


@dataclass(frozen=True, slots=True)
class Names:
    """What there is in an office now. People by address; drafts by the name of their template."""

    teams: tuple[str, ...]
    people: tuple[str, ...]
    drafts: tuple[str, ...]
    campaigns: frozenset[str]


def names_of(session: Session) -> Names:
    """The session's office as it is now; people who left are not among them."""
    staff = select(Staff.email).where(col(Staff.is_active)).order_by(col(Staff.email))
    return Names(
        teams=tuple(session.exec(select(Team.name).order_by(col(Team.name)))),
        people=tuple(session.exec(staff)),
        drafts=tuple(sorted(set(session.exec(select(Template.name))))),
        campaigns=frozenset(session.exec(select(Campaign.slug))),
    )


def check_names(rules: Iterable[Rule], names: Names, *, also_teams: Sequence[str] = ()) -> None:
    """Raise RulesRefused with each name that the office does not have, its place and the nearest right one.

    `also_teams`: teams that will be there by the time the rules are.
    """
    teams = (*names.teams, *also_teams)
    if problems := [problem for rule in rules for problem in _faults(rule, names, teams)]:
        raise RulesRefused(problems)


def teams_named(rules: Iterable[Rule]) -> list[str]:
    """Every team that rules send to, each once."""
    return list(dict.fromkeys(rule.then.team for rule in rules if rule.then.team))


def add_teams(session: Session, rules: Iterable[Rule]) -> None:
    """Founds the teams that rules send to and the office does not have yet; nobody is in them."""
    there = set(session.exec(select(Team.name)))
    for name in teams_named(rules):
        if name not in there:
            session.add(Team(office_id=office_of(session), name=name[:80]))
    session.flush()


def _faults(rule: Rule, names: Names, teams: Sequence[str]) -> Iterable[Problem]:
    then = rule.then
    if then.team and then.team not in teams:
        yield _unknown(rule, "then team", "team", then.team, teams)
    if then.person and then.person != ROUND_ROBIN and then.person.lower() not in names.people:
        yield _unknown(rule, "then person", "person", then.person, (ROUND_ROBIN, *names.people))
    if then.draft and then.draft not in names.drafts:
        yield _unknown(rule, "then draft", "draft", then.draft, names.drafts)
    told = {name.lower() for name in (NAMED_LEAD, *teams, *names.people)}
    for name in then.notify:
        if name.strip().lower() not in told:
            yield _unknown(rule, "then notify", "team or person", name, (NAMED_LEAD, *teams, *names.people))
    if rule.owner and rule.owner.lower() not in names.people:
        yield _unknown(rule, "owner", "person", rule.owner, names.people)
    yield from _asked_faults(rule, names, teams)


def _asked_faults(rule: Rule, names: Names, teams: Sequence[str]) -> Iterable[Problem]:
    """Names in conditions that compare a whole name; parts of names are nobody's business."""
    known = {FieldName.TEAM: teams, FieldName.PERSON: names.people, FieldName.CAMPAIGN: names.campaigns}
    for place, condition in placed_conditions(rule.when):
        right = known.get(condition.field)
        if right is None or condition.operator.value not in ("is", "is_not", "is_any_of", "is_none_of"):
            continue
        said = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
        for name in said:
            if name.lower() not in {one.lower() for one in right}:
                yield _unknown(rule, place, condition.field.value, name, right)


def _unknown(rule: Rule, place: str, what: str, name: str, right: Iterable[str]) -> Problem:
    return Problem(rule.name, place, f'there is no {what} "{name}".{nearest(name, right)}')
