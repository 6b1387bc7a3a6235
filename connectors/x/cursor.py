"""How far an X account has been read: ids only, never content."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_RECENT = 100
MOST_GAPS = 20


@dataclass(slots=True)
class Gap:
    """What was left unread where the day's money ended: ids between `above` and `below`, neither of them.

    `token`: the page that begins it, for a listing that takes no ids; "" once that is of no use.
    """

    above: int
    below: int
    token: str = ""


@dataclass(slots=True)
class Reached:
    """One listing: the newest id that is kept, the last of them all, so that late ones can be told, when it
    was last looked at, in epoch seconds, and what below the newest is still unread, the oldest first."""

    newest: int = 0
    looked: float = 0
    recent: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, ids: list[str]) -> None:
        """Ids that are kept now."""
        self.newest = max([self.newest, *map(int, ids)])
        self.recent = sorted({*self.recent, *ids}, key=int)[-MOST_RECENT:]

    def leave(self, gap: Gap) -> None:
        """Unread until there is money again. Past a number of gaps two become one: some is read twice."""
        self.gaps = sorted([*self.gaps, gap], key=lambda one: one.above)
        while len(self.gaps) > MOST_GAPS:
            first, second, *rest = self.gaps
            self.gaps = [Gap(first.above, max(first.below, second.below)), *rest]

    def fill(self, below: int, up_to: int) -> None:
        """The gap that ends `below` is read up to this id."""
        for gap in self.gaps:
            if gap.below == below:
                gap.above = max(gap.above, up_to)
        self.gaps = [gap for gap in self.gaps if gap.above + 1 < gap.below]


@dataclass(slots=True)
class Cursor:
    """The cursor as it is stored. `rechecked`: when known mentions were last looked up, `upkept`: when X was
    last known to call us, both in epoch seconds. `told_of_…`: what the office was told already."""

    posts: Reached = field(default_factory=Reached)
    directs: Reached = field(default_factory=Reached)
    rechecked: float = 0
    upkept: float = 0
    told_of_cost: str = ""
    told_of_webhook: str = ""

    def words(self) -> str:
        return json.dumps(asdict(self))


def read_cursor(words: str | None) -> Cursor:
    """The cursor; a new one for words that nobody here wrote."""
    try:
        told: Any = json.loads(words or "{}")
        return Cursor(
            _reached(told.get("posts", {})),
            _reached(told.get("directs", {})),
            float(told.get("rechecked", 0)),
            float(told.get("upkept", 0)),
            str(told.get("told_of_cost", "")),
            str(told.get("told_of_webhook", "")),
        )
    except (ValueError, TypeError, AttributeError, KeyError):
        return Cursor()


def _reached(told: dict[str, Any]) -> Reached:
    recent = [str(one) for one in told.get("recent", [])]
    gaps = [Gap(int(one["above"]), int(one["below"]), str(one["token"])) for one in told.get("gaps", [])]
    return Reached(int(told.get("newest", 0)), float(told.get("looked", 0)), recent, gaps)
