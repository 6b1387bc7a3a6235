"""`inbox backup` and `inbox restore`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, tell
from inbox.cli.words import Json, example


def register(program: typer.Typer) -> None:
    program.command(
        epilog=example(
            "inbox backup /safe/inbox-2026-11-22.tar.gz",
            "inbox backup - | age -r age1… > inbox.tar.gz.age",
        )
    )(backup)
    program.command(epilog=example("inbox migrate && inbox restore /safe/inbox-2026-11-22.tar.gz"))(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write; - is standard output.")],
    office: Annotated[str | None, typer.Option(metavar="SLUG", help="Only this office.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Back up the whole database, or one office, with its stored files, into one archive.

    Works while the system runs. Channel secrets stay sealed: keep INBOX_SECRET_KEYS elsewhere, and safe.
    The archive holds people's letters: encrypt it before it leaves this machine.
    """
    from inbox import backup as stage
    from inbox import offices, schema
    from inbox.backup.archive import WHOLE

    with opened() as inbox, inbox.database.snapshot() as session, _target(file, force) as target:
        chosen = [offices.named(session, office)] if office else offices.every_office(session)
        made = stage.make(
            session,
            inbox.store,
            target,
            offices=chosen,
            scope=office or WHOLE,
            schema=schema.newest(),
            now=inbox.now,
            progress=lambda slug: tell(f"Writing {slug} …") if sys.stderr.isatty() else None,
        )
    if made.missing:
        tell(
            f"inbox: NOT WHOLE: {len(made.missing)} stored files were gone already, "
            f"the first {made.missing[0]}. Look for them in an older backup; keep that one too."
        )
    told = asdict(made) | {"file": str(file)}
    if json and str(file) != "-":
        as_json(told)
    else:
        offices_made = "1 office" if made.offices == 1 else f"{made.offices} offices"
        tell(f"Backed up {offices_made}, {made.rows} rows and {made.files} files to {file}.")
    if made.missing:
        raise typer.Exit(1)


def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], json: Json = False) -> None:
    """Restore a backup into an empty, migrated database.

    Everything is verified before and after. Sending starts paused in every office, and whatever was on its
    way out waits for a person: nothing is sent twice. Look at Sending, then: inbox office set sending=on
    """
    from inbox import backup as stage
    from inbox import key_rotation, schema

    with opened() as inbox:
        with inbox.database.write() as session:
            restored = stage.restore(session, inbox.store, file, schema=schema.newest(), now=inbox.now)
        closed = key_rotation.out_of_reach(inbox.database, inbox.settings.keys)
    if json:
        as_json(asdict(restored) | {"closed": closed})
        return
    tell(
        f"Restored {restored.rows} rows and {restored.files} files of {', '.join(restored.offices)}, "
        f"as of {restored.made_at}. Counts, files and history verified."
    )
    if closed:
        tell(
            f"INBOX_SECRET_KEYS lacks the key of {len(closed)} stored secrets: {', '.join(closed[:3])}"
            f"{' …' if len(closed) > 3 else ''}. Add the keys of that time behind the newest, then "
            "`inbox keys rotate`; without them, connect mailboxes anew and reset sign-in codes."
        )
    tell(
        f"Sending is paused. {restored.held} replies were on their way out: "
        "they wait for a person under Sending."
    )


@contextmanager
def _target(file: Path, force: bool) -> Iterator[IO[bytes]]:
    """The archive in the making: whole and on disk under its name, or not there at all."""
    from inbox.errors import Conflict

    if str(file) == "-":
        yield sys.stdout.buffer
        return
    if file.exists() and not force:
        raise Conflict(f"{file} is there already. Choose another name, or say --force.")
    aside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with _private(aside) as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        aside.rename(file)
    except OSError as error:
        raise Conflict(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        aside.unlink(missing_ok=True)


def _private(place: Path) -> IO[bytes]:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
