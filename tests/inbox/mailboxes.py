"""A mailbox of the world's office, read as the worker reads it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from connectors.contract import RawArrival
from inbox import channels
from inbox.database import find
from inbox.history import SYSTEM
from inbox.models import Channel, ChannelMode
from inbox.pipeline import Line, keep, process_due
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker.node import make_line
from tests.inbox.worlds import World

NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)


class Mailbox:
    """The world's mailbox, with whose forwards count."""

    def __init__(self, world: World, folder: Path, trusted: str = "") -> None:
        self.world = world
        settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", _env_file=None,
        )  # fmt: skip
        line = make_line(settings, world.database, FolderStore(folder / "store"))
        self.line = Line(world.database, line.tools, line.readers, line.scan, lambda: NOW, line.lease,
                         lambda session: NOW)  # fmt: skip
        with world.database.write(world.office) as session:
            channel = find(session, Channel, world.channel)
            channel.mode = ChannelMode.FULL
            if trusted:
                channels.set_forwarders(session, channel, trusted, now=NOW, actor=SYSTEM)

    def take(self, raw: bytes, number: int = 1, **hints: str) -> None:
        arrival = RawArrival("email", "ashby", f"INBOX/1/{number}", raw, NOW, hints)
        keep(self.line, self.world.channel, self.world.office, [arrival], None)
        while process_due(self.line):
            pass

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))
