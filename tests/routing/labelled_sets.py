"""The labelled messages of the tests; `python -m tests.routing.labelled_sets NAME [-v]` prints figures."""

import sys
from dataclasses import replace
from pathlib import Path

from routing.assessment import Assessment, assess
from routing.evaluation import measure
from routing.labelled import Labels, read_labelled
from routing.words import Kind
from tests.routing.places import TABLE

FOLDER = Path(__file__).with_name("labelled")


def labelled(name: str) -> list[Labels]:
    """The messages of one file, `tuned` or `never_tuned`."""
    return read_labelled(FOLDER / f"{name}.jsonl")


def pairs_of(name: str) -> list[tuple[Labels, Assessment]]:
    return [(one, _assess(one)) for one in labelled(name)]


def _assess(one: Labels) -> Assessment:
    return assess(replace(one.message, is_campaign=one.kind is Kind.CAMPAIGN), TABLE)


if __name__ == "__main__":
    for figure in measure(pairs_of(sys.argv[1])):
        print(f"{figure.share:6.3f}  {figure.right:4}/{figure.of:<4} {figure.name}")  # noqa: T201
        if "-v" in sys.argv:
            print("\n".join(f"          - {miss}" for miss in figure.misses))  # noqa: T201
