"""A channel switched until a date comes back on that date, and one office's trouble is its own."""

from datetime import timedelta
from pathlib import Path

import pytest

from connectors import registry
from inbox import channels
from inbox.database import find
from inbox.errors import Unavailable
from inbox.history import SYSTEM
from inbox.models import Channel, ChannelMode
from inbox.storage import FolderStore
from inbox.worker.node import Node, each_office
from inbox.worker.timetable import end_pauses
from tests.inbox.test_conversations import Office as Calls
from tests.inbox.worlds import World
from tests.rigs.callers import CallingChannel


@pytest.fixture
def office(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Its channel is off for an hour."""
    monkeypatch.setitem(registry.KINDS, "calling", lambda: CallingChannel)
    made = Calls(world, tmp_path)
    with world.database.write(world.office) as session:
        channels.set_mode(
            session, find(session, Channel, made.channel), ChannelMode.OFF, reason="the platform is down",
            until=made.moment + timedelta(hours=1), now=made.moment, actor=SYSTEM,
        )  # fmt: skip
    return made


def node_of(office: Calls) -> Node:
    return Node(office.settings, office.line, FolderStore(office.settings.data_dir / "store"))


def channel_after_two_hours(office: Calls) -> Channel:
    office.later(hours=2)
    end_pauses(node_of(office))
    [found] = [one for one in office.all(Channel) if one.id == office.channel]
    assert isinstance(found, Channel)
    return found


def test_a_channel_is_switched_back_when_its_date_has_come(office: Calls) -> None:
    assert channel_after_two_hours(office).mode == ChannelMode.FULL


def test_a_channel_that_was_disconnected_meanwhile_stays_so(office: Calls) -> None:
    with office.world.database.write(office.world.office) as session:
        channel = find(session, Channel, office.channel)
        channels.remove(session, channel, now=office.moment, actor=SYSTEM)
        assert channel.mode_until is None
        channel.mode_until = office.moment  # as those that were disconnected before have it
    assert channel_after_two_hours(office).mode == ChannelMode.OFF


def test_a_channel_that_nobody_has_signed_in_stays_off_and_the_others_come_back(office: Calls) -> None:
    with office.world.database.write(office.world.office) as session:
        find(session, Channel, office.channel).awaits_sign_in = True
        other = find(session, Channel, office.world.channel)
        other.mode, other.mode_until = ChannelMode.OFF, office.moment
    assert channel_after_two_hours(office).mode == ChannelMode.OFF
    assert {one.mode for one in office.all(Channel) if one.id == office.world.channel} == {ChannelMode.FULL}


def test_the_trouble_of_one_office_keeps_no_other_from_its_turn(office: Calls, neighbour: World) -> None:
    served = []

    @each_office
    def work(node: Node, office_id: str) -> None:
        if office_id == office.world.office:
            raise LookupError("something about this office")
        served.append(office_id)

    work(node_of(office))
    assert served == [neighbour.office]


def test_a_database_that_is_away_ends_the_round(office: Calls, neighbour: World) -> None:
    asked = []

    @each_office
    def work(node: Node, office_id: str) -> None:
        asked.append(office_id)
        raise Unavailable("The database is busy or away.")

    with pytest.raises(Unavailable):
        work(node_of(office))
    assert len(asked) == 1
