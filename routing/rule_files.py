"""Rule sets as files: stable, readable JSON out; JSON in, with every fault named in a plain sentence."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import ValidationError

from routing.rule_checks import Problem, RulesRefused, check_rules, nearest
from routing.rules import FieldName, Operator, Rule
from routing.words import OfficeKind

FORMAT = "casework-inbox/rules"
FORMAT_VERSION = 1
_GROUPS = ("all", "any", "none")
_CONDITION = ("field", "operator", "value")


def rule_set_to_json(rules: Iterable[Rule]) -> str:
    """The rules in reading order as a file that a person can read, change and bring back."""
    ordered = sorted(rules, key=lambda rule: rule.position)
    listed = [rule.model_dump(mode="json", exclude_defaults=True) for rule in ordered]
    document = {"format": FORMAT, "version": FORMAT_VERSION, "rules": listed}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def rule_set_from_json(text: str) -> tuple[Rule, ...]:
    """The rules of a file, checked, in reading order; raises `RulesRefused` with every problem."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    for number, raw in enumerate(_listed(text), start=1):
        with _collected(problems):
            rules.append(_rule(raw, number))
    with _collected(problems):
        check_rules(rules)
    if problems:
        raise RulesRefused(problems)
    return tuple(sorted(rules, key=lambda rule: rule.position))


@contextmanager
def _collected(problems: list[Problem]) -> Iterator[None]:
    """What is refused inside is added to `problems`, and reading goes on."""
    try:
        yield
    except RulesRefused as error:
        problems.extend(error.problems)


def rule_from(raw: Mapping[str, Any]) -> Rule:
    """One rule from plain data, as a form or an API sends it, checked; raises `RulesRefused`."""
    rule = _rule(raw, 1)
    check_rules([rule])
    return rule


def stored_rule(body: Mapping[str, Any]) -> Rule:
    """A rule as it was saved. It was checked then: a stricter check of today must not stop an office."""
    return Rule.model_validate(body)


@lru_cache
def default_rules(office: OfficeKind) -> tuple[Rule, ...]:
    """The rules that an office of this kind starts with."""
    file = resources.files("routing") / "default_rules" / f"{office.value}.json"
    return rule_set_from_json(file.read_text(encoding="utf-8"))


def _listed(text: str) -> Sequence[Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused("the file", "", f"this is not JSON: {error}.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _refused("the file", "format", f'a rule file says "format": "{FORMAT}".')
    if document.get("version") != FORMAT_VERSION:
        raise _refused("the file", "version", f"only version {FORMAT_VERSION} can be read.")
    if not isinstance(document.get("rules"), list):
        raise _refused("the file", "rules", "it needs a list of rules.")
    rules: list[Any] = document["rules"]
    return rules


def _rule(raw: Any, number: int) -> Rule:
    if not isinstance(raw, Mapping):
        raise _refused(f"number {number}", "", "a rule is an object with a name, when and then.")
    name = str(raw.get("name") or f"number {number}")
    problems = list(_name_faults(name, raw.get("when") or {}, "when", 1))
    unnamed = {**raw, "when": {}} if problems else raw  # what was told of the conditions is not told again
    try:
        rule = Rule.model_validate(unnamed)
    except ValidationError as error:
        raise RulesRefused([*problems, *(_told(name, fault) for fault in error.errors())]) from error
    if problems:
        raise RulesRefused(problems)
    return rule


def _name_faults(rule: str, group: Any, place: str, depth: int) -> Iterable[Problem]:
    """Names in the conditions that do not exist, each with the nearest right one."""
    if not isinstance(group, Mapping):
        yield Problem(rule, place, "conditions stand in groups: all, any or none.")
        return
    for key, parts in group.items():
        if key not in _GROUPS or not isinstance(parts, list | tuple):
            yield Problem(rule, place, f'"{key}" is not a group of conditions.{nearest(str(key), _GROUPS)}')
            continue
        for number, part in enumerate(parts, start=1):
            here = f"{place} {key} {number}"
            if not isinstance(part, Mapping):
                yield Problem(rule, here, "a condition has a field, an operator and a value.")
            elif set(part) & set(_GROUPS):
                if depth < 20:
                    yield from _name_faults(rule, part, here, depth + 1)
            else:
                yield from _condition_faults(rule, part, here)


def _condition_faults(rule: str, part: Mapping[str, Any], here: str) -> Iterable[Problem]:
    for key in part:
        if key not in _CONDITION:
            yield Problem(rule, here, f'a condition has no "{key}".{nearest(str(key), _CONDITION)}')
    for key, names in (("field", list(FieldName)), ("operator", list(Operator))):
        word = part.get(key)
        if word == "" and key == "field":
            yield Problem(rule, here, "choose what to look at, or take the words out.")
        elif word not in list(names):
            yield Problem(rule, here, f'there is no {key} "{word}".{nearest(str(word), map(str, names))}')


def _told(name: str, fault: Any) -> Problem:
    place = [str(step + 1 if isinstance(step, int) else step) for step in fault["loc"]]
    if fault["type"] == "extra_forbidden":
        siblings = _siblings(place[:-1])
        return Problem(name, " ".join(place), f'there is no "{place[-1]}".{nearest(place[-1], siblings)}')
    if fault["type"] == "enum":
        known = str(fault["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        word = str(fault["input"])
        return Problem(name, " ".join(place), f'there is no "{word}".{nearest(word, known)}')
    return Problem(name, " ".join(place), f"{fault['msg'][0].lower()}{fault['msg'][1:]}.")


def _siblings(place: Sequence[str]) -> Iterable[str]:
    model: Any = Rule
    for step in place:
        found = model.model_fields.get(step) if hasattr(model, "model_fields") else None
        model = found.annotation if found else model
    return model.model_fields if hasattr(model, "model_fields") else ()


def _refused(rule: str, place: str, says: str) -> RulesRefused:
    return RulesRefused([Problem(rule, place, says)])
