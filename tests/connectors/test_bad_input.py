"""What platforms send when things go wrong, each sort at every platform that can send it.

The table of where each sentence of the bad input is shown; what is not named here stands in this file:

wrong signature · replay · one bad item in a batch     `ReceivesContract`, which every called channel passes
re-encoded JSON                                        there, and facebook/test_webhook, x/test_hearing
200 with an error or a page                            test_microsoft365_collecting, facebook/test_polling and
                                                       facebook/test_sending, x/test_channel,
                                                       open311/test_councils, test_feed
edited before it was seen                              tests/inbox/test_conversations, for every channel
a deleted parent                                       test_microsoft365_sending, x/test_channel,
                                                       facebook/test_sending; the cases: test_conversations
what comes by our own form                             test_web_form, web/public/test_contact_under_attack and
                                                       _elsewhere (unknown and missing fields are refused)
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import (
    Attachment,
    ConnectorFailure,
    InboundMessage,
    News,
    PermanentFailure,
    RawArrival,
    RemoteFile,
    Surroundings,
    TemporaryFailure,
    WebhookRejected,
    WebhookRequest,
)
from connectors.facebook.channel import FacebookChannel
from connectors.feed import LARGEST, FeedChannel
from connectors.open311.reporting import Open311Channel
from connectors.standins.server import StandIn, Told
from connectors.x.channel import XChannel
from tests.connectors.contract_suite import collected
from tests.connectors.microsoft365 import MAILBOX, SECRETS, Account
from tests.rigs.facebook import Facebook, call_of
from tests.rigs.platforms import Platform, platform
from tests.rigs.product import until
from tests.rigs.x import x_channel

HERE = frozenset({"127.0.0.1"})
SLACK = 16 << 20
"""What the two ends of a connection may hold between them."""
BEYOND = 9007199254740993
"""2^53 + 1, which no floating-point number is."""
KEY = "between FixMyStreet and us"
MEDIA = "GET /media/.*"
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, Platform]]:
    """The stand-ins, once for all tests here."""
    with platform("facebook") as facebook, platform("x") as x, platform("graph") as graph:
        yield {"facebook": facebook, "x": x, "graph": graph}


@dataclass(frozen=True, slots=True)
class Files:
    """A platform's files, and the way our channel fetches one."""

    platform: Platform
    fetch: Callable[[str], Attachment]

    def get(self, **fault: Any) -> Attachment:
        self.platform.order("_faults", on=MEDIA, **fault)
        return self.fetch(f"{self.platform.url}/media/f/a.jpg")


@pytest.fixture(params=["facebook", "x", "open311"])
def files(request: pytest.FixtureRequest, running: dict[str, Platform]) -> Iterator[Files]:
    kind = request.param
    found = running["x" if kind == "x" else "facebook"]  # a council's pictures lie on any server
    found.order("_reset")
    channel: Any = {
        "facebook": lambda: Facebook(found).channel(), "x": lambda: x_channel(found.url), "open311": reports,
    }[kind]()  # fmt: skip
    yield Files(found, lambda url: channel.download(RemoteFile(url, "a.jpg")))
    if hasattr(channel, "close"):
        channel.close()


def reports() -> Open311Channel:
    given = {
        "jurisdiction_id": "wexcombe.example", "reporter": "FixMyStreet", "media_hosts": "127.0.0.1",
    }  # fmt: skip
    return Open311Channel.from_settings(given, {"api_key": KEY}, Surroundings(HERE))


def taken(found: Platform) -> int:
    """How many bytes of its vast answer anybody took, once that is over."""
    until(lambda: any(one["path"] == "/taken" for one in found.log()))
    return max(one["bytes"] for one in found.log() if one["path"] == "/taken")


# --- files


def test_a_file_of_200_megabytes_is_given_up_where_our_limit_ends(files: Files) -> None:
    with pytest.raises(PermanentFailure, match="larger than 25 MB"):
        files.get(act="vast", megabytes=200)
    assert taken(files.platform) <= (25 << 20) + SLACK


