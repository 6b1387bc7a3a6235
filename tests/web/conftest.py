"""A web app on an empty database, two offices in it, and people who sign in."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI

from inbox.app import create_app
from inbox.database import Database
from inbox.settings import Environment, Settings
from tests.web.desks import Desk, World, a_world

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def _do_not_freeze(monkeypatch: pytest.MonkeyPatch) -> None:
    """Freezing memory for each of many apps would keep them all."""
    monkeypatch.setattr("inbox.app.freeze_memory", lambda: None)


def make_settings(database: Database, folder: Path, **overrides: object) -> Settings:
    facts: dict[str, object] = {
        "database_url": database.url,
        "data_dir": folder / "data",
        "base_url": "http://127.0.0.1",
        "secret_keys": KEY,
        "env": Environment.TEST,
        "_env_file": None,
    }
    return Settings(**facts | overrides)  # type: ignore[arg-type]


@pytest.fixture
def settings(sqlite_database: Database, tmp_path: Path) -> Settings:
    return make_settings(sqlite_database, tmp_path)


@pytest.fixture
def world(sqlite_database: Database) -> World:
    """Two offices, with a person of each role in each."""
    return a_world(sqlite_database)


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> FastAPI:
    return create_app(settings, database=sqlite_database)


@pytest.fixture
def desk(app: FastAPI) -> Iterator[Desk]:
    """A browser that nobody has signed in with yet."""
    with ExitStack() as stack:
        yield stack.enter_context(Desk(app))
