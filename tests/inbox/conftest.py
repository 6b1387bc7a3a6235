"""Offices to fill, for the tests of the stages."""

import pytest

from inbox.database import Database
from tests.inbox.worlds import World, found_world


@pytest.fixture
def world(database: Database) -> World:
    """An office to fill."""
    return found_world(database, "ashby")


@pytest.fixture
def neighbour(database: Database, world: World) -> World:
    """Another office in the same database."""
    return found_world(database, "probert", "PR")
