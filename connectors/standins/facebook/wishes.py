"""What `fields` asks for: names, edges with arguments, and what of each: `id,comments.limit(5){message}`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_NAME = re.compile(r"\s*(\w+)\s*")
_ARGUMENT = re.compile(r"\.(\w+)\(([^)]*)\)\s*")


@dataclass(frozen=True, slots=True)
class Wish:
    """One field or edge. `given` are its arguments, `inner` what is wanted of it; empty: what is usual."""

    name: str
    given: Mapping[str, str] = field(default_factory=dict)
    inner: tuple["Wish", ...] = ()


def parsed(words: str) -> tuple[Wish, ...]:
    """Raises ValueError for what is not of this form."""
    wishes, end = _list(words, 0)
    if end != len(words):
        raise ValueError(f"(#2500) Syntax error at character {end} of fields")
    return wishes


def cut(row: Json, wishes: Sequence[Wish]) -> Json:
    """What was asked for of a row, and always its id. Without a wish, all."""
    if not wishes:
        return row
    kept = {wish.name: _inside(row[wish.name], wish.inner) for wish in wishes if wish.name in row}
    return {**({"id": row["id"]} if "id" in row else {}), **kept}


def _inside(value: Any, wishes: Sequence[Wish]) -> Any:
    if not wishes or not isinstance(value, dict):
        return value
    if isinstance(value.get("data"), list):
        return {**value, "data": [cut(one, wishes) for one in value["data"]]}
    return cut(value, wishes)


def _list(words: str, at: int) -> tuple[tuple[Wish, ...], int]:
    found: list[Wish] = []
    while (name := _NAME.match(words, at)) is not None:
        at, given, inner = name.end(), dict[str, str](), tuple[Wish, ...]()
        while (argument := _ARGUMENT.match(words, at)) is not None:
            given[argument[1]], at = argument[2], argument.end()
        if words[at : at + 1] == "{":
            inner, at = _list(words, at + 1)
            if words[at : at + 1] != "}":
                raise ValueError(f"(#2500) Syntax error at character {at} of fields")
            at += 1
        found.append(Wish(name[1], given, inner))
        if words[at : at + 1] != ",":
            break
        at += 1
    return tuple(found), at
