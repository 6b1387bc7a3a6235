"""A small world in one process: one office on the real stages, a platform that remembers, a jumping clock."""

import itertools
import os
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from sqlmodel import Session, select

from connectors import registry
from connectors.contract import (
    Attachment,
    ConnectorFailure,
    DeliveryReport,
    Handle,
    InboundMessage,
    Letter,
    OutboundMessage,
    OutcomeUnknown,
    RawArrival,
    SentReceipt,
    Surroundings,
)
from connectors.email.channel import EmailChannel
from connectors.fake import FakeChannel
from connectors.keys import Key
from inbox import backup, channels, failpoints, offices, schema
from inbox.backup.archive import WHOLE
from inbox.database import Database
from inbox.history import OPERATOR, SYSTEM
from inbox.models import Channel, ChannelMode, OfficeKind, Staff, new_id
from inbox.models import Office as OfficeRow
from inbox.settings import Environment, Settings
from inbox.worker import Worker, make_node

ADDRESS = "casework@example.org"


class Crash(BaseException):
    """The process ends here, without another word."""


@dataclass(slots=True)
class Platform:
    """Where mail comes from and goes to. It outlives every crash of ours."""

    inside: FakeChannel = field(default_factory=lambda: FakeChannel(batch_size=3))
    sending: deque[ConnectorFailure] = field(default_factory=deque)
    """What goes wrong with the next sendings, oldest first."""
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def deliver(self, message_id: str, sender: str, text: str, now: datetime, answers: str = "") -> None:
        """A mail arrives; the same `message_id` again is the same mail again."""
        hints = {"message_id": message_id, "from": sender, "answers": answers}
        number = f"INBOX/1/{next(self.numbers)}"
        self.inside.deliver(RawArrival("simulated", ADDRESS, number, text.encode(), now, hints))

    def copies(self) -> Counter[str]:
        """How often each of our messages was taken."""
        return Counter(one.message_id for one in self.inside.sent)


class SimulatedChannel:
    """A connector to the platform of the running example, as a process would open one."""

    KEYS: ClassVar[Mapping[str, Key]] = {}
    limits = EmailChannel.limits
    poll_seconds = 60.0
    compose: Callable[[Letter], bytes] = staticmethod(EmailChannel.compose)
    world: ClassVar[Platform]

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "SimulatedChannel":
        made = cls()
        made.hooks = around.hooks
        return made

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        return ADDRESS

    hooks: Callable[[str], None]

    def fetch(self, cursor: str | None) -> Any:
        self.hooks("imap.connected")
        return self.world.inside.fetch(cursor)

    def acknowledge(self, arrivals: Any) -> None:
        self.world.inside.acknowledge(arrivals)

    def wait(self, seconds: float) -> bool:
        return False

    def close(self) -> None:
        """The platform stays."""

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        failure = self.world.sending.popleft() if self.world.sending else None
        self.hooks("smtp.midbody")
        if failure is not None and not isinstance(failure, OutcomeUnknown):
            raise failure
        committing()
        self.world.inside.sent.append(message)
        self.hooks("smtp.dot")
        if failure is not None:
            raise failure
        return SentReceipt(message.message_id, "250 taken")

    @staticmethod
    def understand(arrival: RawArrival) -> InboundMessage | DeliveryReport:
        text, hints = arrival.raw.decode(), arrival.hints
        file = Attachment("note.txt", "text/plain", len(text), text.encode())
        return InboundMessage(
            channel=arrival.channel, account=arrival.account, external_id=hints["message_id"],
            sender=Handle(hints["from"].partition("@")[0].title(), hints["from"]), subject=text[:40],
            text=text, new_text=text, attachments=(file,) if "file" in text else (),
            sent_at=arrival.received_at, content_key=hints["message_id"],
            in_reply_to=(hints["answers"],) if hints["answers"] else (),
        )  # fmt: skip


