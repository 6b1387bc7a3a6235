"""Rows of whole numbers packed into one number each, so that one addition adds two rows.

A word bears on some fifty outputs and a message has a hundred words: added number by number that is the
greater part of what triage costs, while Python adds two long integers in the time of one step of a loop.
Every number of a row has 32 bits of its own, a lane, and borrows from the next lane where it is negative;
unpacking gives it back. A lane holds sums up to two thousand million, far more than the longest text weighs.
"""

from collections.abc import Iterable
from struct import Struct

_BITS = 32


class Lanes:
    """So many numbers side by side in one."""

    def __init__(self, count: int) -> None:
        self._bytes = Struct(f"<{count}i")
        self._signs = sum(1 << (_BITS * (at + 1) - 1) for at in range(count))

    def packed(self, numbers: Iterable[tuple[int, int]]) -> int:
        """A row that has these numbers at these places, and nothing elsewhere."""
        return sum(number << (_BITS * at) for at, number in numbers)

    def unpacked(self, row: int) -> tuple[int, ...]:
        """The numbers of a row, or of a sum of rows."""
        lifted = (row + self._signs) ^ self._signs  # takes the borrowed ones back, lane by lane
        return self._bytes.unpack(lifted.to_bytes(self._bytes.size, "little"))
