"""Writes a backup while the system runs: everything as it was at one moment."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import Table, select
from sqlmodel import Session

from inbox.backup.archive import (
    ABOUT,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    BackupRefused,
    Manifest,
    OfficeMark,
    files_named,
    office_tables,
    shared_tables,
    to_line,
)
from inbox.database import enter_office
from inbox.errors import NotFound
from inbox.models import Office
from inbox.storage import Store

_CHUNK_BYTES = 8 << 20
_COMPRESSION = 3
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What went into the archive. `missing`: files that rows promise and the store no longer has."""

    offices: int
    rows: int
    files: int
    bytes: int
    missing: tuple[str, ...]


def make(
    session: Session,
    store: Store,
    target: IO[bytes],
    *,
    offices: Iterable[Office],
    scope: str,
    schema: str,
    now: datetime,
    progress: Progress = lambda _: None,
) -> Made:
    """Writes the archive to `target`. `session` must read one moment (`Database.snapshot`).

    `scope` is `whole` or the slug of the one office. Table chunks are held in memory, 8 MB at a time.
    Raises BackupRefused where files are named and not one of them is there.
    """
    manifest = Manifest(FORMAT, FORMAT_VERSION, scope, schema, now.isoformat())
    with (
        gzip.GzipFile(fileobj=target, mode="wb", compresslevel=_COMPRESSION, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        writer = _Writer(tar, manifest, now)
        writer.add(ABOUT, manifest.as_json())
        for table in shared_tables():
            writer.add_rows("shared", table, _rows(session, table, None))
        for office in offices:
            progress(office.slug)
            _add_office(session, store, writer, office)
        if manifest.missing and not manifest.files:
            raise BackupRefused(
                "nothing was backed up: none of the files that the database names is there. "
                "Put INBOX_DATA_DIR right, or look for them in an older backup."
            )
        writer.add(MANIFEST, manifest.as_json())
    return Made(
        len(manifest.offices), sum(manifest.rows.values()), manifest.files, manifest.size,
        tuple(manifest.missing),
    )  # fmt: skip


def _add_office(session: Session, store: Store, writer: "_Writer", office: Office) -> None:
    enter_office(session, office.id)
    writer.add_rows(office.id, Office.__table__, _rows(session, Office.__table__, office.id))  # type: ignore[attr-defined]
    promised: set[str] = set()
    for table in office_tables():
        promised |= writer.add_rows(office.id, table, _rows(session, table, office.id))
    for digest in sorted(promised):
        try:
            writer.add_file(office.id, digest, store.get(office.id, digest))
        except NotFound:
            writer.manifest.missing.append(f"{office.id}/{digest}")
    writer.manifest.offices.append(_mark(session, office))


def _mark(session: Session, office: Office) -> OfficeMark:
    from inbox.models import ChainHead

    head = session.get(ChainHead, office.id)
    return OfficeMark(office.id, office.slug, head.sequence if head else 0, head.digest if head else "")


Line = tuple[bytes, list[str]]


def _rows(session: Session, table: Table, office_id: str | None) -> Iterator[Line]:
    """The table's rows as lines, in key order, with the files that each promises."""
    query = select(table).order_by(*table.primary_key.columns)
    if table.name == "office":
        query = query.where(table.c.id == office_id)
    elif office_id is not None:
        query = query.where(table.c.office_id == office_id)
    found = session.connection().execute(query.execution_options(yield_per=1000))
    for found_row in found.mappings():
        row = dict(found_row)
        yield to_line(table, row), files_named(table, row)


class _Writer:
    """Adds members to the archive and to its manifest."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest, now: datetime) -> None:
        self._tar = tar
        self._time = int(now.timestamp())
        self.manifest = manifest

    def add(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(content), self._time, 0o600
        self._tar.addfile(info, io.BytesIO(content))

    def add_rows(self, folder: str, table: Table, lines: Iterator[Line]) -> set[str]:
        """Adds the lines in chunks; returns the files that the rows promise."""
        promised: set[str] = set()
        held: list[bytes] = []
        size = number = 0
        for line, files in lines:
            promised.update(files)
            held.append(line)
            size += len(line)
            if size >= _CHUNK_BYTES:
                number += 1
                self._add_chunk(folder, table, number, held)
                held, size = [], 0
        if held:
            self._add_chunk(folder, table, number + 1, held)
        return promised

    def _add_chunk(self, folder: str, table: Table, number: int, lines: list[bytes]) -> None:
        content = b"".join(lines)
        name = f"tables/{folder}/{table.name}/{number:06d}.jsonl"
        self.add(name, content)
        self.manifest.members[name] = hashlib.sha256(content).hexdigest()
        self.manifest.rows[table.name] = self.manifest.rows.get(table.name, 0) + len(lines)

    def add_file(self, office_id: str, digest: str, content: bytes) -> None:
        self.add(f"files/{office_id}/{digest}", content)
        self.manifest.files += 1
        self.manifest.size += len(content)
