"""Mail that somebody trusted passed on: a case of the person inside, proved by nobody."""

from pathlib import Path

import pytest
from sqlmodel import select

from inbox.errors import Refused
from inbox.models import Case, Constituent, Direction, Event, EventKind, Message
from tests.inbox.mailboxes import Mailbox
from tests.inbox.worlds import World

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
