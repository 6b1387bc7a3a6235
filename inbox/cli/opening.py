"""What a command works with: settings, database, store and keys, opened for it and closed after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inbox.database import Database
    from inbox.models import Office
    from inbox.pipeline import Line
    from inbox.secrets import SecretKeys
    from inbox.settings import Settings
    from inbox.storage import FolderStore


@dataclass(frozen=True)
class Opened:
    """The installation, as one command sees it."""

    settings: Settings
    database: Database

    @property
    def now(self) -> datetime:
        return self.settings.now()

    @cached_property
    def keys(self) -> SecretKeys:
        """Raises SetupProblem where INBOX_SECRET_KEYS is not set."""
        from inbox.secrets import SecretKeys

        return SecretKeys(self.settings.keys)

    @cached_property
    def store(self) -> FolderStore:
        """Raises SetupProblem where it is another database's."""
        from inbox import stored_files
        from inbox.storage import open_store

        store = open_store(self.settings)
        stored_files.refuse_another(self.database, self.settings, store)
        return store

    @cached_property
    def line(self) -> Line:
        """What the stages need, as a node composes it."""
        from inbox.worker import make_node

        _ = self.store  # refuses another database's
        return make_node(self.settings, self.database).line

    def office(self, slug: str) -> Office:
        """The office with that slug. Raises NotFound naming those there are."""
        from inbox.offices import named

        with self.database.read() as session:
            return named(session, slug)


@contextmanager
def opened(*, check: bool = True) -> Iterator[Opened]:
    """The installation of this environment; `check` refuses a database of another version."""
    from inbox import schema
    from inbox.database import Database
    from inbox.settings import load_settings

    settings = load_settings()
    database = Database(settings.database_url)
    try:
        if check:
            schema.check(database, settings)
        yield Opened(settings, database)
    finally:
        database.close()
