"""Sends what is due: claimed in one transaction, attempted in none, settled in another."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from inbox import channels, departures, letters, outbox, sealed_letters
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import CaseworkError, NotFound, Unavailable
from inbox.failpoints import reach
from inbox.history import SYSTEM
from inbox.models import Channel, Delivery
from inbox.worker.loops import log
from inbox.worker.node import Node

_SETTLE_PAUSES = (0.5, 1, 2, 5, 10, 30, 60)
"""Seconds between tries to write down how an attempt ended; after them only a person can tell."""


class Deliverer:
    """The outbox of all offices, as this node empties it."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def deliver_due(self) -> bool:
        """Sends what is due in every office, one at a time; True when anything was attempted."""
        attempted = False
        for office_id in self._node.offices():
            while (claimed := self._claim(office_id)) is not None:
                attempted = True
                self._send(claimed)
        return attempted

    def _claim(self, office_id: str) -> outbox.Claimed | None:
        with self._node.database.read(office_id) as session:
            if not outbox.has_due(session, self._node.shared_now(session)):
                return None
        with self._node.database.write(office_id) as session:
            now = self._node.shared_now(session)
            outbox.recover(session, now)
            claimed = outbox.claim(session, now, self._node.line.lease)
        if not claimed:
            return None
        reach("outbox.claimed")
        return claimed[0]

    def _send(self, claimed: outbox.Claimed) -> None:
        with self._node.database.read(claimed.office_id) as session:
            channel = find(session, Channel, claimed.channel_id)
        tools = self._node.line.tools
        try:
            raw = sealed_letters.read(tools.store, tools.keys, claimed)
        except NotFound as problem:
            self._settle(claimed, outbox.Outcome(outbox.Result.NEVER, problem.sentence))
            return
        except Unavailable as problem:
            self._settle(claimed, outbox.Outcome(outbox.Result.LATER, problem.sentence))
            return
        try:
            connector = channels.connect(channel, tools.keys, self._node.settings, self._node.database)
        except CaseworkError as problem:
            self._settle(claimed, outbox.not_by_this_channel(problem.sentence))
            return
        reach("outbox.attempting")
        try:
            if against := self._against(claimed):
                self._settle(claimed, outbox.Outcome(outbox.Result.NEVER, against))
                return
            with self._heartbeat(claimed):
                outcome = outbox.attempt(claimed, raw, connector, committing=lambda: self._mark(claimed))
        except (outbox.LeaseLost, Unavailable):
            return  # raised before the point of no return only; whoever holds the claim now goes on
        finally:
            connector.close()
        reach("outbox.answered")
        self._settle(claimed, outcome)

    def _against(self, claimed: outbox.Claimed) -> str:
        """What the channel's rules say against it now; "" for nothing."""
        with self._node.database.read(claimed.office_id) as session:
            delivery = find(session, Delivery, claimed.id)
            channel = find(session, Channel, claimed.channel_id)
            desk = open_desk(session, self._node.line.tools)
            return " ".join(letters.stands_against(session, desk, delivery, channel, self._node.now()))

    def _mark(self, claimed: outbox.Claimed) -> None:
        with self._node.database.write(claimed.office_id) as session:
            outbox.mark_committed(session, claimed)
        reach("outbox.committing")

    def _settle(self, claimed: outbox.Claimed, outcome: outbox.Outcome) -> None:
        """Writes down the outcome, also when the database is away just now: it is known only here."""
        for pause in _SETTLE_PAUSES:
            try:
                return self._settle_now(claimed, outcome)
            except Unavailable:
                time.sleep(pause)
        return self._settle_now(claimed, outcome)

    def _settle_now(self, claimed: outbox.Claimed, outcome: outbox.Outcome) -> None:
        try:
            with self._node.database.write(claimed.office_id) as session:
                now = self._node.now()
                delivery = outbox.settle(session, claimed, outcome, now)
                if outcome.result is outbox.Result.SENT:
                    desk = open_desk(session, self._node.line.tools)
                    departures.left(session, desk, delivery, now=now, actor=SYSTEM)
        except outbox.LeaseLost:
            log.warning("somebody else settled this delivery", delivery=claimed.id)

    @contextmanager
    def _heartbeat(self, claimed: outbox.Claimed) -> Iterator[None]:
        """Renews the claim while the server takes its time (RFC 5321 allows it ten minutes)."""
        done = threading.Event()
        lease = self._node.line.lease

        def beat() -> None:
            while not done.wait(lease.total_seconds() / 3):
                try:
                    with self._node.database.write(claimed.office_id) as session:
                        outbox.renew(session, claimed, self._node.shared_now(session) + lease)
                except (outbox.LeaseLost, Unavailable):
                    continue

        threading.Thread(target=beat, name=f"heartbeat {claimed.id}", daemon=True).start()
        try:
            yield
        finally:
            done.set()
