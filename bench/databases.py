"""A throw-away database of each kind, and the fastest way to fill it."""

import os
import shutil
import sqlite3
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from inbox.database import Database
from inbox.plans import ANALYSIS
from inbox.schema import upgrade
from inbox.settings import Environment, Settings
from tests.rigs.postgres import Postgres

Value = str | int | None
KINDS = ("sqlite", "postgresql")


class Loader(Protocol):
    """Fills tables by the hundred thousand, past the wall and past the triggers."""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None: ...

    def run(self, statement: str) -> None: ...

    def settle(self) -> None:
        """Counts what the planner goes by, no better than the product does on SQLite by itself."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One database under measurement."""

    kind: str
    settings: Settings
    database: Database
    loader: Loader


class _SqliteLoader:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-500000", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self._connection.execute("BEGIN")
        self._connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
        self._connection.execute("COMMIT")

    def run(self, statement: str) -> None:
        self._connection.execute(statement)

    def settle(self) -> None:
        for statement in ANALYSIS:
            self.run(statement)

    def close(self) -> None:
        self._connection.close()


class _PostgresLoader:
    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            lines: list[str] = []
            for row in rows:
                lines.append("\t".join(["\\N" if value is None else str(value) for value in row]))
                if len(lines) == 2_000:
                    copy.write("\n".join(lines) + "\n")
                    lines.clear()
            if lines:
                copy.write("\n".join(lines) + "\n")

    def run(self, statement: str) -> None:
        self._connection.execute(statement)

    def settle(self) -> None:
        self.run("ANALYZE")


@contextmanager
def opened(kind: str) -> Iterator[Bench]:
    """An empty, migrated database of `kind`, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="inbox-bench-"))
    folder.chmod(0o755)
    try:
        yield from (_sqlite if kind == "sqlite" else _postgresql)(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, url: str, migrate_url: str | None = None) -> Settings:
    return Settings(
        database_url=url, migrate_database_url=migrate_url, data_dir=folder / "data", env=Environment.TEST
    )


def _sqlite(folder: Path) -> Iterator[Bench]:
    path = folder / "inbox.db"
    settings = _settings(folder, f"sqlite:///{path}")
    upgrade(settings)
    database = Database(settings.database_url)
    loader = _SqliteLoader(path)
    yield Bench("sqlite", settings, database, loader)
    loader.close()
    database.close()


def _postgresql(folder: Path) -> Iterator[Bench]:
    server = Postgres(folder / "pg")
    server.start()
    try:
        with server.database() as addresses:
            settings = _settings(folder, addresses.app_url, addresses.owner_url)
            upgrade(settings)
            database = Database(settings.database_url)
            with server.connect(addresses.name) as connection:
                connection.execute("SET maintenance_work_mem = '512MB'")
                yield Bench("postgresql", settings, database, _PostgresLoader(connection))
            database.close()
    finally:
        server.stop()


def environment(bench: Bench, **more: str) -> dict[str, str]:
    """What a process of the program is started with on this database.

    Compiled files may be written, as everywhere but in some sandboxes: else each start would compile anew.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "INBOX_DATABASE_URL": bench.settings.database_url,
        "INBOX_DATA_DIR": str(bench.settings.data_dir),
        "INBOX_SECRET_KEYS": b64encode(bytes(32)).decode(),
        "INBOX_ENV": "test",
        **more,
    }


def each(measure: Callable[[Bench], None]) -> None:
    """Runs a measurement on both kinds."""
    for kind in KINDS:
        with opened(kind) as bench:
            measure(bench)
