"""What the work on one machine shares: settings, database, store, name and clock."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps

from sqlmodel import Session, col, select

from inbox import channels, fetching
from inbox.database import Database, shared_clock
from inbox.errors import Unavailable
from inbox.failpoints import arm
from inbox.introducing import Introducer
from inbox.models import Office
from inbox.pipeline import Line
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import FolderStore, open_store
from inbox.worker.loops import log


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
    tools = channels.tools(settings, store, SecretKeys(settings.keys))
    lease = timedelta(seconds=settings.lease_seconds)
    download = fetching.downloader(database, tools.keys, settings)
    now_here = shared_clock(lambda: settings.clock_offset)
    introduce = Introducer(database, store, tools.keys, settings)
    return Line(
        database,
        tools,
        channels.readers(),
        tools.scan,
        settings.now,
        lease,
        now_here,
        download,
        introduce,
        introduce.meet,
    )


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


def each_office(work: Callable[[Node, str], None]) -> Callable[[Node], None]:
    """`work` for one office after the other. What fails in one is logged and keeps no other from its turn; a
    database that is away is no office's own trouble, and ends the round."""

    @wraps(work)
    def run(node: Node) -> None:
        for office_id in node.offices():
            try:
                work(node, office_id)
            except Unavailable:
                raise
            except Exception:
                log.exception("work for an office failed", work=work.__name__, office=office_id)

    return run