@pytest.mark.parametrize("where", ["http://10.0.0.1/", "http://169.254.169.254/latest", "file:///etc/passwd"])
def test_a_file_that_leads_into_a_private_network_is_not_followed(files: Files, where: str) -> None:
    with pytest.raises(PermanentFailure, match="elsewhere, where we do not follow"):
        files.get(act="status", status=302, headers={"location": where})


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_file_whose_link_ran_out_is_given_up_for_good(files: Files, status: int) -> None:
    with pytest.raises(PermanentFailure):
        files.get(act="status", status=status)


def test_a_file_server_in_trouble_is_asked_again_later(files: Files) -> None:
    for fault in ({"act": "status", "status": 503}, {"act": "drop"}):
        with pytest.raises(TemporaryFailure):
            files.get(**fault)


def test_a_mail_of_200_megabytes_leaves_its_head_and_the_next_one_comes(running: dict[str, Platform]) -> None:
    graph = running["graph"]
    graph.order("_reset")
    account = Account(graph)
    account.deliver("Large")
    graph.order("_faults", on=r"GET .*value", act="vast", megabytes=200)
    account.deliver("Small")
    arrivals, _ = collected(account.channel())
    assert [one.hints.get("too_large") for one in arrivals].count("1") == 1
    assert len(arrivals) == 2
    assert all(len(one.raw) <= 300_000 for one in arrivals)
    assert taken(graph) <= (50 << 20) + SLACK


# --- the platform itself leads elsewhere, or sends too much


@dataclass(frozen=True, slots=True)
class Asking:
    """A channel that asks its platform for news, once."""

    platform: Platform
    look: Callable[[], object]


@pytest.fixture(params=["graph", "facebook", "x", "feed"])
def asking(request: pytest.FixtureRequest, running: dict[str, Platform]) -> Iterator[Asking]:
    kind = request.param
    found = running["graph" if kind == "graph" else "x" if kind == "x" else "facebook"]
    found.order("_reset")
    if kind == "graph":
        found.order("_mailbox", mailbox=MAILBOX)
    channel: Any = {
        "graph": lambda: Account(found).channel(), "facebook": lambda: Facebook(found).channel(),
        "x": lambda: x_channel(found.url), "feed": lambda: feed(found),
    }[kind]()  # fmt: skip
    yield Asking(found, lambda: channel.fetch(None))
    channel.close()


def feed(found: Platform) -> FeedChannel:
    return FeedChannel.from_settings({"url": f"{found.url}/feed"}, {}, Surroundings(HERE))


def test_a_platform_that_leads_into_a_private_network_is_not_followed(asking: Asking) -> None:
    away = {"location": "http://169.254.169.254/latest/meta-data"}
    asking.platform.order("_faults", on="GET .*", act="status", status=301, headers=away, times=9)
    with pytest.raises(ConnectorFailure):
        asking.look()


def test_an_answer_of_200_megabytes_is_no_answer_and_not_taken_whole(asking: Asking) -> None:
    asking.platform.order("_faults", on="GET .*", act="vast", megabytes=200)
    with pytest.raises(ConnectorFailure):
        asking.look()
    assert taken(asking.platform) <= max(LARGEST, 50 << 20) + SLACK


# --- numbers


def facebook_said(mid: Any, sender: Any, **more: Any) -> News:
    """A private message as a call brings it."""
    event = {
        "sender": {"id": sender}, "recipient": {"id": "104857600000001"}, "timestamp": "1763802000000",
        "message": {"mid": mid, "text": "My bins", **more},
    }  # fmt: skip
    entry = {"id": 104857600000001, "time": "1763802000000", "messaging": [event]}
    body, headers = call_of(entry)
    given = {"page_id": "104857600000001", "app_id": "1"}
    secrets = {"access_token": "t", "app_secret": "a secret of the app", "verify_token": "w"}
    channel = FacebookChannel.from_settings(given, secrets, Surroundings())
    [arrival] = channel.receive(WebhookRequest("POST", headers, {}, body)).arrivals
    channel.close()
    return FacebookChannel.understand(arrival)


