"""How many requests an application may make at a mailbox: 10,000 in 10 minutes, as Microsoft documents it."""

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

REQUESTS, SECONDS = 10_000, 600.0
_WHOSE = re.compile(r"/v1\.0/(users/[^/]+|me)(?:/|$)")


@dataclass(slots=True)
class Allowance:
    """Counted over the last `seconds` of the platform's clock; `requests` None: no limit."""

    requests: int | None = REQUESTS
    seconds: float = SECONDS
    used: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, path: str, now: datetime) -> int:
        """Counts a request; the seconds after which to come again when it is one too many, else 0."""
        whose = _WHOSE.match(path)
        if self.requests is None or whose is None:
            return 0
        at, used = now.timestamp(), self.used[whose[1].lower()]
        while used and used[0] <= at - self.seconds:
            used.popleft()
        if len(used) >= self.requests:
            return max(1, ceil(used[0] + self.seconds - at))
        used.append(at)
        return 0
