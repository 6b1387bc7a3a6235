"""Reads the answers to IMAP FETCH: which message, how large, when it came, its bytes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

QUOTED_BODY = re.compile(rb'BODY\[[^\]]*\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.DOTALL)
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
DATE = re.compile(
    rb'\bINTERNALDATE "([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"'
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message's answer; what was not asked for, or not given, is None. `flags` are lower-cased."""

    uid: int
    size: int | None
    received_at: datetime | None
    body: bytes | None
    flags: frozenset[str]


def fetched(data: Iterable[Any]) -> Iterator[Fetched]:
    """The messages in imaplib's answer. Answers nobody asked for (without a UID) are left out."""
    for text, literals in _grouped(data):
        body = literals[-1] if literals else None
        quoted = QUOTED_BODY.search(text)
        if body is None and quoted is not None:
            body = re.sub(rb"\\(.)", rb"\1", quoted.group(1), flags=re.DOTALL)
        rest = QUOTED_BODY.sub(b"", text)
        uid = UID.search(rest)
        if uid is not None:
            size, flags = SIZE.search(rest), FLAGS.search(rest)
            words = flags.group(1).decode("ascii", "replace").lower().split() if flags else []
            yield Fetched(
                int(uid.group(1)),
                int(size.group(1)) if size else None,
                _received(rest),
                body,
                frozenset(words),
            )


def _grouped(data: Iterable[Any]) -> Iterator[tuple[bytes, list[bytes]]]:
    """imaplib gives (text before a literal, literal) tuples and then the text after the last one."""
    text, literals = b"", list[bytes]()
    for part in data:
        if isinstance(part, tuple):
            text += part[0] + b" "
            literals.append(bytes(part[1]))
        elif isinstance(part, bytes):
            yield text + part, literals
            text, literals = b"", []
    if literals:
        yield text, literals


def _received(text: bytes) -> datetime | None:
    found = DATE.search(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = (each.decode() for each in found.groups())
    try:
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
        number = MONTHS.index(month.lower()) + 1
        given = datetime(
            int(year), number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=timezone(offset)
        )
        return given.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
