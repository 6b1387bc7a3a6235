"""Hostile words are never put before somebody who looks at a list: they wait, one step away, on the case."""

from collections.abc import Sequence
from typing import Protocol

from routing.words import Flag

HIDDEN = "Hidden: may contain a threat"


class Named(Protocol):
    """A case, or a row of one."""

    @property
    def flags(self) -> Sequence[str]: ...

    @property
    def subject(self) -> str: ...


def is_hostile(flags: Sequence[str]) -> bool:
    """Whether what was written may be a threat."""
    return Flag.THREAT in flags


def subject(case: Named) -> str:
    """What a case is called where it is not open; a threat often stands in the subject already."""
    return HIDDEN if is_hostile(case.flags) else case.subject
