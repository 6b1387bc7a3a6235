"""A rule goes into its form and comes out again the same, whatever rule it is."""

from collections.abc import Iterable
from typing import Any

import pytest

from inbox.rules.names import NAMED_LEAD, Names
from inbox.web.staff.showing import rule_actions, rule_form
from inbox.web.views.parts import Field, FieldKind
from inbox.web.views.rules import ConditionList
from routing.rule_files import default_rules, rule_from
from routing.rules import Rule
from routing.words import OfficeKind

PACKS = [rule for kind in OfficeKind for rule in default_rules(kind)]
DEEP = rule_from(
    {
        "name": "Deep",
        "trigger": "change",
        "owner": "tom@example.org",
        "expires": "2027-04-30",
        "when": {
            "all": [{"any": [{"none": [{"field": "has_attachment", "operator": "is", "value": True}]}]}],
            "any": [
                {"field": "text", "operator": "word_list", "value": ["Dear Sir, Madam", "to whom"]},
                {"field": "score", "operator": ">", "value": 40.5},
                {"field": "updated", "operator": "before", "value": "3 working days ago"},
                {"field": "priority", "operator": "has_changed"},
            ],
        },
        "then": {
            "team": "Housing", "person": "round_robin", "kind": "casework", "topics": ["asb", "send"],
            "flags": ["vulnerable"], "draft": "crisis", "hold": "Wait.", "notify": ["named lead", "Housing"],
            "clocks": [
                {"kind": "foi", "amount": 20, "unit": "working_days", "nation": "uk"}, {"kind": "enquiry"}
            ],
            "acknowledge": False, "link": "open_cases", "webhook": "https://example.org/x",
        },
        "note": "Two\nlines.",
        "stop": True,
    }
)  # fmt: skip


def names_in(rule: Rule) -> Names:
    teams = {rule.then.team or "Casework", *rule.then.notify} - {NAMED_LEAD}
    return Names(tuple(sorted(teams)), ("tom@example.org",), (rule.then.draft or "x",), frozenset())


def filled(rule: Rule) -> dict[str, list[str]]:
    """What a browser would send of the rule's form if nobody touched it."""
    raw = rule.model_dump(mode="json", exclude_defaults=True)
    names = names_in(rule)
    form = dict(_conditions(rule_form.lists(raw.get("when", {}), {})))
    for group in (
        rule_actions.head(raw, names, {}),
        rule_actions.then(raw, names, {}),
        rule_actions.more(raw, names, {}),
    ):
        for field in group.fields:
            form[field.name] = _sent(field)
    return form


def _sent(field: Field) -> list[str]:
    if field.kind is FieldKind.TICK:
        return ["yes"] if field.checked else []
    if field.choices:
        return [choice.value for choice in field.choices if choice.selected]
    return [field.value.replace("\n", "\r\n")]


def _conditions(lists: Iterable[ConditionList]) -> Iterable[tuple[str, list[str]]]:
    for one in lists:
        for row in one.rows:
            yield f"{row.path}.field", [next((c.value for c in row.fields if c.selected), "")]
            yield f"{row.path}.operator", [next(c.value for c in row.operators if c.selected)]
            yield f"{row.path}.value", [row.value]
        for group in one.groups:
            yield from _conditions(group.lists)


@pytest.mark.parametrize("rule", [*PACKS, DEEP], ids=lambda rule: rule.name)
def test_a_rule_that_nobody_touched_comes_back_the_same(rule: Rule) -> None:
    form = filled(rule)
    when = rule_form.typed({name: values[0] for name, values in form.items() if values})
    back: dict[str, Any] = rule_actions.raw_of(form, when)
    same = rule_from(back).model_copy(update={"position": rule.position, "enabled": rule.enabled})
    assert _in_order(same) == _in_order(rule)


def _in_order(rule: Rule) -> Rule:
    """What is ticked comes in the order of the boxes."""
    then = rule.then
    ticked = {name: tuple(sorted(getattr(then, name))) for name in ("notify", "topics", "flags")}
    return rule.model_copy(update={"then": then.model_copy(update=ticked)})


@pytest.mark.parametrize(
    ("field", "operator", "typed", "meant"),
    [
        ("topic", "is_any_of", "Social housing, antisocial behaviour", ["housing-social", "asb"]),
        ("topic", "is", "housing-social", "housing-social"),
        ("flag", "is_any_of", "Health, belief or the like", ["special-category"]),
        ("flag", "is_any_of", "Health, belief or the like\nVulnerable\n", ["special-category", "vulnerable"]),
        ("constituency", "is", "Somebody else's", "not_ours"),
        ("status", "is_not", "waiting for a reply", "waiting_body"),
        ("topic", "is", "social houses", "social houses"),
        ("message", "word_list", "Social housing, Media", ["Social housing", "Media"]),
    ],
)  # fmt: skip
def test_fixed_words_go_by_their_names_or_their_codes(
    field: str, operator: str, typed: str, meant: object
) -> None:
    fields = {"c.all-1.field": field, "c.all-1.operator": operator, "c.all-1.value": typed}
    assert rule_form.typed(fields) == {"all": [{"field": field, "operator": operator, "value": meant}]}


def test_the_form_shows_names_and_keeps_lines_apart_where_a_name_has_a_comma() -> None:
    value = ["special-category", "vulnerable"]
    (top, *_) = rule_form.lists({"all": [{"field": "flag", "operator": "is_any_of", "value": value}]}, {})
    assert top.rows[0].value == "Health, belief or the like\nVulnerable\n"
    assert top.rows[0].is_long, "a field of one line would lose the ends of lines"


def test_a_group_is_added_where_it_was_asked_for_and_nowhere_else() -> None:
    when = {"any": [{"field": "topic", "operator": "is", "value": "asb"}, {"all": []}]}
    assert rule_form.with_group(when, "none") == {**when, "none": [{"all": []}]}
    assert rule_form.with_group(when, "any-2.all")["any"][1] == {"all": [{"all": []}]}
    for nonsense in ("", "any-1.all", "any-9.all", "what", "any-x.all", "any-2.what"):
        assert rule_form.with_group(when, nonsense) == when
