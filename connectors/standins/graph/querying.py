"""OData as far as clients ask it of mail: filter, search, order, and pages that keep what was asked."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from connectors.standins.graph.mailbox import Mail
from connectors.standins.graph.sign_in import problem
from connectors.standins.server import Refusal

Test = Callable[[Mail], bool]
Shown = dict[str, Any]
_COMPARED = re.compile(r"([\w/]+) (eq|ne|ge|gt|le|lt) (.+)", re.DOTALL)
_CALLED = re.compile(r"(startswith|contains)\(([\w/]+), ?'(.*)'\)", re.DOTALL)
_EXTENDED = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ?ep/id eq '(.*)' and ep/value eq '(.*)'\)", re.IGNORECASE
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other, "ne": lambda one, other: one != other,
    "ge": lambda one, other: one >= other, "gt": lambda one, other: one > other,
    "le": lambda one, other: one <= other, "lt": lambda one, other: one < other,
}  # fmt: skip


def chosen(mails: Sequence[Mail], query: Mapping[str, str], shown: Callable[[Mail], Shown]) -> list[Mail]:
    """Those asked for, in the order asked for: by default the newest first. Raises Refusal."""
    wanted, words = _filter(query.get("$filter", ""), shown), query.get("$search", "").strip('"').lower()
    found = [one for one in mails if wanted(one) and words in _text(shown(one))]
    field, _, direction = query.get("$orderby", "").partition(" ")
    if field in ("", "receivedDateTime", "createdDateTime", "sentDateTime"):
        return sorted(found, key=lambda one: one.key, reverse=not field or direction.strip() == "desc")
    return sorted(found, key=lambda one: str(_value(shown(one), field)), reverse=direction.strip() == "desc")


def page(address: str, query: Mapping[str, str], rows: Sequence[Shown], kind: str) -> Shown:
    """One page, with a link to the next that asks the same."""
    top, skip = min(int(query.get("$top", 10)), 1000), int(query.get("$skip", 0))
    told: Shown = {"@odata.context": f"$metadata#{kind}", "value": list(rows[skip : skip + top])}
    if query.get("$count") == "true":
        told["@odata.count"] = len(rows)
    if len(rows) > skip + top:
        more = {**query, "$top": str(top), "$skip": str(skip + top)}
        told["@odata.nextLink"] = f"{address}?{urlencode(more)}"
    return told


def _filter(words: str, shown: Callable[[Mail], Shown]) -> Test:
    """Conditions joined by "and". Raises Refusal for any that this platform does not know."""
    if not words:
        return lambda mail: True
    if found := _EXTENDED.fullmatch(words):
        name, value = (one.replace("''", "'") for one in found.groups())
        return lambda mail: mail.extended.get(name) == value
    tests = [_condition(one.strip(), shown) for one in _parts(words)]
    return lambda mail: all(test(mail) for test in tests)


def _parts(words: str) -> list[str]:
    """Cut at each "and" that stands outside of quotes."""
    return [part for part in re.split(r" and (?=(?:[^']*'[^']*')*[^']*$)", words) if part]


def _condition(words: str, shown: Callable[[Mail], Shown]) -> Test:
    if words.startswith("(") and words.endswith(")"):
        words = words[1:-1]
    if found := _CALLED.fullmatch(words):
        how, field, value = found.groups()
        value = value.replace("''", "'").lower()
        if how == "startswith":
            return lambda mail: str(_value(shown(mail), field)).lower().startswith(value)
        return lambda mail: value in str(_value(shown(mail), field)).lower()
    found = _COMPARED.fullmatch(words)
    if found is None:
        return _no(words)
    field, how, literal = found.groups()
    value, compare = _literal(literal), _COMPARE[how]
    return lambda mail: _compared(compare, _value(shown(mail), field), value)


def _compared(compare: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    return one is not None and type(one) is type(other) and compare(one, other)


def _value(row: Shown, field: str) -> Any:
    """`from/emailAddress/address` lies that deep. Raises Refusal for a property that mail does not have."""
    found: Any = row
    for name in field.split("/"):
        if not isinstance(found, dict) or name not in found:
            raise Refusal(problem(400, "BadRequest", f"Could not find a property named '{name}'."))
        found = found[name]
    return found


def _literal(words: str) -> Any:
    if words.startswith("'"):
        return words[1:-1].replace("''", "'")
    return {"true": True, "false": False}.get(words, words)


def _text(row: Shown) -> str:
    body = row.get("body") or {}
    sender = (row.get("from") or {}).get("emailAddress") or {}
    return f"{row.get('subject')} {body.get('content')} {sender.get('name')} {sender.get('address')}".lower()


def _no(words: str) -> Test:
    del words
    raise Refusal(
        problem(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    )