def x_said(post_id: Any, author_id: Any, **more: Any) -> News:
    told = {
        "polled": "mention",
        "data": {"id": post_id, "author_id": author_id, "text": "@RowanAshbyMP the bins", **more},
        "includes": {"users": [{"id": author_id, "username": "wyn", "name": "Wyn"}]},
    }  # fmt: skip
    raw = json.dumps(told).encode()
    return XChannel.understand(RawArrival("x", "1500000000000000001", f"post/{post_id}", raw, AT))


def report_said(number: Any, sender: Any, **more: Any) -> News:
    """A report in JSON, with numbers where a form has only words."""
    told = {
        "api_key": KEY, "service_code": "transport", "lat": 51.5, "long": "-0.1", "description": "A hole",
        "attribute": {"external_id": number}, "phone": sender, **more,
    }  # fmt: skip
    request = WebhookRequest("POST", {"content-type": "application/json"}, {}, json.dumps(told).encode())
    [arrival] = reports().receive(request).arrivals
    return Open311Channel.understand(arrival)


SAID: dict[str, Callable[..., News]] = {"facebook": facebook_said, "x": x_said, "open311": report_said}


@pytest.mark.parametrize("kind", sorted(SAID))
def test_ids_past_2_to_the_53_are_kept_to_the_last_digit_as_numbers_and_as_words(kind: str) -> None:
    told = [SAID[kind](BEYOND, BEYOND + 2), SAID[kind](str(BEYOND), str(BEYOND + 2))]
    one, other = (news for news in told if isinstance(news, InboundMessage))
    assert one.external_id == other.external_id
    assert one.content_key == other.content_key
    known = {one.external_id, one.sender.address, *one.told.values()}
    assert any(str(BEYOND) in word or str(BEYOND + 2) in word for word in known)


@pytest.mark.parametrize("kind", sorted(SAID))
def test_fields_that_nobody_knows_change_nothing(kind: str) -> None:
    """The platforms add some each month."""
    unknown = {"is_new_here": True, "deep": {"er": [1, None, {"x": "y"}]}, "größe": 7}
    plain, more = SAID[kind]("77", "78"), SAID[kind]("77", "78", **unknown)
    assert isinstance(plain, InboundMessage)
    assert isinstance(more, InboundMessage)
    assert (more.text, more.sender, more.external_id) == (plain.text, plain.sender, plain.external_id)


@pytest.mark.parametrize(("lat", "long"), [("51.5", "-0.1"), (51.5, -0.1), (" 51.5 ", "-0.10")])
def test_a_place_may_be_numbers_or_words(lat: Any, long: Any) -> None:
    news = report_said("7", "", lat=lat, long=long)
    assert isinstance(news, InboundMessage)
    assert "51.5" in news.text and "-0.1" in news.text


def test_an_update_of_a_report_that_was_deleted_is_read_all_the_same() -> None:
    """Its case stands for it, or is looked for: tests/web/test_open311.py."""
    told = {"service_request_id": ["gone"], "update_id": ["7"], "status": ["FIXED"]}
    raw = json.dumps({"fields": told}).encode()
    news = Open311Channel.understand(RawArrival("open311", "fixmystreet", "update/7", raw, AT))
    assert isinstance(news, InboundMessage)
    assert news.thread == "gone"


# --- Microsoft 365: ids are words there, and its lists hold more each month


def listed(account: Account, *rows: dict[str, Any], **more: Any) -> list[RawArrival]:
    """What is collected when the list says this of what there is."""
    end = f"{account.platform.url}/v1.0/users/{MAILBOX}/mailFolders/inbox/messages/delta?$deltatoken=1"
    page = {"value": list(rows), "@odata.deltaLink": end, **more}
    account.platform.order("_faults", on="GET .*inbox/messages/delta", act="status", status=200, body=page)
    return list(account.channel().fetch(None).arrivals)


