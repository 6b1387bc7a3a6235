"""Named points at which a test may kill the process, to prove that nothing is lost or doubled.

Armed only by the composition root, and only where INBOX_ENV is "test" (`settings.py` refuses it
elsewhere). The names are listed in `docs/failpoints.md`.
"""

import os
import signal

_armed: dict[str, int] = {}


def arm(order: str) -> None:
    """`name` or `name:nth`: die when that point is reached for the nth time (counted from 1)."""
    name, _, nth = order.partition(":")
    _armed[name] = int(nth or 1)


def reach(name: str) -> None:
    """Does nothing, unless this point is armed and its turn has come: then the process dies at once."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
