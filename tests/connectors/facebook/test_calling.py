"""Facebook calls three times, backwards, late or not at all: each thing is there once, and looking agrees."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connectors.contract import Change, InboundMessage, Unreadable
from connectors.facebook.channel import FacebookChannel
from tests.connectors.contract_suite import collected
from tests.rigs.facebook import WORD, Facebook
from tests.rigs.listening import Listener, listening
from tests.rigs.product import until

PERSON = "6780462125377510"


@contextmanager
def called(page: Facebook) -> Iterator[tuple[FacebookChannel, Listener]]:
    """A channel that Facebook calls."""
    channel = page.channel()
    with listening(channel) as listener:
        channel.fetch(None)
        assert page.platform.order("_webhook", url=listener.url, verify_token=WORD)["status"] == 200
        yield channel, listener


def texts(listener: Listener) -> list[str]:
    return sorted(one.text for one in listener.news() if isinstance(one, InboundMessage))


def test_told_three_times_everything_is_there_once_and_looking_gives_the_same_names(page: Facebook) -> None:
    with called(page) as (channel, listener):
        page.platform.order("_calling", times=3)
        for number in range(3):
            page.says(PERSON, f"number {number}")
        until(lambda: listener.calls >= 9)
        assert texts(listener) == ["number 0", "number 1", "number 2"]
        assert {one.external_id for one in collected(channel)[0]} == set(listener.kept)


def test_what_was_held_back_and_comes_in_one_call_backwards_is_all_there(page: Facebook) -> None:
    with called(page) as (_, listener):
        page.platform.order("_calling", holds=True)
        comment = page.comments(page.posts("Surgery on Friday"), PERSON, "My bins, and my telephone")
        page.platform.order("_change", of=comment, verb="edited", text="My bins")
        page.platform.order("_change", of=comment, verb="remove")
        assert listener.calls == 0
        held = page.platform.order("_release", backwards=True)["calls"]
        until(lambda: listener.calls == 1)
        news = listener.news()
    assert held == 4
    changes = [one for one in news if isinstance(one, Change)]
    [first] = [one for one in news if isinstance(one, InboundMessage)]
    assert {one.external_id for one in changes} == {first.external_id}
    assert len(changes) == 2


def test_what_facebook_did_not_tell_is_found_by_looking(page: Facebook) -> None:
    with called(page) as (channel, listener):
        page.platform.order("_calling", is_off=True)
        page.says(PERSON, "nobody was told of this")
        [arrival] = collected(channel)[0]
        news = FacebookChannel.understand(arrival)
        assert isinstance(news, InboundMessage) and news.text == "nobody was told of this"
        assert listener.calls == 0


def test_a_page_that_facebook_unsubscribed_is_subscribed_again_and_called(page: Facebook) -> None:
    with called(page) as (_, listener):
        page.platform.order("_unsubscribe")
        page.says(PERSON, "while it was off")
        assert "did not call us" in page.channel().fetch(None).notices[0]
        page.says(PERSON, "called again")
        until(lambda: texts(listener) == ["called again"])


def test_a_call_about_what_nobody_knows_is_taken_and_kept_so_that_facebook_goes_on_calling(
    page: Facebook,
) -> None:
    with called(page) as (_, listener):
        entry = {"id": "104857600000001", "time": 1, "something_new": [{"that": "nobody knows"}]}
        page.platform.order("_call", entry=entry)
        until(lambda: listener.calls == 1)
        calls = page.platform.client.get(f"{page.platform.url}/_calls").json()
    assert [one["status"] for one in calls if "something_new" in one["body"]] == [200]
    [kept] = listener.kept.values()
    assert b"nobody knows" in kept.raw
    with pytest.raises(Unreadable):
        FacebookChannel.understand(kept)
