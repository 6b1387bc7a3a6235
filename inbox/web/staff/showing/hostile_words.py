"""Hostile words are never put before somebody who looks at a list: they wait, one step away, on the case.

What hides is the one letter that may be a threat, and a title made of its words; never what stood before it.
"""

from collections.abc import Sequence
from typing import Protocol

from inbox.models import Message
from routing.words import Flag

HIDDEN = "Hidden: may contain a threat"


class Named(Protocol):
    """A case, or a row of one."""

    @property
    def is_title_hidden(self) -> bool: ...

    @property
    def subject(self) -> str: ...


def is_hostile(risks: Sequence[str]) -> bool:
    """Whether a letter in which these dangers were seen may be a threat."""
    return Flag.THREAT in risks


def covers(letter: Message) -> bool:
    """Whether a letter's words wait until they are asked for."""
    return is_hostile(letter.risks)


def subject(case: Named) -> str:
    """What a case is called where it is not open; a threat often stands in the subject already."""
    return HIDDEN if case.is_title_hidden else case.subject
