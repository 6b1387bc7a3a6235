"""Times something often enough to trust its median, and says so in one line."""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds per call: of the wall clock, and of this process's processor time (a database server's
    own is not in it)."""

    wall: tuple[float, ...]
    cpu: float

    @property
    def p50(self) -> float:
        return median(self.wall)

    @property
    def p95(self) -> float:
        return sorted(self.wall)[min(len(self.wall) - 1, int(len(self.wall) * 0.95))]


def timed(calls: Sequence[Callable[[], object]], *, warm: int = 5) -> Times:
    """Runs each call once, after `warm` that do not count."""
    for call in calls[:warm]:
        call()
    gc.collect()
    gc.freeze()
    walls: list[float] = []
    cpu = time.process_time()
    for call in calls:
        start = time.perf_counter()
        call()
        walls.append((time.perf_counter() - start) * 1_000)
    cpu = (time.process_time() - cpu) * 1_000 / len(calls)
    gc.unfreeze()
    return Times(tuple(walls), cpu)


def report(benchmark: str, **figures: object) -> None:
    """One JSON object on standard output, the same as a line of a table on standard error."""
    rounded = {
        name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()
    }
    print(json.dumps({"benchmark": benchmark, **rounded}), flush=True)
    words = "  ".join(f"{name} {value}" for name, value in rounded.items())
    print(f"{benchmark:<12} {words}", file=sys.stderr, flush=True)
