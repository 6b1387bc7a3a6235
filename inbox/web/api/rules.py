"""Rules: read, tried on old mail, then changed; exactly as the pages do it."""

import time
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlmodel import Session

from inbox import rules, rules_replay
from inbox.access import Action, Person, visible_cases
from inbox.desk import Desk, rule_in
from inbox.errors import Refused
from inbox.models import Rule
from inbox.rules import Do, Proposal, trying
from inbox.web.api import shapes
from inbox.web.dependencies import IfMatch, Now, Reading, ReadingDesk, Writing, WritingDesk, etag, may
from inbox.web.routers import api_router
from routing.rule_checks import RulesRefused
from routing.rule_words import describe

router = api_router("rules")
SECONDS = 5.0
"""How long one try may work; the answer says how many of the messages it came to."""


class RuleShape(shapes.Shape):
    """A rule with its place and version; `rule` is what a file of rules holds."""

    id: str
    name: str
    position: int
    enabled: bool
    version: int
    sentence: str
    rule: dict[str, Any]


class VersionShape(shapes.Shape):
    version: int
    how: str
    saved_by: str
    saved_at: shapes.Moment
    rule: dict[str, Any]


class Try(shapes.Shape):
    """What to try: as `do` a change of one rule, or all rules of a file (`rules`)."""

    do: Do
    rule_id: shapes.Line | None = None
    version: int | None = None
    rule: dict[str, Any] | None = None
    before: shapes.Line | None = None
    rules: Annotated[list[dict[str, Any]], Field(max_length=1_000)] | None = None
    add_teams: bool = False
    last: Annotated[int, Field(ge=1, le=5_000)] = 500


class ChangeShape(shapes.Shape):
    field: str
    before: str
    after: str


class MovedShape(shapes.Shape):
    """A case that would be treated otherwise; those that you may not know are not tried.

    `occasion`: `opened` or `later` by the letter `message`; people `changed` it; `now`: as time passes.
    """

    case: str
    message: str | None
    occasion: str
    goes_elsewhere: bool
    leaves_immediate: bool
    changes: list[ChangeShape]
    because: list[str]


class Outcome(shapes.Shape):
    """`tried` goes with the write that saves it; it holds until somebody changes the rules.

    `messages` of `of` were tried (`later`: of those, the ones that came to a case that was there), as well as
    changes that people made and open cases. `elsewhere` and `leaving_immediate` count cases.
    """

    messages: int
    of: int
    later: int
    changes_made: int
    open_cases: int
    elsewhere: int
    leaving_immediate: int
    moved: list[MovedShape]
    tried: str


class Saved(shapes.Shape):
    """What was tried and may be saved. `may_leave_immediate`: a person has read those that would."""

    tried: shapes.Line
    may_leave_immediate: bool = False


class NewRule(Saved):
    rule: dict[str, Any]
    before: shapes.Line | None = None


class ChangedRule(Saved):
    rule: dict[str, Any]


class RuleAct(Saved):
    do: Do


class RuleFile(Saved):
    rules: Annotated[list[dict[str, Any]], Field(max_length=1_000)]
    add_teams: bool = False


@router.get("/rules")
def list_rules(person: Annotated[Person, may(Action.READ_RULES)], session: Reading) -> shapes.Page[RuleShape]:
    """Every rule in the order of reading."""
    return shapes.Page(items=[_shape(row) for row in rules.rows(session)])


@router.get("/rules/{rule_id}")
def read_rule(
    rule_id: str, response: Response, person: Annotated[Person, may(Action.READ_RULES)], session: Reading
) -> RuleShape:
    row = rules.find_rule(session, rule_id)
    response.headers.update(etag(row.version))
    return _shape(row)


@router.get("/rules/{rule_id}/versions")
def list_versions(
    rule_id: str, person: Annotated[Person, may(Action.READ_RULES)], session: Reading
) -> shapes.Page[VersionShape]:
    """How it stood before, newest first."""
    rules.find_rule(session, rule_id)
    return shapes.Page(
        items=[
            VersionShape(version=one.version, how=one.how, saved_by=one.saved_by, saved_at=one.saved_at,
                         rule=one.body)
            for one in rules.versions_of(session, rule_id)
        ]
    )  # fmt: skip


