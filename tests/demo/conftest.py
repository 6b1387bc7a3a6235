"""A demo that is made once, and copies of it for tests that change something."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.database import Database
from inbox.demo import main
from inbox.demo.place import Place, open_place
from tests.demo.running import Running

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
    return _copy(made, tmp_path)


@pytest.fixture(scope="module")
def running(made: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that runs for all tests of a file: what happens in it happens while each of them waits."""
    found = Running(_copy(made, tmp_path_factory.mktemp("running")))
    try:
        yield found
    finally:
        found.stop()


def _copy(made: Place, home: Path) -> Place:
    folder = home / "var" / "demo"
    shutil.copytree(made.folder, folder)
    return open_place(folder, reset=False)
