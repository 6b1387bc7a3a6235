"""Looking at a Page: all of it once, in order, under the names that calls use; limits heeded."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import (
    CredentialsRejected,
    PermanentFailure,
    RemoteFile,
    TemporaryFailure,
    WebhookRequest,
)
from connectors.facebook import files
from connectors.facebook.channel import FacebookChannel
from connectors.standins.facebook.state import PAGE
from tests.connectors.contract_suite import PollingRig, PollsContract, collected
from tests.rigs.facebook import Facebook, call_of

PERSON = "6780462125377510"


def names(page: Facebook, cursor: str | None = None) -> list[str]:
    return [one.external_id for one in collected(page.channel(), cursor)[0]]


class Heard:
    """A budget that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, timedelta]] = []

    def wait(self, name: str) -> timedelta | None:
        return self.told[-1][1] if self.told and self.told[-1][0] == 0 else None

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        self.told.append((remaining, resets_in))

    def spent(self, name: str) -> float:
        return 0.0

    def spend(self, name: str, dollars: float) -> None:
        """Facebook costs nothing."""


class Rig(PollingRig):
    """The suite's other side: each text is a private message of one person, a second after the last."""

    def __init__(self, page: Facebook) -> None:
        self.page = page
        self.said = 0

    def channel(self) -> FacebookChannel:
        return self.page.channel()

    def deliver(self, text: bytes) -> None:
        self.said += 1
        self.page.says(PERSON, text.decode(), ago=300 - self.said)

    def break_next_fetch(self) -> None:
        self.page.platform.order("_faults", on="GET /v26.0/.*", act="status", status=502, body={})


class TestFacebookPolls(PollsContract):
    @pytest.fixture
    def rig(self, page: Facebook) -> Rig:
        return Rig(page)


def test_what_is_found_by_looking_has_the_names_that_calls_give(page: Facebook) -> None:
    page.platform.order("_webhook", url="http://127.0.0.1:9/none", verify_token="x")
    heard: list[str] = []
    post = page.posts("My road is flooded", **{"from": "31", "name": "Wyn"})
    comment = page.comments(post, "32", "Ours too")
    mid = page.says(PERSON, "My bins")
    for call in _calls_about(page, post, comment, mid):
        heard += [one.external_id for one in page.channel().receive(call).arrivals]
    assert sorted(names(page)) == sorted(heard)


def test_people_found_by_looking_have_names_and_their_words_are_read(page: Facebook) -> None:
    post = page.posts("Surgery on Friday")
    page.comments(post, "32", "Can I come?", name="Wyn Price")
    [arrival] = [one for one in collected(page.channel())[0] if one.external_id.startswith("c/")]
    told = FacebookChannel.understand(arrival)
    assert getattr(told, "sender", None) is not None
    assert (told.sender.name, told.text) == ("Wyn Price", "Can I come?")  # type: ignore[union-attr]


def test_a_second_look_brings_only_what_is_new(page: Facebook) -> None:
    post = page.posts("Surgery on Friday")
    page.comments(post, "32", "One")
    _, cursor = collected(page.channel())
    new = page.comments(post, "32", "Two")
    assert names(page, cursor) == [f"c/{new}"]


def test_many_threads_and_many_pages_come_whole_and_each_in_order(page: Facebook) -> None:
    for number in range(260):
        page.says(str(100 + number % 40), f"number {number}", ago=1000 - number)
    arrivals, cursor = collected(page.channel())
    told = [FacebookChannel.understand(one) for one in arrivals]
    by_thread: dict[str, list[int]] = {}
    for one in told:
        by_thread.setdefault(one.thread, []).append(int(one.text.split()[1]))  # type: ignore[union-attr, arg-type]
    assert sum(len(one) for one in by_thread.values()) == 260
    assert all(one == sorted(one) for one in by_thread.values())
    assert names(page, cursor) == []


def test_what_is_older_than_since_is_left_alone(page: Facebook) -> None:
    page.says(PERSON, "Long ago", ago=86400)
    recent = page.says(PERSON, "Today")
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert [one.external_id for one in collected(page.channel(since=since))[0]] == [f"m/{recent}"]


def test_an_empty_page_with_a_next_one_is_not_the_end(page: Facebook) -> None:
    page.says(PERSON, "My bins")
    after = base64.b64encode(b"0").decode()
    paging = {"cursors": {"after": after}, "next": "https://graph.facebook.com/next"}
    page.platform.order(
        "_faults", on=f"GET /v26.0/{PAGE}/conversations", act="status", status=200,
        body={"data": [], "paging": paging},
    )  # fmt: skip
    assert len(names(page)) == 1


def test_calls_that_facebook_stopped_are_begun_again_and_that_is_said(page: Facebook) -> None:
    batch = page.channel().fetch(None)
    assert "did not call us" in batch.notices[0]
    assert "message_echoes" in page.state()["subscribed_fields"]
    assert page.channel().fetch(None).notices == ()


