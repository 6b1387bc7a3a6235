"""An installation of its own for each test, driven through the program's front door."""

import base64
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inbox.cli import main
from inbox.database import Database
from tests.databases import Addresses, EmptyDatabases

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
    addresses: Addresses
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
        return Database(self.addresses.url)

    def owned_database(self) -> Database:
        """As its owner: the role that runs the program may not change history at all."""
        return Database(self.addresses.migrate_url or self.addresses.url)

    def use(self, addresses: Addresses, folder: Path) -> None:
        """Points the environment at another installation."""
        for name, value in addresses.environment.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setenv("INBOX_DATA_DIR", str(folder))


def _installation(
    addresses: Addresses, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> Installation:
    for name in [name for name in os.environ if name.startswith("INBOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("INBOX_ENV", "test")
    monkeypatch.setenv("INBOX_SECRET_KEYS", KEY)
    installation = Installation(folder, addresses, monkeypatch, capture)
    installation.use(addresses, folder / "var")
    return installation


@pytest.fixture
def inbox(
    empty_sqlite_databases: EmptyDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Installation:
    """An empty, migrated installation on SQLite."""
    return _installation(empty_sqlite_databases.migrated(), tmp_path, monkeypatch, capsys)


@pytest.fixture
def inbox_on_each(
    empty_databases: EmptyDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Installation:
    """The same, once on SQLite and once on PostgreSQL."""
    return _installation(empty_databases.migrated(), tmp_path, monkeypatch, capsys)


def seal_things(inbox: Installation, office: str) -> None:
    inbox.ok(
        "staff", "add", "--office", office, "--email", "a@example.org", "--name", "A", "--role", "auditor",
        "--password-stdin", stdin="seven quiet herons\n",
    )  # fmt: skip
    inbox.ok(
        "channel", "add", "email", "--office", office, "--name", "Mailbox", "--set", "address=o@example.org",
        "--set", "imap_host=imap.example.org", "--set", "smtp_host=smtp.example.org",
        "--set-stdin", "password", stdin="secret-91\n",
    )  # fmt: skip
