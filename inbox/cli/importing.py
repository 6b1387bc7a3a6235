"""`inbox import`: stored mail through the same intake as live mail."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox.cli.opening import Opened, opened
from inbox.cli.printing import as_json, tell
from inbox.cli.words import InOffice, Json, example

if TYPE_CHECKING:
    from connectors.contract import RawArrival
    from inbox.models import Channel

_BATCH = 100
_BATCH_BYTES = 32 << 20
_COPIES = 3  # a message as it came, its files, and its words in the database
_TELL_EVERY = 1.0  # seconds


def register(program: typer.Typer) -> None:
    program.command(
        name="import",
        epilog=example(
            "inbox import --office rowan-ashbys-office ~/mail/archive.mbox",
            "inbox import --office rowan-ashbys-office --channel Mailbox --json ~/Maildir",
        ),
    )(import_)


def import_(
    office: InOffice,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", exists=True, readable=True)],
    channel: Annotated[
        str | None, typer.Option(help="Count it as this channel's mail. Without it: a channel for imports.")
    ] = None,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Let new cases be acknowledged, where the channel may send.")
    ] = False,
    json: Json = False,
) -> None:
    """Import .eml files, mboxes, Maildirs, and folders of them. Sends nothing unless told to.

    Importing the same again makes nothing new. What cannot be read is set aside with its bytes.
    """
    from inbox import importing
    from inbox.bulk import Tally, import_batch
    from inbox.desk import open_desk
    from inbox.pipeline import get_ready

    began = time.monotonic()
    with opened() as inbox:
        line = inbox.line
        chosen = _channel(inbox, inbox.office(office).id, channel)
        with inbox.database.read(chosen.office_id) as session:
            desk = open_desk(session, line.tools)
        tally = Tally()
        get_ready()
        progress = _Progress()
        arrivals = importing.messages_in(
            paths, account=chosen.account, now=inbox.now, tell=progress.passed_over
        )
        for batch in _batches(arrivals):
            _refuse_without_room(inbox, batch, tally.arrivals)
            import_batch(line, desk, chosen, batch, tally, acknowledging=acknowledge)
            progress.reached(tally.arrivals, tally.cases)
        inbox.database.look_over()
    counts = {
        "arrivals": tally.arrivals,
        "duplicates": tally.duplicates,
        "cases": tally.cases,
        "quarantined": tally.quarantined,
        "seconds": round(time.monotonic() - began, 3),
    }
    progress.end()
    if json:
        as_json(counts, compact=True)
    else:
        tell(
            "{arrivals} messages, {duplicates} of them here already, {cases} new cases, "
            "{quarantined} set aside, in {seconds} seconds.".format(**counts)
        )


def _batches(arrivals: Iterable[RawArrival]) -> Iterator[list[RawArrival]]:
    """So many at a time that a commit is worth it, and no more than memory should hold."""
    stream = iter(arrivals)
    batch: list[RawArrival] = []
    size = 0
    while one := next(stream, None):
        batch.append(one)
        size += len(one.raw)
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _refuse_without_room(inbox: Opened, batch: list[RawArrival], so_far: int) -> None:
    """An import must not fill the disk on which the office works. Raises Unavailable."""
    from inbox.errors import Unavailable

    needed = _COPIES * sum(len(one.raw) for one in batch)
    if not inbox.store.has_room(needed):
        raise Unavailable(
            f"The disk has too little room to go on: {so_far} messages are in, the rest is where it was. "
            "Free some space, then import the same again: nothing comes twice."
        )


def _channel(inbox: Opened, office_id: str, name: str | None) -> Channel:
    from inbox import import_channel
    from inbox.cli.channel import named
    from inbox.history import OPERATOR

    if name is not None:
        with inbox.database.read(office_id) as session:
            return named(session, name)
    with inbox.database.write(office_id) as session:
        return import_channel.of_office(session, actor=OPERATOR, now=inbox.now)


class _Progress:
    """A line on standard error that says how far it is; on a terminal it rewrites itself."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._told = time.monotonic()

    def reached(self, arrivals: int, cases: int) -> None:
        if time.monotonic() - self._told < _TELL_EVERY:
            return
        self._told = time.monotonic()
        words = f"{arrivals} messages read, {cases} new cases"
        print(
            f"\r{words}   " if self._is_live else words,
            end="" if self._is_live else "\n",
            file=sys.stderr,
            flush=True,
        )

    def passed_over(self, notice: object) -> None:
        place, why = getattr(notice, "place", ""), getattr(notice, "why", "")
        tell(f"Passed over {place}: {why}.")

    def end(self) -> None:
        if self._is_live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
