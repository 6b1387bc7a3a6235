"""How often somebody may do something, counted in this process: for limits that a restart may forget.

Limits that must hold on every node (sign-in, the status link's check) are counted in the database instead.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from inbox.errors import TooMany

_MOST_KEYS = 10_000


class Window:
    """At most `limit` hits per key in any `seconds`. Remembers the 10,000 keys that were last used."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.seconds = seconds
        self._clock = clock
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()
        self._guard = threading.Lock()

    def hit(self, key: str, sentence: str = "Too many requests. Wait a moment, then try again.") -> None:
        """Counts one; raises TooMany, with the seconds to wait, when that is more than the limit."""
        wait = self.wait(key)
        if wait:
            raise TooMany(sentence, wait)

    def wait(self, key: str) -> int:
        """Counts one and returns 0, or counts nothing and returns the seconds until there is room."""
        now = self._clock()
        with self._guard:
            hits = self._hits.setdefault(key, deque())
            self._hits.move_to_end(key)
            while len(self._hits) > _MOST_KEYS:
                self._hits.popitem(last=False)
            while hits and hits[0] <= now - self.seconds:
                hits.popleft()
            if len(hits) >= self.limit:
                return max(1, int(hits[0] + self.seconds - now) + 1)
            hits.append(now)
            return 0

    def give_back(self, key: str) -> None:
        """Takes back the last one that was counted: it was none of those that are limited."""
        with self._guard:
            if hits := self._hits.get(key):
                hits.pop()
