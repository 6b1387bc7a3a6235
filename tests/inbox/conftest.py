"""Offices to fill, for the tests of the stages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.database import Database
from tests.faults import simulation
from tests.inbox.campaign_post import Post
from tests.inbox.worlds import World, found_world


@pytest.fixture
def world(database: Database) -> World:
    """An office to fill."""
    return found_world(database, "ashby")


@pytest.fixture
def neighbour(database: Database, world: World) -> World:
    """Another office in the same database."""
    return found_world(database, "probert", "PR")


@pytest.fixture
def post(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    office = simulation.found(database.url, tmp_path, platform)
    yield Post(office)
    office.database.close()
