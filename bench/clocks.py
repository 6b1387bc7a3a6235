"""Sweeping clocks: 100 that are due among ever more that are open; and a calendar's change on all of them."""

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any, cast

from sqlmodel import Session, select

from bench.databases import KINDS, Bench, Value, opened
from bench.measuring import report
from bench.seeding import CHANNEL, NOW, OFFICE, identity, seed_office, stamp
from inbox import clocks, points
from inbox.desk import open_desk
from inbox.models import Office

SIZES = (10_000, 1_000_000)
DUE, ROUNDS = 100, 11
_CASE = (
    "id", "office_id", "reference", "subject", "status", "kind", "priority", "rank", "topics", "flags",
    "language", "is_restricted", "channel_id", "message_count", "version", "next_due_at", "received_at",
    "created_at", "updated_at", "points_at",
)  # fmt: skip
_CLOCK = (
    "id", "office_id", "case_id", "kind", "received_at", "amount", "unit", "pauses", "extensions", "due_at",
    "warn_at",
)  # fmt: skip


def run(sizes: tuple[int, ...] = SIZES) -> None:
    for kind in KINDS:
        for size in sizes:
            with opened(kind) as bench:
                _seed(bench, size)
                _measure(bench, size)


def _measure(bench: Bench, size: int) -> None:
    """Each round 100 more come due: warned of, and put in their place in the queues; then nothing is due."""
    walls, cpus, idle = [], [], []
    for number in range(ROUNDS):
        now = NOW + timedelta(minutes=number)
        wall, cpu, done = _timed(bench, now)
        if done != (DUE, DUE):
            raise RuntimeError(f"{done} were due, not {DUE} clocks and {DUE} cases")
        walls.append(wall)
        cpus.append(cpu)
        idle.append(_timed(bench, now)[0])
    report("clocks", database=bench.kind, open=size, due=DUE, p50=median(walls), worst=max(walls),
           cpu=median(cpus), nothing_due=median(idle))  # fmt: skip
    with bench.database.write(OFFICE) as session:
        session.exec(select(Office)).one().calendar_version = 1
    start = time.perf_counter()
    with bench.database.write(OFFICE) as session:
        counted = clocks.recount_due(session, _desk(session))
    report("clocks recount", database=bench.kind, open=size, counted=counted,
           seconds=time.perf_counter() - start)  # fmt: skip


def _timed(bench: Bench, now: Any) -> tuple[float, float, tuple[int, int]]:
    """Milliseconds of the clock and of the processor for one sweep of one office, commit and all."""
    wall, cpu = time.perf_counter(), time.process_time()
    with bench.database.write(OFFICE) as session:
        warned = clocks.warn_due(session, _desk(session), now=now)
    with bench.database.write(OFFICE) as session:
        looked = points.look_again(session, _desk(session), now=now)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000, (warned, looked)


def _desk(session: Session) -> Any:
    return open_desk(session, cast("Any", None))


def _seed(bench: Bench, size: int) -> None:
    seed_office(bench.loader)
    bench.loader.load("case", _CASE, _cases(size))
    bench.loader.load("clock", _CLOCK, _clocks(size))
    bench.loader.settle()


def _when(number: int) -> str:
    """A hundred in each of the next minutes; the rest far away."""
    minute = number // DUE
    return stamp(NOW + (timedelta(minutes=minute) if minute < ROUNDS else timedelta(days=3, seconds=number)))


def _cases(size: int) -> Iterator[tuple[Value, ...]]:
    now, far = stamp(NOW), stamp(NOW + timedelta(days=9))
    for number in range(size):
        yield (
            identity(number, 3), OFFICE, f"WX-{number:06X}", "Damp", "open", "casework", "standard", 0, "[]",
            "[]", "en", "0", CHANNEL, 1, 1, far, now, now, now, _when(number),
        )  # fmt: skip


def _clocks(size: int) -> Iterator[tuple[Value, ...]]:
    now, far = stamp(NOW), stamp(NOW + timedelta(days=9))
    for number in range(size):
        yield (
            identity(number, 5), OFFICE, identity(number, 3), "first_reply", now, 10, "working_days", "[]",
            "[]", far, _when(number),
        )  # fmt: skip
