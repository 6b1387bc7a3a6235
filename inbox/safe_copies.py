"""A copy of an SQLite database, made before a migration changes it and kept beside the stored files."""

import contextlib
import os
import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from inbox.errors import SetupProblem
from inbox.storage import sync

FOLDER = "before-migrating"
KEPT = 2
"""Copies that stay: of the last two versions that were left."""
KEPT_FOR = timedelta(days=30)


def copy(database: Path, version: str, data_dir: Path) -> Path:
    """Copies the whole database as of one moment, also while it is in use; returns where the copy lies.

    The name holds the version, so that trying again takes no older version's place. Raises SetupProblem
    where there is no room or the copy cannot be written; then nothing was changed.
    """
    folder = data_dir / FOLDER
    place = folder / f"inbox-{version}.db"
    aside = folder / f".{place.name}.{os.getpid()}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_sure_of_room(database, folder)
        aside.touch(mode=0o600)
        _copy_pages(database, aside)
        sync(aside)
        aside.rename(place)
        sync(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise SetupProblem(
            f"no copy of the database could be made in {folder} ({error}), so nothing was changed: "
            "put that right and run `inbox migrate` again"
        ) from error
    with contextlib.suppress(FileNotFoundError):  # whoever migrates beside us clears away too
        for old in (*_copies(data_dir)[KEPT:], *_half_made(folder, place.stat().st_mtime)):
            old.unlink()
    return place


def forget(data_dir: Path, before: datetime) -> int:
    """Removes copies made earlier than `before`, so that what an office erases does not live on in them."""
    old = [one for one in _copies(data_dir) if one.stat().st_mtime < before.timestamp()]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def _copies(data_dir: Path) -> list[Path]:
    """Newest first."""
    found = (data_dir / FOLDER).glob("inbox-*.db")
    return sorted(found, key=lambda one: one.stat().st_mtime, reverse=True)


def _half_made(folder: Path, now: float) -> list[Path]:
    """What a process left that was killed over it: nobody takes an hour for a copy."""
    return [one for one in folder.glob(".inbox-*.part") if one.stat().st_mtime < now - 3600]


def _copy_pages(database: Path, target: Path) -> None:
    """SQLite's own online backup: what others write meanwhile is in it whole or not at all."""
    import sqlite3  # an installation on PostgreSQL never needs it

    try:
        with (
            closing(sqlite3.connect(database, timeout=5)) as source,
            closing(sqlite3.connect(target)) as made,
        ):
            source.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")  # one file that can be copied anywhere
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _make_sure_of_room(database: Path, folder: Path) -> None:
    needed = database.stat().st_size
    if shutil.disk_usage(folder).free < needed:
        raise OSError(f"it needs {needed >> 20} MB of free space")
