"""A real PostgreSQL: one throw-away cluster per test process, one cloned database per test."""

import itertools
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.rigs.processes import Owner, free_port, program, stop, until

OWNER = "inbox_owner"
APPLICATION = "inbox_app"

CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
fsync = off
full_page_writes = off
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
max_connections = 100
shared_buffers = 64MB
autovacuum = off
jit = off
log_min_messages = warning
log_statement = 'none'
"""

ACCESS = """
local all all trust
host all all 127.0.0.1/32 password
"""


@dataclass(frozen=True, slots=True)
class Database:
    """One database: the owner's address (for migrations) and the application role's."""

    name: str
    owner_url: str
    app_url: str
    tcp_app_url: str
    """The application role's address over TCP, for a proxy in between."""


class Postgres:
    """A cluster in `folder`. Roles: postgres (superuser), `OWNER` (creates databases), `APPLICATION`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sockets = folder / "s"
        self.port = free_port()
        self.owner = Owner.unprivileged("postgres")
        self._password = secrets.token_urlsafe(16)
        self._numbers = itertools.count(1)
        self._templates: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        data = self.folder / "data"
        if not data.exists():
            self._initialise(data)
        self.start_again()
        with self.connect() as connection:
            for role, rights in ((OWNER, "CREATEDB"), (APPLICATION, "")):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS " + rights + " PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(self._password)
                    )
                )

    def start_again(self) -> None:
        """Starts the server on an existing cluster (after `stop` or `kill`)."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.owner.command([_binary("postgres"), "-D", str(self.folder / "data")]),
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        try:
            until(self._ready, seconds=30, what="PostgreSQL to answer")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{(self.folder / 'log').read_text()}") from None

    def stop(self) -> None:
        """Ends it at once: every connection is dropped, what was committed is kept."""
        if self._process is not None:
            stop(self._process, with_signal=signal.SIGINT)
            self._process = None

    def template(self, name: str, build: Callable[[Database], None]) -> str:
        """Makes a database to clone from with `build`, once per cluster; returns `name`."""
        if name not in self._templates:
            self._create(name, "template0")
            build(self._addresses(name))
            self._templates.add(name)
        return name

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[Database]:
        """A database of its own, cloned from `template` (0.05 s), dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self._create(name, template)
        try:
            yield self._addresses(name)
        finally:
            with self.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A superuser's connection that commits each statement."""
        return psycopg.connect(
            host=str(self.sockets), port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def _initialise(self, data: Path) -> None:
        self.sockets.mkdir(parents=True)
        self.owner.take(self.folder)
        command = [
            _binary("initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]
        finished = subprocess.run(
            self.owner.command(command), cwd=self.folder, capture_output=True, text=True, check=False
        )
        if finished.returncode:
            raise RuntimeError(f"initdb failed: {finished.stderr}")
        (data / "postgresql.conf").write_text(CONFIGURATION.format(port=self.port, sockets=self.sockets))
        (data / "pg_hba.conf").write_text(ACCESS)
        self.sockets.chmod(0o700)

    def _ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError("PostgreSQL ended while starting")
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _create(self, name: str, template: str) -> None:
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
                )
            )

    def _addresses(self, name: str) -> Database:
        here = f"?host={quote(str(self.sockets), safe='')}&port={self.port}"
        tcp = f"postgresql+psycopg://{APPLICATION}:{self._password}@127.0.0.1:{self.port}/{name}"
        return Database(
            name,
            f"postgresql+psycopg://{OWNER}@/{name}{here}",
            f"postgresql+psycopg://{APPLICATION}@/{name}{here}",
            tcp,
        )


def _binary(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return program(name, *map(str, folders))
