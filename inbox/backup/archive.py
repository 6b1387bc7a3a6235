"""The archive's shape: what is in it, how a row becomes a line and a line a row."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, LargeBinary, Table
from sqlmodel import SQLModel

import inbox.models  # noqa: F401  (makes every table known)
from inbox.errors import CaseworkError
from inbox.models import UtcDateTime
from inbox.stored_files import COLUMNS

FORMAT = "casework-inbox/backup"
FORMAT_VERSION = 1
ABOUT, MANIFEST = "about.json", "manifest.json"
WHOLE = "whole"

_NOT_KEPT = frozenset(
    {
        "lease",
        "tick",
        "presence",
        "web_session",
        "sign_in_try",
        "once_key",
        "form_session",
        "form_file",
        "kept_form",
    }
)
"""What belongs to running processes and open browsers, as answers that may be asked for again: a restored
system starts without it."""


class BackupRefused(CaseworkError):
    """The archive cannot be used, or the database is not fit to take it; nothing was changed."""


@dataclass(frozen=True, slots=True)
class OfficeMark:
    """Where an office's history stood: checked again after a restore."""

    id: str
    slug: str
    events: int
    head: str


@dataclass(slots=True)
class Manifest:
    """The last member of the archive: `rows` per table, SHA-256 per member, and what the store held."""

    format: str
    version: int
    scope: str
    schema: str
    made_at: str
    offices: list[OfficeMark] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    files: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, words: bytes) -> "Manifest":
        """Raises BackupRefused where it is not one of ours."""
        try:
            plain: dict[str, Any] = json.loads(words)
            marks = [OfficeMark(**mark) for mark in plain.pop("offices")]
            manifest = cls(offices=marks, **plain)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupRefused(
                "this is not a backup of Casework Inbox, or its manifest is damaged."
            ) from error
        if (manifest.format, manifest.version) != (FORMAT, FORMAT_VERSION):
            raise BackupRefused(f"this backup has the format {manifest.format} {manifest.version}, not ours.")
        return manifest


def shared_tables() -> list[Table]:
    """Tables that belong to no single office, `office` itself apart."""
    return [table for table in _tables() if "office_id" not in table.c and table.name != "office"]


def office_tables() -> list[Table]:
    """Tables of one office, each after those it refers to."""
    return [table for table in _tables() if "office_id" in table.c]


def table_named(name: str) -> Table:
    """Raises BackupRefused for a table that this version does not know."""
    found = SQLModel.metadata.tables.get(name)
    if found is None or name in _NOT_KEPT:
        raise BackupRefused(f"the backup holds a table {name} that this version does not know.")
    return found


def own_references(table: Table) -> list[Column[Any]]:
    """Columns that refer to rows of the same table: filled in once all rows are there."""
    return [column for column in table.c if any(key.column.table is table for key in column.foreign_keys)]


def to_line(table: Table, row: Mapping[str, Any]) -> bytes:
    """One row as a line of JSON."""
    plain = {column.name: _plain(row[column.name]) for column in table.c if row[column.name] is not None}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_line(table: Table, line: bytes) -> dict[str, Any]:
    """The row of a line, each value in its column's type; what the line leaves out is null."""
    plain = json.loads(line)
    unknown = set(plain) - set(table.c.keys())
    if unknown:
        raise BackupRefused(
            f"the backup's table {table.name} has unknown columns: {', '.join(sorted(unknown))}."
        )
    return {column.name: _typed(column, plain.get(column.name)) for column in table.c}


def files_named(table: Table, row: Mapping[str, Any]) -> list[str]:
    """The hashes of stored bytes that this row promises."""
    column = COLUMNS.get(table.name)
    return [row[column]] if column else []


def _tables() -> list[Table]:
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in _NOT_KEPT]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value
