"""The day's money: reading stops before it is passed, and what was spent can be said."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from connectors.contract import Budget, TemporaryFailure
from connectors.x import fields
from connectors.x.prices import COST

RAISED_SOON = timedelta(minutes=15)
"""Somebody may raise the limit: so long, at most, until that is seen."""


class _Read:
    """What one account was charged for on one day."""

    def __init__(self) -> None:
        self.day = date.min
        self.names: set[str] = set()


@lru_cache(maxsize=200)
def _read_by(_: Budget) -> _Read:
    """One for each account, whatever opens it: a look whether an answer left pays for nothing twice."""
    return _Read()


class Purse:
    """What may be spent on reading today. `cap` in US dollars; None: no limit.

    X counts a thing once in a UTC day, however often it is read. What was read before this program began
    is not remembered here and counts again, so that the limit errs on the safe side.
    """

    def __init__(
        self, budget: Budget, cap: float | None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._budget = budget
        self._cap = cap
        self._clock = clock
        self._read = _read_by(budget)

    def affordable(self, price: float, least: int, most: int) -> int:
        """How many things, at this price each, can be read now. Raises TemporaryFailure below `least`."""
        if self._cap is None:
            return most
        left = self._cap - self._budget.spent(COST)
        count = int(left / price + 1e-9)
        if count < least:
            raise TemporaryFailure(
                f"reading from X stops for today: {self.words()}. Nothing is lost; it goes on at midnight "
                "UTC, or when daily_cap is raised",
                RAISED_SOON,
            )
        return min(count, most)

    def pay(self, dollars: float) -> None:
        if dollars > 0:
            self._budget.spend(COST, dollars)

    def pay_for(self, things: Mapping[str, float]) -> None:
        """For what was read: the price of each, by a name of its own."""
        today = self._clock().astimezone(UTC).date()
        if today != self._read.day:
            self._read.day, self._read.names = today, set()
        dollars = math.fsum(price for name, price in things.items() if name not in self._read.names)
        self._read.names |= set(things)
        self.pay(dollars)

    def words(self) -> str:
        spent = self._budget.spent(COST)
        return f"${spent:.2f} spent" if self._cap is None else f"${spent:.2f} of ${self._cap:.2f} are spent"

    @property
    def is_low(self) -> bool:
        """Whether four fifths of the day's money are gone."""
        return self._cap is not None and self._budget.spent(COST) >= 0.8 * self._cap


def prices(kind: str, things: Iterable[Mapping[str, Any]], price: float) -> dict[str, float]:
    """What each thing read costs, by a name for each, also for one that has no id of its own."""
    return {f"{kind} {fields.id_of(one) or hash(str(one))}": price for one in things}
