"""Where looking at a Page has come to, small enough for one field of a database row.

Facebook has no cursor that outlives a day. So a round begins at the newest thing and goes back to where the
last whole round began, with some minutes to spare for what Facebook shows late; the names given within those
minutes are remembered, so that each thing is given once.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.facebook.arrivals import moment_of

OVERLAP = timedelta(minutes=10)
_MOST_REMEMBERED = 3000


@dataclass(slots=True)
class Cursor:
    """`seen`: up to when everything of an edge was collected. `edge`, `after`, `newest`: the round that is
    under way. `given`: names (shortened) given lately, with their seconds. `told`: notices that stand."""

    seen: dict[str, str] = field(default_factory=dict)
    edge: str = ""
    after: str = ""
    newest: str = ""
    given: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    checked_at: str = ""

    @staticmethod
    def read(words: str | None) -> "Cursor":
        """The cursor as it was written; a fresh one for none and for nonsense."""
        try:
            return Cursor(**json.loads(words)) if words else Cursor()
        except (ValueError, TypeError):
            return Cursor()

    def write(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def seen_until(self, edge: str, since: datetime) -> datetime:
        """Nothing of this edge that is older need be looked at."""
        seen = moment_of(self.seen[edge]) if edge in self.seen else None
        return max(since, seen - OVERLAP) if seen else since

    def is_new(self, name: str) -> bool:
        return _short(name) not in self.given

    def give(self, names: Iterable[tuple[str, datetime]]) -> None:
        """Remembers what is handed over, with when it was said, if the next round can meet it again."""
        newest = moment_of(self.newest) if self.newest else None
        for name, said_at in names:
            if newest is None or said_at >= newest - OVERLAP:
                self.given[_short(name)] = int(said_at.timestamp())

    def finish(self, edge: str) -> None:
        """A round over this edge is whole."""
        if self.newest:
            self.seen[edge] = max(self.seen.get(edge, ""), self.newest)
        self.after, self.newest = "", ""

    def forget(self) -> None:
        """Drops the names that no later round can meet again."""
        if self.seen:
            oldest = min(moment_of(one) or datetime.now(UTC) for one in self.seen.values()) - OVERLAP
            self.given = {name: at for name, at in self.given.items() if at >= oldest.timestamp()}
        newest = sorted(self.given.items(), key=lambda one: one[1])[-_MOST_REMEMBERED:]
        self.given = dict(newest)


def _short(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
