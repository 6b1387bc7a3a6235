"""Where bytes lie: raw arrivals, attachments and outgoing messages, addressed by office and SHA-256."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inbox.errors import NotFound, Unavailable
from inbox.failpoints import reach
from inbox.settings import Settings

_AT_ONCE = 16
NEARLY_FULL = 5
"""How many times the least room is the point at which somebody is told."""
_NO_ROOM = "The disk cannot take new files. Nothing was accepted; free some space."


class Store(Protocol):
    """Keeps bytes. `put` returns only when they would survive a power cut."""

    def put(self, office_id: str, content: bytes) -> str:
        """Keeps `content` and returns its SHA-256 in hex. Putting it again is harmless."""
        ...

    def put_all(self, office_id: str, contents: Sequence[bytes]) -> list[str]:
        """The same for many at once, which is quicker than one after the other."""
        ...

    def get(self, office_id: str, digest: str) -> bytes:
        """The bytes. Raises NotFound."""
        ...

    def is_nearly_full(self) -> bool:
        """Whether the room that is left is soon too little for anything new."""
        ...


class FolderStore:
    """A local folder: `<office>/<two digits>/<sha256>`, written aside, fsynced, then renamed.

    Only the user that runs the program may read it, whatever the umask of the shell that began it.
    """

    def __init__(self, folder: Path, *, low_disk_megabytes: int = 0) -> None:
        self._folder = folder
        self._low_disk = low_disk_megabytes << 20

    def put(self, office_id: str, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(office_id, digest)
        try:
            if _wanted_again(place):
                sync(place.parent)  # whoever put it there may have died before this
            else:
                self._write(place, content)
        except OSError as error:
            raise Unavailable(_NO_ROOM) from error
        return digest

    def put_all(self, office_id: str, contents: Sequence[bytes]) -> list[str]:
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        places = [self._place(office_id, digest) for digest in digests]
        try:
            # Disks take many waiting writers in one go, so waiting side by side is much quicker.
            with ThreadPoolExecutor(_AT_ONCE) as several:
                list(several.map(self._write_new, places, contents))
                list(several.map(sync, {place.parent for place in places}))
        except OSError as error:
            raise Unavailable(_NO_ROOM) from error
        return digests

    def get(self, office_id: str, digest: str) -> bytes:
        try:
            return self._place(office_id, digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("The stored bytes are missing; restore them from a backup.") from None

    def has(self, office_id: str, digest: str) -> bool:
        return self._place(office_id, digest).exists()

    def sweep(self, before: datetime) -> int:
        """Removes what was written aside and left by a process that died, if older than `before`."""
        removed = 0
        for aside in self._folder.glob("*/*/.*"):
            with contextlib.suppress(FileNotFoundError):  # put in its place meanwhile
                if aside.stat().st_mtime < before.timestamp():
                    aside.unlink()
                    removed += 1
        return removed

    def put_between(self, office_id: str, after: datetime, before: datetime) -> set[str]:
        """The office's files that were last put between these moments, by their SHA-256."""
        found = set()
        for two in (self._folder / office_id).glob("??"):
            for place in os.scandir(two):
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    is_file = not place.name.startswith(".")
                    if is_file and after.timestamp() <= place.stat().st_mtime < before.timestamp():
                        found.add(place.name)
        return found

    def remove(self, office_id: str, digest: str, before: datetime) -> bool:
        """Removes a file, unless somebody put the same bytes since `before`; whether it is gone.

        It is moved aside first, so that whoever puts the same bytes at this moment writes them anew.
        """
        place = self._place(office_id, digest)
        aside = place.with_name(f".{place.name}.{os.getpid()}.gone")
        try:
            if place.stat().st_mtime >= before.timestamp():
                return False
            place.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= before.timestamp():
            aside.rename(place)
            return False
        aside.unlink()
        return True

    def make(self) -> None:
        """Makes the folder. Raises Unavailable, saying what to do, where nothing could be kept in it."""
        try:
            _make_folder(self._folder)
            is_ours = os.access(self._folder, os.W_OK | os.X_OK)
        except OSError:
            is_ours = False
        if not is_ours:
            raise Unavailable(
                f"{self._folder} cannot be made or written: give it to the user that runs the program, "
                "or put INBOX_DATA_DIR right"
            )

    def is_nearly_full(self) -> bool:
        free = self._free()
        return free is not None and free < self._low_disk * NEARLY_FULL

    def free_megabytes(self) -> int:
        return shutil.disk_usage(self._folder).free >> 20

    def has_room(self, size: int = 0) -> bool:
        """Whether enough disk is free to take responsibility for something new, of so many bytes."""
        free = self._free()
        return free is not None and free - size >= self._low_disk

    def _free(self) -> int | None:
        """Bytes; None where the folder cannot be made or seen, which `/readyz` and `inbox doctor` tell."""
        try:
            _make_folder(self._folder)
            return shutil.disk_usage(self._folder).free
        except OSError:
            return None

    def _place(self, office_id: str, digest: str) -> Path:
        if not (office_id.isalnum() and digest.isalnum()):
            raise NotFound
        return self._folder / office_id / digest[:2] / digest

    def _write_new(self, place: Path, content: bytes) -> None:
        if not _wanted_again(place):
            self._write(place, content, sync_folder=False)

    def _write(self, place: Path, content: bytes, *, sync_folder: bool = True) -> None:
        _make_folder(place.parent)
        aside = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with open(aside, "xb", opener=_private) as file:
                file.write(content)
                file.flush()
                reach("store.written")
                os.fsync(file.fileno())
            reach("store.synced")
            aside.rename(place)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        reach("store.renamed")
        if sync_folder:
            sync(place.parent)


def open_store(settings: Settings) -> FolderStore:
    """This installation's store."""
    return FolderStore(settings.data_dir / "store", low_disk_megabytes=settings.low_disk_megabytes)


def _wanted_again(place: Path) -> bool:
    """Whether the bytes are there already; if so they count as put now, and no sweep takes them."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    """Makes it and what is missing above it, each entry durable in the folder that holds it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync(folder.parent)


def _private(path: str, flags: int) -> int:
    """Opens a new file that only its owner may read, whatever the umask allows."""
    return os.open(path, flags, 0o600)


def sync(place: Path) -> None:
    """Makes a file or a folder durable."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
