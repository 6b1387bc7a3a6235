"""How often a platform is asked: as its channel says, however short a lease; at once when it was changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

import pytest

from connectors import registry
from connectors.contract import Batch, Checked, Surroundings
from inbox import channels
from inbox.database import find
from inbox.models import Channel, ChannelHealth, ChannelMode
from inbox.worker.collecting import Collector
from inbox.worker.loops import Loops
from tests.rigs.callers import CallingChannel
from tests.security.places import Place


class Timed(CallingChannel):
    """A platform with a clock of its own, which goes on only while somebody waits there."""

    poll_seconds = 900.0
    clock = 0.0
    looks: ClassVar[list[float]] = []
    meanwhile: ClassVar[dict[float, Callable[[], None]]] = {}

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "Timed":
        return cls()

    def fetch(self, cursor: str | None) -> Batch:
        Timed.looks.append(Timed.clock)
        return Batch((), cursor)

    def wait(self, seconds: float) -> bool:
        Timed.clock += seconds
        for moment in [one for one in Timed.meanwhile if one <= Timed.clock]:
            Timed.meanwhile.pop(moment)()
        return False


@pytest.fixture
def timed(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setitem(registry.KINDS, "email", lambda: Timed)
    Timed.clock = 0.0
    Timed.looks.clear()
    Timed.meanwhile.clear()
    yield place


def watch(place: Place, until: float) -> list[float]:
    """When the platform was asked, until its clock is there."""
    loops = Loops()
    Timed.meanwhile[until] = loops.ask_to_stop
    Collector(place.node, loops)._watcher(place.ours.id, place.ours.channel.id)()
    return Timed.looks


def row_of(place: Place) -> Channel:
    with place.database.read(place.ours.id) as session:
        return find(session, Channel, place.ours.channel.id)


def change(place: Place, **facts: object) -> Callable[[], None]:
    def act() -> None:
        with place.database.write(place.ours.id) as session:
            row = find(session, Channel, place.ours.channel.id)
            for name, value in facts.items():
                setattr(row, name, value)

    return act


def test_a_platform_is_asked_no_oftener_than_its_channel_says(timed: Place) -> None:
    assert timed.node.line.lease.total_seconds() < Timed.poll_seconds
    assert watch(timed, until=2000) == [0, 900, 1800]


def test_a_channel_whose_settings_were_changed_is_asked_at_once(timed: Place) -> None:
    Timed.meanwhile[100] = change(timed, settings={"folder": "Elsewhere"})
    first, second, *_ = watch(timed, until=500)
    assert first == 0 and 100 <= second < 200


def test_what_nobody_foresaw_is_the_failure_of_that_channel_and_waits_longer_each_time(
    timed: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(self: Timed, cursor: str | None) -> Batch:
        Timed.looks.append(Timed.clock)
        raise UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed")

    monkeypatch.setattr(Timed, "fetch", odd)
    collector = Collector(timed.node, Loops())
    for _ in range(3):
        assert collector.collect(row_of(timed)) is False
    row = row_of(timed)
    assert len(Timed.looks) == 1
    assert row.failures == 1 and row.retry_at is not None
    assert channels.health(row, timed.node.now()) is ChannelHealth.FAILING
    assert "did not foresee (UnicodeEncodeError)" in (channels.trouble(row) or "")


def test_what_nobody_foresaw_while_waiting_is_a_failure_too(
    timed: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    loops = Loops()

    def odd(self: Timed, seconds: float) -> bool:
        loops.ask_to_stop()
        raise TypeError("nobody foresaw this")

    monkeypatch.setattr(Timed, "wait", odd)
    Collector(timed.node, loops)._watcher(timed.ours.id, timed.ours.channel.id)()
    assert "did not foresee (TypeError)" in (channels.trouble(row_of(timed)) or "")


def test_a_test_that_nobody_foresaw_says_so_in_words(timed: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(self: Timed) -> Sequence[Checked]:
        raise TypeError("nobody foresaw this")

    monkeypatch.setattr(Timed, "check", odd, raising=False)
    node = timed.node
    [told] = channels.test(row_of(timed), node.line.tools.keys, node.settings, node.database)
    assert not told.ok and "did not foresee (TypeError)" in told.detail


def test_a_channel_that_was_switched_off_is_let_go_at_once(timed: Place) -> None:
    Timed.meanwhile[100] = change(timed, mode=ChannelMode.OFF)
    Collector(timed.node, Loops())._watcher(timed.ours.id, timed.ours.channel.id)()
    assert Timed.clock < 200
    assert Timed.looks == [0]
