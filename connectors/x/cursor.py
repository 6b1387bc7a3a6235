"""How far an X account has been read: ids only, never content."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_RECENT = 100


@dataclass(slots=True)
class Reached:
    """One listing: the newest id that is kept, the last of them all, so that late ones can be told, and when
    it was last looked at, in epoch seconds."""

    newest: int = 0
    looked: float = 0
    recent: list[str] = field(default_factory=list)

    def add(self, ids: list[str], *, is_whole: bool = True) -> None:
        """Ids that are kept now, oldest first. Not whole: older ones are still unread."""
        if ids and is_whole:
            self.newest = max(self.newest, *map(int, ids))
        self.recent = [*self.recent, *ids][-MOST_RECENT:]


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
    except (ValueError, TypeError, AttributeError):
        return Cursor()


def _reached(told: dict[str, Any]) -> Reached:
    recent = [str(one) for one in told.get("recent", [])]
    return Reached(int(told.get("newest", 0)), float(told.get("looked", 0)), recent)
