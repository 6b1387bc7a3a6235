"""The `database` fixture: empty, migrated, its own for each test; on SQLite and on PostgreSQL.

`database` runs the test twice, once on SQLite and once on PostgreSQL; `sqlite_database` and
`postgresql_database` are for what concerns one of them. `empty_databases` hands out addresses of
databases that nothing has migrated yet.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbox.database import Database
from inbox.schema import upgrade
from inbox.settings import Environment, Settings
from tests.rigs.postgres import Database as Clone
from tests.rigs.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a database is: for the role that runs the program, and for the role that migrates."""

    url: str
    migrate_url: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The same as settings."""
        owner = {} if self.migrate_url is None else {"INBOX_MIGRATE_DATABASE_URL": self.migrate_url}
        return {"INBOX_DATABASE_URL": self.url} | owner

    def settings(self) -> Settings:
        """The settings to migrate with; no file and no other variable is read for them."""
        return Settings(
            database_url=self.url, migrate_database_url=self.migrate_url, env=Environment.TEST, _env_file=None
        )


@dataclass(frozen=True, slots=True)
class EmptyDatabases:
    """Each call makes an empty database; `migrated` makes one at the newest version, from a template."""

    _make: Callable[[], Addresses]
    migrated: Callable[[], Addresses]

    def __call__(self) -> Addresses:
        return self._make()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_databases(request: pytest.FixtureRequest) -> EmptyDatabases:
    """Each call makes an empty database; the test runs twice, once on each kind."""
    found: EmptyDatabases = request.getfixturevalue(f"empty_{request.param}_databases")
    return found


@pytest.fixture
def empty_sqlite_databases(sqlite_template: Path, tmp_path: Path) -> EmptyDatabases:
    numbers = itertools.count()

    def make() -> Addresses:
        return Addresses(f"sqlite:///{tmp_path / f'inbox-{next(numbers)}.db'}")

    def migrated() -> Addresses:
        made = make()
        shutil.copy(sqlite_template, made.url.removeprefix("sqlite:///"))
        return made

    return EmptyDatabases(make, migrated)


@pytest.fixture
def empty_postgresql_databases(postgres: Postgres) -> Iterator[EmptyDatabases]:
    with ExitStack() as stack:

        def make(template: str = "template0") -> Addresses:
            return _addresses(stack.enter_context(postgres.database(template)))

        yield EmptyDatabases(make, lambda: make(postgres.template("migrated", _migrate)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Migrated and empty; the test runs twice, once on each kind."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(Addresses(f"sqlite:///{path}").settings())
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copyfile(sqlite_template, tmp_path / "inbox.db")
    yield from _opened(f"sqlite:///{tmp_path / 'inbox.db'}")


@pytest.fixture
def postgresql_database(postgres: Postgres) -> Iterator[Database]:
    with postgres.database(postgres.template("migrated", _migrate)) as made:
        yield from _opened(made.app_url)


def _migrate(made: Clone) -> None:
    upgrade(_addresses(made).settings())


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def _addresses(made: Clone) -> Addresses:
    return Addresses(made.app_url, made.owner_url)
