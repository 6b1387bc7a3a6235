"""`inbox evaluate`: how well triage reads messages that people have labelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import rows, tell
from inbox.cli.words import Json, example

if TYPE_CHECKING:
    from routing.constituency import PostcodeTable
    from routing.labelled import Labels
    from routing.learning import Learned


def register(program: typer.Typer) -> None:
    lines = ("inbox evaluate labelled.jsonl", "inbox evaluate labelled.jsonl --misses 'threat recall'")
    program.command(epilog=example(*lines))(evaluate)


def evaluate(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON lines, see docs/triage.md.")
    ],
    office: Annotated[
        str | None,
        typer.Option("--office", metavar="SLUG", help="Whose area counts as ours. Default: the demo's."),
    ] = None,
    misses: Annotated[
        str | None,
        typer.Option(metavar="FIGURE", help="List the messages that a figure missed; `all` for all."),
    ] = None,
    teach: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Measure again after these labels were learned."),
    ] = None,
    learned: Annotated[
        bool, typer.Option("--learned", help="Measure again with what the --office taught.")
    ] = False,
    json: Json = False,
) -> None:
    """Measure triage on labelled messages, read as one batch. Stores nothing, sends nothing."""
    from inbox.errors import Refused
    from routing.evaluation import evaluate as measured
    from routing.evaluation import teach as taught_by

    labelled = _labelled(file)
    if learned and office is None:
        raise Refused("Say whose learning: --office SLUG.")
    with _seen_from(office, learned=learned) as (area, lessons):
        if teach is not None:
            lessons = taught_by(_labelled(teach), area)
        figures = measured(labelled, area)
        found: list[dict[str, object]] = [
            {"figure": one.name, "share": round(one.share, 3), "right": one.right, "of": one.of}
            for one in figures
        ]
        if lessons is not None:
            figures = measured(labelled, area, lessons)
            for row, one in zip(found, figures, strict=True):
                row["taught"] = round(one.share, 3)
    rows(found, json=json, empty="No messages in the file.")
    for one in figures:
        if misses in (one.name, "all"):
            for miss in one.misses:
                tell(f"{one.name}: {miss}")


@contextmanager
def _seen_from(office: str | None, *, learned: bool) -> Iterator[tuple[PostcodeTable | None, Learned | None]]:
    """The seats as an office has them, to be asked while open, and what it taught; the demo's without one."""
    from inbox.areas import table_for
    from inbox.demo.area import demo_area
    from inbox.lessons import learned_by

    if office is None:
        yield demo_area(), None
        return
    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        lessons = learned_by(session) if learned else None
        yield table_for(session, inbox.office(office)), lessons


def _labelled(file: Path) -> list[Labels]:
    from inbox.errors import Refused
    from routing.labelled import LabelError, read_labelled

    try:
        return list(read_labelled(file))
    except LabelError as error:
        raise Refused(f"{file}: {error}") from error
