"""Parliament's recesses from a table: announced late, so read from a file and never reckoned.

Recess stops no clock: members use it for casework. It says when a member is in the constituency, and when
ministers and questions in Parliament are out of reach.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

_HEADER = ["first", "last", "name"]
_MOST_BYTES, MOST = 200_000, 200
_FIRST_YEAR, _LAST_YEAR, _LONGEST = 1990, 2100, 120


class BadRecesses(ValueError):
    """A table of recesses cannot be used; the words say where and why."""


@dataclass(frozen=True, slots=True)
class Recess:
    """From the first day to the last, both of them in recess."""

    first: date
    last: date
    name: str


def read(content: bytes) -> tuple[Recess, ...]:
    """The recesses of a table with the header `first,last,name`, in their order. Raises BadRecesses."""
    if len(content) > _MOST_BYTES:
        raise BadRecesses("This file is too large for a table of recesses.")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadRecesses("This file is not UTF-8 text.") from None
    rows = [
        (number, row) for number, row in enumerate(csv.reader(lines), start=1) if any(map(str.strip, row))
    ]
    if not rows or [word.strip().lower() for word in rows[0][1]] != _HEADER:
        raise BadRecesses("The first line of the table is: first,last,name")
    found = sorted((_recess(number, row) for number, row in rows[1:]), key=lambda one: one.first)
    if not found or len(found) > MOST:
        raise BadRecesses(f"A table holds 1 to {MOST} recesses.")
    for one, after in pairwise(found):
        if after.first <= one.last:
            raise BadRecesses(f"{one.name} and {after.name} overlap.")
    return tuple(found)


def at(recesses: Iterable[Recess], day: date) -> Recess | None:
    """The recess that a day lies in."""
    return next((one for one in recesses if one.first <= day <= one.last), None)


def _recess(number: int, row: list[str]) -> Recess:
    if len(row) != len(_HEADER) or not row[2].strip():
        raise BadRecesses(f"Line {number}: a first day, a last day and a name are needed.")
    try:
        first, last = (date.fromisoformat(word.strip()) for word in row[:2])
    except ValueError:
        raise BadRecesses(f"Line {number}: write days as 2026-07-17.") from None
    if last < first:
        raise BadRecesses(f"Line {number}: the last day comes before the first.")
    if not _FIRST_YEAR <= first.year <= last.year <= _LAST_YEAR or (last - first).days > _LONGEST:
        raise BadRecesses(f"Line {number}: no recess is that long, or that long ago.")
    return Recess(first, last, " ".join(row[2].split())[:80])
