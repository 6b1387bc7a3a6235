"""What the last test of a channel found, kept as what is wrong with it until something works."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from connectors.contract import Checked
from inbox.models import Channel


def remember(channel: Channel, found: Sequence[Checked], now: datetime) -> None:
    """What failed takes the place of what was wrong before; what worked ends it.

    Collecting that goes on well ends the one kind of trouble, a message that left the other.
    """
    channel.sending_trouble = _words(one for one in found if one.sends and not one.ok)
    trouble = _words(one for one in found if not one.sends and not one.ok)
    channel.trouble, channel.needs_attention = trouble, trouble is not None
    channel.failing_since = (channel.failing_since or now) if trouble else None
    if trouble is None:
        channel.failures, channel.retry_at = 0, None


def _words(failed: Iterable[Checked]) -> str | None:
    return " ".join(f"{one.step}: {one.detail.rstrip('. ')}." for one in failed) or None
