"""Refuses rules that mean nothing or cannot be run, each with one plain sentence that names the place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from routing.plain_words import plain
from routing.rule_fields import (
    CHANGEABLE,
    CHOICES,
    FAMILIES,
    FIELD_WORDS,
    LATER,
    LISTS,
    NO_VALUE,
    OF_TIME,
    OPERATOR_WORDS,
    OPERATORS,
    Family,
    as_stretch,
    as_working_days,
)
from routing.rules import (
    DEEPEST,
    MOST_CONDITIONS,
    MOST_TOLD,
    MOST_WORDS,
    Actions,
    Condition,
    FieldName,
    Group,
    Operator,
    Rule,
    Trigger,
    as_moment,
    conditions_of,
    depth_of,
)
from routing.words import ChannelKind

if TYPE_CHECKING:
    import re2

LARGEST_PATTERN = 1 << 20
"""Bytes a pattern may take once compiled, so that no rule makes every message slow."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which rule, at which place in it."""

    rule: str
    place: str
    says: str

    def __str__(self) -> str:
        where = f", {self.place}" if self.place else ""
        return f'Rule "{self.rule}"{where}: {self.says}'


class RulesRefused(ValueError):
    """Rules that cannot be saved; `problems` says why, one sentence each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def check_rules(rules: Iterable[Rule]) -> None:
    """Raise `RulesRefused` with every problem found, or return."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for rule in rules:
        key = rule.name.casefold()
        if key in seen:
            problems.append(Problem(rule.name, "name", "another rule has the same name."))
        seen.add(key)
        problems.extend(_check_rule(rule))
    if problems:
        raise RulesRefused(problems)


