"""Where bytes lie: raw arrivals, attachments and outgoing messages, addressed by office and SHA-256."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Protocol

from inbox.errors import NotFound, Unavailable
from inbox.failpoints import reach
from inbox.settings import Settings


class Store(Protocol):
    """Keeps bytes. `put` returns only when they would survive a power cut."""

    def put(self, office_id: str, content: bytes) -> str:
        """Keeps `content` and returns its SHA-256 in hex. Putting it again is harmless."""
        ...

    def get(self, office_id: str, digest: str) -> bytes:
        """The bytes. Raises NotFound."""
        ...


class FolderStore:
    """A local folder: `<office>/<two digits>/<sha256>`, written aside, fsynced, then renamed."""

    def __init__(self, folder: Path, *, low_disk_megabytes: int = 0) -> None:
        self._folder = folder
        self._low_disk = low_disk_megabytes << 20

    def put(self, office_id: str, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(office_id, digest)
        if place.exists():
            return digest
        try:
            self._write(place, content)
        except OSError as error:
            raise Unavailable(
                "The disk cannot take new files. Nothing was accepted; free some space."
            ) from error
        return digest

    def get(self, office_id: str, digest: str) -> bytes:
        try:
            return self._place(office_id, digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("The stored bytes are missing; restore them from a backup.") from None

    def has(self, office_id: str, digest: str) -> bool:
        return self._place(office_id, digest).exists()

    def has_room(self) -> bool:
        """Whether enough disk is free to take responsibility for something new."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free >= self._low_disk

    def _place(self, office_id: str, digest: str) -> Path:
        if not (office_id.isalnum() and digest.isalnum()):
            raise NotFound
        return self._folder / office_id / digest[:2] / digest

    def _write(self, place: Path, content: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with aside.open("wb") as file:
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
        _sync_folder(place.parent)


def open_store(settings: Settings) -> FolderStore:
    """This installation's store."""
    return FolderStore(settings.data_dir / "store", low_disk_megabytes=settings.low_disk_megabytes)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
