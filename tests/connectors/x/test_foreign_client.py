"""A client that somebody else wrote for the real X finds the stand-in true."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from tests.rigs.platforms import Platform
from tests.rigs.x import OFFICE, OFFICE_ID

HOSTS = ("https://api.twitter.com/", "https://api.x.com/")


class Redirect(HTTPAdapter):
    """Sends to the stand-in what was meant for X."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        path = (request.url or "").split("/", 3)[3]
        request.url = f"{self.url}/{path}"
        return super().send(request, *given, **more)


def aim(session: requests.Session, url: str) -> None:
    for host in HOSTS:
        session.mount(host, Redirect(url))


@pytest.fixture
def token(x: Platform, monkeypatch: pytest.MonkeyPatch) -> str:
    """An access token, by consent, code and proof key."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    handler = tweepy.OAuth2UserHandler(
        client_id="client-1", client_secret="client-secret", redirect_uri="https://office.example/back",
        scope=["tweet.read", "dm.read", "offline.access"],
    )  # fmt: skip
    asked = urlsplit(handler.get_authorization_url())
    with x.client.stream("GET", f"{x.url}/i/oauth2/authorize?{asked.query}") as answer:
        back = answer.headers["location"]
    assert parse_qs(urlsplit(back).query)["state"] == parse_qs(asked.query)["state"]
    aim(handler, x.url)
    granted = handler.fetch_token(back)
    handler.close()
    assert {"access_token", "refresh_token", "expires_in"} <= set(granted)
    return str(granted["access_token"])


@pytest.fixture
def client(x: Platform, token: str) -> Iterator[tweepy.Client]:
    made = tweepy.Client(bearer_token=token)
    aim(made.session, x.url)
    yield made
    made.session.close()


def test_it_signs_in_by_code_and_knows_who_it_is(client: tweepy.Client) -> None:
    me = client.get_me(user_auth=False).data
    assert (str(me.id), me.username) == (OFFICE_ID, OFFICE[1:])


def test_it_pages_through_mentions(client: tweepy.Client, x: Platform) -> None:
    x.order("_flood", posts=23, people=3)
    pages = tweepy.Paginator(
        client.get_users_mentions, OFFICE_ID, max_results=5, expansions=["author_id"],
        tweet_fields=["created_at", "conversation_id"],
    )  # fmt: skip
    found = list(pages.flatten())
    assert len({one.id for one in found}) == 23
    assert found == sorted(found, key=lambda one: one.id, reverse=True)
    assert all(one.created_at is not None for one in found)


def test_it_finds_nothing_in_an_empty_account(client: tweepy.Client) -> None:
    assert client.get_users_mentions(OFFICE_ID).data is None


def test_it_answers_who_summoned_and_is_refused_elsewhere(client: tweepy.Client, x: Platform) -> None:
    asked = x.order("_say", **{"from": "wyn", "text": f"{OFFICE} the bins"})["id"]
    other = x.order("_say", **{"from": "wyn", "text": "no name"})["id"]
    made = client.create_tweet(text="Thank you", in_reply_to_tweet_id=asked, user_auth=False)
    [post] = client.get_tweets([made.data["id"]], tweet_fields=["referenced_tweets"]).data
    assert [(one.type, str(one.id)) for one in post.referenced_tweets] == [("replied_to", asked)]
    with pytest.raises(tweepy.Forbidden):
        client.create_tweet(text="Hello", in_reply_to_tweet_id=other, user_auth=False)


def test_it_reads_and_writes_direct_messages(client: tweepy.Client, x: Platform) -> None:
    wyn = x.order("_message", **{"from": "wyn", "text": "in private"})["user"]
    x.order("_message", **{"from": "wyn", "text": "a secret", "sealed": True})
    made = client.create_direct_message(participant_id=wyn, text="We asked", user_auth=False)
    found = client.get_direct_message_events(
        dm_event_fields=["sender_id", "dm_conversation_id"], user_auth=False
    ).data
    assert [one.text for one in found] == ["We asked", "in private"]
    assert {one.dm_conversation_id for one in found} == {made.data["dm_conversation_id"]}


def test_it_is_told_what_is_gone_beside_what_is_not(client: tweepy.Client, x: Platform) -> None:
    one, two = (x.order("_say", **{"from": "wyn", "text": f"{OFFICE} {word}"})["id"] for word in ("a", "b"))
    x.order("_delete", id=one)
    answer = client.get_tweets([one, two])
    assert [str(post.id) for post in answer.data] == [two]
    assert [error["resource_id"] for error in answer.errors] == [one]


def test_it_hears_of_limits_as_x_says_them(client: tweepy.Client, x: Platform) -> None:
    x.order("_quirks", limits={"dm_events": 1})
    client.get_direct_message_events(user_auth=False)
    with pytest.raises(tweepy.TooManyRequests) as caught:
        client.get_direct_message_events(user_auth=False)
    headers = caught.value.response.headers
    assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("1", "0")
    assert int(headers["x-rate-limit-reset"]) > 0


def test_the_app_alone_may_not_read_private_messages(x: Platform) -> None:
    app = tweepy.Client(bearer_token="app-token")
    aim(app.session, x.url)
    with pytest.raises(tweepy.Forbidden):
        app.get_direct_message_events(user_auth=False)
    app.session.close()
