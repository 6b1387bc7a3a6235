"""`python -m bench [name…]`: runs all benchmarks, or those named."""

import argparse
from collections.abc import Callable

from bench import importing, memory, queue, search

BENCHMARKS: dict[str, Callable[[], None]] = {
    "queue": queue.run,
    "search": search.run,
    "importing": importing.run,
    "memory": memory.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}")
    chosen = parser.parse_args().names or list(BENCHMARKS)
    unknown = sorted(set(chosen) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for name in chosen:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
