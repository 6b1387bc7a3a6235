"""The queue page's queries at 10,000 and at 1,000,000 cases, of which 8,000 are open."""

import random
import time
from collections.abc import Callable
from functools import partial

from sqlmodel import Session, col

from bench.databases import KINDS, Bench, opened
from bench.measuring import Times, report, timed
from bench.seeding import NOW, seed_cases
from inbox.models import Case
from inbox.queues import Filters, Reader, View, counts, page

SIZES = (10_000, 1_000_000)
ROUNDS = 60
_FILTERED = Filters(topic="benefits", flag="vulnerable")


def run(sizes: tuple[int, ...] = SIZES) -> None:
    for kind in KINDS:
        found: dict[str, list[Times]] = {}
        for size in sizes:
            with opened(kind) as bench:
                for name, times in _measure(bench, size).items():
                    found.setdefault(name, []).append(times)
        for name, times in found.items():
            ratios = {"wall": times[-1].p50 / times[0].p50, "cpu": times[-1].cpu / times[0].cpu}
            report("queue ratio", database=kind, of=name, sizes=list(sizes), **ratios)


def _measure(bench: Bench, size: int) -> dict[str, Times]:
    start = time.perf_counter()
    seeded = seed_cases(bench.loader, size)
    report("seed", database=bench.kind, cases=size, seconds=time.perf_counter() - start)
    reader = Reader(seeded.staff, NOW)
    visible = col(Case.is_restricted).is_(False) | (col(Case.assignee_id) == seeded.staff)

    def ask(question: Callable[[Session], object]) -> None:
        with bench.database.read(seeded.office) as session:
            question(session)

    questions: dict[str, Callable[[Session], object]] = {
        view.value: partial(page, view=view, reader=reader, visible=visible) for view in View
    }
    questions["to-sort filtered"] = partial(
        page, view=View.TO_SORT, reader=reader, visible=visible, filters=_FILTERED
    )
    questions["counts"] = partial(counts, reader=reader, visible=visible)
    questions["nothing"] = Session.connection
    calls = [(name, partial(ask, question)) for name, question in questions.items() for _ in range(ROUNDS)]
    random.Random(4).shuffle(calls)
    times: dict[str, Times] = {}
    for name in questions:
        times[name] = timed([call for which, call in calls if which == name])
        report(
            "queue", database=bench.kind, of=name, cases=size, p50=times[name].p50, p95=times[name].p95,
            cpu=times[name].cpu,
        )  # fmt: skip
    return times