def test_a_list_with_more_or_less_than_it_had_brings_the_same_mail(running: dict[str, Platform]) -> None:
    running["graph"].order("_reset")
    account = Account(running["graph"])
    [identity] = account.deliver("My bins", quiet=True)
    unknown = {"isNewHere": True, "deep": {"er": [1, None]}, "größe": BEYOND, "receivedDateTime": 7}
    for row in ({"id": identity}, {"id": identity, **unknown}):
        [arrival] = listed(account, row, brandNew=[{}])
        assert b"My bins" in arrival.raw
        assert arrival.external_id.endswith(identity)


def test_one_bad_row_of_a_list_does_not_keep_the_others_out(running: dict[str, Platform]) -> None:
    running["graph"].order("_reset")
    account = Account(running["graph"])
    [identity] = account.deliver("My bins", quiet=True)
    rows: list[Any] = [{"id": BEYOND}, {}, None, 7, {"id": identity}, {"id": "gone", "@removed": {}}]
    assert [one.external_id for one in listed(account, *rows)] == [f"{MAILBOX}/{identity}"]


@pytest.mark.parametrize("told", [
    {}, {"value": None}, {"value": [None, 7, {}]}, {"value": [{"clientState": BEYOND}]},
    {"value": [{"clientState": "another", "resource": 7, "new": {}}]}, [], 7, None,
])  # fmt: skip
def test_a_notification_of_any_shape_is_no_more_than_a_hint(running: dict[str, Platform], told: Any) -> None:
    channel = Account(running["graph"]).channel({**SECRETS, "notification_secret": "ours"})
    request = WebhookRequest("POST", {"content-type": "application/json"}, {}, json.dumps(told).encode())
    try:
        answer = channel.receive(request)
    except WebhookRejected:
        return
    assert answer.arrivals == ()


# --- feeds

ITEM = "<item>{guid}{title}<description>{text}</description>{more}</item>"


def fed(*items: str) -> list[News]:
    """What is read in an RSS feed of these items, oldest first."""
    head = '<rss version="2.0" xmlns:n="urn:new"><channel><title>Planning</title><n:x/>'
    page = f"{head}{''.join(items)}</channel></rss>"
    with a_site(page.encode()) as url:
        channel = FeedChannel.from_settings({"url": f"{url}/feed"}, {}, Surroundings(HERE))
        arrivals = channel.fetch(None).arrivals
        channel.close()
    return [FeedChannel.understand(one) for one in arrivals]


@contextmanager
def a_site(page: bytes) -> Iterator[str]:
    site = StandIn()
    site.routes = [
        ("GET", "/feed", lambda asked: Told(page, headers={"content-type": "application/rss+xml"}))
    ]
    yield site.start()
    site.stop()


def test_a_feed_s_numbers_past_2_to_the_53_stay_apart_and_unknown_fields_change_nothing() -> None:
    more = "<n:new a='1'><n:deep>7</n:deep></n:new><pubDate>nonsense</pubDate>"
    plain = ITEM.format(guid=f"<guid>{BEYOND}</guid>", title="<title>One</title>", text="A hole", more="")
    other = ITEM.format(
        guid=f"<guid>{BEYOND + 1}</guid>", title="<title>One</title>", text="A hole", more=more
    )
    one, two = fed(other, plain)
    assert isinstance(one, InboundMessage) and isinstance(two, InboundMessage)
    assert (one.external_id, two.external_id) == (str(BEYOND), str(BEYOND + 1))
    assert (one.text, one.subject, one.sender) == (two.text, two.subject, two.sender)


def test_a_feed_s_entry_without_a_name_title_and_date_is_read_and_an_empty_one_harms_nobody() -> None:
    bare = ITEM.format(guid="", title="", text="A hole", more="")
    news = fed(bare, "<item></item>")
    assert "A hole" in [one.text for one in news if isinstance(one, InboundMessage)]


def test_an_entry_that_was_edited_before_it_was_seen_is_one_message_with_its_last_words() -> None:
    """Only the newest wording is in a feed; what stood there before nobody can know."""
    after = ITEM.format(guid="<guid>7</guid>", title="", text="Mended at last", more="")
    [one] = fed(after)
    assert isinstance(one, InboundMessage)
    assert one.text == "Mended at last"
