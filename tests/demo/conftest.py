"""A demo that is made once, and copies of it for tests that change something."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.database import Database
from inbox.demo import main
from inbox.demo.place import Place, open_place

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A demo with all its data, that nothing serves yet. Tests look at it and change nothing."""
    folder = tmp_path_factory.mktemp("demo") / "var" / "demo"
    main.start(reset=False, serve=False, host="127.0.0.1", port=8000, folder=folder)
    return open_place(folder, reset=False)


@pytest.fixture(scope="session")
def history(made: Place) -> Iterator[Database]:
    """The database of `made`."""
    database = Database(made.settings(ADDRESS).database_url)
    yield database
    database.close()


@pytest.fixture
def copied(made: Place, tmp_path: Path) -> Place:
    """A demo of this test's own, in `var/demo` of its folder."""
    folder = tmp_path / "var" / "demo"
    shutil.copytree(made.folder, folder)
    return open_place(folder, reset=False)