def test_a_wall_we_may_not_read_is_said_once_and_holds_up_no_message(page: Facebook) -> None:
    page.says(PERSON, "My bins")
    channel, cursor, notices, found = page.channel(), None, [], []
    for _ in range(8):
        page.fails(f"GET /v26.0/{PAGE}/feed", code=10, message="missing permission")
        batch = channel.fetch(cursor)
        cursor, notices, found = batch.cursor, notices + list(batch.notices), found + list(batch.arrivals)
    assert len([one for one in notices if "its posts" in one]) == 1
    assert len(found) == 1


def test_near_its_limit_we_slow_down_and_at_it_we_stop(page: Facebook) -> None:
    budget = Heard()
    channel = page.channel(budget=budget)
    channel.fetch(None)
    assert budget.told == []
    page.platform.order("_usage", pages=80)
    channel.fetch(None)
    assert budget.told[-1] == (15, timedelta(minutes=1))
    page.platform.order("_usage", pages=97, minutes=12)
    with pytest.raises(TemporaryFailure) as caught:
        collected(channel)
    assert budget.told[-1] == (0, timedelta(minutes=12))
    assert caught.value.after == timedelta(minutes=12)


def test_the_limit_of_the_app_counts_as_that_of_the_page_does(page: Facebook) -> None:
    budget = Heard()
    channel = page.channel(budget=budget)
    page.platform.order("_usage", app=97)
    with pytest.raises(TemporaryFailure):
        collected(channel)
    assert budget.told[-1][0] == 0


def test_a_token_that_dies_in_between_asks_for_a_new_sign_in(page: Facebook) -> None:
    channel = page.channel()
    channel.fetch(None)
    page.platform.order("_token", subcode=463)
    with pytest.raises(CredentialsRejected, match="has run out"):
        channel.fetch(None)


def test_a_page_instead_of_an_answer_is_temporary(page: Facebook) -> None:
    page.platform.order("_faults", on="GET /v26.0/.*", act="html")
    with pytest.raises(TemporaryFailure):
        page.channel().fetch(None)


def test_a_file_is_fetched_and_one_whose_link_ran_out_is_not(page: Facebook) -> None:
    picture = {
        "name": "mould.jpg",
        "type": "image",
        "mime": "image/jpeg",
        "base64": "/9j/2Q==",
        "seconds": 60,
    }
    page.says(PERSON, "", files=[picture])
    [arrival] = collected(page.channel())[0]
    [file] = FacebookChannel.understand(arrival).remote  # type: ignore[union-attr]
    fetched = page.channel().download(file)
    assert (fetched.filename, fetched.content_type, fetched.size) == ("mould.jpg", "image/jpeg", 4)
    page.platform.order("_clock", offset=120)
    with pytest.raises(PermanentFailure, match="run out"):
        page.channel().download(file)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.jpg", "http://x.fbcdn.net/a.jpg", "https://fbcdn.net.example.org/a.jpg",
        "https://evilfbcdn.net/a.jpg", "http://169.254.169.254/latest", "http://127.0.0.2/a",
    ],
)  # fmt: skip
def test_a_file_elsewhere_is_never_asked_for(page: Facebook, url: str) -> None:
    with pytest.raises(PermanentFailure, match="file servers"):
        page.channel().download(RemoteFile(url, "a.jpg"))


def test_a_file_that_sends_us_elsewhere_is_given_up(page: Facebook) -> None:
    page.platform.order(
        "_faults", on="GET /media/.*", act="status", status=302, headers={"location": "http://10.0.0.1/"}
    )
    with pytest.raises(PermanentFailure, match="elsewhere"):
        page.channel().download(RemoteFile(f"{page.platform.url}/media/x/a.jpg", "a.jpg"))


def test_a_file_that_is_too_large_is_given_up_on_the_way(
    page: Facebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    large = {
        "name": "a.bin", "type": "file", "mime": "application/octet-stream",
        "base64": base64.b64encode(bytes(2 << 20)).decode(),
    }  # fmt: skip
    page.says(PERSON, "", files=[large])
    [arrival] = collected(page.channel())[0]
    [file] = FacebookChannel.understand(arrival).remote  # type: ignore[union-attr]
    with pytest.raises(PermanentFailure, match="larger than 1 MB"):
        page.channel().download(file)


def _calls_about(page: Facebook, post: str, comment: str, mid: str) -> list[WebhookRequest]:
    """What Facebook would call with about these three."""
    wall = {"item": "post", "verb": "add", "post_id": post, "from": {"id": "31"}}
    said = {
        "item": "comment", "verb": "add", "comment_id": f"{PAGE}_{comment}", "post_id": post,
        "from": {"id": "32"},
    }  # fmt: skip
    event = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "message": {"mid": mid, "text": "My bins"}}
    entries = [
        {"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": value}]} for value in (wall, said)
    ]
    told = [*entries, {"id": PAGE, "time": 1, "messaging": [event]}]
    return [WebhookRequest("POST", headers, {}, body) for body, headers in (call_of(one) for one in told)]
