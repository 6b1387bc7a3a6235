"""The labelled messages of the tests: `inbox evaluate` prints the figures on either file."""

from pathlib import Path

from routing.assessment import Assessment
from routing.evaluation import read_all
from routing.labelled import Labels, read_labelled
from tests.routing.places import TABLE

FOLDER = Path(__file__).with_name("labelled")


def labelled(name: str) -> list[Labels]:
    """The messages of one file, `tuned` or `never_tuned`."""
    return read_labelled(FOLDER / f"{name}.jsonl")


def pairs_of(name: str, *, every: int = 1) -> list[tuple[Labels, Assessment]]:
    """Every `every`th message of a file, from the first, with what was made of it."""
    chosen = labelled(name)[::every]
    read = read_all([one.message for one in chosen], TABLE)
    return [(one, found.assessment) for one, found in zip(chosen, read, strict=True)]
