"""All background work of one node: mailboxes read, arrivals processed, messages sent, clocks watched."""

from datetime import timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from inbox import jobs, pipeline
from inbox.errors import Unavailable
from inbox.worker import answering
from inbox.worker.collecting import Collector
from inbox.worker.delivering import Deliverer
from inbox.worker.loops import Loops, log
from inbox.worker.node import Node, make_node
from inbox.worker.timetable import TIMETABLE, Firing

SENDERS = 4

__all__ = ["Node", "Worker", "make_node"]


class Worker:
    """`start` works in threads until `stop`; `until_idle` does what is due in the caller's thread."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._loops = Loops()
        self._collector = Collector(node, self._loops)
        self._deliverer = Deliverer(node)
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Starts the loops and the timetable; returns at once."""
        self._loops.start("process", self._process)
        self._loops.start("letters", self._read_letters)
        self._loops.start("campaign answers", self._prepare)
        self._loops.start("mailboxes", self._collector.keep_watching)
        for number in range(SENDERS):
            self._loops.start(f"deliver {number}", partial(self._deliver, 0.5 if number == 0 else 2))
        for firing in TIMETABLE:
            self._scheduler.add_job(
                self._fire, "interval", seconds=firing.seconds, args=[firing], coalesce=True, max_instances=1,
                misfire_grace_time=None,
            )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """Asks every loop to end after what it is doing, and waits a little for them."""
        self._loops.ask_to_stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._collector.wake()
        self._loops.join(seconds=5)
        self._collector.close()

    def until_idle(self, *, patience: timedelta = timedelta(minutes=5)) -> None:
        """Collects, processes and delivers until nothing is due any more."""
        ends = self.node.now() + patience
        for firing in TIMETABLE:
            firing.run(self.node)
        while self.node.now() < ends:
            collected = self._collector.collect_all()
            processed = pipeline.process_due(self.node.line) + self._read_one()
            prepared = answering.prepare_due(self.node)
            delivered = self._deliverer.deliver_due()
            if not (collected or processed or prepared or delivered):
                break
        TIMETABLE[-1].run(self.node)
        self._collector.close()

    def _process(self) -> None:
        while not self._loops.stopping.is_set():
            if not pipeline.process_due(self.node.line):
                self._loops.stopping.wait(0.2)

    def _read_letters(self) -> None:
        """Reading a letter takes seconds, so it has a thread of its own: no mail waits for it."""
        while not self._loops.stopping.is_set():
            if not self._read_one():
                self._loops.stopping.wait(1)

    def _read_one(self) -> int:
        return pipeline.process_due(self.node.line, jobs.JobKind.READ, limit=1)

    def _prepare(self) -> None:
        while not self._loops.stopping.is_set():
            # Between two batches others get the one writer's turn.
            self._loops.stopping.wait(0.01 if answering.prepare_due(self.node) else 1)

    def _deliver(self, pause: float) -> None:
        """One of several senders. The first looks often; the others help when there is much to send, or when
        it waits for a mail server."""
        while not self._loops.stopping.is_set():
            if not self._deliverer.deliver_due():
                self._loops.stopping.wait(pause)

    def _fire(self, firing: Firing) -> None:
        """Every node's clock fires; the one that claims the slot does the work."""
        now = self.node.now()
        slot = str(int(now.timestamp()) // firing.seconds)
        try:
            with self.node.database.write() as session:
                won = jobs.claim_tick(session, firing.name, slot, now)
            if won:
                firing.run(self.node)
        except Unavailable as failure:
            log.warning("a firing was missed", firing=firing.name, why=failure.sentence)
