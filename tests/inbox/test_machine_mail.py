"""What becomes of mail that programs wrote, and of people's mail that bears a program's mark."""

from pathlib import Path

import pytest

from inbox.models import Case, Delivery, Event, EventKind, Message
from tests.inbox.mailboxes import Mailbox
from tests.inbox.worlds import World

HEAD = "From: Una Prosser <una@example.net>\nTo: ashby@example.org\nMessage-ID: <u1@example.net>\n"
MARKS = ("Auto-Submitted: auto-generated", "Return-Path: <>", "Precedence: bulk",
         "X-Auto-Response-Suppress: All")  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_a_person_under_a_programs_mark_has_a_case_and_no_machine_answers(
    world: World, tmp_path: Path, mark: str
) -> None:
    box = Mailbox(world, tmp_path)
    box.take(f"{mark}\n{HEAD}Subject: Damp\n\nThere is mould in our bedroom, please help us.\n".encode())
    [case], [message] = box.all(Case), box.all(Message)
    assert message.case_id == case.id
    assert "perhaps-automatic" in message.warnings
    refused = next(event for event in box.all(Event) if event.kind == EventKind.NOT_ACKNOWLEDGED)
    assert refused.detail["because"] == "a program may have sent it"
    assert not box.all(Delivery)


def test_a_program_that_says_so_has_neither_case_nor_answer(world: World, tmp_path: Path) -> None:
    box = Mailbox(world, tmp_path)
    box.take(f"{MARKS[0]}\n{HEAD}Subject: We have received your request\n\nIt is waiting.\n".encode())
    assert [message.machine for message in box.all(Message)] == ["auto_reply"]
    assert not box.all(Case)
    assert not box.all(Delivery)
