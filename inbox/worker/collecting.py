"""Reads the mailboxes: one thread each, one node at a time, bytes durable before the server is told."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from connectors.contract import (
    Batch,
    ConnectorFailure,
    CredentialsRejected,
    HearsHints,
    PermanentFailure,
    Polls,
    TemporaryFailure,
)
from inbox import alerts, channel_state, channels, intake, jobs, pipeline
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import Refused, SetupProblem, Unavailable, unforeseen
from inbox.failpoints import reach
from inbox.history import SYSTEM, record
from inbox.models import Channel, ChannelMode, EventKind
from inbox.worker.loops import Loops, log
from inbox.worker.node import Node

_WAITS = (2, 5, 15, 60, 300)  # seconds after the first, second, … failure in a row
_LOOK_FOR_HINTS_EVERY = 2.0
_TELL_AFTER = timedelta(minutes=30)
"""A platform that does not answer for so long is told to the managers."""
_NOTE_SUCCESS_EVERY = timedelta(seconds=20)


class Collector:
    """The mailboxes of all offices, as this node reads them."""

    def __init__(self, node: Node, loops: Loops) -> None:
        self._node = node
        self._loops = loops
        self._connectors: dict[str, tuple[object, Any]] = {}

    def keep_watching(self) -> None:
        """Keeps one thread at each connected mailbox, also at those connected later."""
        while not self._loops.stopping.is_set():
            for channel in self._channels():
                if not self._loops.is_alive(channel.id):
                    self._loops.start(channel.id, self._watcher(channel.office_id, channel.id))
            self._loops.stopping.wait(2)

    def collect_all(self) -> bool:
        """One round at every mailbox; True when anything new was kept, or more is waiting."""
        rounds = [self.collect(channel) for channel in self._channels()]
        return any(rounds)

    def collect(self, channel: Channel) -> bool:
        """One round at a mailbox; True when something new was kept or more is waiting."""
        now = self._node.now()
        if (channel.retry_at and channel.retry_at > now) or not self._may_take_in():
            return False
        if not self._hold(channel):
            return False
        try:
            return self._collect(channel, _lease_of(channel.id))
        except Unavailable:
            raise
        except Exception as fault:
            self._failed(channel, _failure_of(channel, fault))
        return False

    def wake(self) -> None:
        """Ends every wait for new mail, so that the threads at the mailboxes see that they shall stop."""
        for _, connector in list(self._connectors.values()):
            connector.close()

    def close(self) -> None:
        """Lets go of every connection and every mailbox, so that another node can go on at once."""
        held = list(self._connectors)
        for channel_id in held:
            self._drop(channel_id)
        if held:
            with self._node.database.write() as session:
                for channel_id in held:
                    jobs.let_go(session, _lease_of(channel_id), self._node.name)

    def _collect(self, channel: Channel, lease: str) -> bool:
        is_new = channel.id not in self._connectors
        source = channels.polls(self._connector(channel))
        if source is None:
            return False
        owed = self._tell_again(channel, source) if is_new else None
        batch = source.fetch(channel.cursor)
        reach("intake.fetched")

        def is_still_ours(session: Session) -> bool:
            return jobs.still_holds(session, lease, self._node.name)

        fresh = pipeline.keep(
            self._node.line, channel.id, channel.office_id, batch.arrivals, batch.cursor, guard=is_still_ours
        )
        if fresh is None:
            return False
        source.acknowledge(batch.arrivals)
        reach("intake.flagged")
        if owed is not None:
            raise owed
        self._worked(channel, batch)
        return bool(fresh) or batch.more

    def _tell_again(self, channel: Channel, source: Polls) -> PermanentFailure | None:
        """Whoever read this mailbox last may have ended between keeping a batch and telling the server.

        So a new connection begins by telling it once more, which is harmless. A server that will never do
        what it is asked must not keep new mail out: that failure comes back, to be raised afterwards.
        """
        with self._node.database.read(channel.office_id) as session:
            last = intake.kept_last(session, channel)
        try:
            source.acknowledge(last)
        except PermanentFailure as failure:
            return failure
        return None

    def _worked(self, channel: Channel, batch: Batch) -> None:
        now = self._node.now()
        lately = channel.last_ok_at is not None and now - channel.last_ok_at < _NOTE_SUCCESS_EVERY
        if lately and channel.failing_since is None and not batch.notices:
            return
        with self._node.database.write(channel.office_id) as session:
            stored = find(session, Channel, channel.id)
            channel_state.worked(stored, now)
            for notice in batch.notices:
                record(
                    session, None, EventKind.CHANNEL_NOTICE, SYSTEM, now=now, channel=stored.id, notice=notice
                )

    def _failed(self, channel: Channel, failure: ConnectorFailure) -> None:
        """Writes it down and gives the mailbox back: perhaps another node reaches it."""
        self._drop(channel.id)
        now = self._node.now()
        log.warning("mailbox failed", channel=channel.id, why=failure.reason)
        wait, attention = timedelta(seconds=_WAITS[min(channel.failures, len(_WAITS) - 1)]), False
        if isinstance(failure, (CredentialsRejected, PermanentFailure)):
            wait, attention = timedelta(minutes=5), True
        elif isinstance(failure, TemporaryFailure) and failure.after:
            wait = failure.after
        wait *= random.uniform(0.8, 1.2)  # noqa: S311 (so that nodes do not knock together)
        with self._node.database.write(channel.office_id) as session:
            stored = find(session, Channel, channel.id)
            channel_state.failed(stored, failure.reason, now=now, wait=wait, attention=attention)
            if attention or now - (stored.failing_since or now) > _TELL_AFTER:
                alerts.of_channel(session, open_desk(session, self._node.line.tools), stored, now=now)
            jobs.let_go(session, _lease_of(channel.id), self._node.name)

    def _watcher(self, office_id: str, channel_id: str) -> Callable[[], None]:
        """Collects at once, then whenever the mailbox says so or the poll is due."""

        def watch() -> None:
            while not self._loops.stopping.is_set():
                with self._node.database.read(office_id) as session:
                    channel = find(session, Channel, channel_id)
                if channel.removed_at or channel.mode == ChannelMode.OFF:
                    self._drop(channel_id)
                    return
                if not self.collect(channel):
                    self._wait(channel)

        return watch

    def _wait(self, channel: Channel) -> None:
        known = self._connectors.get(channel.id)
        source = channels.polls(known[1]) if known else None
        if self._loops.stopping.is_set():
            return
        if source is None:
            self._loops.stopping.wait(1)
            return
        try:
            self._wait_for_turn(channel, source, source.poll_seconds)
        except Unavailable:
            raise
        except Exception as fault:
            self._failed(channel, _failure_of(channel, fault))

    def _wait_for_turn(self, channel: Channel, source: Polls, left: float) -> None:
        """Until the poll is due, or the platform says that something waits, or the channel was changed.

        The mailbox stays ours meanwhile, however seldom it is asked.
        """
        longest = self._lease().total_seconds() / 2
        turn = _LOOK_FOR_HINTS_EVERY if channels.is_called(channel) else longest
        owned = longest
        while left > 0 and not self._loops.stopping.is_set():
            if source.wait(min(left, turn, longest)) or self._is_due(channel, source):
                return
            left -= turn
            owned -= turn
            if owned <= 0 and left > 0:
                if not self._hold(channel):
                    return
                owned = longest

    def _is_due(self, channel: Channel, source: Polls) -> bool:
        """Whether the platform told the web process that something waits, or somebody changed the channel."""
        with self._node.database.read(channel.office_id) as session:
            now = find(session, Channel, channel.id)
        if now.hinted_at != channel.hinted_at:
            if isinstance(source, HearsHints):
                source.hinted()
            return True
        kept = (channel.mode, channel.removed_at, channel.settings, channel.sealed)
        return (now.mode, now.removed_at, now.settings, now.sealed) != kept

    def _hold(self, channel: Channel) -> bool:
        with self._node.database.write() as session:
            shared_now = self._node.shared_now(session)
            return jobs.hold(session, _lease_of(channel.id), self._node.name, shared_now, self._lease())

    def _may_take_in(self) -> bool:
        if self._node.store.has_room():
            return True
        log.error("the disk is almost full: nothing new is taken in, mail stays on the server")
        return False

    def _lease(self) -> timedelta:
        return self._node.line.lease

    def _connector(self, channel: Channel) -> Any:
        stamp = (channel.settings, channel.sealed)
        known = self._connectors.get(channel.id)
        if known is not None and known[0] == stamp:
            return known[1]
        self._drop(channel.id)
        connector = channels.connect(
            channel, self._node.line.tools.keys, self._node.settings, self._node.database
        )
        self._connectors[channel.id] = (stamp, connector)
        return connector

    def _drop(self, channel_id: str) -> None:
        known = self._connectors.pop(channel_id, None)
        if known is None:
            return
        try:
            known[1].close()
        except Exception:  # it is let go of all the same
            log.exception("a connection could not be closed", channel=channel_id)

    def _channels(self) -> list[Channel]:
        found: list[Channel] = []
        for office_id in self._node.offices():
            try:
                with self._node.database.read(office_id) as session:
                    rows = channels.open_channels(session)
            except Unavailable:
                continue
            found += [row for row in rows if row.mode != ChannelMode.OFF and channels.is_polled(row)]
        return found


def _failure_of(channel: Channel, fault: Exception) -> ConnectorFailure:
    """Whatever went wrong at one channel is that channel's failure, and no other waits for it."""
    if isinstance(fault, ConnectorFailure):
        return fault
    if isinstance(fault, (Refused, SetupProblem)):
        return PermanentFailure(fault.sentence)
    log.exception("a mailbox failed unforeseen", channel=channel.id, exc_info=fault)
    return TemporaryFailure(unforeseen(fault))


def _lease_of(channel_id: str) -> str:
    return f"mailbox:{channel_id}"
