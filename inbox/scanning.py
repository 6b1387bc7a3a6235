"""Whether a file may be opened, asked of clamd where the settings name one."""

from collections.abc import Callable

from connectors import clamd
from inbox.models import Scan
from inbox.settings import Settings

Scanner = Callable[[bytes], Scan]
"""Says whether a file may be opened. Never raises."""


def scanner(settings: Settings) -> Scanner:
    """Asks clamd where there is one; without one a file is marked as not scanned."""
    address = settings.clamd
    return not_scanned if not address else lambda content: Scan(clamd.scan(address, content))


def not_scanned(content: bytes) -> Scan:
    """Nobody looked."""
    return Scan.NOT_SCANNED
