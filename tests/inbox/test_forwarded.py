"""Mail that somebody trusted passed on: a case of the person inside, proved by nobody."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from connectors.contract import RawArrival
from inbox import channels
from inbox.database import find
from inbox.errors import Refused
from inbox.history import SYSTEM
from inbox.models import Case, Channel, ChannelMode, Constituent, Direction, Event, EventKind, Message
from inbox.pipeline import Line, keep, process_due
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker.node import make_line
from tests.inbox.worlds import World

NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
FORWARD = b"""From: Rowan Ashby <rowan@private.example>
To: ashby@example.org
Subject: Fwd: Damp
Message-ID: <f1@private.example>
In-Reply-To: <person1@example.org>

Priya, this one is angry with us. Please be quick.

---------- Forwarded message ---------
From: Donna Fretwell <donna@example.org>
Date: Mon, 1 Jun 2026 at 21:10
Subject: Damp at 14 Quarry Road
To: <rowan@private.example>

There is black mould in the bedroom.
"""


class Mailbox:
    """The world's mailbox, with whose forwards count."""

    def __init__(self, world: World, folder: Path, trusted: str) -> None:
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
            channels.set_forwarders(session, channel, trusted, now=NOW, actor=SYSTEM)

    def take(self, raw: bytes, number: int = 1, **hints: str) -> None:
        arrival = RawArrival("email", "ashby", f"INBOX/1/{number}", raw, NOW, hints)
        keep(self.line, self.world.channel, self.world.office, [arrival], None)
        while process_due(self.line):
            pass

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))


def test_it_is_a_case_of_the_person_inside_and_says_who_passed_it_on(world: World, tmp_path: Path) -> None:
    box = Mailbox(world, tmp_path, "rowan@private.example")
    box.take(FORWARD)
    [case], [person] = box.all(Case), box.all(Constituent)
    message, note = box.all(Message)
    assert (person.name, case.constituent_id, case.subject) == (
        "Donna Fretwell", person.id, "Damp at 14 Quarry Road",
    )  # fmt: skip
    assert (message.sender_handle, message.forwarded_by) == ("donna@example.org", "rowan@private.example")
    assert "forwarded" in message.warnings
    assert (note.direction, note.text) == (
        Direction.NOTE, "Priya, this one is angry with us. Please be quick.",
    )  # fmt: skip
    kinds = [event.kind for event in box.all(Event)]
    assert EventKind.FORWARDED in kinds
    refused = next(event for event in box.all(Event) if event.kind == EventKind.NOT_ACKNOWLEDGED)
    assert refused.detail["because"] == "forwarded", "nobody proved that the address is theirs"


def test_a_known_person_is_proposed_and_never_joined(world: World, tmp_path: Path) -> None:
    known = world.case(name="Donna Fretwell", address="donna@example.org")
    with world.database.write(world.office) as session:
        first = session.exec(select(Message).where(Message.case_id == known.id)).one()
        first.external_id = "person1@example.org"
    box = Mailbox(world, tmp_path, "*@private.example")
    box.take(FORWARD)
    newest = next(one for one in reversed(box.all(Message)) if one.direction == Direction.INBOUND)
    assert newest.case_id != known.id
    assert newest.proposed_case_id == known.id


def test_without_a_place_on_the_list_it_is_the_forwarders_own_message(world: World, tmp_path: Path) -> None:
    box = Mailbox(world, tmp_path, "tom@private.example")
    box.take(FORWARD)
    message, _ = box.all(Message)  # and its acknowledgement
    assert (message.sender_handle, message.forwarded_by) == ("rowan@private.example", None)


def test_a_list_that_would_trust_everybody_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="forwarders"):
        Mailbox(world, tmp_path, "*@*")
