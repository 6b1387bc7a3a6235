"""Off, listen, redirect, full: what each lets out; and who is told when a channel needs somebody."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from connectors import registry
from inbox import alerts, channels, sealed_letters
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import Refused
from inbox.history import SYSTEM
from inbox.models import Case, Channel, ChannelMode, Delivery, Office, Role, Staff
from tests.inbox.test_conversations import HELLO
from tests.inbox.test_conversations import Office as Calls
from tests.inbox.worlds import World
from tests.rigs.callers import CallingChannel

WORDS = "We do not answer here any more. Please write to office@ashby.example."


@pytest.fixture
def office(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    monkeypatch.setitem(registry.KINDS, "calling", lambda: CallingChannel)
    monkeypatch.setattr(CallingChannel, "sent", [])
    return Calls(world, tmp_path)


def switch(office: Calls, mode: ChannelMode, words: str | None = None) -> None:
    with office.world.database.write(office.world.office) as session:
        channels.set_mode(
            session, find(session, Channel, office.channel), mode, reason="moving", until=None,
            now=office.moment, actor=SYSTEM, words=words,
        )  # fmt: skip


def answers(office: Calls) -> list[str]:
    """What waits in the outbox, as it will leave."""
    tools = office.line.tools
    return [sealed_letters.read(tools.store, tools.keys, one).decode() for one in office.all(Delivery)]


def test_redirecting_needs_the_words_that_say_where_to_go(office: Calls) -> None:
    with pytest.raises(Refused, match="where people shall go"):
        switch(office, ChannelMode.REDIRECT)


def test_who_writes_where_we_redirect_is_told_where_to_go_and_gets_a_case(office: Calls) -> None:
    switch(office, ChannelMode.REDIRECT, WORDS)
    office.hear({**HELLO, "id": "1"})
    [case] = office.all(Case)
    [answer] = answers(office)
    assert WORDS in answer and case.reference in answer


@pytest.mark.parametrize("mode", [ChannelMode.LISTEN, ChannelMode.OFF])
def test_nothing_leaves_by_a_channel_that_does_not_send(office: Calls, mode: ChannelMode) -> None:
    switch(office, mode)
    office.hear({**HELLO, "id": "1"})
    assert answers(office) == []


def test_words_of_danger_are_answered_by_no_machine_here_either(office: Calls) -> None:
    switch(office, ChannelMode.REDIRECT, WORDS)
    office.hear({**HELLO, "id": "1", "text": "I am going to kill myself tonight."})
    assert answers(office) == []


def test_the_managers_are_told_once_a_day_by_a_mailbox_that_a_channel_needs_them(office: Calls) -> None:
    world = office.world
    with world.database.write(world.office) as session:
        find(session, Staff, world.staff).roles = [Role.MANAGER]
        find(session, Channel, world.channel).mode = ChannelMode.FULL
        find(session, Channel, office.channel).mode = ChannelMode.FULL
        find(session, Channel, office.channel).trouble = "the account must be signed in again"
    for hours, mails in ((0, 1), (1, 1), (25, 2)):
        with world.database.write(world.office) as session:
            desk = open_desk(session, office.line.tools)
            channel = find(session, Channel, office.channel)
            alerts.of_channel(session, desk, channel, now=office.moment + timedelta(hours=hours))
        sent = [one for one in office.all(Delivery) if one.purpose == "notice"]
        assert len(sent) == mails
        assert {one.channel_id for one in sent} == {world.channel}
    with world.database.read(world.office) as session:
        assert session.exec(select(Office.id)).first()
