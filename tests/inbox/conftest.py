"""An empty, migrated database of either kind for each test that asks for `either_database`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.database import Database
from inbox.schema import upgrade
from inbox.settings import Environment, Settings
from tests.inbox.worlds import World, found_world
from tests.rigs.postgres import Database as Addresses
from tests.rigs.postgres import Postgres


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(Settings(database_url=f"sqlite:///{path}", env=Environment.TEST))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The test runs twice, once on each database; on PostgreSQL as the role that owns nothing."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        path = tmp_path / "inbox.db"
        path.write_bytes(template.read_bytes())
        yield from _open(f"sqlite:///{path}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        with server.database(server.template("migrated_for_queues", _migrate)) as addresses:
            yield from _open(addresses.app_url)


@pytest.fixture
def world(either_database: Database) -> World:
    """An office to fill."""
    return found_world(either_database, "ashby")


@pytest.fixture
def neighbour(either_database: Database, world: World) -> World:
    """Another office in the same database."""
    return found_world(either_database, "probert", "PR")


def _open(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def _migrate(addresses: Addresses) -> None:
    upgrade(
        Settings(
            database_url=addresses.app_url,
            migrate_database_url=addresses.owner_url,
            env=Environment.TEST,
        )
    )
