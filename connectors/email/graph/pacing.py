"""Keeps what we ask of a mailbox within what Microsoft allows: 10,000 requests in 10 minutes, for everything.

Reading stops short of it, so that a mailbox with a great deal waiting never keeps an answer from leaving.
Source: Outlook service limits, learn.microsoft.com/graph/throttling-limits.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

ALLOWED = 10_000
WINDOW_SECONDS = 600.0
KEPT_FREE = 600
"""For sending, for the calls of one more look, and for what another process of ours asks."""
A_LOT = 500
"""After a rest so many requests are free again, so that we do not read by the handful."""


@dataclass(slots=True)
class Pace:
    """The requests of the last ten minutes to one mailbox, counted for this process."""

    now: Callable[[], float] = field(default=lambda: monotonic())
    _asked: deque[float] = field(default_factory=deque)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> None:
        with self._counting:
            self._asked.append(self.now())

    def rest(self) -> timedelta | None:
        """How long reading must rest; None: it may go on."""
        with self._counting:
            now = self.now()
            while self._asked and self._asked[0] <= now - WINDOW_SECONDS:
                self._asked.popleft()
            over = len(self._asked) - (ALLOWED - KEPT_FREE)
            if over < 0:
                return None
            free_at = self._asked[min(over + A_LOT, len(self._asked) - 1)] + WINDOW_SECONDS
            return timedelta(seconds=max(1.0, free_at - now))
