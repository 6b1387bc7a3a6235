"""Reads a directory from a CSV file: whole or not at all, each fault named with its line."""

import csv
from collections.abc import Iterable
from difflib import get_close_matches

from inbox.bodies.facts import COLUMNS, key_of, read_facts
from inbox.errors import Refused

_MOST_PROBLEMS = 10
_MOST_LINES = 20_000


def read_file(lines: Iterable[str]) -> list[dict[str, str]]:
    """What each line says, by column; only the columns that the file has.

    Raises Refused naming the first faulty lines, a column nobody knows (and the nearest right name), or a
    body that stands in the file twice.
    """
    rows = csv.reader(lines)
    try:
        header = _header(next(rows, []))
        return _read(((rows.line_num, row) for row in rows), header)
    except csv.Error as error:
        raise Refused(f"line {rows.line_num}: this is no CSV ({error}). Nothing was changed.") from None


def _read(rows: Iterable[tuple[int, list[str]]], header: list[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if problem := _problem(row, header, seen, line):
            problems.append(f"line {line}: {problem}")
        else:
            found.append(dict(zip(header, row, strict=True)))
        if len(problems) >= _MOST_PROBLEMS or len(found) > _MOST_LINES:
            break
    if len(found) > _MOST_LINES:
        raise Refused(f"the file has more than {_MOST_LINES} lines. Nothing was changed.")
    if problems:
        raise Refused(f"{'; '.join(problems)} Nothing was changed.")
    if not found:
        raise Refused("the file has a header and no lines. Nothing was changed.")
    return found


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower().lstrip("\ufeff").replace(" ", "_") for cell in cells]
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1, 0.5)
            meant = f" Did you mean `{near[0]}`?" if near else ""
            raise Refused(f"line 1: there is no column `{name[:40]}`.{meant} Known: {', '.join(COLUMNS)}.")
        if names.count(name) > 1:
            raise Refused(f"line 1: the column `{name}` stands there twice.")
    if "name" not in names:
        raise Refused("line 1: a column `name` must be there.")
    return names


def _problem(row: list[str], header: list[str], seen: dict[str, int], line: int) -> str | None:
    if len(row) != len(header):
        return f"{len(row)} fields where the header has {len(header)}."
    typed = dict(zip(header, row, strict=True))
    try:
        facts = read_facts(typed)
    except Refused as error:
        return f"{error.details.get('field')}: {error.sentence}"
    for name in (facts.name, *facts.other_names):
        if (before := seen.get(key_of(name))) is not None:
            return f"`{name}` stands on line {before} already."
    for name in (facts.name, *facts.other_names):
        seen[key_of(name)] = line
    return None
