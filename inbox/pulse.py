"""Tells that something was committed: `PRAGMA data_version` on SQLite, LISTEN and NOTIFY on PostgreSQL.

It is a hint to look, never the news itself: it may come late or for nothing, and one that was missed is made
good by the next look.
"""

import threading
import time
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from inbox.database import Database

if TYPE_CHECKING:
    import sqlite3

    import psycopg

CHANNEL = "inbox"
_POLL_SECONDS = 0.15
_SLICE_SECONDS = 0.5


class Pulse:
    """One watcher with a connection of its own, used by one thread; `stop` may come from any."""

    def __init__(self, database: Database) -> None:
        self._url = make_url(database.url)
        self._is_sqlite = database.is_sqlite
        self._stopped = threading.Event()
        self._file: sqlite3.Connection | None = None
        self._line: psycopg.Connection | None = None
        self._lost = _driver(is_sqlite=self._is_sqlite).Error
        self._last = -1

    def wait(self, seconds: float) -> bool:
        """Blocks until something was committed (True), `seconds` have passed or `stop` was called (False).

        The first call begins to watch and is True at once: what was committed just before is told to nobody.
        A lost connection counts as a hint and is opened again.
        """
        until = time.monotonic() + seconds
        while not self._stopped.is_set() and (left := until - time.monotonic()) > 0:
            try:
                if self._looked(left) if self._is_sqlite else self._listened(left):
                    return True
            except self._lost:
                self.close()
                self._stopped.wait(min(left, 1.0))
                return True
        return False

    def stop(self) -> None:
        """Ends a `wait` soon, and every later one at once."""
        self._stopped.set()

    def close(self) -> None:
        """Lets go of the connection; a later `wait` opens it again."""
        for connection in (self._file, self._line):
            if connection is not None:
                connection.close()
        self._file = self._line = None

    def _looked(self, left: float) -> bool:
        if self._file is None:
            self._file = _driver(is_sqlite=True).connect(self._url.database or "", check_same_thread=False)
            self._last = self._version(self._file)
            return True
        self._stopped.wait(min(left, _POLL_SECONDS))
        before, self._last = self._last, self._version(self._file)
        return self._last != before

    @staticmethod
    def _version(file: "sqlite3.Connection") -> int:
        return int(file.execute("PRAGMA data_version").fetchone()[0])

    def _listened(self, left: float) -> bool:
        if self._line is None:
            words = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._line = _driver(is_sqlite=False).connect(words, autocommit=True)
            self._line.execute(f"LISTEN {CHANNEL}")
            return True
        found = False
        for _ in self._line.notifies(timeout=min(left, _SLICE_SECONDS), stop_after=1):
            found = True
        return found


def _driver(*, is_sqlite: bool) -> ModuleType:
    """The database's driver: an installation does not load the other's."""
    return import_module("sqlite3" if is_sqlite else "psycopg")
