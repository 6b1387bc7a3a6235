"""The one table of periodic jobs, and the loops that collect, process and deliver on this node."""

import os
import random
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session, col, select

from connectors.contract import (
    Batch,
    ConnectorFailure,
    CredentialsRejected,
    PermanentFailure,
    TemporaryFailure,
)
from inbox import channels, enquiries, jobs, outbox, pipeline, signoff
from inbox.database import Database, find
from inbox.desk import open_desk
from inbox.errors import CaseworkError, Unavailable
from inbox.failpoints import reach
from inbox.history import SYSTEM, record
from inbox.models import Channel, ChannelMode, Clock, Delivery, DeliveryState, EventKind, Office
from inbox.settings import Settings
from inbox.storage import FolderStore

log = structlog.get_logger()
SENDERS = 4
_WAITS = (5, 15, 60, 300)  # seconds after the first, second, … failure in a row


@dataclass(frozen=True, slots=True)
class Firing:
    """One line of the table: what runs, how often, for every office."""

    name: str
    seconds: int
    run: Callable[["Worker"], None]


class Worker:
    """All background work of one node. `start` runs it in threads, `until_idle` in the caller's."""

    def __init__(self, settings: Settings, line: pipeline.Line, store: FolderStore) -> None:
        self.settings = settings
        self.line = line
        self.database: Database = line.database
        self.store = store
        self.node = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"
        self.stopping = threading.Event()
        self._connectors: dict[str, tuple[object, Any]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._scheduler = BackgroundScheduler(timezone="UTC")

    # -- running ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the loops and the timetable; returns at once."""
        self._loop("process", self._process_loop)
        for number in range(SENDERS):
            self._loop(f"deliver {number}", self._deliver_loop)
        self._loop("mailboxes", self._mailbox_loop)
        for firing in TIMETABLE:
            self._scheduler.add_job(
                self._fire, "interval", seconds=firing.seconds, args=[firing], max_instances=1, coalesce=True,
                misfire_grace_time=None,
            )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """Asks every loop to end after what it is doing; waits a little for them."""
        self.stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for connector in list(self._connectors.values()):
            connector[1].close()
        for thread in self._threads.values():
            thread.join(timeout=5)

    def until_idle(self, *, patience: float = 300) -> None:
        """Collects, processes and delivers until nothing is due any more."""
        ends = self.now() + timedelta(seconds=patience)
        for firing in TIMETABLE:
            firing.run(self)
        while self.now() < ends:
            busy = sum(self.collect(channel) for channel in self._channels()) > 0
            busy = pipeline.process_due(self.line) > 0 or busy
            busy = self.deliver() or busy
            if not busy:
                return

    def now(self) -> datetime:
        return self.line.now()

    # -- collecting ------------------------------------------------------------------------------

    def collect(self, channel: Channel) -> bool:
        """One round at a mailbox; True when something new was kept or more is waiting."""
        name = f"mailbox:{channel.id}"
        if (channel.retry_at and channel.retry_at > self.now()) or not self._may_take_in():
            return False
        if not self._hold(name):
            return False
        try:
            return self._collect(channel, name)
        except ConnectorFailure as failure:
            self._mailbox_failed(channel, failure)
        except Unavailable as failure:
            log.warning("intake waits", why=failure.sentence)
        return False

    def _collect(self, channel: Channel, lease: str) -> bool:
        connector = self._connector(channel)
        source = channels.polls(connector)
        if source is None:
            return False
        reach("intake.connected")
        batch: Batch = source.fetch(channel.cursor)
        reach("intake.fetched")
        fresh = pipeline.keep(
            self.line, channel.id, channel.office_id, batch.arrivals, batch.cursor,
            guard=lambda session: jobs.still_holds(session, lease, self.node, self._database_now(session)),
        )  # fmt: skip
        if fresh is None:
            return False
        source.acknowledge(batch.arrivals)
        reach("intake.flagged")
        channel.cursor = batch.cursor if batch.cursor is not None else channel.cursor
        self._mailbox_worked(channel, batch)
        return bool(fresh) or batch.more

    def _mailbox_worked(self, channel: Channel, batch: Batch) -> None:
        lately = channel.last_ok_at and self.now() - channel.last_ok_at < timedelta(seconds=20)
        if lately and not channel.failing_since and not batch.notices:
            return
        with self.database.write(channel.office_id) as session:
            row = find(session, Channel, channel.id)
            channels.worked(row, self.now())
            for notice in batch.notices:
                record(
                    session,
                    None,
                    EventKind.CHANNEL_NOTICE,
                    SYSTEM,
                    now=self.now(),
                    channel=row.id,
                    notice=notice,
                )
        channels.worked(channel, self.now())

    def _mailbox_failed(self, channel: Channel, failure: ConnectorFailure) -> None:
        self._drop(channel.id)
        wait, attention = timedelta(seconds=_WAITS[min(channel.failures, len(_WAITS) - 1)]), False
        if isinstance(failure, (CredentialsRejected, PermanentFailure)):
            wait, attention = timedelta(minutes=5), True
        elif isinstance(failure, TemporaryFailure) and failure.after:
            wait = failure.after
        wait *= random.uniform(0.8, 1.2)  # noqa: S311 (jitter, so that nodes do not knock together)
        log.warning("mailbox failed", channel=channel.id, why=failure.reason)
        channels.failed(channel, failure.reason, now=self.now(), wait=wait, attention=attention)
        with self.database.write(channel.office_id) as session:
            stored = find(session, Channel, channel.id)
            channels.failed(stored, failure.reason, now=self.now(), wait=wait, attention=attention)

    def _may_take_in(self) -> bool:
        if self.store.has_room():
            return True
        log.error("disk is almost full: nothing new is taken in, mail stays on the server")
        return False

    # -- delivering ------------------------------------------------------------------------------

    def deliver(self) -> bool:
        """Sends what is due in every office, one at a time; True when something was attempted."""
        attempted = False
        for office_id in self._offices():
            while (claimed := self._claim(office_id)) is not None:
                attempted = True
                self._send(claimed)
        return attempted

    def _claim(self, office_id: str) -> outbox.Claimed | None:
        with self.database.write(office_id) as session:
            now = self._database_now(session)
            outbox.recover(session, now)
            claimed = outbox.claim(session, now, self.line.lease)
        if claimed:
            reach("outbox.claimed")
        return claimed[0] if claimed else None

    def _send(self, claimed: outbox.Claimed) -> None:
        with self.database.read(claimed.office_id) as session:
            channel = find(session, Channel, claimed.channel_id)
        try:
            raw = self.line.tools.store.get(claimed.office_id, claimed.raw_hash)
            connector = channels.connect(channel, self.line.tools.keys, self.settings)
        except CaseworkError as problem:
            self._settle(claimed, outbox.Outcome(outbox.Result.NEVER, problem.sentence))
            return
        try:
            with self._heartbeat(claimed):
                outcome = outbox.attempt(claimed, raw, connector, committing=lambda: self._mark(claimed))
        except (outbox.LeaseLost, Unavailable):
            return  # nothing left under this claim; whoever holds it now goes on, or recovery does
        finally:
            connector.close()
        reach("outbox.answered")
        self._settle(claimed, outcome)

    def _mark(self, claimed: outbox.Claimed) -> None:
        with self.database.write(claimed.office_id) as session:
            outbox.mark_committed(session, claimed)
        reach("outbox.committing")

    def _settle(self, claimed: outbox.Claimed, outcome: outbox.Outcome) -> None:
        try:
            with self.database.write(claimed.office_id) as session:
                now = self.now()
                delivery = outbox.settle(session, claimed, outcome, now)
                if outcome.result is outbox.Result.SENT:
                    desk = open_desk(session, self.line.tools)
                    signoff.after_sent(session, desk, delivery, now=now, actor=SYSTEM)
                    enquiries.sent(session, desk, delivery, now=now, actor=SYSTEM)
        except outbox.LeaseLost:
            log.warning("somebody else settled this delivery", delivery=claimed.id)

    @contextmanager
    def _heartbeat(self, claimed: outbox.Claimed) -> Any:
        """Renews the claim while the server takes its time (RFC 5321 allows it ten minutes)."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self.line.lease.total_seconds() / 3):
                try:
                    with self.database.write(claimed.office_id) as session:
                        outbox.renew(session, claimed, self._database_now(session) + self.line.lease)
                except (outbox.LeaseLost, Unavailable):
                    continue

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()

    def keep_sent_copies(self) -> None:
        """Lays a copy of what was sent into the Sent folder, where the server does not do it itself."""
        for office_id in self._offices():
            with self.database.read(office_id) as session:
                query = select(Delivery).where(
                    col(Delivery.needs_sent_copy), Delivery.state == DeliveryState.SENT
                )
                rows = session.exec(query.limit(20)).all()
            for row in rows:
                self._keep_sent_copy(row)

    def _keep_sent_copy(self, row: Delivery) -> None:
        with self.database.read(row.office_id) as session:
            channel = find(session, Channel, row.channel_id)
        try:
            connector = channels.connect(channel, self.line.tools.keys, self.settings)
            try:
                connector.keep_copy(row.outgoing_id, self.line.tools.store.get(row.office_id, row.raw_hash))
            finally:
                connector.close()
        except (ConnectorFailure, CaseworkError) as failure:
            log.warning("no copy in the Sent folder yet", delivery=row.id, why=str(failure))
            if isinstance(failure, TemporaryFailure):
                return
        with self.database.write(row.office_id) as session:
            find(session, Delivery, row.id).needs_sent_copy = False

    # -- clocks and switches ---------------------------------------------------------------------

    def warn(self) -> None:
        """Notes each clock that will soon run out, once, and only while the office is at work."""
        now = self.now()
        for office_id in self._offices():
            with self.database.write(office_id) as session:
                desk = open_desk(session, self.line.tools)
                if not desk.calendar.is_working(now):
                    continue
                query = select(Clock).where(
                    col(Clock.warn_at) <= now, col(Clock.warned_at).is_(None), col(Clock.met_at).is_(None),
                    col(Clock.cancelled_at).is_(None),
                )  # fmt: skip
                for clock in session.exec(query.limit(500)):
                    clock.warned_at = now
                    record(session, clock.case_id, EventKind.CLOCK_WARNED, SYSTEM, now=now, clock=clock.id,
                           clock_kind=clock.kind)  # fmt: skip

    def end_pauses(self) -> None:
        """A channel that was switched until a date is switched back."""
        now = self.now()
        for office_id in self._offices():
            with self.database.write(office_id) as session:
                for channel in session.exec(select(Channel).where(col(Channel.mode_until) <= now)):
                    channels.set_mode(
                        session, channel, ChannelMode.FULL, reason="", until=None, now=now, actor=SYSTEM
                    )

    # -- inside ----------------------------------------------------------------------------------

    def _process_loop(self) -> None:
        while not self.stopping.is_set():
            if not pipeline.process_due(self.line):
                self.stopping.wait(0.2)

    def _deliver_loop(self) -> None:
        while not self.stopping.is_set():
            if not self.deliver():
                self.stopping.wait(0.5)

    def _mailbox_loop(self) -> None:
        """Keeps one thread at each connected mailbox."""
        while not self.stopping.is_set():
            for channel in self._channels():
                thread = self._threads.get(channel.id)
                if thread is None or not thread.is_alive():
                    self._loop(
                        channel.id, lambda one=channel.id, office=channel.office_id: self._watch(office, one)
                    )
            self.stopping.wait(2)

    def _watch(self, office_id: str, channel_id: str) -> None:
        """Collects at once, then whenever the mailbox says so or the poll is due."""
        while not self.stopping.is_set():
            with self.database.read(office_id) as session:
                channel = find(session, Channel, channel_id)
            if channel.removed_at or channel.mode == ChannelMode.OFF:
                self._drop(channel_id)
                return
            if self.collect(channel):
                continue
            self._wait_for_mail(channel)

    def _wait_for_mail(self, channel: Channel) -> None:
        seconds = float(channel.settings.get("poll_seconds", "60"))
        known = self._connectors.get(channel.id)
        source = channels.polls(known[1]) if known else None
        if source is None:
            self.stopping.wait(min(seconds, 5))
            return
        try:
            source.wait(min(seconds, self.line.lease.total_seconds() / 2))
        except ConnectorFailure as failure:
            self._mailbox_failed(channel, failure)

    def _loop(self, name: str, run: Callable[[], None]) -> None:
        def guarded() -> None:
            while not self.stopping.is_set():
                try:
                    return run()
                except Unavailable as failure:
                    log.warning("waiting for the database", loop=name, why=failure.sentence)
                except Exception:
                    log.exception("a loop failed and goes on", loop=name)
                self.stopping.wait(2)
            return None

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def _fire(self, firing: Firing) -> None:
        now = self.now()
        slot = str(int(now.timestamp()) // firing.seconds)
        try:
            with self.database.write() as session:
                won = jobs.claim_tick(session, firing.name, slot, now)
            if won:
                firing.run(self)
        except Unavailable as failure:
            log.warning("a firing was missed", firing=firing.name, why=failure.sentence)

    def _hold(self, lease: str) -> bool:
        with self.database.write() as session:
            return jobs.hold(session, lease, self.node, self._database_now(session), self.line.lease)

    def _database_now(self, session: Session) -> datetime:
        from inbox.database import database_now

        return database_now(session) + timedelta(seconds=self.settings.clock_offset)

    def _connector(self, channel: Channel) -> Any:
        stamp = (channel.settings, channel.sealed)
        known = self._connectors.get(channel.id)
        if known is not None and known[0] == stamp:
            return known[1]
        self._drop(channel.id)
        connector = channels.connect(channel, self.line.tools.keys, self.settings)
        self._connectors[channel.id] = (stamp, connector)
        return connector

    def _drop(self, channel_id: str) -> None:
        known = self._connectors.pop(channel_id, None)
        if known is not None:
            known[1].close()

    def _offices(self) -> list[str]:
        with self.database.read() as session:
            return list(session.exec(select(Office.id).order_by(col(Office.id))))

    def _channels(self) -> list[Channel]:
        found = []
        for office_id in self._offices():
            with self.database.read(office_id) as session:
                rows = channels.open_channels(session)
            found += [row for row in rows if row.mode != ChannelMode.OFF and row.kind in self.line.readers]
        return found


TIMETABLE = (
    Firing("warn of clocks", 60, Worker.warn),
    Firing("end pauses", 60, Worker.end_pauses),
    Firing("sent copies", 30, Worker.keep_sent_copies),
)
"""Everything that happens by itself on a timetable. Each firing is claimed by one node."""
