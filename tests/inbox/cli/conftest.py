"""An installation of its own for each test, driven through the program's front door."""

import base64
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from inbox.cli import main
from inbox.database import Database

POSTGRESQL = os.environ.get("INBOX_TEST_POSTGRESQL", "postgresql+psycopg://app@127.0.0.1:54321/")
KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Installation:
    """Runs the program in this process with this installation's environment."""

    folder: Path
    url: str
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str, stdin: str = "") -> Ran:
        """Runs one command and returns what it did."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        self.capture.readouterr()
        status = main(list(words))
        out, err = self.capture.readouterr()
        return Ran(status, out, err)

    def ok(self, *words: str, stdin: str = "") -> Ran:
        """The same, for a command that must work."""
        ran = self.run(*words, stdin=stdin)
        assert ran.status == 0, ran.err
        return ran

    def office(self, name: str = "Rowan Ashby’s office", **more: str) -> str:
        """A new office; returns its slug."""
        options = {"kind": "mp", "nation": "england"} | more
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        return self.ok("office", "add", "--name", name, *words).out.strip()

    def database(self) -> Database:
        return Database(self.url)

    def use(self, url: str, folder: Path) -> None:
        """Points the environment at another installation."""
        self.monkeypatch.setenv("INBOX_DATABASE_URL", url)
        self.monkeypatch.setenv("INBOX_DATA_DIR", str(folder))


NewUrl = Callable[[], str]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> NewUrl:
    numbers = iter(range(100))
    return lambda: f"sqlite:///{tmp_path / f'inbox-{next(numbers)}.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[NewUrl]:
    """Makes empty databases on the test server, and drops them afterwards."""
    made: list[str] = []
    server = POSTGRESQL.replace("+psycopg", "").rstrip("/")

    def new() -> str:
        name = f"cli_{os.urandom(6).hex()}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        made.append(name)
        return f"{POSTGRESQL.rstrip('/')}/{name}"

    yield new
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest) -> NewUrl:
    """Addresses of empty databases, once on each kind."""
    found: NewUrl = request.getfixturevalue(f"{request.param}_url")
    return found


def _installation(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> Installation:
    for name in [name for name in os.environ if name.startswith("INBOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("INBOX_ENV", "test")
    monkeypatch.setenv("INBOX_SECRET_KEYS", KEY)
    installation = Installation(folder, url, monkeypatch, capture)
    installation.use(url, folder / "var")
    installation.ok("migrate")
    return installation


@pytest.fixture
def inbox(
    sqlite_url: NewUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    """An empty, migrated installation on SQLite."""
    return _installation(sqlite_url(), tmp_path, monkeypatch, capsys)


@pytest.fixture
def inbox_on_each(
    new_url: NewUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    """The same, once on SQLite and once on PostgreSQL."""
    return _installation(new_url(), tmp_path, monkeypatch, capsys)
