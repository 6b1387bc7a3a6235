"""The form of a rule, both ways: a rule as fields, and what was typed as a rule in plain data.

The fields of a condition are called `c.all-1.field`, `c.all-1.operator`, `c.all-1.value`; within a group
`c.all-2.any-1.field`, and so on. It works without script: a list always ends in an empty line, and a button
adds a group.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from inbox.web.views.parts import Choice, Field, FieldKind, Problem
from inbox.web.views.rules import ConditionGroup, ConditionList, ConditionRow
from routing.plain_words import plain
from routing.rule_checks import Problem as Fault
from routing.rule_fields import CHOICES, FAMILIES, FIELD_WORDS, LISTS, NO_VALUE, OPERATOR_WORDS, Family
from routing.rules import DEEPEST, FieldName, Operator

KINDS = ("all", "any", "none")
HEADINGS = {
    "all": "Every one of these is so",
    "any": "At least one of these is so",
    "none": "Not one of these is so",
}
_NAME = re.compile(r"c((?:\.(?:all|any|none)-\d{1,3})+)\.(field|operator|value)")
_FIELDS = frozenset(str(one) for one in FieldName)
_LONG = 60
_MOST_FIELDS = 1_000


def typed(form: Mapping[str, str]) -> dict[str, Any]:
    """The `when` that was typed. Empty lines are left out, and groups without lines."""
    root: dict[str, Any] = {}
    for name in list(form)[:_MOST_FIELDS]:
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        node = root
        for step in found[1].strip(".").split("."):
            node = node.setdefault(step, {})
        node[found[2]] = form[name].strip()
    return _group(root)


def with_group(when: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The same with an empty group at the end of a list: `any` or `all-2.none`; unchanged for a path that is
    not there."""
    step, _, rest = path.partition(".")
    kind, _, number = step.partition("-")
    if kind not in KINDS:
        return dict(when)
    parts = list(when.get(kind, ()))
    if not rest:
        parts.append({"all": []})
    elif number.isdigit() and 0 < int(number[:4]) <= len(parts) and set(parts[int(number) - 1]) & set(KINDS):
        parts[int(number) - 1] = with_group(parts[int(number) - 1], rest)
    return {**when, kind: parts}


def lists(when: Mapping[str, Any], wrong: Mapping[str, str]) -> tuple[ConditionList, ...]:
    """The three lists at the top."""
    return _lists(when, "", 1, wrong)


def at_field(fault: Fault) -> str:
    """The name of the field that a fault of a rule is about."""
    words = fault.place.split()
    if not words or words[0] != "when":
        return (words[1] if len(words) > 1 else "team") if words[:1] == ["then"] else (words or ["name"])[0]
    steps = words[1:]
    path = ".".join(f"{kind}-{number}" for kind, number in zip(steps[::2], steps[1::2], strict=False))
    return f"c.{path}.value" if path else "c.all-1.field"


def problems(faults: Iterable[Fault]) -> tuple[Problem, ...]:
    return tuple(Problem(at_field(fault), fault.says[0].upper() + fault.says[1:]) for fault in faults)


def known_values(teams: Sequence[str], people: Sequence[str], campaigns: Iterable[str]) -> tuple[str, ...]:
    """Words that a condition may be compared with: offered while one types."""
    fixed = {plain(member.value) for choice in CHOICES.values() for member in choice}
    return (*sorted(fixed, key=str.casefold), *teams, *people, *sorted(campaigns)[:200])


def select(name: str, label: str, choices: Iterable[tuple[str, str]], chosen: str, **more: Any) -> Field:
    """A field to choose from, with a first line for "nothing"."""
    options = tuple(Choice(value, words, value == chosen) for value, words in choices)
    return Field(name, label, kind=FieldKind.SELECT, choices=options, **more)