def compile_pattern(pattern: str) -> "re2._Regexp":
    """A pattern on the linear engine, upper and lower case alike; raises `re2.error` if it refuses."""
    import re2  # only for a rule with a pattern

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = LARGEST_PATTERN
    return re2.compile(pattern, options)


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint with the nearest right name, or an empty string if none is near."""
    from rapidfuzz import process  # only for a rule with a mistake

    found = process.extractOne(name, list(names), score_cutoff=60)
    return f' Did you mean "{found[0]}"?' if found else ""


_WHOLE = frozenset({Operator.IS, Operator.IS_NOT, Operator.IS_ANY_OF, Operator.IS_NONE_OF})


def _check_rule(rule: Rule) -> Iterable[Problem]:
    conditions = conditions_of(rule.when)
    if rule.always and conditions:
        yield Problem(rule.name, "always", "it says always, yet has conditions; keep one of the two.")
    if not rule.always and not conditions:
        yield Problem(rule.name, "when", "it has no conditions; add one, or say always on purpose.")
    if rule.then == Actions() and not rule.stop:
        yield Problem(rule.name, "then", "it does nothing; add an action, or stop.")
    if depth_of(rule.when) > DEEPEST:
        yield Problem(rule.name, "when", f"its groups are more than {DEEPEST} deep.")
    if len(conditions) > MOST_CONDITIONS:
        yield Problem(rule.name, "when", f"it has more than {MOST_CONDITIONS} conditions.")
    yield from _check_group(rule, rule.when, "when", top=True)
    yield from _check_trigger(rule, conditions)
    if len(rule.then.notify) > MOST_TOLD:
        yield Problem(rule.name, "then notify", f"one rule tells at most {MOST_TOLD}; name a team instead.")
    if rule.then.webhook and (says := _fault_of_address(rule.then.webhook)):
        yield Problem(rule.name, "then webhook", says)
    if not -1_000_000 <= rule.position <= 1_000_000:
        yield Problem(rule.name, "position", "the position must lie between -1000000 and 1000000.")


def _check_trigger(rule: Rule, conditions: Sequence[Condition]) -> Iterable[Problem]:
    """What can be asked when: a change only of a change, the course of time only of time."""
    asked = {condition.field for condition in conditions}
    if rule.trigger is not Trigger.CHANGE and any(
        condition.operator is Operator.HAS_CHANGED for condition in conditions
    ):
        yield Problem(
            rule.name, "when", 'only a rule that is read when a case changes can ask "has changed".'
        )
    if rule.trigger is Trigger.ARRIVAL and (early := sorted(asked & LATER)):
        yield Problem(
            rule.name, "when", f"{FIELD_WORDS[early[0]]} is not known yet when a message arrives; "
            "let the rule be read when a case changes, or as time passes.",
        )  # fmt: skip
    if rule.trigger is Trigger.TIME and (rule.always or not asked & OF_TIME):
        yield Problem(
            rule.name, "when", "a rule that is read as time passes needs a condition on a time or a clock, "
            "or it would apply to every open case at once.",
        )  # fmt: skip


def _fault_of_address(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        good = False
    plain = address.isascii() and address.isprintable() and " " not in address
    return None if good and plain else "a webhook is an https address, without a name or password in it."


def _check_group(rule: Rule, group: Group, place: str, top: bool = False) -> Iterable[Problem]:
    if not top and not (group.all or group.any or group.none):
        yield Problem(rule.name, place, "this group is empty.")
    for kind, parts in (("all", group.all), ("any", group.any), ("none", group.none)):
        for number, part in enumerate(parts, start=1):
            here = f"{place} {kind} {number}"
            if isinstance(part, Group):
                yield from _check_group(rule, part, here)
            elif says := _fault_of(part):
                yield Problem(rule.name, here, says)


def _fault_of(condition: Condition) -> str | None:
    field, operator, value = condition.field, condition.operator, condition.value
    family = FAMILIES[field]
    name, does = FIELD_WORDS[field], OPERATOR_WORDS[operator]
    if operator not in OPERATORS[family]:
        return f'{name} cannot be asked whether it "{does}".'
    if operator is Operator.HAS_CHANGED and field not in CHANGEABLE:
        return f"{name} never changes."
    if operator in NO_VALUE:
        return None if value is None else f'"{does}" takes no value.'
    if value is None or value == "" or value == ():
        return f'"{name} {does}" needs a value.'
    if (operator in LISTS) != isinstance(value, tuple):
        return f'"{does}" takes {"a list" if operator in LISTS else "one value, not a list"}.'
    return _fault_of_value(field, family, operator, value)


def _fault_of_value(field: FieldName, family: Family, operator: Operator, value: object) -> str | None:
    if family is Family.NUMBER:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return None if good else f'{FIELD_WORDS[field]} is compared with a number, not "{value}".'
    if family is Family.YES_NO:
        return None if isinstance(value, bool) else f'{FIELD_WORDS[field]} is true or false, not "{value}".'
    words = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(word, str) and word.strip() for word in words):
        return f'{FIELD_WORDS[field]} is compared with words, not "{value}".'
    if len(words) > MOST_WORDS:
        return f"the list has more than {MOST_WORDS} words."
    if family is Family.MOMENT:
        return _fault_of_moment(operator, value)
    if family is Family.CHOICE:
        return _fault_of_choice(CHOICES[field], words)
    if family is Family.NAME and operator in _WHOLE:
        return _fault_of_name(field, words)
    return _fault_of_pattern(str(value)) if operator is Operator.MATCHES else None


def _fault_of_moment(operator: Operator, value: object) -> str | None:
    stretch = operator in (Operator.WITHIN_LAST, Operator.WITHIN_NEXT)
    if as_stretch(value) or as_working_days(value) or (not stretch and as_moment(value)):
        return None
    if stretch:
        return f'"{value}" is not a length of time; write "3 days" or "2 hours".'
    return f'"{value}" is not a time; write 2026-05-01T09:00:00+01:00 or "3 days ago".'


def _fault_of_choice(choice: type[StrEnum], words: Sequence[object]) -> str | None:
    names = [member.value for member in choice]
    wrong = next((str(word) for word in words if word not in names), None)
    if wrong is None:
        return None
    said = {plain(name).casefold(): name for name in names}
    hint = nearest(wrong, names) or nearest(wrong.casefold(), said)
    for in_words, name in said.items():
        hint = hint.replace(f'"{in_words}"', f'"{name}"')
    return f'there is no "{wrong}".{hint}'


def _fault_of_name(field: FieldName, words: Sequence[object]) -> str | None:
    """Names that are the same in every office; those of one office are looked up there."""
    if field is FieldName.CHANNEL:
        return _fault_of_choice(ChannelKind, [str(word).lower() for word in words])
    if field is FieldName.ATTACHMENT_TYPE and not all("/" in str(word) for word in words):
        return f'{FIELD_WORDS[field]} is a name like "application/pdf"; ask whether it contains "{words[0]}".'
    return None


def _fault_of_pattern(pattern: str) -> str | None:
    import re2

    try:
        compile_pattern(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else "not a pattern"
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return f'the pattern "{pattern}" cannot be used: {text}.'
    return None
