"""A change of the rules is tried on old mail first: what would go elsewhere, and then whether to save it."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Form, Request
from pydantic import ValidationError
from starlette.responses import Response

from inbox import rules, rules_replay
from inbox.access import Action, may, visible_cases
from inbox.database import savepoint
from inbox.errors import Refused, Stale
from inbox.models import Rule
from inbox.rules import Do, Proposal, calls, trying
from inbox.web.routers import page_router
from inbox.web.staff import rule_calls
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.rules import listed, page
from inbox.web.staff.showing import rule_actions, rule_form, rule_pages
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Link, Problem
from inbox.web.views.rules import ReplayPage
from routing.rule_checks import RulesRefused
from routing.rules import Rule as RoutingRule

router = page_router()
SECONDS = 1.5
"""How long one try may work: a page answers, and says how far it came."""
_LARGEST_FILE = 400_000
RANGES = {"month": "The last 30 days", "200": "The newest 200", "2000": "The newest 2,000"}
Short = Annotated[str, Form(max_length=40)]
Long = Annotated[str, Form(max_length=400_000)]


async def _typed(request: Request) -> Mapping[str, list[str]]:
    """Every field of the form, by name: a rule has as many as it has conditions."""
    found: dict[str, list[str]] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if not isinstance(value, str):
                value = (await value.read(_LARGEST_FILE)).decode("utf-8", "replace")
            if "\0" not in value:
                found.setdefault(name, []).append(value)
    return found


Typed = Annotated[Mapping[str, list[str]], Depends(_typed)]


@router.post("/rules/new")
def try_new(room: Annotated[Workroom, studying(Action.MANAGE_RULES)], form: Typed) -> Response:
    """Tries a new rule, or adds a line to its form."""
    return _typed_in(room, None, form)


@router.post("/rules/import")
def try_file(room: Annotated[Workroom, studying(Action.MANAGE_RULES)], form: Typed) -> Response:
    """Tries all the rules of a file in place of those there are."""
    text = _first(form, "file").strip() or _first(form, "text")
    try:
        found = [one.model_dump(mode="json", exclude_defaults=True) for one in rules.read_file(text)]
        return _tried(room, Proposal(do=Do.FILE, rules=found, add_teams=_first(form, "add_teams") == "yes"))
    except RulesRefused as error:
        return listed(room, *(Problem("file", str(one)) for one in error.problems[:20]))
    except Refused as error:
        return listed(room, Problem("file", error.sentence))


@router.post("/rules/replay")
def try_again(
    room: Annotated[Workroom, studying(Action.MANAGE_RULES)], proposal: Long = "", reach: Short = "month"
) -> Response:
    """The same proposal on more or less old mail."""
    return _tried(room, _proposal(proposal), reach)


@router.post("/rules/apply")
def apply(
    room: Annotated[Workroom, acting(Action.MANAGE_RULES)], proposal: Long = "",
    seal: Annotated[str, Form(max_length=200)] = "", agreed: Short = "",
) -> Response:  # fmt: skip
    """Carries out what was tried; nothing that is here already moves."""
    wanted = _proposal(proposal)
    try:
        with savepoint(room.session):
            trying.check(room.desk.keys, wanted, seal, office_id=room.office.id,
                         stamp=rules.stamp(room.session), agreed=agreed == "yes")  # fmt: skip
            done = rules.carry_out(room.session, wanted, actor=room.person.actor, now=room.now)
    except trying.NotAgreed as error:
        return _tried(room, wanted, "200", Problem("agreed", error.sentence))
    if done.id is None or done.version is None:
        return see_other("/rules", told="saved")
    row = rules.find_rule(room.session, done.id)
    secret = calls.first_secret(room.session, room.desk.keys, row, now=room.now, actor=room.person.actor)
    return rule_calls.shown_once(room, row, secret) if secret else see_other(f"/rules/{row.id}", told="saved")


@router.post("/rules/{rule_id}")
def try_change(
    rule_id: str, room: Annotated[Workroom, studying(Action.MANAGE_RULES)], form: Typed
) -> Response:
    """Tries a changed rule, or adds a line to its form."""
    return _typed_in(room, rules.find_rule(room.session, rule_id), form)


@router.get("/rules/{rule_id}/replay")
def without(rule_id: str, room: Annotated[Workroom, studying(Action.MANAGE_RULES)]) -> Response:
    """What the rule does to old mail: what would be different without it, or with it where it is off."""
    row = rules.find_rule(room.session, rule_id)
    return _tried(room, Proposal(do=Do.OFF if row.is_enabled else Do.ON, rule_id=row.id, version=row.version))


@router.post("/rules/{rule_id}/replay")
def try_act(
    rule_id: str,
    room: Annotated[Workroom, studying(Action.MANAGE_RULES)],
    do: Short = "",
    version: Short = "",
) -> Response:
    """Tries switching, moving or removing."""
    row = rules.find_rule(room.session, rule_id)
    if do not in (Do.ON, Do.OFF, Do.UP, Do.DOWN, Do.REMOVE):
        raise Refused("Choose what to do with the rule.")
    return _tried(room, Proposal(do=Do(do), rule_id=row.id, version=_number(version)))


@router.post("/rules/{rule_id}/copy")
def copy(
    rule_id: str, room: Annotated[Workroom, acting(Action.MANAGE_RULES)], version: Short = ""
) -> Response:
    """A copy below it, switched off, so it does nothing yet."""
    row = rules.find_rule(room.session, rule_id)
    wanted = Proposal(do=Do.COPY, rule_id=row.id, version=_number(version))
    done = rules.carry_out(room.session, wanted, actor=room.person.actor, now=room.now)
    return see_other(f"/rules/{done.id}", told="saved")


def _typed_in(room: Workroom, row: Rule | None, form: Mapping[str, list[str]]) -> Response:
    when = rule_form.typed({name: values[0] for name, values in form.items()})
    raw = rule_actions.raw_of(form, when)
    do = _first(form, "do")
    if do == "more":
        return page(room, row, raw)
    if do.startswith("group:"):
        return page(room, row, {**raw, "when": rule_form.with_group(when, do.removeprefix("group:"))})
    proposal = Proposal(
        do=Do.CHANGE if row else Do.ADD, rule_id=row.id if row else None, rule=raw,
        version=_number(_first(form, "version")), before=_first(form, "before") or None,
    )  # fmt: skip
    try:
        return _tried(room, proposal)
    except RulesRefused as error:
        return page(room, row, raw, problems=rule_form.problems(error.problems))
    except (Refused, Stale) as error:
        return page(room, row, raw, problems=(Problem("name", error.sentence),), status=error.status)


def _tried(room: Workroom, proposal: Proposal, reach: str = "month", *problems: Problem) -> Response:
    """What the proposal would do, with the sealed word that lets it be saved."""
    wanted = rules.proposed(room.session, proposal)
    ends = time.monotonic() + SECONDS
    found = rules_replay.replay(
        room.session, room.desk, wanted.rules, now=room.now,
        last=int(reach) if reach in ("200", "2000") else 5_000,
        since=None if reach in ("200", "2000") else room.now - timedelta(days=30),
        is_enough=lambda: time.monotonic() > ends, may_know=visible_cases(room.person),
    )  # fmt: skip
    view = _replay_page(room, proposal, wanted.rule, found, reach, problems)
    return room.page(view, 422 if problems else 200)


def _replay_page(
    room: Workroom, proposal: Proposal, rule: RoutingRule | None, found: rules_replay.Replay, reach: str,
    problems: tuple[Problem, ...],
) -> ReplayPage:  # fmt: skip
    row = rules.find_rule(room.session, proposal.rule_id) if proposal.rule_id else None
    name = rule.name if rule else (row.name if row else "")
    back = Link(f"Rule “{row.name}”", f"/rules/{row.id}") if row else Link("Rules", "/rules")
    leaving = rules_replay.cases_of(found.leaving_immediate)
    stamp = rules.stamp(room.session)
    seal = trying.seal(room.desk.keys, proposal, trying.Tried(room.office.id, stamp, leaving))
    plain = proposal.model_dump_json(exclude_none=True)
    elsewhere = rule_pages.moved_rows(room.session, found.elsewhere)
    otherwise_found = [one for one in found.moved if not one.goes_elsewhere]
    otherwise = rule_pages.moved_rows(room.session, otherwise_found)
    read = "I have read it: it" if leaving == 1 else f"I have read all {leaving}: they"
    agree = Field("agreed", f"{read} may leave Immediate", kind=FieldKind.TICK)
    return ReplayPage(
        shell=room.shell("Rules"),
        heading=f"{_DOING[proposal.do]} {f'“{name}”' if name else 'from a file'}: try it on old mail",
        back=back,
        sentence=rule_pages.sentence(rule) if rule else _all_of_them(proposal),
        tried=f"{_how_far(found)}{_not_known(room)}",
        count=_count(found.elsewhere, otherwise_found),
        elsewhere=elsewhere,
        otherwise=otherwise,
        hidden=rule_pages.not_shown(found.moved, (*elsewhere, *otherwise)),
        immediate=rule_pages.leaving_notice(found),
        leaving=rule_pages.moved_rows(room.session, found.leaving_immediate),
        agree=agree if leaving else None,
        ranges=tuple(Choice(value, words, value == reach) for value, words in RANGES.items()),
        again=(("proposal", plain),),
        save=Act(
            _saving(proposal, row), "/rules/apply", fields=(("proposal", plain), ("seal", seal)), main=True
        ),
        keep=Link(f"Keep version {row.version}" if row else "Keep the rules as they are", back.url),
        problems=problems,
    )


_DOING = {
    Do.ADD: "Add",
    Do.CHANGE: "Change",
    Do.COPY: "Copy",
    Do.ON: "Switch on",
    Do.OFF: "Switch off",
    Do.UP: "Move up",
    Do.DOWN: "Move down",
    Do.REMOVE: "Remove",
    Do.FILE: "Rules",
}


def _all_of_them(proposal: Proposal) -> str:
    if proposal.do is Do.FILE:
        return f"{len(proposal.rules or ())} rules would take the place of all that there are."
    return "The rule would be gone; the others stay in their order."


def _saving(proposal: Proposal, row: Rule | None) -> str:
    if proposal.do is Do.FILE:
        return "Take these rules"
    if row is None:
        return "Add the rule"
    if proposal.do is Do.CHANGE:
        return f"Save version {row.version + 1}"
    return {Do.REMOVE: "Remove the rule", Do.ON: "Switch it on", Do.OFF: "Switch it off"}.get(
        proposal.do, "Move it"
    )


def _not_known(room: Workroom) -> str:
    """Whom it was not tried for: what a rule makes of a letter would tell what stands in it."""
    person = room.person
    knows_all = may(person, Action.READ_CASE) and person.sees_restricted and not person.hidden_channels
    return "" if knows_all else " Cases that you may not know were not tried."


def _how_far(found: rules_replay.Replay) -> str:
    if found.messages < found.of:
        return (
            f"Tried on the newest {found.messages:,} of {found.of:,} letters: more takes longer than a page "
            f"should. `inbox rules test` tries them all.{_besides(found)}"
        )
    later = f", {found.later:,} of them on cases that were there already" if found.later else ""
    return f"Tried on {_some(found.messages, 'letter')}{later}.{_besides(found)}"


def _besides(found: rules_replay.Replay) -> str:
    """What else was tried, where the rules that are read then would be others."""
    more = []
    if found.changes_made:
        more.append(f"{_some(found.changes_made, 'change')} that people made")
    if found.open_cases:
        more.append(f"{_some(found.open_cases, 'open case')} as they stand now")
    return f" Also on {' and on '.join(more)}." if more else ""


def _some(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _count(elsewhere: Sequence[rules_replay.Moved], otherwise: Sequence[rules_replay.Moved]) -> str:
    moved = {one.case_id for one in elsewhere}
    stay = rules_replay.cases_of(one for one in otherwise if one.case_id not in moved)
    words = f"{_some(len(moved), 'case')} would go somewhere else."
    return f"{words} {stay:,} would stay there and be treated otherwise." if stay else words


def _proposal(words: str) -> Proposal:
    try:
        return Proposal.model_validate_json(words)
    except ValidationError:
        raise Refused(trying.NOT_TRIED) from None


def _number(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdigit() else None


def _first(form: Mapping[str, list[str]], name: str) -> str:
    return next(iter(form.get(name, ())), "")
