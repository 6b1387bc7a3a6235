"""RSS and Atom: each entry once, edits told, pages that are no feed refused, nothing that runs kept."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.contract import (
    Change,
    CredentialsRejected,
    Form,
    InboundMessage,
    Machine,
    PermanentFailure,
    Surroundings,
    TemporaryFailure,
    Unreadable,
)
from connectors.feed import LARGEST, MOST_ENTRIES, FeedChannel
from connectors.standins.feed import FeedStandIn
from connectors.standins.server import Asked, StandIn, Told
from tests.connectors.contract_suite import PollingRig, PollsContract

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Comments on Rowan's blog</title><id>urn:blog</id>
<updated>2026-11-20T10:00:00Z</updated>{entries}</feed>"""
ENTRY = """<entry><id>urn:comment:{number}</id><title>{title}</title><author><name>Wyn Parry</name></author>
<link href="https://blog.example/{number}"/><updated>2026-11-20T10:{minute:02d}:00Z</updated>
<content type="html">{text}</content></entry>"""
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Planning alerts</title>
<item><title>12 Mill Lane: two houses</title><description>Application 26/1188</description>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


class Site(StandIn):
    """A blog."""

    readers: list[FeedChannel]

    def forget(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.page: str | None = None
        self.routes = [("GET", "/feed", self.feed)]

    def say(self, text: str, *, title: str = "Re: buses", number: int | None = None) -> None:
        number = number or len(self.entries) + 1
        self.entries.insert(0, {"number": number, "title": title, "text": text, "minute": number % 60})

    def feed(self, asked: Asked) -> Told:
        body = self.page or ATOM.format(entries="".join(ENTRY.format(**one) for one in self.entries))
        etag = f'"{hash(body)}"'
        if asked.headers.get("if-none-match") == etag:
            return Told(status=304)
        return Told(body.encode(), headers={"content-type": "application/atom+xml", "etag": etag})


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.readers = []
    made.start()
    yield made
    for reader in made.readers:
        reader.close()
    made.stop()


def channel(site: Site, **more: str) -> FeedChannel:
    settings = {"url": f"{site.url}/feed", "since": "2026-01-01", **more}
    made = FeedChannel.from_settings(settings, {}, Surroundings(frozenset({"127.0.0.1"})))
    site.readers.append(made)
    return made


def message(found: object) -> InboundMessage:
    assert isinstance(found, InboundMessage)
    return found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#55357;&#56832;", "😀"),
        ("&amp;#xD83D;&amp;#xde00;", "😀"),
        ("&#55357;", "\ufffd"),
        ("&#56832;&#55357;&#56832;", "\ufffd😀"),
        ("&#55000;", chr(55000)),
    ],
)
def test_emoji_in_two_halves_are_read_whole(site: Site, written: str, read: str) -> None:
    site.say(f"Buses {written} late")
    site.say("Trains")
    first, second = channel(site).fetch(None).arrivals
    assert message(FeedChannel.understand(first)).text == f"Buses {read} late"
    assert message(FeedChannel.understand(second)).text == "Trains"


def test_two_entries_whose_long_ids_begin_alike_stay_two(site: Site) -> None:
    long = [{"number": "x" * 600 + end, "title": "t", "text": end, "minute": 1} for end in ("1", "2")]
    site.entries = long
    reader = channel(site)
    batch = reader.fetch(None)
    assert len({one.external_id for one in batch.arrivals}) == 2
    told = [message(FeedChannel.understand(one)) for one in batch.arrivals]
    assert len({one.external_id for one in told}) == 2
    site.entries = [{**long[0], "text": "said anew"}, long[1]]
    [edit] = reader.fetch(batch.cursor).arrivals
    changed = FeedChannel.understand(edit)
    assert isinstance(changed, Change) and changed.external_id in {one.external_id for one in told}


class Rig(PollingRig):
    def __init__(self, site: Site) -> None:
        self.site = site

    def channel(self) -> FeedChannel:
        return channel(self.site)

    def deliver(self, text: bytes) -> None:
        self.site.say(text.decode())

    def break_next_fetch(self) -> None:
        self.site.answer(Asked("POST", "/_faults", {}, {}, b'{"on": "GET /feed", "act": "drop"}'))


class TestPolling(PollsContract):
    @pytest.fixture
    def rig(self, site: Site) -> Rig:
        return Rig(site)


def test_a_comment_is_a_post_with_its_writer_words_and_place(site: Site) -> None:
    site.say("&lt;p&gt;The 42 &lt;b&gt;never&lt;/b&gt; comes.&lt;/p&gt;")
    [arrival] = channel(site).fetch(None).arrivals
    said = message(FeedChannel.understand(arrival))
    assert (said.sender.name, said.subject, said.text) == ("Wyn Parry", "Re: buses", "The 42 never comes.")
    assert (said.form, said.link) == (Form.POST, "https://blog.example/1")
    assert said.sent_at is not None and said.sent_at.tzinfo is not None


def test_an_entry_whose_words_changed_is_an_edit_of_the_first(site: Site) -> None:
    site.say("The 42 never comes.")
    reader = channel(site)
    first = reader.fetch(None)
    site.entries.clear()
    site.say("The 42 comes at last.", number=1)
    [arrival] = reader.fetch(first.cursor).arrivals
    change = FeedChannel.understand(arrival)
    assert isinstance(change, Change) and change.message is not None
    assert change.external_id == message(FeedChannel.understand(first.arrivals[0])).external_id
    assert change.message.text == "The 42 comes at last."


