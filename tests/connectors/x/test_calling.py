"""X calls: registered, challenged, subscribed, and what was missed is told again; polls and calls agree."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import (
    Change,
    DeliveryReport,
    Echo,
    Handle,
    InboundMessage,
    Letter,
    OutboundMessage,
    ReportAction,
)
from connectors.x.channel import XChannel
from connectors.x.registration import WANTED
from tests.connectors.contract_suite import collected
from tests.rigs.listening import Listener, listening
from tests.rigs.platforms import Platform
from tests.rigs.product import until
from tests.rigs.x import OFFICE, OFFICE_ID, x_channel


@contextmanager
def called(x: Platform) -> Iterator[tuple[XChannel, Listener]]:
    """A channel that X calls, once it has asked X to."""
    ear = x_channel(x.url)
    with listening(ear) as listener:
        channel = x_channel(x.url, webhook_url=listener.url)
        try:
            yield channel, listener
        finally:
            channel.close()
            ear.close()


def heard(listener: Listener, count: int) -> list[str]:
    """What was said, once there is so much of it."""
    until(lambda: len(listener.kept) >= count, seconds=60)
    return sorted(one.text for one in listener.news() if isinstance(one, InboundMessage))


def test_a_channel_registers_itself_and_is_told_of_everything(x: Platform) -> None:
    with called(x) as (channel, listener):
        cursor = channel.fetch(None).cursor
        x.order("_say", **{"from": "wyn", "text": f"{OFFICE} the bins"})
        x.order("_message", **{"from": "wyn", "text": "in private"})
        x.order("_message", **{"from": "wyn", "text": "a secret", "sealed": True})
        texts = heard(listener, 3)
        polled = {one.external_id for one in collected(channel, cursor)[0]}
    assert [one for one in texts if "secret" in one] == []
    assert [one for one in texts if "encrypted message waits" in one] != []
    assert {one for one in listener.kept if not one.startswith("chat/")} == polled
    types = [json.loads(one["body"]).get("event_type") for one in x.log() if one["method"] == "POST"
             and one["path"].endswith("subscriptions")]  # fmt: skip
    assert sorted(types) == sorted(WANTED)


@pytest.mark.parametrize("quirk", ["odd_samples", "old_webhooks"])
def test_the_odd_and_the_older_forms_say_the_same(x: Platform, quirk: str) -> None:
    with called(x) as (channel, listener):
        channel.fetch(None)
        x.order("_quirks", **{quirk: True})
        x.order("_say", **{"from": "wyn", "text": f"{OFFICE} the bins", "name": "Wyn"})
        x.order("_message", **{"from": "wyn", "text": "in private"})
        assert heard(listener, 2) == [f"{OFFICE} the bins", "in private"]
        names = {one.sender.name for one in listener.news() if isinstance(one, InboundMessage)}
    assert names == {"Wyn (@wyn)"}


def test_told_three_times_and_backwards_everything_is_there_once(x: Platform) -> None:
    with called(x) as (channel, listener):
        channel.fetch(None)
        for number in range(5):
            x.order("_say", **{"from": "wyn", "text": f"{OFFICE} number {number}"})
        x.order("_deliver", times=3, reversed=True)
        until(lambda: listener.calls >= 20, seconds=60)
        assert heard(listener, 5) == [f"{OFFICE} number {number}" for number in range(5)]


def test_what_x_told_nobody_while_we_were_invalid_is_told_again(x: Platform) -> None:
    with called(x) as (channel, listener):
        cursor = json.loads(channel.fetch(None).cursor or "")
        x.order("_invalidate")
        x.order("_message", **{"from": "wyn", "text": "a secret", "sealed": True})
        cursor["upkept"] -= timedelta(minutes=11).total_seconds()
        channel.fetch(json.dumps(cursor))
        assert "encrypted message waits" in heard(listener, 1)[0]


def test_what_x_told_while_we_were_away_is_told_again(x: Platform) -> None:
    with called(x) as (channel, listener):
        cursor = json.loads(channel.fetch(None).cursor or "")
        x.order("_quirks", holds_events=True)
        x.order("_message", **{"from": "wyn", "text": "a secret", "sealed": True})
        x.order("_quirks", holds_events=False)
        cursor["upkept"] -= timedelta(days=3).total_seconds()
        channel.fetch(json.dumps(cursor))
        assert len(heard(listener, 1)) == 1


def test_what_we_write_comes_back_as_an_echo_and_a_deletion_as_one(x: Platform) -> None:
    with called(x) as (channel, listener):
        channel.fetch(None)
        post = x.order("_say", **{"from": OFFICE[1:], "text": "Surgery on Friday"})["id"]
        until(lambda: f"post/{post}" in listener.kept, seconds=60)
        [news] = listener.news()
        assert isinstance(news, Echo)
        assert (news.message.external_id, news.message.sender.address) == (post, OFFICE_ID)
        x.order("_delete", id=post)
        until(lambda: f"gone/{post}" in listener.kept, seconds=60)
        assert isinstance(listener.news()[1], Change)


def test_somebody_who_read_what_we_wrote_is_told_of_as_delivered(x: Platform) -> None:
    user = x.order("_message", **{"from": "wyn", "text": "hello", "quiet": True})["user"]
    with called(x) as (channel, listener):
        channel.fetch(None)
        x.order("_quirks", reads=True)
        to_wyn = Letter(
            "ours@office", Handle("Office", OFFICE_ID), (Handle("Wyn", user),), "", "We asked",
            datetime.now(UTC), heard_at=datetime.now(UTC),
        )  # fmt: skip
        message = OutboundMessage(to_wyn.message_id, (user,), OFFICE_ID, XChannel.compose(to_wyn))
        receipt = channel.send(message, committing=lambda: None)
        until(lambda: [one for one in listener.news() if isinstance(one, DeliveryReport)], seconds=60)
        [report] = [one for one in listener.news() if isinstance(one, DeliveryReport)]
    assert (report.action, report.recipient) == (ReportAction.DELIVERED, user)
    assert receipt.external_id in report.original_ids


def test_a_webhook_that_x_cannot_reach_is_said_once_and_asking_goes_on(x: Platform) -> None:
    x.order("_say", **{"from": "wyn", "text": f"{OFFICE} the bins"})
    channel = x_channel(x.url, webhook_url="http://127.0.0.1:1/hook")
    first = channel.fetch(None)
    second = channel.fetch(first.cursor)
    steps = channel.check()
    channel.close()
    assert len(first.arrivals) == 1
    assert ["consumer_secret right?" in one for one in first.notices] == [True]
    assert second.notices == ()
    assert [one.step for one in steps if not one.ok] == ["Webhook"]


def test_another_consumer_secret_here_than_there_is_named(x: Platform) -> None:
    ear = x_channel(x.url, secrets={"refresh_token": "seed-0", "consumer_secret": "another"})
    with listening(ear) as listener:
        channel = x_channel(x.url, webhook_url=listener.url)
        batch = channel.fetch(None)
        channel.close()
        ear.close()
    assert ["consumer_secret right?" in one for one in batch.notices] == [True]
