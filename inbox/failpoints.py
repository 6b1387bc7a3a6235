"""Named points at which a test may kill or stop the process, to prove that nothing is lost or doubled.

Armed only by the composition root, and only where INBOX_ENV is "test" (`settings.py` refuses it
elsewhere). The names are listed in `docs/failpoints.md`.
"""

import os
import signal
from dataclasses import dataclass


@dataclass(slots=True)
class _Order:
    """What happens when the point is reached once more, and how often it must still be reached."""

    left: int
    signal: int


_armed: dict[str, _Order] = {}


def arm(order: str) -> None:
    """`name[:nth][:stop]`: die, or only be stopped, when that point is reached for the nth time (from 1)."""
    name, *more = order.split(":")
    stops = more[-1:] == ["stop"]
    nth = more[0] if more and more[0] != "stop" else "1"
    _armed[name] = _Order(int(nth), signal.SIGSTOP if stops else signal.SIGKILL)


def reach(name: str) -> None:
    """Does nothing, unless this point is armed and its turn has come."""
    if not _armed or name not in _armed:
        return
    order = _armed[name]
    order.left -= 1
    if order.left == 0:
        os.kill(os.getpid(), order.signal)
