"""A running office to attack: real intake, real REST, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.database import Database
from tests.security.places import Place, opened
from tests.web.conftest import _do_not_freeze, make_settings

__all__ = ["_do_not_freeze"]


@pytest.fixture
def place(sqlite_database: Database, tmp_path: Path) -> Iterator[Place]:
    """For what does not depend on the database."""
    with opened(sqlite_database, make_settings(sqlite_database, tmp_path)) as place:
        yield place


@pytest.fixture
def place_on_each(database: Database, tmp_path: Path) -> Iterator[Place]:
    """The same, once on SQLite and once on PostgreSQL."""
    with opened(database, make_settings(database, tmp_path)) as place:
        yield place
