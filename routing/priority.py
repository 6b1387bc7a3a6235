"""Points that order a queue: need first, then waiting, each part shown so that a person can check the sum.

Counting is decision 0021's (Immediate 30; a minister's case 14; half a point for each
working day waited, a whole one in a minister's case, up to fifteen days) and adds what a promise at risk is
worth. Whatever the sum, nothing goes before a case that is Immediate or a risk to life: need comes first.
Channel, volume, and the sender's reach or standing never count.
"""

from dataclasses import dataclass
from enum import IntEnum

from routing.words import LIFE_FLAGS, Flag, Priority

NEED = {Priority.IMMEDIATE: 300, Priority.PRIORITY: 70, Priority.STANDARD: 0, Priority.LOW: -70}
MINISTER = {Priority.IMMEDIATE: 140, Priority.PRIORITY: 70}
LIFE = 400
A_DAY, A_MINISTERS_DAY = 5, 10
MOST_DAYS = 15
"""Working days after which waiting counts no further."""
BELOW_IMMEDIATE = 295
"""The most that a case can have whose need is not immediate."""


class Lateness(IntEnum):
    """How the next promise stands, as far as points go."""

    NONE = 0
    SOON = 1
    LATE = 2


_LATENESS = {Lateness.SOON: (30, "a promise runs out soon"), Lateness.LATE: (70, "a promise has run out")}


@dataclass(frozen=True, slots=True)
class Standing:
    """All that points are made of. `waiting_days`: working days since the case came, 15 and more alike."""

    priority: Priority
    flags: frozenset[Flag] = frozenset()
    waiting_days: int = 0
    lateness: Lateness = Lateness.NONE
    is_ministerial: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for points; `tenths` of a point, so that sums are exact."""

    why: str
    tenths: int

    @property
    def points(self) -> float:
        return self.tenths / 10


@dataclass(frozen=True, slots=True)
class Points:
    """The sum that a queue is ordered by, highest first, and its parts."""

    parts: tuple[Part, ...]

    @property
    def tenths(self) -> int:
        return sum(part.tenths for part in self.parts)

    @property
    def total(self) -> float:
        return self.tenths / 10


def points_of(standing: Standing) -> Points:
    """The points of a case, part by part."""
    parts = [Part(_NAMES[standing.priority], NEED[standing.priority])]
    if standing.is_ministerial:
        parts.append(Part("a minister’s case", MINISTER.get(standing.priority, 0)))
    if standing.flags & LIFE_FLAGS:
        parts.append(Part("a risk to life", LIFE))
    parts.append(_waiting(standing))
    if standing.lateness:
        tenths, why = _LATENESS[standing.lateness]
        parts.append(Part(why, tenths))
    over = sum(part.tenths for part in parts) - BELOW_IMMEDIATE
    if over > 0 and not _is_urgent(standing):
        parts.append(Part("kept below Immediate", -over))
    return Points(tuple(part for part in parts if part.tenths))


_NAMES = {
    Priority.IMMEDIATE: "Immediate",
    Priority.PRIORITY: "Priority",
    Priority.STANDARD: "Standard",
    Priority.LOW: "Low",
}


def _waiting(standing: Standing) -> Part:
    days = min(standing.waiting_days, MOST_DAYS)
    more = " or more" if days == MOST_DAYS else ""
    words = f"waiting {days} working {'day' if days == 1 else 'days'}{more}"
    return Part(words, days * (A_MINISTERS_DAY if standing.is_ministerial else A_DAY))


def _is_urgent(standing: Standing) -> bool:
    return standing.priority is Priority.IMMEDIATE or bool(standing.flags & LIFE_FLAGS)
