"""The queue page, whole and by its queries, at 10,000 and at 1,000,000 cases, of which 8,000 are open."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from statistics import median

from sqlmodel import Session, col

from bench.databases import KINDS, Bench, opened
from bench.measuring import Times, report, timed
from bench.seeding import NOW, seed_cases
from bench.visiting import visitor
from inbox.models import Case
from inbox.queues import Filters, Reader, View, counts, page

SIZES = (10_000, 1_000_000)
ROUNDS, A_ROUND = 9, 10
_FILTERED = Filters(topic="benefits", flag="vulnerable")


def run(sizes: tuple[int, ...] = SIZES) -> None:
    for kind in KINDS:
        with ExitStack() as stack:
            offices = [_seeded(stack.enter_context(opened(kind)), size) for size in sizes]
            for name in offices[0]:
                found = _in_turn([office[name] for office in offices])
                for size, times in zip(sizes, found, strict=True):
                    report(
                        "queue", database=kind, of=name, cases=size, p50=times.p50, p95=times.p95,
                        cpu=times.cpu,
                    )  # fmt: skip
                ratios = {"wall": found[-1].p50 / found[0].p50, "cpu": found[-1].cpu / found[0].cpu}
                report("queue ratio", database=kind, of=name, sizes=list(sizes), **ratios)


def _in_turn(calls: Sequence[Callable[[], object]]) -> list[Times]:
    """Each size in turn, round by round, so that a busy machine is as busy for both."""
    rounds = [[timed([call] * A_ROUND, warm=2) for call in calls] for _ in range(ROUNDS)]
    return [
        Times(tuple(wall for times in column for wall in times.wall), median(times.cpu for times in column))
        for column in zip(*rounds, strict=True)
    ]


def _seeded(bench: Bench, size: int) -> dict[str, Callable[[], object]]:
    """What is asked of an office of that size, by name."""
    start = time.perf_counter()
    seeded = seed_cases(bench.loader, size)
    report("seed", database=bench.kind, cases=size, seconds=time.perf_counter() - start)
    reader = Reader(seeded.staff, NOW, NOW.date())
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
    visit = visitor(bench, seeded.office, seeded.staff)
    return {
        "page": partial(visit, "/queue/to-sort"),
        **{name: partial(ask, question) for name, question in questions.items()},
    }