def test_an_unchanged_feed_costs_one_short_answer(site: Site) -> None:
    site.say("Hello")
    reader = channel(site)
    cursor = reader.fetch(None).cursor
    assert reader.fetch(cursor).arrivals == ()
    assert [one["status"] for one in site.log] == [200, 304]


def test_a_notice_of_a_machine_is_marked_as_one(site: Site) -> None:
    site.page = RSS
    [arrival] = channel(site, treat_as="notice").fetch(None).arrivals
    assert message(FeedChannel.understand(arrival)).machine is Machine.LIST


def test_an_entry_without_an_id_is_known_by_its_words(site: Site) -> None:
    site.page = RSS
    keys = {channel(site).fetch(None).arrivals[0].external_id for _ in range(2)}
    assert len(keys) == 1


def test_what_is_older_than_the_channel_is_left_out(site: Site) -> None:
    site.say("Old")
    assert channel(site, since="2026-11-21").fetch(None).arrivals == ()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Told(b"<!doctype html><h1>Sorry</h1>"), TemporaryFailure),
        (Told(b"", 503), TemporaryFailure),
        (Told(b"", 401), CredentialsRejected),
        (Told(b"", 410), PermanentFailure),
        (Told(b"", 301, {"location": "http://169.254.169.254/"}), PermanentFailure),
        (Told(b"x" * (LARGEST + 1)), PermanentFailure),
    ],
)
def test_each_trouble_ends_in_a_stated_way(site: Site, answer: Told, failure: type[Exception]) -> None:
    site.routes = [("GET", "/feed", lambda asked: answer)]
    with pytest.raises(failure):
        channel(site).fetch(None)
    [checked] = channel(site).check()
    assert not checked.ok and checked.detail


def test_a_bomb_of_entities_is_no_feed_and_ends_soon(site: Site) -> None:
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    site.page = f"<!DOCTYPE feed [{rows}]>" + ATOM.format(entries=ENTRY.format(
        number=1, title="x", minute=1, text="&a9;"))  # fmt: skip
    try:
        arrivals = channel(site).fetch(None).arrivals
    except TemporaryFailure:
        return
    assert all(len(one.raw) < 200_000 for one in arrivals)


def test_an_answer_that_names_a_file_of_ours_opens_no_file(site: Site, tmp_path: Path) -> None:
    inside = tmp_path / "inside.xml"
    inside.write_text(RSS)
    for page in (str(inside), f"file://{inside}", f"{site.url}/feed"):
        site.page = page
        with pytest.raises(TemporaryFailure, match="not a feed"):
            channel(site).fetch(None)


def test_what_was_stored_wrongly_is_said_to_be_unreadable(site: Site) -> None:
    site.say("Hello")
    [arrival] = channel(site).fetch(None).arrivals
    for raw in (b"", b"[]", b'{"id": 7}', b"\xff"):
        broken = type(arrival)(arrival.channel, arrival.account, "1", raw, arrival.received_at)
        with pytest.raises(Unreadable):
            FeedChannel.understand(broken)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "url is missing"),
        ({"url": "ftp://x"}, "must begin with https"),
        ({"url": "https://x", "poll_seconds": "1"}, "60 to 86400"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings: dict[str, str], words: str) -> None:
    with pytest.raises(PermanentFailure, match=words):
        FeedChannel.from_settings(settings, {}, Surroundings())


def test_where_all_that_a_feed_shows_is_new_the_office_is_told_that_some_may_be_missing() -> None:
    blog = FeedStandIn()
    blog.start()
    say = partial(httpx.post, f"{blog.url}/_say", trust_env=False)
    httpx.post(f"{blog.url}/_show", json={"newest": 2}, trust_env=False)
    settings = {"url": f"{blog.url}/feed", "since": "2026-01-01"}
    reader = FeedChannel.from_settings(settings, {}, Surroundings(frozenset({"127.0.0.1"})))
    try:
        say(json={"id": "1", "from": "Wyn Parry", "text": "The 42 never comes."})
        first = reader.fetch(None)
        say(json={"id": "2", "from": "Wyn Parry", "text": "It came."})
        second = reader.fetch(first.cursor)
        for number in ("3", "4", "5"):  # one more than it shows
            say(json={"id": number, "from": "Wyn Parry", "text": "Late again."})
        third = reader.fetch(second.cursor)
    finally:
        reader.close()
        blog.stop()
    assert (first.notices, second.notices) == ((), ())
    assert len(third.arrivals) == 2
    assert "may have gone from it unseen" in third.notices[0]


def test_a_feed_longer_than_what_is_read_says_so_once(site: Site) -> None:
    for number in range(MOST_ENTRIES + 3):
        site.say(f"Comment {number}")
    reader = channel(site)
    first = reader.fetch(None)
    site.say("One more")
    second = reader.fetch(first.cursor)
    assert (len(first.arrivals), len(second.arrivals)) == (MOST_ENTRIES, 1)
    assert "3 older ones are not" in first.notices[0]
    assert second.notices == ()