@dataclass(slots=True)
class Office:
    """One office on one database, and a process at work for it that may end at any point."""

    settings: Settings
    database: Database
    platform: Platform
    id: str
    staff: str
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.begin_anew()

    @property
    def now(self) -> datetime:
        return self.settings.now()

    def begin_anew(self) -> None:
        """A new process: nothing is remembered but what is in the database, the store and the platform."""
        failpoints._armed.clear()
        self.worker = Worker(make_node(self.settings, self.database))

    def work(self, dies_at: str | None = None) -> bool:
        """Everything that is due, or until the process dies; True when it died."""
        if dies_at:
            failpoints.arm(dies_at)
        try:
            self.worker.until_idle()
        except Crash:
            self.begin_anew()
            return True
        finally:
            failpoints._armed.clear()
        return False

    def wait(self, seconds: float) -> None:
        self.settings.clock_offset += seconds

    def back_up(self, archive: Path) -> None:
        """The whole installation, as the program writes it while it runs."""
        with self.database.snapshot() as session, archive.open("wb") as target:
            backup.make(
                session, self.worker.node.store, target, offices=list(session.exec(select(OfficeRow))),
                scope=WHOLE, schema=schema.newest(), now=self.now,
            )  # fmt: skip

    def restored(self, archive: Path, database: Database, data_dir: Path) -> "Office":
        """This office as the backup has it, in an empty database; the platform went on without it."""
        settings = self.settings.model_copy(update={"database_url": database.url, "data_dir": data_dir})
        made = Office(settings, database, self.platform, self.id, self.staff)
        with database.write() as session:
            backup.restore(session, made.worker.node.store, archive, schema=schema.newest(), now=self.now)
        made.begin_anew()
        return made

    def writing(self) -> Any:
        return self.database.write(self.id)

    def reading(self) -> Any:
        return self.database.read(self.id)


def install(monkeypatch: pytest.MonkeyPatch, platform: Platform) -> None:
    """Makes the platform reachable, and makes death at a failpoint an exception that nobody catches."""
    monkeypatch.setitem(registry.KINDS, "simulated", lambda: SimulatedChannel)
    monkeypatch.setattr(SimulatedChannel, "world", platform, raising=False)

    def die(process: int, number: int) -> None:
        raise Crash

    monkeypatch.setattr(failpoints, "os", SimpleNamespace(getpid=os.getpid, kill=die))


def found(
    url: str,
    folder: Path,
    platform: Platform,
    *,
    name: str = "Rowan Ashby MP",
    kind: OfficeKind = OfficeKind.MP,
) -> Office:
    """An office with one caseworker and one channel that collects and sends."""
    settings = Settings(
        database_url=url, data_dir=folder / "var", env=Environment.TEST, secret_keys=("A" * 43 + "=",),
        lease_seconds=60, low_disk_megabytes=0,
    )  # type: ignore[arg-type]  # fmt: skip
    database = Database(url)
    office_id, now = new_id(), datetime.now(UTC)
    wanted = offices.Founding(name, kind, "england")
    with database.write(office_id) as session:
        office = offices.found(session, wanted, actor=OPERATOR, now=now)
        office.undo_seconds = 30
        staff = Staff(
            office_id=office_id, email=f"priya@{kind}.example.org", name="Priya Nair", created_at=now
        )
        session.add(staff)
        _connect(session, office_id, now)
    return Office(settings, database, platform, office_id, staff.id)


def _connect(session: Session, office_id: str, now: datetime) -> None:
    channel = Channel(
        office_id=office_id, kind="simulated", name="Mail", account=ADDRESS, since=now - timedelta(hours=1),
        created_at=now,
    )  # fmt: skip
    session.add(channel)
    session.flush()
    channels.set_mode(session, channel, ChannelMode.FULL, reason="", until=None, now=now, actor=SYSTEM)
    assert session.exec(select(Channel)).one().mode == ChannelMode.FULL
