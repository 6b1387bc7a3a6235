"""The `database` fixture: empty, migrated, of its own for each test; once on SQLite and once on PostgreSQL.

PostgreSQL is the one at INBOX_TEST_POSTGRESQL (`postgresql+psycopg://role@host:port/`, a role that may make
databases), or else the throw-away cluster of `tests.rigs`.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from inbox.database import Database
from inbox.schema import upgrade
from inbox.settings import Environment, Settings
from tests.rigs.postgres import Database as Addresses
from tests.rigs.postgres import Postgres

ADDRESS = "INBOX_TEST_POSTGRESQL"
Clones = Callable[[], AbstractContextManager[str]]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(Settings(database_url=f"sqlite:///{path}", env=Environment.TEST))
    return path


@pytest.fixture(scope="session")
def postgresql_clones(request: pytest.FixtureRequest) -> Iterator[Clones]:
    """Makes databases that are migrated and empty, and drops them afterwards."""
    if ADDRESS in os.environ:
        yield from _clones_at(os.environ[ADDRESS])
    else:
        yield from _clones_of(request.getfixturevalue("postgres"))


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
    with request.getfixturevalue("postgresql_clones")() as url:
        database = Database(url)
        yield database
        database.close()


def _clones_of(server: Postgres) -> Iterator[Clones]:
    def build(made: Addresses) -> None:
        upgrade(
            Settings(database_url=made.app_url, migrate_database_url=made.owner_url, env=Environment.TEST)
        )

    template = server.template("migrated_for_web", build)

    @contextmanager
    def clone() -> Iterator[str]:
        with server.database(template) as made:
            yield made.app_url

    yield clone


def _clones_at(url: str) -> Iterator[Clones]:
    template = f"test_web_template_{os.getpid()}"
    _run(url, "CREATE DATABASE {}", template)
    upgrade(Settings(database_url=url + template, env=Environment.TEST))

    @contextmanager
    def clone() -> Iterator[str]:
        name = f"test_web_{os.getpid()}_{next(_numbers)}"
        _run(url, "CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield url + name
        finally:
            _run(url, "DROP DATABASE {} WITH (FORCE)", name)

    yield clone
    _run(url, "DROP DATABASE {} WITH (FORCE)", template)


def _run(url: str, statement: str, *names: str) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://") + "postgres"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]
