"""What the work on one machine shares: settings, database, store, name and clock."""

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from inbox.database import Database, database_now
from inbox.models import Office
from inbox.pipeline import Line
from inbox.settings import Settings
from inbox.storage import FolderStore


def _name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{os.urandom(3).hex()}"


@dataclass(frozen=True, slots=True)
class Node:
    """One process that works. `name` is its own, so that leases tell nodes apart."""

    settings: Settings
    line: Line
    store: FolderStore
    name: str = field(default_factory=_name)

    @property
    def database(self) -> Database:
        return self.line.database

    def now(self) -> datetime:
        return self.line.now()

    def shared_now(self, session: Session) -> datetime:
        """The database's clock, by which leases are counted on all nodes."""
        return database_now(session) + timedelta(seconds=self.settings.clock_offset)

    def offices(self) -> list[str]:
        with self.database.read() as session:
            return list(session.exec(select(Office.id).order_by(col(Office.id))))
