"""The numbers of `metrics`, written as Prometheus reads them."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from inbox.models import ArrivalState
from inbox.web.metrics import OPEN_DELIVERIES, Standing

MEDIA_TYPE = CONTENT_TYPE_LATEST
_FIGURES = {
    "failed": "Messages that failed or came back in 7 days",
    "unknown": "Messages of which nobody knows whether they left, in 7 days",
    "oldest_waiting_seconds": "How long the oldest thing waits to be read or to leave",
    "last_in_seconds": "Since something last came in",
    "last_out_seconds": "Since something last left",
    "spent_today_dollars": "What the platform charged today, in US dollars",
    "spent_month_dollars": "What the platform charged this month, in US dollars",
    "daily_cap_dollars": "What reading may cost a day, in US dollars",
    "sign_in_ends_seconds": "Until the sign-in runs out by itself",
}


def of(found: Standing, has_room: bool) -> bytes:
    """What a scraper is given."""
    return generate_latest(registry(found, has_room))


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
    for delivery_state in OPEN_DELIVERIES:
        deliveries.labels(delivery_state).set(found.deliveries[delivery_state])
    labels = ["channel", "kind", "office"]
    for name, words in _FIGURES.items():
        made_of = Gauge(f"inbox_channel_{name}", words, labels, registry=made)
        for whose, figures in found.figures:
            if name in figures:
                made_of.labels(*whose).set(figures[name])
    well = Gauge("inbox_channel_ok", "1 while the channel works or is off", labels, registry=made)
    silent = Gauge("inbox_channel_last_ok_seconds", "Since the channel last answered", labels, registry=made)
    for channel, kind, office, is_well, age in found.channels:
        well.labels(channel, kind, office).set(float(is_well))
        silent.labels(channel, kind, office).set(age)
    return made
