"""The `database` fixture: empty, migrated, of its own for each test; once on SQLite and once on PostgreSQL.

PostgreSQL is the one at INBOX_TEST_POSTGRESQL (`postgresql+psycopg://role@host:port/`, a role that may make
databases), or else the throw-away cluster of `tests.rigs`.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from inbox.database import Database
from inbox.schema import upgrade
from inbox.settings import Environment, Settings

ADDRESS = "INBOX_TEST_POSTGRESQL"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Server:
    """A server and the name of a migrated database on it, to clone."""

    url: str
    template: str

    @contextmanager
    def clone(self) -> Iterator[str]:
        name = f"test_web_{os.getpid()}_{next(_numbers)}"
        _run(self.url, "CREATE DATABASE {} TEMPLATE {}", name, self.template)
        try:
            yield self.url + name
        finally:
            _run(self.url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(Settings(database_url=f"sqlite:///{path}", env=Environment.TEST))
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[_Server]:
    """A migrated PostgreSQL database to clone."""
    url, name = os.environ[ADDRESS], f"test_web_template_{os.getpid()}"
    _run(url, "CREATE DATABASE {}", name)
    upgrade(Settings(database_url=url + name, env=Environment.TEST))
    yield _Server(url, name)
    _run(url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The test runs twice, once on each."""
    yield from _opened(request, tmp_path, request.param)


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """For what does not depend on the database."""
    yield from _opened(request, tmp_path, "sqlite")


def _opened(request: pytest.FixtureRequest, folder: Path, kind: str) -> Iterator[Database]:
    if kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "inbox.db")
        database = Database(f"sqlite:///{folder / 'inbox.db'}")
        yield database
        database.close()
        return
    with request.getfixturevalue("postgresql_template").clone() as url:
        database = Database(url)
        yield database
        database.close()


def _run(url: str, statement: str, *names: str) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://") + "postgres"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]
