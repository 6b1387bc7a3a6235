"""`python -m bench [--small] [name…]`: runs all benchmarks, or those named."""

import argparse
from collections.abc import Callable
from functools import partial

from bench import calling, campaigns, clocks, growth, importing, live, memory, outage, queue, search, triage

BENCHMARKS: dict[str, Callable[[], None]] = {
    "triage": triage.run,
    "queue": queue.run,
    "search": search.run,
    "importing": importing.run,
    "memory": memory.run,
    "live": live.run,
    "calling": calling.run,
    "outage": outage.run,
    "campaigns": campaigns.run,
    "clocks": clocks.run,
    "growth": growth.run,
}

SMALL: dict[str, Callable[[], None]] = {
    "triage": partial(triage.run, 300),
    "queue": partial(queue.run, (2_000, 20_000)),
    "search": partial(search.run, 20_000),
    "importing": partial(importing.run, 200),
    "memory": memory.run,
    "live": partial(live.run, 5),
    "calling": partial(calling.run, 400),
    "outage": partial(outage.run, 300),
    "campaigns": partial(campaigns.run, (2_000, 20_000), 300),
    "clocks": partial(clocks.run, (2_000, 20_000)),
    "growth": partial(growth.run, 2_000),
}
"""The same on little data: to see that they run, not to judge by."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--small", action="store_true", help="little data: a quick look, not a judgement")
    arguments = parser.parse_args()
    benchmarks = SMALL if arguments.small else BENCHMARKS
    chosen = arguments.names or list(benchmarks)
    unknown = sorted(set(chosen) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for name in chosen:
        benchmarks[name]()


if __name__ == "__main__":
    main()
