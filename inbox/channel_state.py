"""What a platform's answer, or its silence, leaves on a channel: health is read from it."""

from datetime import datetime, timedelta

from inbox.models import Channel


def worked(channel: Channel, now: datetime) -> None:
    """The platform answered: whatever was wrong is over."""
    channel.last_ok_at, channel.failing_since, channel.retry_at = now, None, None
    channel.failures, channel.trouble, channel.needs_attention = 0, None, False


def failed(channel: Channel, reason: str, *, now: datetime, wait: timedelta, attention: bool) -> None:
    """The platform did not answer, or refused us: shown on the channel's page, tried again after `wait`."""
    channel.failing_since = channel.failing_since or now
    channel.failures += 1
    channel.trouble, channel.needs_attention = reason, attention
    channel.retry_at = now + wait