@router.post("/rules/replay")
def try_rules(
    given: Try, person: Annotated[Person, may(Action.MANAGE_RULES)], session: Reading, desk: ReadingDesk,
    now: Now,
) -> Outcome:  # fmt: skip
    """What would go elsewhere, and that none leaves Immediate. Changes nothing."""
    proposal = Proposal(**given.model_dump(exclude={"last"}))
    ends = time.monotonic() + SECONDS
    found = rules_replay.replay(
        session, desk, _proposed(session, proposal).rules, last=given.last, now=now,
        is_enough=lambda: time.monotonic() > ends, may_know=visible_cases(person),
    )  # fmt: skip
    leaving = rules_replay.cases_of(found.leaving_immediate)
    word = trying.seal(desk.keys, proposal, trying.Tried(desk.office.id, rules.stamp(session), leaving))
    return Outcome(
        messages=found.messages, of=found.of, later=found.later, changes_made=found.changes_made,
        open_cases=found.open_cases, elsewhere=rules_replay.cases_of(found.elsewhere),
        leaving_immediate=leaving,
        moved=[_moved(one) for one in found.moved[:200]], tried=word,
    )  # fmt: skip


@router.post("/rules", status_code=201)
def add_rule(
    given: NewRule, person: Annotated[Person, may(Action.MANAGE_RULES)], session: Writing, desk: WritingDesk,
    now: Now,
) -> RuleShape:  # fmt: skip
    """Adds what was tried."""
    proposal = Proposal(do=Do.ADD, rule=given.rule, before=given.before)
    done = _saved(session, desk, person, proposal, given, now)
    return _shape(rules.find_rule(session, done.id or ""))


@router.post("/rules/import")
def take_file(
    given: RuleFile, person: Annotated[Person, may(Action.MANAGE_RULES)], session: Writing, desk: WritingDesk,
    now: Now,
) -> shapes.Page[RuleShape]:  # fmt: skip
    """Puts the rules of a file in place of all there are."""
    proposal = Proposal(do=Do.FILE, rules=given.rules, add_teams=given.add_teams)
    _saved(session, desk, person, proposal, given, now)
    return shapes.Page(items=[_shape(row) for row in rules.rows(session)])


@router.put("/rules/{rule_id}")
def change_rule(
    rule_id: str, given: ChangedRule, version: IfMatch, response: Response,
    person: Annotated[Person, may(Action.MANAGE_RULES)], session: Writing, desk: WritingDesk, now: Now,
) -> RuleShape:  # fmt: skip
    """Saves the next version, as it was tried."""
    row = rules.find_rule(session, rule_id)
    proposal = Proposal(do=Do.CHANGE, rule_id=row.id, version=version, rule=given.rule)
    _saved(session, desk, person, proposal, given, now)
    response.headers.update(etag(row.version))
    return _shape(row)


@router.post("/rules/{rule_id}/do")
def act_on_rule(
    rule_id: str, given: RuleAct, version: IfMatch, person: Annotated[Person, may(Action.MANAGE_RULES)],
    session: Writing, desk: WritingDesk, now: Now,
) -> shapes.Page[RuleShape]:  # fmt: skip
    """Switches, moves or removes it, as it was tried; answers with all the rules as they stand then."""
    if given.do in (Do.ADD, Do.CHANGE, Do.COPY, Do.FILE):
        raise Refused("Choose switched_on, switched_off, moved_up, moved_down or removed.")
    row = rules.find_rule(session, rule_id)
    proposal = Proposal(do=given.do, rule_id=row.id, version=version)
    _saved(session, desk, person, proposal, given, now)
    return shapes.Page(items=[_shape(one) for one in rules.rows(session)])


def _proposed(session: Session, proposal: Proposal) -> rules.Wanted:
    try:
        return rules.proposed(session, proposal)
    except RulesRefused as error:
        raise Refused(" ".join(map(str, error.problems))) from error


def _saved(
    session: Session, desk: Desk, person: Person, proposal: Proposal, given: Saved, now: datetime
) -> rules.Done:
    _proposed(session, proposal)  # so that a stale version is told as such, and not as something not tried
    trying.check(
        desk.keys, proposal, given.tried, office_id=desk.office.id, stamp=rules.stamp(session),
        agreed=given.may_leave_immediate,
    )  # fmt: skip
    return rules.carry_out(session, proposal, actor=person.actor, now=now)


def _shape(row: Rule) -> RuleShape:
    rule = rule_in(row)
    return RuleShape(
        id=row.id, name=row.name, position=row.position, enabled=row.is_enabled, version=row.version,
        sentence=describe(rule), rule=rule.model_dump(mode="json", exclude_defaults=True),
    )  # fmt: skip


def _moved(one: rules_replay.Moved) -> MovedShape:
    changes = [ChangeShape(field=c.field, before=c.before, after=c.after) for c in one.changes]
    because = [f"{rule}: {why}" for rule, why, _ in one.because]
    return MovedShape(
        case=one.changes[0].case, message=one.message,
        occasion=one.occasion,
        goes_elsewhere=one.goes_elsewhere, leaves_immediate=one.leaves_immediate,
        changes=changes, because=because,
    )  # fmt: skip
