"""Ids of X hold the time: milliseconds since an epoch of its own, above 22 bits. They sort as numbers."""

from datetime import UTC, datetime, timedelta

EPOCH_MS = 1288834974657
_BITS = 22


def time_of(snowflake: str, otherwise: datetime) -> datetime:
    """When it was made; `otherwise` for a number that is no such id."""
    ms = EPOCH_MS + (int(snowflake) >> _BITS)
    try:
        made_at = datetime.fromtimestamp(ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
    return made_at if made_at <= otherwise + timedelta(days=1) else otherwise


def first_of(moment: datetime) -> int:
    """The smallest id that can be made at this time."""
    return max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << _BITS
