"""How each channel stands in numbers: what failed, what waits longest, what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, case, func
from sqlmodel import Session, col, select, text

from inbox import silence
from inbox.jobs import JobKind
from inbox.models import (
    Arrival,
    ArrivalState,
    Channel,
    ChannelBudget,
    ChannelCost,
    Delivery,
    DeliveryState,
    Job,
)
from inbox.models.channel import UNFINISHED
from inbox.silence import Silence

FAILED_WITHIN = timedelta(days=7)
_MILLION = 1_000_000
_READING = (JobKind.PROCESS, JobKind.READ)
_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRYING, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Figures:
    """One channel now. Money is in US dollars, as platforms charge; `cap` None: nothing stops it."""

    failed: int = 0
    unknown: int = 0
    waiting_since: datetime | None = None
    spent_today: float = 0.0
    spent_this_month: float = 0.0
    cap: float | None = None
    silence: Silence | None = None


def of(session: Session, channels: Sequence[Channel], now: datetime) -> dict[str, Figures]:
    """By channel id, from five questions for all of them together, and one for each that is quiet."""
    failed = _count(session, (DeliveryState.FAILED, DeliveryState.BOUNCED), now)
    unknown = _count(session, (DeliveryState.UNKNOWN,), now)
    waiting = _oldest(session)
    today = now.astimezone(UTC).date().isoformat()
    spent, month = _spent(session, today), _spent(session, today[:7])
    return {
        one.id: Figures(
            failed.get(one.id, 0),
            unknown.get(one.id, 0),
            waiting.get(one.id),
            spent.get(one.id, 0.0),
            month.get(one.id, 0.0),
            _cap(one),
            silence.of(session, one, now),
        )
        for one in channels
    }


def allowed(session: Session, channel: Channel, now: datetime) -> list[ChannelBudget]:
    """What its platform said that it still allows, by the platform's own name for each limit."""
    query = (
        select(ChannelBudget)
        .where(ChannelBudget.channel_id == channel.id, col(ChannelBudget.resets_at) > now)
        .where(col(ChannelBudget.remaining).is_not(None), col(ChannelBudget.name).not_like("% pace"))
        .order_by(col(ChannelBudget.name))
    )
    return list(session.exec(query))


def _count(session: Session, states: tuple[DeliveryState, ...], now: datetime) -> dict[str, int]:
    query = (
        select(Delivery.channel_id, func.count())
        .where(col(Delivery.state).in_(states), Delivery.queued_at > now - FAILED_WITHIN)
        .group_by(col(Delivery.channel_id))
    )
    return dict(session.exec(query).all())


def unread_since(session: Session) -> dict[str, datetime]:
    """By channel: since when the oldest arrival waits to be read. One that was set aside and is run again
    has `attempts` behind it, and waits since somebody asked for that."""
    asked = and_(
        col(Job.subject_id) == Arrival.id, col(Job.finished_at).is_(None), col(Job.kind).in_(_READING)
    )
    again = func.coalesce(Job.due_at, Arrival.kept_at)
    since = case((col(Arrival.attempts) == 0, Arrival.kept_at), else_=again)
    query = select(Arrival.channel_id, func.min(since)).outerjoin(Job, asked)
    waiting = query.where(text(UNFINISHED), Arrival.state == ArrivalState.WAITING)
    return dict(session.exec(waiting.group_by(col(Arrival.channel_id))).all())


def _oldest(session: Session) -> dict[str, datetime]:
    """Since when the oldest thing waits: to be read, or to leave."""
    unsent = select(Delivery.channel_id, func.min(Delivery.queued_at)).where(
        col(Delivery.state).in_(_WAITING)
    )
    found = [
        *unread_since(session).items(),
        *session.exec(unsent.group_by(col(Delivery.channel_id))),
    ]
    return {
        channel: min(since for one, since in found if one == channel) for channel in {one for one, _ in found}
    }


def _spent(session: Session, days: str) -> dict[str, float]:
    """Dollars by channel on a day, or in a month (`2026-11`)."""
    query = select(ChannelCost.channel_id, func.sum(ChannelCost.spent)).where(
        col(ChannelCost.day).startswith(days)
    )
    rows = session.exec(query.group_by(col(ChannelCost.channel_id)))
    return {channel: float(spent) / _MILLION for channel, spent in rows}


def _cap(channel: Channel) -> float | None:
    try:
        return float(channel.settings.get("daily_cap", "")) or None
    except ValueError:
        return None
