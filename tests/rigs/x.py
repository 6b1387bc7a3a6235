"""An office with an X account on the stand-in, and the stages that hear it and answer through it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from connectors.contract import (
    Boundless,
    Budget,
    Surroundings,
    WebhookRequest,
)
from connectors.keys import InMemory
from connectors.x.channel import XChannel
from connectors.x.hearing import SIGNATURE, proof
from inbox import channels, drafting, outbox, sealed_letters, signoff
from inbox.database import find
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import Case, Channel, ChannelBudget, ChannelMode, Delivery, Message
from inbox.pipeline import Line, keep, process_due
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker.node import make_line
from tests.inbox.worlds import World
from tests.rigs.platforms import Platform

OFFICE_ID = "1500000000000000001"
OFFICE = "@RowanAshbyMP"
SECRETS = {
    "client_secret": "client-secret", "refresh_token": "refresh-0", "consumer_secret": "consumer-secret",
    "bearer_token": "app-token",
}  # fmt: skip
PRIVATE = frozenset({"127.0.0.1"})


def x_settings(url: str, **more: str) -> dict[str, str]:
    return {
        "user_id": OFFICE_ID, "username": OFFICE, "client_id": "client-1", "base_url": url,
        "since": (datetime.now(UTC) - timedelta(hours=1)).isoformat(), **more,
    }  # fmt: skip


def x_channel(
    url: str, budget: Budget | None = None, kept: InMemory | None = None,
    secrets: Mapping[str, str] = SECRETS, **more: str,
) -> XChannel:  # fmt: skip
    """A connector as after a restart of the program, with secrets of its own unless `kept` is given."""
    own = kept or InMemory({**secrets, "refresh_token": f"seed-{uuid4()}"})
    around = Surroundings(PRIVATE, kept=own, budget=budget or Boundless())
    return XChannel.from_settings(x_settings(url, **more), secrets, around)


class XOffice:
    """One office; `moment` is its clock."""

    def __init__(self, world: World, folder: Path, x: Platform, **more: str) -> None:
        self.world, self.x = world, x
        self.moment = datetime.now(UTC)
        self.settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            allowed_private_hosts="127.0.0.1", _env_file=None,
        )  # fmt: skip
        line = make_line(self.settings, world.database, FolderStore(folder / "store"))
        self.line = Line(
            world.database, line.tools, line.readers, line.scan, lambda: self.moment, line.lease,
            lambda session: self.moment, line.download,
        )  # fmt: skip
        with world.database.write(world.office) as session:
            self.channel = channels.add(
                session, kind="x", name="X", values=x_settings(x.url, **more), secrets=SECRETS,
                keys=self.line.tools.keys, settings=self.settings, now=self.moment, actor=SYSTEM,
                mode=ChannelMode.FULL,
            ).id  # fmt: skip

    def row(self) -> Channel:
        with self.world.database.read(self.world.office) as session:
            return find(session, Channel, self.channel)

    def connector(self) -> XChannel:
        """A connector as the worker opens it: its secrets and budget lie in the database."""
        made: XChannel = channels.connect(
            self.row(), self.line.tools.keys, self.settings, self.world.database
        )
        return made

    def collect(self) -> int:
        """Asks X once, files what came, and says how much."""
        connector = self.connector()
        count, more = 0, True
        while more:
            batch = connector.fetch(self.row().cursor)
            keep(self.line, self.channel, self.world.office, batch.arrivals, batch.cursor)
            count, more = count + len(batch.arrivals), batch.more
        connector.close()
        self.work()
        return count

    def hear(self, told: dict[str, Any]) -> None:
        """X calls, and what it says is filed."""
        body = json.dumps(told).encode()
        signed = {SIGNATURE: proof(SECRETS["consumer_secret"], body)}
        connector = self.connector()
        arrivals = connector.receive(WebhookRequest("POST", signed, {}, body)).arrivals
        connector.close()
        keep(self.line, self.channel, self.world.office, arrivals, None)
        self.work()

    def forget(self, what: str) -> None:
        """`rechecked`: known mentions are looked up next time. `pace`: messages may be asked for at once."""
        with self.world.database.write(self.world.office) as session:
            if what == "rechecked":
                row = find(session, Channel, self.channel)
                row.cursor = json.dumps({**json.loads(row.cursor or "{}"), "rechecked": 0})
            for budget in session.exec(select(ChannelBudget)):
                if what in budget.name:
                    budget.remaining, budget.resets_at = None, None

    def work(self) -> None:
        while process_due(self.line):
            pass

    def later(self, **time: float) -> None:
        self.moment += timedelta(**time)

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def message(self, text: str) -> Message:
        [found] = [one for one in self.all(Message) if text in one.text]
        return found  # type: ignore[no-any-return]

    def reply(self, text: str, **changes: Any) -> Delivery:
        """Approves a reply to the newest case."""
        with self.world.database.write(self.world.office) as session:
            desk = open_desk(session, self.line.tools)
            case = session.exec(select(Case).order_by(col(Case.id).desc())).first()
            assert case is not None
            draft = drafting.begin(
                session, desk, case, author_id=None, now=self.moment, actor=SYSTEM, text=text
            )
            if changes:
                given = drafting.Changes(**changes)
                drafting.save(
                    session, desk, draft, given, version=draft.version, author_id=None, now=self.moment,
                    actor=SYSTEM,
                )  # fmt: skip
            return signoff.approve(
                session, desk, draft, staff_id=self.world.staff, digest=drafting.digest(session, draft),
                now=self.moment, actor=SYSTEM,
            )  # fmt: skip

    def send(self) -> Delivery:
        """Everything that is due goes out; how the last of it ended."""
        self.later(minutes=2)
        with self.world.database.write(self.world.office) as session:
            claimed = outbox.claim(session, self.moment, timedelta(seconds=60), limit=10)
        return [self._attempt(one) for one in claimed][-1]

    def _attempt(self, claimed: outbox.Claimed) -> Delivery:
        raw = sealed_letters.read(self.line.tools.store, self.line.tools.keys, claimed)
        connector = self.connector()
        outcome = outbox.attempt(claimed, raw, connector, committing=lambda: None)
        connector.close()
        with self.world.database.write(self.world.office) as session:
            return outbox.settle(session, claimed, outcome, self.moment)

    def sent(self) -> dict[str, list[dict[str, Any]]]:
        """What X has of ours."""
        found: dict[str, list[dict[str, Any]]] = self.x.client.get(f"{self.x.url}/_sent").json()
        return found
