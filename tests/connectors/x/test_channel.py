"""The X channel against a platform that behaves well, and one that does not."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import (
    Boundless,
    Change,
    Checked,
    ConnectorFailure,
    CredentialsRejected,
    Form,
    Handle,
    InboundMessage,
    Letter,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    RemoteFile,
    TemporaryFailure,
)
from connectors.keys import InMemory
from connectors.x.channel import XChannel
from tests.connectors.contract_suite import (
    ChecksContract,
    PollingRig,
    PollsContract,
    SendingRig,
    SendsContract,
    collected,
)
from tests.rigs.platforms import Platform
from tests.rigs.product import until
from tests.rigs.x import OFFICE, OFFICE_ID, SECRETS, x_channel

ASKED = "GET /2/users/.*/mentions"


class Rig(PollingRig, SendingRig):
    """Mentions in, answers out."""

    def __init__(self, x: Platform) -> None:
        self.x = x
        self.opened: list[XChannel] = []

    def channel(self) -> XChannel:
        self.opened.append(x_channel(self.x.url))
        return self.opened[-1]

    def deliver(self, text: bytes) -> None:
        say(self.x, f"{OFFICE} {text.decode()}")

    def break_next_fetch(self) -> None:
        self.x.order("_faults", on=ASKED, act="status", status=503)

    def message(self) -> OutboundMessage:
        return answer_to(say(self.x, f"{OFFICE} hello"))

    def left(self) -> int:
        return len(sent(self.x)["posts"])

    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        fault = {
            TemporaryFailure: {"act": "status", "status": 429, "headers": {"x-rate-limit-reset": "1"}},
            PermanentFailure: {"act": "status", "status": 403, "body": {"detail": "Forbidden"}},
            OutcomeUnknown: {"act": "lose"},
        }[failure]
        self.x.order("_faults", on="POST /2/tweets", **fault)


def say(x: Platform, text: str, who: str = "wyn", **more: Any) -> str:
    found: str = x.order("_say", **{"from": who, "text": text, **more})["id"]
    return found


def sent(x: Platform) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = x.client.get(f"{x.url}/_sent").json()
    return found


def letter(text: str = "Please write to us.", **more: Any) -> Letter:
    return Letter(
        "ours@office",
        Handle("Office", OFFICE_ID),
        (Handle("Wyn", "42"),),
        "",
        text,
        datetime.now(UTC),
        **more,
    )


def outbound(of: Letter) -> OutboundMessage:
    return OutboundMessage(of.message_id, ("42",), OFFICE_ID, XChannel.compose(of))


def answer_to(post_id: str, text: str = "Please write to us.") -> OutboundMessage:
    return outbound(letter(text, form=Form.POST, answered_form=Form.POST, in_reply_to=post_id))


@pytest.fixture
def rig(x: Platform) -> Iterator[Rig]:
    made = Rig(x)
    yield made
    for channel in made.opened:
        channel.close()


class TestPolls(PollsContract):
    """Mentions."""


class TestSends(SendsContract):
    """Public answers."""


class TestChecks(ChecksContract):
    """What is wrong, in words."""


def texts(channel: XChannel, cursor: str | None = None) -> list[str]:
    found = [channel.understand(one) for one in collected(channel, cursor)[0]]
    channel.close()
    return [one.text for one in found if isinstance(one, InboundMessage)]


# --- reading


@pytest.mark.parametrize("vocabulary", ["tweet", "post"])
def test_both_vocabularies_of_answers_are_read(x: Platform, vocabulary: str) -> None:
    x.order("_quirks", vocabulary=vocabulary)
    say(x, f"{OFFICE} the bins")
    assert texts(x_channel(x.url)) == [f"{OFFICE} the bins"]


def test_direct_messages_and_mentions_come_together_in_order_of_time(x: Platform) -> None:
    for number in range(3):
        say(x, f"{OFFICE} post {number}")
        x.order("_message", **{"from": "wyn", "text": f"message {number}"})
    found = texts(x_channel(x.url))
    assert [one for one in found if "post" in one] == [f"{OFFICE} post {number}" for number in range(3)]
    assert [one for one in found if "message" in one] == [f"message {number}" for number in range(3)]


def test_an_empty_page_with_a_next_page_is_not_the_end(x: Platform) -> None:
    say(x, f"{OFFICE} the bins")
    x.order("_quirks", empty_first_page=True)
    assert texts(x_channel(x.url)) == [f"{OFFICE} the bins"]


def test_when_x_forgets_a_page_reading_starts_again_and_nothing_comes_twice(x: Platform) -> None:
    x.order("_flood", posts=150)
    channel = x_channel(x.url)
    x.order("_quirks", forgets_pages=True)
    with pytest.raises(PermanentFailure, match="X did not take"):
        channel.fetch(None)
    x.order("_quirks", forgets_pages=False)
    assert len(texts(channel)) == 150


def test_old_mail_from_before_the_channel_was_added_stays_out(x: Platform) -> None:
    say(x, f"{OFFICE} long ago")
    later = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    assert texts(x_channel(x.url, since=later)) == []


def test_one_listing_that_fails_does_not_keep_the_other_out(x: Platform) -> None:
    say(x, f"{OFFICE} the bins")
    x.order("_faults", on="GET /2/dm_events", act="status", status=503, times=9)
    channel = x_channel(x.url)
    batch = channel.fetch(None)
    assert len(batch.arrivals) == 1
    with pytest.raises(TemporaryFailure):
        channel.fetch(batch.cursor)
    channel.close()


@pytest.mark.parametrize(
    "fault",
    [
        {"act": "html"},
        {"act": "drop"},
        {"act": "status", "status": 502, "body": "bad gateway"},
        {"act": "status", "status": 200, "body": {"errors": [{"message": "oops", "type": "about:blank"}]}},
        {"act": "status", "status": 200, "body": ["no", "object"]},
    ],
)
def test_a_platform_that_answers_nonsense_loses_nothing(x: Platform, fault: dict[str, Any]) -> None:
    say(x, f"{OFFICE} the bins")
    x.order("_faults", on=ASKED, **fault)
    channel = x_channel(x.url)
    with pytest.raises(TemporaryFailure):
        channel.fetch(None)
    assert texts(channel) == [f"{OFFICE} the bins"]


def test_an_edit_is_news_of_the_first_wording(x: Platform) -> None:
    first = say(x, f"{OFFICE} the bins")
    channel = x_channel(x.url)
    _, cursor = collected(channel)
    x.order("_edit", id=first, text=f"{OFFICE} the bins, corrected")
    [arrival], _ = collected(channel, cursor)
    channel.close()
    news = channel.understand(arrival)
    assert isinstance(news, Change)
    assert (news.external_id, news.message and news.message.text) == (first, f"{OFFICE} the bins, corrected")


def test_a_known_mention_that_is_gone_is_found_out_within_a_day(x: Platform) -> None:
    first, second = say(x, f"{OFFICE} the bins"), say(x, f"{OFFICE} the road")
    channel = x_channel(x.url)
    cursor = collected(channel, collected(channel)[1])[1]
    told = json.loads(cursor or "")
    x.order("_delete", id=first)
    assert collected(channel, cursor)[0] == []
    told["rechecked"] -= timedelta(days=1, minutes=1).total_seconds()
    arrivals, cursor = collected(channel, json.dumps(told))
    channel.close()
    assert [one.external_id for one in arrivals] == [f"gone/{first}"]
    assert json.loads(cursor or "")["posts"]["recent"] == [second]


def test_what_was_edited_is_not_taken_for_gone(x: Platform) -> None:
    first = say(x, f"{OFFICE} the bins")
    channel = x_channel(x.url)
    told = json.loads(collected(channel)[1] or "")
    x.order("_edit", id=first, text=f"{OFFICE} the bins, corrected")
    told["rechecked"] = 0
    arrivals, _ = collected(channel, json.dumps(told))
    channel.close()
    assert [one.external_id for one in arrivals if one.external_id.startswith("gone/")] == []


# --- limits and money


class Counted(Boundless):
    """A budget kept in memory, as all nodes would share it."""

    def __init__(self) -> None:
        self.rests: dict[str, timedelta] = {}
        self.dollars = 0.0

    def wait(self, name: str) -> timedelta | None:
        return self.rests.get(name)

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        if remaining <= 0:
            self.rests[name] = resets_in

    def spent(self, name: str) -> float:
        return self.dollars

    def spend(self, name: str, dollars: float) -> None:
        self.dollars += dollars


def test_direct_messages_are_asked_for_once_a_minute_by_all_nodes_together(x: Platform) -> None:
    budget = Counted()
    for _ in range(3):
        channel = x_channel(x.url, budget)
        channel.fetch(None)
        channel.close()
    assert len([one for one in x.log() if one["path"] == "/2/dm_events"]) == 1
    assert timedelta(seconds=50) < budget.rests["dm_events pace"] <= timedelta(seconds=60)


def test_a_limit_that_is_used_up_is_no_failure_and_is_left_alone_until_it_resets(x: Platform) -> None:
    x.order("_quirks", limits={"mentions": 1})
    x.order("_flood", posts=150)
    budget = Counted()
    channel = x_channel(x.url, budget)
    assert channel.fetch(None).arrivals == ()
    assert channel.fetch(None).arrivals == ()
    channel.close()
    assert timedelta(minutes=14) < budget.rests["mentions"] <= timedelta(minutes=15, seconds=2)
    assert len([one for one in x.log() if "mentions" in one["path"]]) == 1


def test_the_platforms_clock_counts_and_not_ours(x: Platform) -> None:
    x.order("_clock", offset=7200)
    x.order("_quirks", limits={"mentions": 1})
    budget = Counted()
    channel = x_channel(x.url, budget)
    channel.fetch(None)
    channel.close()
    assert budget.rests["mentions"] <= timedelta(minutes=15, seconds=2)


def test_reading_stops_before_the_days_money_is_passed_and_says_so(x: Platform) -> None:
    for number in range(40):
        x.order("_message", **{"from": "wyn", "text": f"message {number}"})
    budget = Counted()
    channel = x_channel(x.url, budget, daily_cap="0.25")
    channel.fetch(None)
    with pytest.raises(TemporaryFailure, match=r"stops for today.*of \$0\.25") as caught:
        for _ in range(3):
            channel.fetch(None)
    channel.close()
    assert 0.2 < budget.dollars <= 0.25
    assert caught.value.after is not None
    assert "Nothing is lost" in caught.value.reason


def days_of_reading(x: Platform, cap: str, written: Callable[[int], object]) -> tuple[list[str], int, float]:
    """What is read day by day under a cap, on how many days, and the most that one of them cost."""
    budget, cursor, found, costs = Counted(), None, list[str](), list[float]()
    channel = x_channel(x.url, budget, daily_cap=cap)
    for day in range(20):
        budget.dollars = 0.0
        x.order("_clock", offset=200 * day - 3000)  # what is younger than two minutes is looked at twice
        written(day)
        before = len(found)
        with suppress(TemporaryFailure):
            for _ in range(6):
                budget.rests.clear()
                arrivals, cursor = collected(channel, cursor)
                found += [one.external_id for one in arrivals]
        costs.append(budget.dollars)
        if len(found) == before:
            break
    channel.close()
    return found, len(costs) - 1, max(costs)


@pytest.mark.parametrize(("what", "cap"), [("messages", "0.45"), ("posts", "0.12")])
def test_what_a_days_money_left_unread_is_read_on_the_next_days_and_once(
    x: Platform, what: str, cap: str
) -> None:
    """The oldest too, though new ones come each day and are read first."""

    def some_more(day: int) -> None:
        if day < 3:
            x.order("_flood", people=3, **{what: 2 if day else 60})

    found, days, most = days_of_reading(x, cap, some_more)
    assert len(found) == len(set(found)) == 64
    assert 2 < days < 12
    assert most <= float(cap)


def test_a_page_that_x_forgot_overnight_costs_money_and_no_message(x: Platform) -> None:
    x.order("_clock", offset=-3000)
    x.order("_flood", messages=40, people=3)
    budget = Counted()
    channel = x_channel(x.url, budget, daily_cap="0.25")
    first, cursor = collected(channel)
    told = json.loads(cursor or "")
    assert told["directs"]["gaps"][0]["token"]
    told["directs"]["gaps"][0]["token"] = "what X does not know any more"
    found, cursor = {one.external_id for one in first}, json.dumps(told)
    channel.close()
    channel = x_channel(x.url, budget, daily_cap="5")
    for _ in range(3):
        budget.rests.clear()
        arrivals, cursor = collected(channel, cursor)
        found |= {one.external_id for one in arrivals}
    channel.close()
    assert len(found) == 40
    assert json.loads(cursor or "")["directs"]["gaps"] == []


def test_what_is_read_again_on_the_same_day_is_counted_once(x: Platform) -> None:
    for number in range(12):
        x.order("_message", **{"from": "wyn", "text": f"message {number}"})
    budget = Counted()
    channel, cursor = x_channel(x.url, budget), None
    for _ in range(3):
        budget.rests.clear()
        cursor = channel.fetch(cursor).cursor
    channel.close()
    assert len([one for one in x.log() if one["path"] == "/2/dm_events"]) == 3
    assert budget.dollars == pytest.approx(0.12)


def test_the_office_is_told_once_that_most_of_the_money_is_gone(x: Platform) -> None:
    budget = Counted()
    budget.dollars = 4.2
    channel = x_channel(x.url, budget)
    first = channel.fetch(None)
    second = channel.fetch(first.cursor)
    channel.close()
    assert ["$4.20 of $5.00" in one for one in first.notices] == [True]
    assert second.notices == ()


def test_an_account_out_of_credit_is_told_apart_from_a_sign_in(x: Platform) -> None:
    x.order("_broke", **{"is": True})
    channel = x_channel(x.url)
    with pytest.raises(PermanentFailure, match="out of credit"):
        channel.fetch(None)
    message = answer_to("1")
    with pytest.raises(TemporaryFailure, match="out of credit"):
        channel.send(message, committing=lambda: None)
    channel.close()


# --- sign-in


def test_a_token_that_ends_in_mid_run_is_renewed_and_the_new_one_kept(x: Platform) -> None:
    kept = InMemory(SECRETS)
    channel = x_channel(x.url, kept=kept)
    channel.fetch(None)
    x.order("_revoke")
    say(x, f"{OFFICE} the bins")
    assert texts(channel) == [f"{OFFICE} the bins"]
    seen: list[str | None] = []
    kept.renew("refresh_token", lambda now: seen.append(now))
    assert seen[0] is not None
    assert seen[0].startswith("refresh-")
    assert seen[0] != "refresh-0"


def test_consent_taken_back_says_to_connect_again(x: Platform) -> None:
    channel = x_channel(x.url)
    channel.fetch(None)
    x.order("_revoke", refresh=True)
    with pytest.raises(CredentialsRejected, match="connect the account again"):
        channel.fetch(None)
    channel.close()


def test_a_rotation_that_was_lost_on_the_way_says_to_connect_again(x: Platform) -> None:
    x.order("_faults", on="POST /2/oauth2/token", act="lose")
    channel = x_channel(x.url)
    with pytest.raises(TemporaryFailure):
        channel.fetch(None)
    with pytest.raises(CredentialsRejected, match="connect the account again"):
        channel.fetch(None)
    channel.close()


def test_a_public_app_gives_its_id_in_the_form(x: Platform) -> None:
    secrets = {name: value for name, value in SECRETS.items() if name != "client_secret"}
    channel = x_channel(x.url, kept=InMemory(secrets), secrets=secrets)
    channel.fetch(None)
    channel.close()
    [asked] = [one for one in x.log() if one["path"] == "/2/oauth2/token"]
    assert "client_id=client-1" in asked["body"]
    assert "authorization" not in asked["headers"]


def test_threads_that_need_a_token_at_once_use_the_refresh_token_once(x: Platform) -> None:
    kept = InMemory(SECRETS)
    channels = [x_channel(x.url, kept=kept) for _ in range(4)]
    threads = [threading.Thread(target=one.fetch, args=(None,)) for one in channels]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for channel in channels:
        channel.close()
    assert len([one for one in x.log() if one["path"] == "/2/oauth2/token"]) == 1


# --- writing


def test_what_x_would_refuse_is_said_while_it_is_written() -> None:
    now = datetime.now(UTC)
    public = {"form": Form.POST, "answered_form": Form.POST, "in_reply_to": "9"}
    private = {"heard_at": now}
    cases: list[tuple[Letter, str]] = [
        (letter(form=Form.POST), "only as an answer"),
        (letter(**public, answered_warnings=("not-summoned",)), "names or quotes our account"),
        (letter("a" * 281, **public), "1 characters too long"),
        (letter("語" * 141, **public), "2 characters too long"),
        (letter(), "have not sent us a private message"),
        (letter(answered_form=Form.POST, in_reply_to="9"), "Answer in public, with nothing private in it"),
        (letter(**private, answered_warnings=("encrypted-elsewhere",)), "encrypted on X"),
        (letter("a" * 10_001, **private), "too long for a message"),
    ]
    for one, words in cases:
        [found] = XChannel.problems(one, now)
        assert words in found
        with pytest.raises(PermanentFailure, match=words):
            XChannel.compose(one)
    for fine in (letter(**public), letter("a" * 281, **private), letter("@wyn " + "a" * 280, **public)):
        assert XChannel.problems(fine, now) == []


def test_x_is_asked_no_oftener_than_it_allows_for_direct_messages() -> None:
    asked = {given: x_channel("http://127.0.0.1:1", poll_seconds=given) for given in ("5", "60", "90")}
    assert [one.poll_seconds for one in asked.values()] == [60, 60, 90]
    for one in asked.values():
        one.close()


def test_the_cost_of_a_link_is_said() -> None:
    public = {"form": Form.POST, "answered_form": Form.POST, "in_reply_to": "9"}
    now = datetime.now(UTC)
    assert "$0.20" in XChannel.advice(letter("see gov.uk/help", **public), now)[0]
    assert XChannel.advice(letter("no link", **public), now) == []


def test_how_much_room_is_left_in_a_post_is_said_before_it_is_too_long() -> None:
    public = {"form": Form.POST, "answered_form": Form.POST, "in_reply_to": "9"}
    now = datetime.now(UTC)
    assert XChannel.advice(letter("a" * 179, **public), now) == []
    assert "60 characters left" in XChannel.advice(letter("a" * 220, **public), now)[0]
    assert "1 character left" in XChannel.advice(letter("a" * 279, **public), now)[0]
    assert XChannel.advice(letter("a" * 281, **public), now) == []


def test_what_nobody_summoned_is_refused_by_x_itself_in_words(x: Platform) -> None:
    post_id = say(x, "no name here")
    channel = x_channel(x.url)
    with pytest.raises(PermanentFailure, match="mentioned"):
        channel.send(answer_to(post_id), committing=lambda: None)
    channel.close()


def test_an_answer_to_what_is_gone_is_refused_in_words(x: Platform) -> None:
    post_id = say(x, f"{OFFICE} hello")
    x.order("_delete", id=post_id)
    channel = x_channel(x.url)
    with pytest.raises(PermanentFailure, match="deleted"):
        channel.send(answer_to(post_id), committing=lambda: None)
    channel.close()


def test_somebody_who_takes_no_messages_is_a_permanent_failure(x: Platform) -> None:
    user = x.order("_message", **{"from": "wyn", "text": "hello"})["user"]
    x.order("_refuse", user="wyn")
    channel = x_channel(x.url)
    to_wyn = Letter(
        "ours@office", Handle("Office", OFFICE_ID), (Handle("Wyn", user),), "", "Hello", datetime.now(UTC),
        heard_at=datetime.now(UTC),
    )  # fmt: skip
    with pytest.raises(PermanentFailure, match="permission to DM"):
        channel.send(outbound(to_wyn), committing=lambda: None)
    channel.close()


@pytest.mark.parametrize("fault", [{"act": "lose"}, {"act": "status", "status": 503}, {"act": "html"}])
def test_an_unknown_outcome_is_settled_by_looking(x: Platform, fault: dict[str, Any]) -> None:
    post_id = say(x, f"{OFFICE} hello")
    x.order("_faults", on="POST /2/tweets", **fault)
    channel, message = x_channel(x.url), answer_to(post_id, "Café & co: <we> asked")
    with pytest.raises(OutcomeUnknown):
        channel.send(message, committing=lambda: None)
    proof = channel.evidence(message)
    channel.close()
    posted = sent(x)["posts"]
    assert (proof.external_id if proof else None) == (posted[0]["id"] if posted else None)
    assert bool(posted) is (fault["act"] == "lose")


def test_an_answer_of_x_that_comes_too_late_is_an_unknown_outcome(
    x: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.x.channel._TIMEOUT", 0.5)
    post_id = say(x, f"{OFFICE} hello")
    channel, message = x_channel(x.url), answer_to(post_id, "We asked")
    channel.fetch(None)
    x.order("_faults", on="POST /2/tweets", act="slow", seconds=1.5)
    with pytest.raises(OutcomeUnknown):
        channel.send(message, committing=lambda: None)
    until(lambda: sent(x)["posts"])
    proof = channel.evidence(message)
    channel.close()
    assert proof is not None and proof.external_id == sent(x)["posts"][0]["id"]


def test_a_private_message_of_unknown_outcome_is_found_in_its_conversation(x: Platform) -> None:
    user = x.order("_message", **{"from": "wyn", "text": "hello"})["user"]
    to_wyn = Letter(
        "ours@office", Handle("Office", OFFICE_ID), (Handle("Wyn", user),), "", "We asked", datetime.now(UTC),
        heard_at=datetime.now(UTC),
    )  # fmt: skip
    message = outbound(to_wyn)
    channel = x_channel(x.url)
    assert channel.evidence(message) is None
    x.order("_faults", on="POST /2/dm_conversations/.*", act="lose")
    with pytest.raises(OutcomeUnknown):
        channel.send(message, committing=lambda: None)
    proof = channel.evidence(message)
    channel.close()
    assert proof is not None
    assert proof.external_id == sent(x)["messages"][0]["id"]
    assert proof.thread is not None


# --- files


def test_a_picture_is_fetched_from_x_and_from_nowhere_else(x: Platform) -> None:
    picture = base64.b64encode(b"a picture").decode()
    say(x, f"{OFFICE} look", picture=picture)
    channel = x_channel(x.url)
    [arrival], _ = collected(channel)
    news = channel.understand(arrival)
    assert isinstance(news, InboundMessage)
    assert channel.download(news.remote[0]).content == b"a picture"
    for url in ("https://example.org/a.jpg", "http://pbs.twimg.com/a.jpg", "https://pbs.twimg.com.evil.org/a",
                "https://pbs.twimg.com:8443/a", "file:///etc/passwd", f"{x.url}0/media/1"):  # fmt: skip
        with pytest.raises((PermanentFailure, ValueError), match=r"own servers|port"):
            channel.download(RemoteFile(url, "a"))
    channel.close()


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"act": "status", "status": 404}, PermanentFailure),
        ({"act": "status", "status": 302, "headers": {"location": "http://10.0.0.1/"}}, PermanentFailure),
        ({"act": "status", "status": 503}, TemporaryFailure),
        ({"act": "drop"}, TemporaryFailure),
    ],
)
def test_a_file_that_cannot_be_had_ends_in_a_stated_way(
    x: Platform, fault: dict[str, Any], failure: type[ConnectorFailure]
) -> None:
    x.order("_faults", on="GET /media/.*", **fault)
    channel = x_channel(x.url)
    with pytest.raises(failure):
        channel.download(RemoteFile(f"{x.url}/media/1", "a"))
    channel.close()


# --- settings


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"user_id": "@ashby"}, "must be a number"),
        ({"base_url": "http://api.x.com"}, "https://"),
        ({"base_url": "https://"}, "https://"),
        ({"daily_cap": "much"}, "daily_cap must be a number"),
        ({"daily_cap": "nan"}, "daily_cap must be a number"),
        ({"since": "yesterday"}, "since must be a date"),
        ({"colour": "blue"}, "not a setting"),
        ({"client_id": ""}, "client_id is missing"),
    ],
)
def test_settings_that_make_no_sense_are_named(more: dict[str, str], words: str) -> None:
    with pytest.raises(PermanentFailure, match=words):
        x_channel("http://127.0.0.1:1", **more)


def test_the_check_says_whose_sign_in_it_is(x: Platform) -> None:
    channel = x_channel(x.url, user_id="42")
    steps: list[Checked] = list(channel.check())
    channel.close()
    assert [one.ok for one in steps] == [False]
    assert "RowanAshbyMP" in steps[0].detail


def test_a_limit_that_the_inbox_itself_has_used_up_is_no_fault_of_the_connection(x: Platform) -> None:
    class UsedUp(Boundless):
        def wait(self, name: str) -> timedelta | None:
            return timedelta(seconds=40) if name == "dm_events" else None

    channel = x_channel(x.url, UsedUp())
    steps: list[Checked] = list(channel.check())
    channel.close()
    assert all(one.ok for one in steps)
    assert "the inbox itself asks as often as it may" in next(
        one.detail for one in steps if one.step == "Direct messages"
    )
