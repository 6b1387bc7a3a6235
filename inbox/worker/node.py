"""What the work on one machine shares: settings, database, store, name and clock."""

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from connectors import clamd
from inbox import channels
from inbox.database import Database, shared_clock
from inbox.desk import Tools
from inbox.failpoints import arm
from inbox.intake import Scanner
from inbox.models import Office, Scan
from inbox.pipeline import Line
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import FolderStore, open_store


def _name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{os.urandom(3).hex()}"


def make_node(settings: Settings, database: Database) -> "Node":
    """The work of one process on this database, as the settings say."""
    if settings.failpoint:
        arm(settings.failpoint)
    store = open_store(settings)
    return Node(settings, make_line(settings, database, store), store)


def make_line(settings: Settings, database: Database, store: FolderStore) -> Line:
    """What the stages need from the outside, as the settings say."""
    tools = Tools(store, SecretKeys(settings.keys), settings.base_url, channels.composers())
    lease = timedelta(seconds=settings.lease_seconds)
    download = channels.downloader(database, tools.keys, settings)
    return Line(
        database,
        tools,
        channels.readers(),
        _scanner(settings),
        settings.now,
        lease,
        shared_clock(settings.clock_offset),
        download,
    )


def _scanner(settings: Settings) -> Scanner:
    """Asks clamd where there is one; without one a file is marked as not scanned."""
    address = settings.clamd
    if not address:
        return lambda content: Scan.NOT_SCANNED
    return lambda content: Scan(clamd.scan(address, content))


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
        return self.line.shared_now(session)

    def offices(self) -> list[str]:
        with self.database.read() as session:
            return list(session.exec(select(Office.id).order_by(col(Office.id))))
