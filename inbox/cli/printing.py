"""How commands print: plain tables for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

Row = Mapping[str, object]


def as_json(data: object, *, compact: bool = False) -> None:
    """One JSON value on standard output, on one line if `compact`; times in RFC 3339 UTC."""
    print(json.dumps(data, ensure_ascii=False, indent=None if compact else 2, default=_plain))


def rows(found: Sequence[Row], *, json: bool, empty: str = "None.") -> None:
    """A list, as a table or as a JSON array. `empty` is said, on standard error, where there is nothing."""
    if json:
        as_json(list(found))
    elif found:
        print(table(found))
    else:
        tell(empty)


def table(found: Sequence[Row]) -> str:
    """Columns as wide as they need to be, headed by the first row's keys."""
    heads = list(found[0])
    lines = [[head.replace("_", " ") for head in heads]]
    lines += [[_cell(row[head]) for head in heads] for row in found]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def tell(sentence: str) -> None:
    """Something for a person, on standard error, so that standard output holds only data."""
    print(sentence, file=sys.stderr, flush=True)


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return " ".join(str(value).split())


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
