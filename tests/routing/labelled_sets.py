"""Reads the labelled messages; `python -m tests.routing.labelled_sets NAME` prints the figures."""

import sys
from pathlib import Path

from routing.assessment import Assessment
from routing.evaluation import Labels, measure
from routing.words import ConstituencyState, Flag, Kind, Priority, Topic
from tests.routing.places import assessed

FOLDER = Path(__file__).with_name("labelled")


def labelled(name: str) -> list[Labels]:
    """The messages of one file, `tuned` or `never_tuned`."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_labels(line) for line in lines if line.strip() and not line.startswith("#")]


def pairs_of(name: str) -> list[tuple[Labels, Assessment]]:
    return [(one, _assess(one)) for one in labelled(name)]


def _assess(one: Labels) -> Assessment:
    return assessed(one.text, one.subject, is_campaign=one.kind is Kind.CAMPAIGN)


def _labels(line: str) -> Labels:
    kind, priority, topics, flags, place, postcode, more, message = (
        cell.strip() for cell in line.split("|", 7)
    )
    subject, _, text = message.partition("::")
    return Labels(
        Kind(kind),
        Priority(priority),
        frozenset(map(Topic, _cells(topics))),
        frozenset(map(Flag, _cells(flags))),
        ConstituencyState(place),
        None if postcode == "-" else postcode,
        "split" in more,
        "hidden" in more,
        subject.strip(),
        text.strip(),
    )


def _cells(text: str) -> list[str]:
    return [] if text == "-" else [cell.strip() for cell in text.split(",")]


if __name__ == "__main__":
    for figure in measure(pairs_of(sys.argv[1])):
        print(f"{figure.share:6.3f}  {figure.right:4}/{figure.of:<4} {figure.name}")  # noqa: T201
        if "-v" in sys.argv:
            print("\n".join(f"          - {miss}" for miss in figure.misses))  # noqa: T201
