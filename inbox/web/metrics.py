"""What the database says about the work that waits, read when somebody asks. Counts and ages, no content."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sql
from sqlmodel import Session, col

from inbox import channel_figures, channels
from inbox.database import Database
from inbox.models import Arrival, ArrivalState, Channel, ChannelMode, Delivery, DeliveryState, Job, Office
from inbox.models.channel import UNFINISHED

KEPT_SECONDS = 10.0
"""How long what was read is told again: asking more often costs the database nothing more."""

OPEN_DELIVERIES = (
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.RETRYING,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
)
Found = TypeVar("Found")


@dataclass(slots=True)
class Waiting:
    """Work that is due and not done, in all offices together."""

    oldest_job_seconds: float = 0.0
    oldest_arrival_seconds: float = 0.0
    jobs: int = 0


@dataclass(slots=True)
class Standing(Waiting):
    """How things stand in all offices together; channels one by one."""

    oldest_delivery_seconds: float = 0.0
    arrivals: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    channels: list[tuple[str, str, str, bool, float]] = field(default_factory=list)
    figures: list[tuple[tuple[str, str, str], Mapping[str, float]]] = field(default_factory=list)


class Kept(Generic[Found]):
    """What `read` found last, until it is ten seconds old. One caller at a time reads anew; whoever comes
    meanwhile is told what was found before."""

    def __init__(
        self, read: Callable[[datetime], Found], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._guard = threading.Lock()
        self._last: tuple[float, Found] | None = None

    def at(self, now: datetime) -> Found:
        """Raises Unavailable when the database does not answer."""
        last = self._last
        if last is None:
            self._guard.acquire()
        elif self._clock() - last[0] < KEPT_SECONDS or not self._guard.acquire(blocking=False):
            return last[1]
        try:
            found = self._last
            if found is None or found is last:  # else another has read it while this one waited
                found = self._last = (self._clock(), self._read(now))
            return found[1]
        finally:
            self._guard.release()


def waiting(database: Database, now: datetime) -> Waiting:
    """The least that tells whether work is done. Raises Unavailable when the database does not answer."""
    found = Waiting()
    for office in _jobs(database, found, now):
        with database.read(office) as session:
            _unread(session, found, now)
    return found


def standing(database: Database, now: datetime) -> Standing:
    """Reads it, office by office. Raises Unavailable when the database does not answer."""
    found = Standing()
    for office in _jobs(database, found, now):
        with database.read(office) as session:
            _unread(session, found, now)
            _of_office(session, found, now)
    return found


def _jobs(database: Database, found: Waiting, now: datetime) -> list[str]:
    """Reads what lies outside the wall; the offices, of which the rest is asked one by one."""
    with database.read() as session:
        offices = list(session.execute(sql.select(col(Office.id))).scalars())
        due = sql.select(sql.func.count(), sql.func.min(col(Job.due_at))).where(
            col(Job.finished_at).is_(None), col(Job.due_at) <= now
        )
        found.jobs, oldest = session.execute(due).one()
        found.oldest_job_seconds = _age(oldest, now)
    return offices


def _unread(session: Session, found: Waiting, now: datetime) -> None:
    for since in channel_figures.unread_since(session).values():
        found.oldest_arrival_seconds = max(found.oldest_arrival_seconds, _age(since, now))


def _of_office(session: Session, found: Standing, now: datetime) -> None:
    unread = col(Arrival.state).in_((ArrivalState.WAITING, ArrivalState.QUARANTINED))
    arrivals = sql.select(col(Arrival.state), sql.func.count()).where(sql.text(UNFINISHED), unread)
    for state, count in session.execute(arrivals.group_by(col(Arrival.state))):
        found.arrivals[state] += count
    deliveries = sql.select(col(Delivery.state), sql.func.count(), sql.func.min(col(Delivery.queued_at)))
    for state, count, oldest in session.execute(
        deliveries.where(col(Delivery.state).in_(OPEN_DELIVERIES)).group_by(col(Delivery.state))
    ):
        found.deliveries[state] += count
        if state in (DeliveryState.QUEUED, DeliveryState.RETRYING):
            found.oldest_delivery_seconds = max(found.oldest_delivery_seconds, _age(oldest, now))
    _figures(session, found, now)
    listed = sql.select(
        col(Channel.id), col(Channel.kind), col(Channel.office_id), col(Channel.mode),
        col(Channel.failing_since), col(Channel.needs_attention), col(Channel.last_ok_at),
        col(Channel.sending_trouble),
    ).where(col(Channel.removed_at).is_(None))  # fmt: skip
    for channel, kind, office, mode, failing, attention, last_ok, sending in session.execute(listed):
        is_well = mode == ChannelMode.OFF or not (failing or attention or sending)
        found.channels.append((channel, kind, office, is_well, _age(last_ok, now)))


def _figures(session: Session, found: Standing, now: datetime) -> None:
    """The same figures as the page of channels shows."""
    rows = channels.open_channels(session)
    figures = channel_figures.of(session, rows, now)
    for row in rows:
        one = figures[row.id]
        told = {
            "failed": float(one.failed),
            "unknown": float(one.unknown),
            "oldest_waiting_seconds": _age(one.waiting_since, now),
            "spent_today_dollars": one.spent_today,
            "spent_month_dollars": one.spent_this_month,
        }
        if one.cap is not None:
            told["daily_cap_dollars"] = one.cap
        for name, at in (("last_in_seconds", row.last_in_at), ("last_out_seconds", row.last_out_at)):
            if at is not None:
                told[name] = _age(at, now)
        if row.signed_in_until is not None:
            told["sign_in_ends_seconds"] = (row.signed_in_until - now).total_seconds()
        found.figures.append(((row.id, row.kind, row.office_id), told))


def _age(moment: datetime | str | None, now: datetime) -> float:
    if moment is None:
        return 0.0
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    return max(0.0, (now - at).total_seconds())
