"""Ten thousand messages wait on a platform after an outage: all in, once, in order of time in each thread.

At the channel itself, against its stand-in in a process of its own: how many came, how many twice, how many
out of order, how often the platform was asked and how often it said "too many", how long it took, and the
memory it took. What filing them costs is measured by `importing`. Microsoft's limit of requests is the true
one; while the channel rests, the clocks of both sides are put forward, and how far is told (`rested`).
"""

import hashlib
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from bench.measuring import report
from connectors.contract import (
    Boundless,
    InboundMessage,
    News,
    Polls,
    RawArrival,
    Surroundings,
    TemporaryFailure,
)
from connectors.feed import FeedChannel
from connectors.standins.server import Asked, StandIn, Told
from tests.connectors.microsoft365 import MAILBOX, Account
from tests.connectors.open311.councils import Council
from tests.rigs.facebook import Facebook
from tests.rigs.platforms import Platform, platform
from tests.rigs.x import x_channel

WAITING = 10_000
FAULTS, PEOPLE, BATCH = 50, 500, 500


@dataclass(slots=True)
class Seen:
    """What came in, as it came."""

    keys: set[bytes] = field(default_factory=set)
    count: int = 0
    disordered: int = 0
    last: dict[str, datetime] = field(default_factory=dict)

    def take(self, arrival: RawArrival, news: News) -> None:
        self.count += 1
        self.keys.add(hashlib.sha256(arrival.external_id.encode()).digest())
        if not isinstance(news, InboundMessage) or news.sent_at is None:
            return
        thread = f"{news.thread or ''} {news.sender.address}"
        self.disordered += thread in self.last and news.sent_at < self.last[thread]
        self.last[thread] = news.sent_at


@dataclass(frozen=True, slots=True)
class Outage:
    """A platform with everything waiting, and a channel to fetch it by."""

    channel: Polls
    read: Callable[[RawArrival], News]
    asked: Callable[[], tuple[int, int]]
    patience: int = 2
    """Rounds without anything new until all counts as read: a long walk hands nothing out before its end."""
    rest: Callable[[timedelta], None] | None = None
    """Lets time go by on both sides; without it, being told to wait ends the measurement."""


def run(waiting: int = WAITING) -> None:
    for name, opened in PLATFORMS.items():
        with opened(waiting) as outage:
            _measure(name, outage, waiting)


def _measure(name: str, outage: Outage, waiting: int) -> None:
    seen, cursor, before = Seen(), None, _megabytes()
    start, cpu = time.perf_counter(), time.process_time()
    idle = fresh = 0
    rested = timedelta()
    while idle < outage.patience:
        try:
            batch = outage.channel.fetch(cursor)
        except TemporaryFailure as failure:
            if outage.rest is None or failure.after is None:
                raise
            rested += failure.after
            outage.rest(failure.after)
            continue
        for arrival in batch.arrivals:
            seen.take(arrival, outage.read(arrival))
        outage.channel.acknowledge(batch.arrivals)
        cursor, fresh = batch.cursor, fresh + len(batch.arrivals)
        if not batch.more:
            idle, fresh = (0 if fresh else idle + 1), 0
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    outage.channel.close()
    asked, refused = outage.asked()
    report(
        "outage", platform=name, waiting=waiting, came=len(seen.keys), twice=seen.count - len(seen.keys),
        out_of_order=seen.disordered, asked=asked, too_many=refused, seconds=seconds,
        rested=round(rested.total_seconds()),
        cpu_ms_each=cpu * 1_000 / max(1, waiting), grew_mb=_megabytes() - before,
    )  # fmt: skip


def _megabytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def _log_of(found: Platform) -> tuple[int, int]:
    told = found.client.get(f"{found.url}/_counts").json()
    return told["asked"], told["refused"]


@contextmanager
def _microsoft(waiting: int) -> Iterator[Outage]:
    with platform("graph") as found:
        account = Account(found)
        found.order("_mailbox", mailbox=MAILBOX)
        for begun in range(0, waiting, BATCH):
            count = min(BATCH, waiting - begun)
            account.deliver("The bins.", times=count, ago=waiting - begun - count, quiet=True)
        channel, gone = account.channel(), [0.0]

        def rest(span: timedelta) -> None:
            gone[0] += span.total_seconds()
            found.order("_clock", offset=gone[0])

        with patch("connectors.email.graph.pacing.monotonic", lambda: time.monotonic() + gone[0]):
            yield Outage(channel, channel.read, lambda: _log_of(found), rest=rest)


@contextmanager
def _facebook(waiting: int) -> Iterator[Outage]:
    with platform("facebook") as found:
        page = Facebook(found)
        found.order("_flood", messages=waiting, people=PEOPLE)
        channel = page.channel()
        yield Outage(channel, channel.read, lambda: _log_of(found))


@contextmanager
def _x(waiting: int) -> Iterator[Outage]:
    with platform("x") as found:
        found.order("_clock", offset=-1800)
        for begun in range(0, waiting, BATCH):
            found.order("_flood", posts=min(BATCH, waiting - begun), people=PEOPLE)
        found.order("_clock", offset=0)
        channel = x_channel(found.url, Boundless(), daily_cap="0")
        yield Outage(channel, channel.read, lambda: _log_of(found), patience=12)


@contextmanager
def _council(waiting: int) -> Iterator[Outage]:
    with platform("open311") as found:
        council = Council(found)
        numbers = [council.hand_on(message_id=f"f{number}@ashby.example") for number in range(FAULTS)]
        found.order("_flood", ids=numbers, updates=waiting)
        channel = council.channel()
        yield Outage(channel, channel.read, lambda: _log_of(found))
        council.close()


def _minute(number: int) -> str:
    return f"{datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number):%Y-%m-%dT%H:%M:00Z}"


class _Site(StandIn):
    """A feed as long as ours are read."""

    def __init__(self, entries: int) -> None:
        super().__init__()
        rows = "".join(
            f"<entry><id>urn:{number}</id><title>t</title><author><name>W</name></author>"
            f"<content>News {number}</content><updated>{_minute(number)}</updated></entry>"
            for number in reversed(range(entries))
        )
        page = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Site</title>{rows}</feed>'.encode()
        self.routes = [("GET", "/feed", lambda asked: self._page(asked, page))]

    @staticmethod
    def _page(asked: Asked, page: bytes) -> Told:
        if asked.headers.get("if-none-match") == '"1"':
            return Told(status=304)
        return Told(page, headers={"content-type": "application/atom+xml", "etag": '"1"'})


@contextmanager
def _feed(waiting: int) -> Iterator[Outage]:
    """Only what a site still lists can be read after an outage: the newest entries, as many as it shows."""
    site = _Site(waiting)
    settings = {"url": f"{site.start()}/feed", "since": "2026-01-01"}
    channel = FeedChannel.from_settings(settings, {}, Surroundings(frozenset({"127.0.0.1"})))
    yield Outage(channel, channel.read, lambda: (site.asked, site.refused))
    site.stop()


PLATFORMS = {
    "microsoft365": _microsoft, "facebook": _facebook, "x": _x, "open311": _council, "feed": _feed,
}  # fmt: skip
