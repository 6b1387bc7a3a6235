"""Conditions made ready to run: each answers yes or no and says, in words, what it saw."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from routing.facts import FactsInView
from routing.folding import fold_words
from routing.plain_words import listed, plain
from routing.rule_checks import compile_pattern
from routing.rule_fields import (
    FAMILIES,
    FIELD_WORDS,
    OPERATOR_WORDS,
    OPPOSITES,
    Family,
    as_stretch,
    as_working_days,
)
from routing.rules import Condition, FieldName, Group, Operator, as_moment
from routing.word_finding import MESSAGE_FIELDS, WordFinder, around, hit_key, listed_in
from routing.working_time import WorkingCalendar

Answer = tuple[bool, str]
Test = Callable[[FactsInView, WorkingCalendar], Answer]
_MOST_REASONS = 3
_NONE = {FieldName.FLAG: "none", FieldName.TOPIC: "none", FieldName.CAMPAIGN: "none"}


@dataclass(frozen=True, slots=True)
class Needed:
    """Words of the message (see `hit_key`) of which one must be there for a condition or group to hold, and
    what it says where there is none."""

    hits: frozenset[str]
    none: str


def needed_by(part: Condition | Group) -> Needed | None:
    """What a condition or group needs before anything else of it is asked; None if that is not words."""
    if isinstance(part, Condition):
        of_message = part.operator is Operator.WORD_LIST and part.field in MESSAGE_FIELDS
        return Needed(frozenset(_hit_keys(part)), _none_of_words(part)) if of_message else None
    if part.all:
        return needed_by(part.all[0])
    some = [needed for one in part.any if (needed := needed_by(one))]
    if not some or len(some) < len(part.any):
        return None
    return Needed(frozenset().union(*(one.hits for one in some)), _none_holds(one.none for one in some))


def group_test(group: Group) -> Test:
    """The test of a group; an empty group holds."""
    every = [_part_test(part) for part in group.all]
    some = [_part_test(part) for part in group.any]
    never = [_part_test(part) for part in group.none]
    if len(some) == 1 and not (every or never):
        return some[0]

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        seen = ""
        for one in every:
            good, because = one(view, calendar)
            if not good:
                return False, because
            seen = f"{seen}; {because}" if seen else because
        if some:
            good, because = _first_that_holds(some, view, calendar)
            if not good:
                return False, because
            seen = f"{seen}; {because}" if seen else because
        for one in never:
            bad, because = one(view, calendar)
            if bad:
                return False, because
        return True, seen or "nothing spoke against it"

    return test


def _first_that_holds(tests: Sequence[Test], view: FactsInView, calendar: WorkingCalendar) -> Answer:
    seen: dict[str, None] = {}
    for one in tests:
        good, because = one(view, calendar)
        if good:
            return True, because
        seen[because] = None
    return False, _none_holds(seen)


def _none_holds(reasons: Iterable[str]) -> str:
    """What each of them lacked, each said once, the first few."""
    said = list(dict.fromkeys(reasons))
    shown = "; ".join(said[:_MOST_REASONS])
    return f"{shown}; and so on" if len(said) > _MOST_REASONS else shown


def _part_test(part: Condition | Group) -> Test:
    if isinstance(part, Group):
        return group_test(part)
    return _MAKERS[FAMILIES[part.field]](part)


def _words_test(condition: Condition) -> Test:
    field, operator = condition.field, condition.operator
    if operator in (Operator.IS_SET, Operator.IS_NOT_SET, Operator.HAS_CHANGED):
        return _presence_test(condition)
    if operator is Operator.WORD_LIST:
        return _word_list_test(condition)
    if operator is Operator.MATCHES:
        return _pattern_test(condition)
    asked = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
    wanted = tuple(fold_words(word) for word in asked)
    says = FIELD_WORDS[field]
    holds, positive = _WORD_OPERATORS[operator]

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        text = " ".join(view.words(field)[1].split())
        found = next((word for word in wanted if holds(text, word)), None)
        if (found is not None) is positive:
            return True, f'{says} {OPERATOR_WORDS[operator]} "{found or asked[0]}"'
        return False, f'{says} {OPPOSITES[operator]} "{found or asked[0]}"'

    return test


_WORD_OPERATORS: dict[Operator, tuple[Callable[[str, str], bool], bool]] = {
    Operator.CONTAINS: (lambda text, word: word in text, True),
    Operator.CONTAINS_NOT: (lambda text, word: word in text, False),
    Operator.IS: (lambda text, word: text == word, True),
    Operator.IS_NOT: (lambda text, word: text == word, False),
    Operator.IS_ANY_OF: (lambda text, word: text == word, True),
    Operator.IS_NONE_OF: (lambda text, word: text == word, False),
    Operator.STARTS_WITH: (lambda text, word: text.startswith(word), True),
    Operator.ENDS_WITH: (lambda text, word: text.endswith(word), True),
}


def _word_list_test(condition: Condition) -> Test:
    field, none = condition.field, _none_of_words(condition)
    if field not in MESSAGE_FIELDS:
        return _own_words_test(field, _folded(condition), none)
    says, keys = FIELD_WORDS[field], _hit_keys(condition)

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        if view.hits.keys().isdisjoint(keys.keys()):
            return False, none
        key, word = next(pair for pair in keys.items() if pair[0] in view.hits)
        shown = around(view.words(FieldName.MESSAGE)[0], *view.hits[key], len(view.subject))
        return True, f'{says} has "{word}": "{shown}"'

    return test


def _folded(condition: Condition) -> list[str]:
    return [folded for word in listed_in(condition) if (folded := fold_words(word))]


def _hit_keys(condition: Condition) -> dict[str, str]:
    return {hit_key(condition.field, word): word for word in _folded(condition)}


def _none_of_words(condition: Condition) -> str:
    return f"{FIELD_WORDS[condition.field]} has none of {_some(_folded(condition))}"


def _own_words_test(field: FieldName, words: Sequence[str], none: str) -> Test:
    """The words of a field that stands apart from the message, such as the name of a file."""
    says, finder = FIELD_WORDS[field], WordFinder(words)

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        shown, folded = view.words(field)
        hits = finder.find(folded)
        word = next((word for word in words if word in hits), None)
        if word is None:
            return False, none
        return True, f'{says} has "{word}": "{around(shown, *hits[word][0], len(view.subject))}"'

    return test


def _pattern_test(condition: Condition) -> Test:
    pattern = compile_pattern(str(condition.value))
    field, says = condition.field, FIELD_WORDS[condition.field]

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        shown, _ = view.words(field)
        found = pattern.search(shown)
        if found:
            start, end = found.span()
            return True, f'{says} matches {condition.value}: "{around(shown, start, end, 0)}"'
        return False, f"{says} does not match {condition.value}"

    return test


def _presence_test(condition: Condition) -> Test:
    field, operator = condition.field, condition.operator
    says = f"{FIELD_WORDS[field]} {OPERATOR_WORDS[operator]}"

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        if operator is Operator.HAS_CHANGED:
            good = field.value in view.facts.changed
        else:
            value = view.message.strip() if field is FieldName.MESSAGE else getattr(view.facts, field.value)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            known = bool(value) or is_number
            good = known is (operator is Operator.IS_SET)
        return good, says if good else f"{FIELD_WORDS[field]} {OPPOSITES[operator]}"

    return test


def _choice_test(condition: Condition) -> Test:
    field, operator = condition.field, condition.operator
    if operator in (Operator.IS_SET, Operator.IS_NOT_SET, Operator.HAS_CHANGED):
        return _presence_test(condition)
    asked = listed_in(condition)
    wanted = tuple(fold_words(word) for word in asked)
    named = plain if FAMILIES[field] is Family.CHOICE else str
    missing = f", not {listed([named(word) for word in asked], 'or', 3)}"
    holds, positive = _WORD_OPERATORS[operator]

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        value = getattr(view.facts, field.value)
        held = () if value is None else (value,) if isinstance(value, str) else tuple(value)
        found = next((one for one in held for word in wanted if holds(str(one).lower(), word)), None)
        good = (found is not None) is positive
        is_now = listed(sorted(named(str(one)) for one in held), "and") or _NONE.get(field, "not known")
        says = f"{FIELD_WORDS[field]} is {is_now if found is None else named(str(found))}"
        return good, says if good or not positive else says + missing

    return test


def _number_test(condition: Condition) -> Test:
    field, operator = condition.field, condition.operator
    if operator in (Operator.IS_SET, Operator.IS_NOT_SET, Operator.HAS_CHANGED):
        return _presence_test(condition)
    wanted: Any = condition.value
    compare = _COMPARISONS[operator]

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        value = getattr(view.facts, field.value)
        if value is None:
            return False, f"{FIELD_WORDS[field]} is not known"
        return compare(value, wanted), f"{FIELD_WORDS[field]} is {value:g}"

    return test


_COMPARISONS: dict[Operator, Callable[[float, float], bool]] = {
    Operator.IS: lambda value, wanted: value == wanted,
    Operator.IS_NOT: lambda value, wanted: value != wanted,
    Operator.LESS: lambda value, wanted: value < wanted,
    Operator.AT_MOST: lambda value, wanted: value <= wanted,
    Operator.MORE: lambda value, wanted: value > wanted,
    Operator.AT_LEAST: lambda value, wanted: value >= wanted,
}


def _yes_no_test(condition: Condition) -> Test:
    if condition.operator is Operator.HAS_CHANGED:
        return _presence_test(condition)
    wanted = bool(condition.value) is (condition.operator is Operator.IS)

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        value = bool(getattr(view.facts, condition.field.value))
        return value is wanted, "there is an attachment" if value else "there is no attachment"

    return test


def _moment_test(condition: Condition) -> Test:
    operator, name = condition.operator, FIELD_WORDS[condition.field]
    if operator in (Operator.IS_SET, Operator.IS_NOT_SET):
        return _presence_test(condition)

    def test(view: FactsInView, calendar: WorkingCalendar) -> Answer:
        at: datetime | None = getattr(view.facts, condition.field.value)
        if at is None:
            return False, f"{name} is not known"
        says = f"{name} is {at.astimezone(calendar.zone):%-d %B %Y %H:%M}"
        if operator in (Operator.IN_WORKING_TIME, Operator.NOT_IN_WORKING_TIME):
            working = calendar.is_working(at)
            inside = "in" if working else "outside"
            return working is (operator is Operator.IN_WORKING_TIME), f"{says}, {inside} working time"
        return _lies(operator, at, condition.value, view.now, calendar), says

    return test


def _lies(operator: Operator, at: datetime, value: Any, now: datetime, calendar: WorkingCalendar) -> bool:
    """Whether a moment lies where the operator says, seen from `now`."""
    if operator is Operator.HAS_PASSED:
        return at <= now
    if operator is Operator.WITHIN_NEXT:
        return now <= at <= _edge(value, now, calendar, 1)
    edge = as_moment(value) or _edge(value, now, calendar, -1)
    return at < edge if operator is Operator.BEFORE else at >= edge


def _edge(value: Any, now: datetime, calendar: WorkingCalendar, way: int) -> datetime:
    """The moment that lies so far from `now`.

    Working days are counted by the office's calendar; those ahead run to the end of the last of them.
    """
    days = as_working_days(value)
    if days is None:
        return now + way * (as_stretch(value) or timedelta(0))
    day = calendar.day_of(now)
    while days:
        day += way * timedelta(days=1)
        days -= calendar.is_working_day(day)
    at = now.astimezone(calendar.zone).time() if way < 0 else time.max
    return datetime.combine(day, at, calendar.zone)


_MAKERS: dict[Family, Callable[[Condition], Test]] = {
    Family.WORDS: _words_test,
    Family.NAME: _choice_test,
    Family.CHOICE: _choice_test,
    Family.NUMBER: _number_test,
    Family.YES_NO: _yes_no_test,
    Family.MOMENT: _moment_test,
}


def _some(words: Sequence[str]) -> str:
    shown = ", ".join(f'"{word}"' for word in words[:3])
    return f"{shown} and {len(words) - 3} more" if len(words) > 3 else shown
