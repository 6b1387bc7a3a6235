"""When a stored message was received, as far as it tells: its newest Received line, else its Date."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_HEADERS = 64 << 10
_RECEIVED = re.compile(rb"^received:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^date:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)


def received_at(raw: bytes, otherwise: datetime) -> datetime:
    """The time of receipt, never later than `otherwise`, which stands in when the message tells none."""
    head = _head(raw)
    if (received := _RECEIVED.search(head)) and (told := _moment(received[1].rpartition(b";")[2])):
        return min(told, otherwise)
    if (written := _DATE.search(head)) and (told := _moment(written[1])):
        return min(told, otherwise)
    return otherwise


def _head(raw: bytes) -> bytes:
    """The header block, or as much of it as is worth reading."""
    head = raw[:_HEADERS]
    ends = [at for at in (head.find(b"\n\n"), head.find(b"\r\n\r\n")) if at >= 0]
    return head[: min(ends) + 1] if ends else head


def _moment(words: bytes) -> datetime | None:
    plain = " ".join(words.decode("ascii", "replace").split())
    try:
        told = parsedate_to_datetime(plain)
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return told if told > _OLDEST else None
