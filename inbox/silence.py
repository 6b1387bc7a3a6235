"""Whether a channel has been silent far longer than it usually is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, select

from inbox.models import Arrival, Channel, ChannelMode

LOOKED_AT = 500
"""Arrivals that say what is usual."""
_FEWEST, _SHORTEST = 20, timedelta(days=7)
"""From fewer, or in less time, nothing is concluded."""
_WITHIN = timedelta(weeks=4)
"""Before the last arrival: how it was when the channel was new says nothing of now."""
_AT_LEAST, _TIMES = timedelta(days=1), 2


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came in since `since`; `usual` is the longest that ever lay between two arrivals before."""

    since: datetime
    usual: timedelta


def judge(moments: Sequence[datetime], now: datetime) -> Silence | None:
    """The silence at `now` after arrivals at these moments, in any order; None for a usual one.

    Nights and weekends are in what is usual, so twice the longest gap is more than a weekend.
    """
    newest = max(moments, default=now)
    known = sorted(one for one in moments if newest - one <= _WITHIN)
    if len(known) < _FEWEST or known[-1] - known[0] < _SHORTEST:
        return None
    usual = max(later - earlier for earlier, later in pairwise(known))
    since = known[-1]
    return Silence(since, usual) if now - since > max(_AT_LEAST, _TIMES * usual) else None


def of(session: Session, channel: Channel, now: datetime) -> Silence | None:
    """The same of a channel. One that is off, or was heard of in the last day, costs no question."""
    heard = channel.last_in_at
    if channel.mode == ChannelMode.OFF or heard is None or now - heard <= _AT_LEAST:
        return None
    newest = select(Arrival.kept_at).where(Arrival.channel_id == channel.id)
    return judge(session.exec(newest.order_by(col(Arrival.id).desc()).limit(LOOKED_AT)).all(), now)
