"""The one way a status changes: by a table of allowed moves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from inbox.errors import IllegalMove

Status = TypeVar("Status", bound=StrEnum)


def move(current: str, to: Status, table: Mapping[Status, frozenset[Status]], what: str) -> Status:
    """`to`, if the table allows it from `current`; raises IllegalMove otherwise. Staying put is allowed."""
    if current == to or to in table[type(to)(current)]:
        return to
    now, wanted = current.replace("_", " "), to.replace("_", " ")
    raise IllegalMove(f"This {what} is {now}, so it cannot become {wanted}.")
