"""An empty, migrated database of either kind for each test that asks for `either_database`."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from inbox.database import Database
from inbox.schema import upgrade
from inbox.settings import Environment, Settings
from tests.inbox.worlds import World, found_world

SERVER = "INBOX_TEST_POSTGRESQL"
"""Where a PostgreSQL server with a role that may create databases is: `postgresql+psycopg://user@host:port/`."""


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(Settings(database_url=f"sqlite:///{path}", env=Environment.TEST))
    return path


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """The name of a migrated PostgreSQL database to clone."""
    name = f"queues_template_{os.getpid()}"
    _administer("CREATE DATABASE {}", name)
    upgrade(Settings(database_url=os.environ[SERVER] + name, env=Environment.TEST))
    yield name
    _administer("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The test runs twice, once on each database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        path = tmp_path / "inbox.db"
        path.write_bytes(template.read_bytes())
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
        return
    name = f"queues_test_{os.getpid()}"
    _administer("CREATE DATABASE {} TEMPLATE {}", name, request.getfixturevalue("migrated_postgresql"))
    database = Database(os.environ[SERVER] + name)
    yield database
    database.close()
    _administer("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def world(either_database: Database) -> World:
    """An office to fill."""
    return found_world(either_database, "ashby")


@pytest.fixture
def neighbour(either_database: Database, world: World) -> World:
    """Another office in the same database."""
    return found_world(either_database, "probert", "PR")


def _administer(statement: str, *names: str) -> None:
    address = os.environ[SERVER].replace("postgresql+psycopg://", "postgresql://") + "postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]
