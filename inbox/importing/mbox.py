"""Reads an mbox file of any size, one message at a time (RFC 4155; mboxrd and mboxo quoting)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LARGEST = 150 << 20
"""Bytes of one message; a longer one is passed over and named."""

_LINE = 1 << 20
# "From sender Thu Nov 19 09:12:00 2026", with a zone or seconds left out in some mailboxes' spelling.
_POSTMARK = re.compile(
    rb"From .*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2})\b.*\d{2}:\d{2}"
)
_QUOTED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class Found:
    """One message and where it began. `raw` is None when it was longer than LARGEST."""

    offset: int
    postmark: bytes
    raw: bytes | None


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins so is an mbox rather than one message."""
    return head.startswith(b"From ")


def messages_in_mbox(file: BinaryIO) -> Iterator[Found]:
    """Every message, in order, with its quoted `>From ` lines put back and its line ends untouched.

    A new message begins at a `From ` line that follows an empty line and carries a date; where the
    first of the file carries none, dates are not asked for.
    """
    postmark = file.readline(_LINE)
    wants_date = _POSTMARK.match(postmark) is not None
    start = 0
    here = len(postmark)
    lines: list[bytes] = []
    size = 0
    follows_empty = False
    at_line_start = True
    while line := file.readline(_LINE):
        if at_line_start and follows_empty and line.startswith(b"From ") and _begins(line, wants_date):
            yield Found(start, postmark, _message(lines, size))
            start, postmark, lines, size = here, line, [], 0
        else:
            size += len(line)
            if size <= LARGEST:
                lines.append(_unquoted(line) if at_line_start else line)
            else:
                lines.clear()
        here += len(line)
        follows_empty = at_line_start and line in (b"\n", b"\r\n")
        at_line_start = line.endswith(b"\n")
    if postmark:
        yield Found(start, postmark, _message(lines, size))


def _begins(line: bytes, wants_date: bool) -> bool:
    return not wants_date or _POSTMARK.match(line) is not None


def _unquoted(line: bytes) -> bytes:
    return line[1:] if line.startswith(b">") and _QUOTED.match(line) else line


def _message(lines: list[bytes], size: int) -> bytes | None:
    """The bytes between two postmarks, without the empty line that belongs to the mbox."""
    if size > LARGEST:
        return None
    if lines and lines[-1] in (b"\n", b"\r\n"):
        lines.pop()
    return b"".join(lines)
