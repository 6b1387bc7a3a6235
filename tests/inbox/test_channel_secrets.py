"""A secret that its platform replaces: used by one at a time, sealed at once, a person's word first."""

import os
import threading
from datetime import timedelta

import pytest

from connectors.contract import CredentialsRejected
from inbox import jobs
from inbox.channel_secrets import ChannelSecrets
from inbox.database import database_now, find
from inbox.models import Channel
from inbox.secrets import SecretKeys
from tests.inbox.worlds import World

KEYS = SecretKeys([os.urandom(32)])


@pytest.fixture
def kept(world: World) -> ChannelSecrets:
    """Another object each time a process opens the channel, about the same row."""
    store(world, refresh_token="first", client_secret="hush")
    return ChannelSecrets(world.office, world.channel, KEYS, world.database)


def store(world: World, **secrets: str) -> None:
    with world.database.write(world.office) as session:
        find(session, Channel, world.channel).sealed = KEYS.seal_all(secrets, world.channel)


def stored(world: World) -> dict[str, str]:
    with world.database.read(world.office) as session:
        return KEYS.open_all(find(session, Channel, world.channel).sealed, world.channel)


def test_what_the_platform_gives_takes_the_place_of_what_was_used(world: World, kept: ChannelSecrets) -> None:
    used: list[str | None] = []
    for after in ("second", "third"):
        kept.renew("refresh_token", lambda before, after=after: used.append(before) or after)  # type: ignore[misc]
    assert used == ["first", "second"]
    assert stored(world) == {"refresh_token": "third", "client_secret": "hush"}


def test_a_secret_that_stands_is_not_sealed_anew(world: World, kept: ChannelSecrets) -> None:
    with world.database.read(world.office) as session:
        before = find(session, Channel, world.channel).sealed
    kept.renew("refresh_token", lambda _: None)
    with world.database.read(world.office) as session:
        assert find(session, Channel, world.channel).sealed == before


def test_a_refusal_leaves_the_secret_and_gives_the_turn_back(world: World, kept: ChannelSecrets) -> None:
    def refuse(_: str | None) -> str | None:
        raise CredentialsRejected("no")

    with pytest.raises(CredentialsRejected):
        kept.renew("refresh_token", refuse)
    kept.renew("refresh_token", lambda before: f"after {before}")
    assert stored(world)["refresh_token"] == "after first"


def test_what_a_person_typed_meanwhile_stands(world: World, kept: ChannelSecrets) -> None:
    def use(_: str | None) -> str | None:
        store(world, refresh_token="typed")
        return "descends from the first"

    kept.renew("refresh_token", use)
    assert stored(world) == {"refresh_token": "typed"}


def test_a_removed_channel_gets_no_secret_back(world: World, kept: ChannelSecrets) -> None:
    def use(_: str | None) -> str | None:
        with world.database.write(world.office) as session:
            channel = find(session, Channel, world.channel)
            channel.sealed, channel.removed_at = None, channel.created_at
        return "second"

    kept.renew("refresh_token", use)
    assert stored(world) == {}


def test_many_at_once_use_each_secret_once(world: World, kept: ChannelSecrets) -> None:
    used: list[str | None] = []

    def use(before: str | None) -> str | None:
        used.append(before)
        return f"{before}+"

    def one() -> None:
        ChannelSecrets(world.office, world.channel, KEYS, world.database).renew("refresh_token", use)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert used == ["first", "first+", "first++", "first+++"]
    assert stored(world)["refresh_token"] == "first++++"


def test_the_turn_of_a_process_that_died_passes_on(world: World, kept: ChannelSecrets) -> None:
    with world.database.write() as session:
        long_ago = database_now(session) - timedelta(hours=1)
        jobs.hold(session, f"secrets:{world.channel}", "a dead process", long_ago, timedelta(minutes=2))
    kept.renew("refresh_token", lambda _: "second")
    assert stored(world)["refresh_token"] == "second"
