"""A client that somebody else wrote for the real X finds the stand-in true."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from connectors.standins.x import oauth1
from connectors.standins.x.signing_in import CONSUMER_SECRET
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


@pytest.fixture
def signing(x: Platform) -> Iterator[tweepy.Client]:
    """The same client, signing each request with two secrets as it was usual before OAuth 2.0."""
    made = tweepy.Client(
        consumer_key=oauth1.CONSUMER_KEY, consumer_secret=CONSUMER_SECRET, access_token=oauth1.ACCESS_TOKEN,
        access_token_secret=oauth1.ACCESS_SECRET,
    )  # fmt: skip
    aim(made.session, x.url)
    yield made
    made.session.close()


def test_it_may_sign_its_requests_and_a_wrong_secret_is_refused(signing: tweepy.Client) -> None:
    assert signing.get_me().data.username == OFFICE[1:]
    assert signing.create_tweet(text="Surgery on Friday & Saturday: é").data["id"]
    signing.consumer_secret = "another"
    with pytest.raises(tweepy.Unauthorized):
        signing.get_me()


def test_it_finds_people_and_single_posts(client: tweepy.Client, x: Platform) -> None:
    said = x.order("_say", **{"from": "wyn", "text": f"{OFFICE} the bins"})
    assert str(client.get_user(username="WYN").data.id) == said["user"]
    found = client.get_users(ids=[said["user"], "77"])
    assert ([one.username for one in found.data], len(found.errors)) == (["wyn"], 1)
    assert client.get_tweet(said["id"]).data.text == f"{OFFICE} the bins"
    assert client.get_tweet("77").data is None
    assert [str(one.id) for one in client.search_recent_tweets("from:wyn bins -is:retweet").data] == [
        said["id"]
    ]
    assert client.get_users_mentions(OFFICE_ID, until_id=said["id"]).data is None


def test_it_hides_a_rude_answer_under_the_accounts_own_post_only(signing: tweepy.Client, x: Platform) -> None:
    own = signing.create_tweet(text="Surgery on Friday").data["id"]
    rude = x.order("_say", **{"from": "wyn", "text": "rude", "answers": own})["id"]
    assert signing.hide_reply(rude).data == {"hidden": True}
    with pytest.raises(tweepy.Forbidden):
        signing.hide_reply(x.order("_say", **{"from": "wyn", "text": "rude"})["id"])


def test_it_is_refused_what_x_refuses(signing: tweepy.Client, x: Platform) -> None:
    asked = x.order("_say", **{"from": "wyn", "text": f"{OFFICE} the bins"})["id"]
    for wish in ({"text": "a" * 281}, {"text": "Look", "quote_tweet_id": asked}):
        with pytest.raises(tweepy.Forbidden):
            signing.create_tweet(in_reply_to_tweet_id=asked, **wish)
    with pytest.raises(tweepy.BadRequest):
        signing.create_tweet(text="A picture of others", media_ids=["77"])
    assert signing.create_tweet(text=f"https://example.org/{'a' * 400}", in_reply_to_tweet_id=asked)


def test_it_writes_into_a_conversation_and_reads_it_again(signing: tweepy.Client, x: Platform) -> None:
    said = x.order("_message", **{"from": "wyn", "text": "in private"})
    made = signing.create_direct_message(dm_conversation_id=said["conversation"], text="We asked")
    found = signing.get_direct_message_events(dm_conversation_id=said["conversation"]).data
    assert [(str(one.id), one.text) for one in found] == [
        (made.data["dm_event_id"], "We asked"), (said["id"], "in private"),
    ]  # fmt: skip


def test_a_picture_brought_in_pieces_goes_with_a_post(client: tweepy.Client, x: Platform, token: str) -> None:
    """In plain requests: the client at hand knows only the older way, which X has closed."""
    bearer = {"authorization": f"Bearer {token}"}
    begun = {"media_type": "image/png", "total_bytes": 6, "media_category": "tweet_image"}
    upload = f"{x.url}/2/media/upload"
    media = x.client.post(f"{upload}/initialize", json=begun, headers=bearer).json()["data"]["id"]
    for number, piece in enumerate((b"abc", b"def")):
        x.client.post(
            f"{upload}/{media}/append", data={"segment_index": str(number)}, files={"media": piece},
            headers=bearer,
        ).raise_for_status()  # fmt: skip
    done = x.client.post(f"{upload}/{media}/finalize", headers=bearer).json()
    assert done["data"]["size"] == 6
    made = client.create_tweet(text="A picture", media_ids=[media], user_auth=False)
    assert client.get_tweet(made.data["id"], tweet_fields=["attachments"]).data.attachments == {
        "media_keys": [f"3_{media}"]
    }