def _group(node: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for step, inner in sorted(node.items(), key=lambda one: int(one[0].rpartition("-")[2] or 0)):
        part = _part(inner)
        if part is not None:
            found[step.partition("-")[0]].append(part)
    return {kind: parts for kind, parts in found.items() if parts}


def _part(node: Mapping[str, Any]) -> dict[str, Any] | None:
    if any("-" in key for key in node):
        return _group(node) or None
    if not node.get("field") and not node.get("value"):
        return None
    condition: dict[str, Any] = {"field": node.get("field", ""), "operator": node.get("operator", "")}
    value = _value(condition["field"], condition["operator"], node.get("value", ""))
    return condition | ({} if value is None else {"value": value})


def _value(field: str, operator: str, words: str) -> Any:
    """What was typed, as the kind of value that the field is compared with."""
    if operator in {str(one) for one in NO_VALUE} and not words:
        return None
    family = FAMILIES[FieldName(field)] if field in _FIELDS else None
    if operator in {str(one) for one in LISTS}:
        whole = "\n" not in words and _code(field, words) != words  # a name may have a comma in it
        parts = [words] if whole else words.splitlines() if "\n" in words else words.split(",")
        return [_code(field, word.strip()) for word in parts if word.strip()]
    if family is Family.CHOICE:
        return _code(field, words)
    if family is Family.NUMBER:
        return _number(words)
    if family is Family.YES_NO:
        return {"yes": True, "true": True, "no": False, "false": False}.get(words.lower(), words)
    return words


def _code(field: str, words: str) -> str:
    """The fixed word of a field that goes by this name ("Social housing"); else the words as they are."""
    return _codes(field).get(words.replace("'", "’").casefold(), words)


@cache
def _codes(field: str) -> Mapping[str, str]:
    choice = CHOICES.get(FieldName(field)) if field in _FIELDS else None
    return {plain(member.value).casefold(): member.value for member in choice or ()}


def _number(words: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(words)
        except ValueError:
            continue
    return words


def _lists(
    when: Mapping[str, Any], prefix: str, depth: int, wrong: Mapping[str, str]
) -> tuple[ConditionList, ...]:
    made = []
    for kind in KINDS:
        rows, groups = [], []
        parts = list(when.get(kind, ()))
        for number, part in enumerate([*parts, {}], start=1):
            path = f"{prefix}{kind}-{number}"
            if set(part) & set(KINDS):
                inner = _lists(part, f"{path}.", depth + 1, wrong)
                groups.append(ConditionGroup(f"c.{path}", f"Group {number}", inner))
            else:
                rows.append(_row(path, number, part, wrong))
        more = f"{prefix}{kind}" if depth < DEEPEST else None
        made.append(ConditionList(f"c.{prefix}{kind}", HEADINGS[kind], tuple(rows), tuple(groups), more))
    return tuple(made)


def _row(path: str, number: int, part: Mapping[str, Any], wrong: Mapping[str, str]) -> ConditionRow:
    field, operator = str(part.get("field", "")), str(part.get("operator", "contains"))
    value = _shown(field, part.get("value"))
    nothing = Choice("", "Choose what to look at", not field)
    fields = (nothing, *(Choice(one, FIELD_WORDS[one], one == field) for one in FieldName))
    operators = tuple(Choice(one, OPERATOR_WORDS[one], one == operator) for one in Operator)
    names = [f"c.{path}.{end}" for end in ("value", "field", "operator")]
    said = next((wrong[name] for name in names if name in wrong), "")
    return ConditionRow(
        f"c.{path}",
        f"Condition {number}",
        fields,
        operators,
        value,
        len(value) > _LONG or "\n" in value,
        said,
    )


def _shown(field: str, value: Any) -> str:
    """A value as people write it; fixed words by their names."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    names = {code: plain(code) for code in _codes(field).values()}
    if not isinstance(value, list | tuple):
        return names.get(str(value), str(value))
    words = [names.get(str(word), str(word)) for word in value]
    return "\n".join([*words, ""] if any("," in word for word in words) else [", ".join(words)])
