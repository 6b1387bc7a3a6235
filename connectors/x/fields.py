"""One vocabulary out of the several in which X tells the same thing.

In 2026 the fields of posts are named `tweet…` in some answers and `post…` in others; older webhooks give
numbers with a twin in words (`id`, `id_str`), and some samples wrap a user as {"data": {…}}.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Unreadable

Told = Mapping[str, Any]
_FARTHEST = 4102444800000
"""Milliseconds of the year 2100: times beyond are nonsense."""


def either(told: Told, *names: str) -> Any:
    """The first of these fields that is there and says something."""
    return next((told[name] for name in names if told.get(name) not in (None, "", [], {})), None)


def id_of(told: Told, name: str = "id") -> str | None:
    """An id in words: its twin first, for numbers past 2^53 are exact only there."""
    return number_words(either(told, f"{name}_str", name))


def number_words(value: Any) -> str | None:
    """An id as text. None for what is no whole number; a float has lost its last digits."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    words = str(value).strip()
    return words if words.isascii() and words.isdigit() and len(words) <= 32 else None


def must_have_id(told: Told, name: str = "id") -> str:
    """Raises Unreadable where there is none."""
    found = id_of(told, name)
    if found is None:
        raise Unreadable(f"X sent something without a usable {name}")
    return found


def words_of(told: Told, name: str) -> str:
    """A text field; "" for what is none."""
    value = told.get(name)
    return value if isinstance(value, str) else ""


def unwrapped(told: Any) -> dict[str, Any]:
    """An object, also where it is wrapped as {"data": {…}}; empty for anything else."""
    inner = told.get("data") if isinstance(told, dict) else None
    if isinstance(inner, dict) and id_of(told) is None:
        return inner
    return told if isinstance(told, dict) else {}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list, or the values of an object of objects."""
    many = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in many:
        if found := unwrapped(one):
            yield found


def moment(value: Any) -> datetime | None:
    """A time: RFC 3339, milliseconds since 1970, or "Sun Nov 22 09:00:00 +0000 2026"."""
    if milliseconds := number_words(value):
        return datetime.fromtimestamp(min(int(milliseconds), _FARTHEST) / 1000, UTC)
    if not isinstance(value, str):
        return None
    for read in (datetime.fromisoformat, _old_time):
        try:
            when = read(value)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def _old_time(value: str) -> datetime:
    return datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y")
