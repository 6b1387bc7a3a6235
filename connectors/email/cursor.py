"""How far each folder of a mailbox has been read, as JSON text that an office keeps."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from connectors.contract import PermanentFailure

WINDOW = 20
"""UIDs below the highest that are looked at again: some servers show a lower UID after a higher one."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far one folder has been read.

    `recent` are the UIDs of the trailing window that were examined. Below `start` (UIDNEXT when we first
    looked) the channel's `since` holds to the second, above it with a day's grace for a server whose clock is
    wrong. Below `resync_below` everything may be mail we had under an older number. `generation` counts how
    often the server went back to lower UIDs without the new UIDVALIDITY it owes us.
    """

    uidvalidity: int
    last_uid: int = 0
    recent: tuple[int, ...] = ()
    start: int = 0
    resync_below: int = 0
    generation: int = 0

    @property
    def name(self) -> str:
        """The middle part of an external id: the UIDVALIDITY, made different for each generation."""
        return f"{self.uidvalidity}.{self.generation}" if self.generation else str(self.uidvalidity)

    @property
    def window_start(self) -> int:
        """The lowest UID worth asking for."""
        return max(1, self.last_uid - WINDOW + 1)

    def is_new(self, uid: int) -> bool:
        return uid > self.last_uid or (uid >= self.window_start and uid not in self.recent)

    def after(self, examined: Iterable[int]) -> "Place":
        """The place once `examined` are kept."""
        seen = {*self.recent, *examined}
        last = max([self.last_uid, *seen])
        return replace(self, last_uid=last, recent=tuple(sorted(uid for uid in seen if uid > last - WINDOW)))


def parse(cursor: str | None) -> dict[str, Place]:
    """Folder to place. Raises PermanentFailure for text that `dump` did not write."""
    if cursor is None:
        return {}
    try:
        return {folder: _place(fields) for folder, fields in json.loads(cursor).items()}
    except (ValueError, TypeError, AttributeError, KeyError):
        raise PermanentFailure("the note of how far this mailbox was read is damaged") from None


def dump(places: Mapping[str, Place]) -> str:
    """`places` as JSON text."""
    return json.dumps({folder: asdict(place) for folder, place in places.items()}, separators=(",", ":"))


def _place(fields: Mapping[str, object]) -> Place:
    numbers = {name: int(str(value)) for name, value in fields.items() if name != "recent"}
    recent = fields.get("recent", ())
    if not isinstance(recent, (list, tuple)):
        raise TypeError
    return Place(**numbers, recent=tuple(int(uid) for uid in recent))
