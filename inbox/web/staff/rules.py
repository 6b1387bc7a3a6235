"""Rules: read by all, each with the sentence it means, its form, and how it stood before."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from inbox import rules
from inbox.access import Action
from inbox.errors import NotFound
from inbox.models import Rule
from inbox.web.downloads import saved_as
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, looking, studying
from inbox.web.staff.showing import rule_actions, rule_form, rule_pages
from inbox.web.views.parts import Field, FieldKind, Group, Link, Notice, Problem
from inbox.web.views.rules import RuleForm, RulePage, RulesPage
from routing.rule_files import rule_set_to_json
from routing.rules import Rule as RoutingRule

router = page_router()
CALLS = Link("Calls of web addresses", "/rules/calls")
LOAD = Group(
    "Rules from a file",
    (
        Field(
            "file", "A file of rules", kind=FieldKind.FILES, hint="As this page or another office saved it"
        ),
        Field("text", "Or its text", kind=FieldKind.AREA, optional=True),
        Field("add_teams", "Add the teams that it names", kind=FieldKind.TICK, checked=True),
    ),
    "They take the place of all the rules there are, once you have seen what would move.",
)


@router.get("/rules")
def index(room: Annotated[Room, looking(Action.READ_RULES)]) -> Response:
    return listed(room)


def listed(room: Room, *problems: Problem) -> Response:
    """Every rule in the order of reading, with the sentence it means."""
    manages = room.may(Action.MANAGE_RULES)
    saved, people, today = (
        rule_pages.last_saved(room.session),
        rule_pages.names_of_people(room.session),
        room.local(room.now),
    )
    cards = []
    for number, entry in enumerate(rules.entries(room.session), start=1):
        row = rules.find_rule(room.session, entry.id or "")
        about = rule_pages.about(row, entry.rule, saved.get((row.id, row.version)), people)
        cards.append(rule_pages.card(number, row, entry.rule, about, today, manages=manages))
    new = Link("Add a rule", "/rules/new") if manages else None
    export = Link("Save all rules as a file", "/rules/export")
    load = LOAD if manages else None
    view = RulesPage(room.shell("Rules"), tuple(cards), new, export, CALLS, load, problems)
    return room.page(view, 422 if problems else 200)


@router.get("/rules/export")
def export(room: Annotated[Room, looking(Action.READ_RULES)]) -> Response:
    """All rules as one readable file, which `inbox rules import` and this page take."""
    text = rule_set_to_json(rules.every_rule(room.session))
    return saved_as(f"rules-{room.office.slug}.json", text.encode())


@router.get("/rules/new")
def new(room: Annotated[Workroom, studying(Action.MANAGE_RULES)]) -> Response:
    return page(room, None, {"name": "", "when": {}, "then": {}})


@router.get("/rules/{rule_id}")
def show(
    rule_id: str,
    room: Annotated[Workroom, studying(Action.READ_RULES)],
    version: Annotated[int | None, Query(ge=1, le=1 << 30)] = None,
) -> Response:
    """What it means, its form, and how it stood before; `version` says which one a trace names."""
    try:
        row = rules.find_rule(room.session, rule_id)
    except NotFound:
        return _gone(room, rule_id)
    return page(room, row, {**row.body, "name": row.name}, asked=version)


def page(
    room: Workroom, row: Rule | None, raw: Mapping[str, Any], *, problems: tuple[Problem, ...] = (),
    asked: int | None = None, status: int = 422,
) -> Response:  # fmt: skip
    """One rule: its sentence as it is kept, and its form as it is typed."""
    kept = next((one.rule for one in rules.entries(room.session) if row and one.id == row.id), None)
    versions = rules.versions_of(room.session, row.id) if row else ()
    now = next((one for one in versions if row and one.version == row.version), None)
    lines = tuple(rule_pages.version_line(one, room.local(one.saved_at)) for one in versions)
    manages = room.may(Action.MANAGE_RULES)
    notice = None
    if row and asked and asked != row.version:
        before = next((one.sentence for one in lines if one.version == asked), "It is not kept any more.")
        notice = Notice(
            before, title=f"Version {asked}, which the case names. It is version {row.version} now."
        )
    view = RulePage(
        shell=room.shell("Rules"),
        heading=row.name if row else "Add a rule",
        sentence=rule_pages.sentence(kept) if kept else "Say when it applies and what follows, then try it.",
        about=rule_pages.about(row, kept, now, rule_pages.names_of_people(room.session))
        if row and kept
        else "",
        badges=rule_pages.badges(kept, room.local(room.now)) if kept else (),
        form=_form(room, row, raw, problems) if manages else None,
        acts=rule_pages.acts(row) if row and manages else (),
        versions=lines,
        notice=notice,
        calls=_calls(row, kept),
        problems=problems,
    )
    return room.page(view, status if problems else 200)


def _calls(row: Rule | None, kept: RoutingRule | None) -> Link | None:
    """Where the calls of a rule are that has an address to call."""
    if row is None or kept is None or not kept.then.webhook:
        return None
    return Link("Calls, and what signs them", f"/rules/{row.id}/calls")


def _form(
    room: Workroom, row: Rule | None, raw: Mapping[str, Any], problems: tuple[Problem, ...]
) -> RuleForm:
    names, people = rules.names_of(room.session), rule_pages.names_of_people(room.session)
    head = rule_actions.head(raw, names, people)
    if row is None:
        order = [("", "Above the last rule"), *((one.id or "", f"Before “{one.rule.name}”")
                 for one in rules.entries(room.session))]  # fmt: skip
        head = Group(head.heading, (*head.fields, rule_form.select("before", "Its place", order, "")))
    wrong = {problem.name: problem.words for problem in problems}
    return RuleForm(
        action=f"/rules/{row.id}" if row else "/rules/new",
        version=row.version if row else None,
        head=head,
        lists=rule_form.lists(raw.get("when", {}), wrong),
        then=rule_actions.then(raw, names, people),
        more=rule_actions.more(raw, names, people),
        values=rule_form.known_values(names.teams, names.people, names.campaigns),
    )


def _gone(room: Workroom, rule_id: str) -> Response:
    """A rule that was removed: what it said, for whoever comes from an old trace. Raises NotFound."""
    versions = rules.versions_of(room.session, rule_id)
    if not versions:
        raise NotFound
    lines = tuple(rule_pages.version_line(one, room.local(one.saved_at)) for one in versions)
    says = "This rule was removed. It is read no more."
    return room.page(RulePage(room.shell("Rules"), versions[0].name, says, "", (), None, (), lines))
