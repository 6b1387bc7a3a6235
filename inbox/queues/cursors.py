"""Where a page ended, as a word that goes into a link."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, true, tuple_
from sqlalchemy.sql.expression import bindparam
from sqlmodel import col

from inbox.errors import Refused
from inbox.models import UtcDateTime
from inbox.models.base import Row
from inbox.queues.views import View, parts_of

_BAD = "This link to a page of a list is damaged. Start from the first page."


def write(view: View | None, part: int, values: Sequence[object]) -> str:
    """The cursor after the row with these sort keys, in this part of the view."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([_names(view)[part], *plain]).encode()).decode().rstrip("=")


def read(view: View | None, cursor: str | None) -> tuple[int, ColumnElement[bool] | None]:
    """The part of `view` in which `cursor` stands, and the rows of that part behind it.

    Raises Refused for one that is damaged or of another view.
    """
    if cursor is None:
        return 0, None
    part, values = _read(view, cursor)
    shape = parts_of(view)[part]
    bounds = [bindparam(None, value, type_=key.type) for key, value in zip(shape.keys, values, strict=True)]
    here, there = tuple_(*shape.keys), tuple_(*bounds)
    return part, here < there if shape.is_descending else here > there


def _read(view: View | None, cursor: str) -> tuple[int, list[Any]]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        part = _names(view).index(name)
        keys = parts_of(view)[part].keys
        return part, [_typed(key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        raise Refused(_BAD) from error


def _names(view: View | None) -> list[str]:
    """What a cursor calls each part of a view; the first part has the view's own name."""
    first = view or "changed"
    return [first if part == 0 else f"{first} {part}" for part in range(len(parts_of(view)))]


def _typed(key: ColumnElement[Any], value: object) -> object:
    if isinstance(key.type, UtcDateTime):
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ValueError("a time without a zone")
        return moment.astimezone(UTC)
    if not isinstance(value, key.type.python_type) or (isinstance(value, int) and abs(value) > 1 << 31):
        raise TypeError("not what this key holds")
    if isinstance(value, str) and "\0" in value.encode().decode():  # half a surrogate pair fails here
        raise ValueError("a zero byte")
    return value


def before_id(table: type[Row], cursor: str | None) -> ColumnElement[bool]:
    """The rows behind the one with id `cursor`, for lists whose newest id comes first."""
    if cursor is None:
        return true()
    if not (cursor.isascii() and cursor.isalnum() and len(cursor) <= 32):
        raise Refused(_BAD)
    return col(table.id) < cursor
