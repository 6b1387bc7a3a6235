"""What the database says about the work that waits, read when somebody asks. Counts and ages, no content."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sql
from prometheus_client import CollectorRegistry, Gauge
from sqlmodel import Session, col

from inbox.database import Database
from inbox.models import Arrival, ArrivalState, Channel, ChannelMode, Delivery, DeliveryState, Job, Office

_OPEN_DELIVERIES = (
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.RETRYING,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
)


@dataclass(slots=True)
class Standing:
    """How things stand in all offices together; channels one by one."""

    oldest_job_seconds: float = 0.0
    oldest_arrival_seconds: float = 0.0
    oldest_delivery_seconds: float = 0.0
    jobs: int = 0
    arrivals: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    channels: list[tuple[str, str, str, bool, float]] = field(default_factory=list)


def standing(database: Database, now: datetime) -> Standing:
    """Reads it, office by office. Raises Unavailable when the database does not answer."""
    found = Standing()
    with database.read() as session:
        offices = list(session.execute(sql.select(col(Office.id))).scalars())
        due = sql.select(sql.func.count(), sql.func.min(col(Job.due_at))).where(
            col(Job.finished_at).is_(None), col(Job.due_at) <= now
        )
        found.jobs, oldest = session.execute(due).one()
        found.oldest_job_seconds = _age(oldest, now)
    for office in offices:
        with database.read(office) as session:
            _of_office(session, found, now)
    return found


def _of_office(session: Session, found: Standing, now: datetime) -> None:
    waiting = (ArrivalState.WAITING, ArrivalState.QUARANTINED)
    arrivals = sql.select(col(Arrival.state), sql.func.count(), sql.func.min(col(Arrival.kept_at)))
    for state, count, oldest in session.execute(
        arrivals.where(col(Arrival.state).in_(waiting)).group_by(col(Arrival.state))
    ):
        found.arrivals[state] += count
        if state == ArrivalState.WAITING:
            found.oldest_arrival_seconds = max(found.oldest_arrival_seconds, _age(oldest, now))
    deliveries = sql.select(col(Delivery.state), sql.func.count(), sql.func.min(col(Delivery.queued_at)))
    for state, count, oldest in session.execute(
        deliveries.where(col(Delivery.state).in_(_OPEN_DELIVERIES)).group_by(col(Delivery.state))
    ):
        found.deliveries[state] += count
        if state in (DeliveryState.QUEUED, DeliveryState.RETRYING):
            found.oldest_delivery_seconds = max(found.oldest_delivery_seconds, _age(oldest, now))
    channels = sql.select(
        col(Channel.id), col(Channel.kind), col(Channel.office_id), col(Channel.mode),
        col(Channel.failing_since), col(Channel.needs_attention), col(Channel.last_ok_at),
    ).where(col(Channel.removed_at).is_(None))  # fmt: skip
    for channel, kind, office, mode, failing, attention, last_ok in session.execute(channels):
        is_well = mode == ChannelMode.OFF or (failing is None and not attention)
        found.channels.append((channel, kind, office, is_well, _age(last_ok, now)))


def registry(found: Standing, has_room: bool) -> CollectorRegistry:
    """The numbers as Prometheus reads them. Channels and offices are named by their ids only."""
    made = CollectorRegistry()

    def gauge(name: str, words: str, value: float) -> None:
        Gauge(f"inbox_{name}", words, registry=made).set(value)

    gauge("jobs_due", "Jobs that are due and not done", found.jobs)
    gauge("oldest_job_seconds", "How long the oldest due job has waited", found.oldest_job_seconds)
    gauge(
        "oldest_arrival_seconds",
        "How long the oldest unread arrival has waited",
        found.oldest_arrival_seconds,
    )
    gauge(
        "oldest_delivery_seconds",
        "How long the oldest reply has waited to leave",
        found.oldest_delivery_seconds,
    )
    gauge("disk_has_room", "1 while there is room to take something new", float(has_room))
    arrivals = Gauge("inbox_arrivals", "Arrivals that are not on a case", ["state"], registry=made)
    for arrival_state in (ArrivalState.WAITING, ArrivalState.QUARANTINED):
        arrivals.labels(arrival_state).set(found.arrivals[arrival_state])
    deliveries = Gauge("inbox_deliveries", "Replies that are not out", ["state"], registry=made)
    for delivery_state in _OPEN_DELIVERIES:
        deliveries.labels(delivery_state).set(found.deliveries[delivery_state])
    labels = ["channel", "kind", "office"]
    well = Gauge("inbox_channel_ok", "1 while the channel works or is off", labels, registry=made)
    silent = Gauge("inbox_channel_last_ok_seconds", "Since the channel last answered", labels, registry=made)
    for channel, kind, office, is_well, age in found.channels:
        well.labels(channel, kind, office).set(float(is_well))
        silent.labels(channel, kind, office).set(age)
    return made


def _age(moment: datetime | str | None, now: datetime) -> float:
    if moment is None:
        return 0.0
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    return max(0.0, (now - at).total_seconds())
