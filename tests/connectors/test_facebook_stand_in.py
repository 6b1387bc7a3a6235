"""The stand-in, driven by a client that knows nothing of us: python-facebook-api."""

import json
from collections.abc import Iterator

import pytest
from pyfacebook import FacebookError, GraphAPI

from connectors.standins.facebook.state import APP, APP_SECRET, PAGE, PAGE_NAME, PAGE_TOKEN, USER_TOKEN
from tests.rigs.facebook import Facebook, facebook

PERSON = "6780462125377510"


@pytest.fixture(scope="module")
def page() -> Iterator[Facebook]:
    with facebook() as running:
        yield running


def client(page: Facebook, token: str = PAGE_TOKEN) -> GraphAPI:
    return GraphAPI(
        app_id=APP, app_secret=APP_SECRET, access_token=token, base_url=f"{page.platform.url}/",
        version="v26.0", sleep_on_rate_limit=False,
    )  # fmt: skip


def test_a_page_its_token_and_its_permissions_are_told(page: Facebook) -> None:
    assert client(page).get_object(PAGE, fields="id,name")["name"] == PAGE_NAME
    accounts = client(page, USER_TOKEN).get_full_connections("me", "accounts")
    assert [one["access_token"] for one in accounts["data"]] == [PAGE_TOKEN]
    told = client(page).get("debug_token", {"input_token": PAGE_TOKEN})
    assert "pages_messaging" in told["data"]["scopes"]


def test_conversations_and_messages_are_walked_page_by_page(page: Facebook) -> None:
    for number in range(60):
        page.says(str(2000 + number), f"number {number}")
    found = client(page).get_full_connections(
        PAGE, "conversations", count=None, limit=25, platform="messenger"
    )
    assert len(found["data"]) >= 60
    messages = client(page).get_full_connections(found["data"][0]["id"], "messages", fields="id,message,from")
    assert messages["data"][0]["message"] == "number 59"


def test_an_answer_is_taken_and_one_too_late_is_refused_with_its_codes(page: Facebook) -> None:
    page.says(PERSON, "My bins")
    body = {"recipient": {"id": PERSON}, "messaging_type": "RESPONSE", "message": {"text": "We asked."}}
    answer = client(page).post_object(PAGE, "messages", params={}, data=_flat(body))
    assert answer["recipient_id"] == PERSON
    page.platform.order("_clock", offset=90000)
    with pytest.raises(FacebookError) as caught:
        client(page).post_object(PAGE, "messages", params={}, data=_flat(body))
    page.platform.order("_clock", offset=0)
    assert (caught.value.code, caught.value.error_subcode) == (10, 2018278)


def test_posts_and_comments_are_read_and_answered(page: Facebook) -> None:
    post = page.posts("Surgery on Friday")
    comment = page.comments(post, "31", "When?")
    made = client(page).post_object(comment, "comments", params={}, data={"message": "At ten."})
    listed = client(page).get_full_connections(post, "comments", filter="stream", fields="id,message,parent")
    assert {one["message"]: one.get("parent", {}).get("id") for one in listed["data"]} == {
        "When?": None, "At ten.": comment,
    }  # fmt: skip
    assert made["id"] in [one["id"] for one in listed["data"]]


def test_a_dead_token_is_refused_as_facebook_does(page: Facebook) -> None:
    page.platform.order("_token", subcode=460)
    with pytest.raises(FacebookError) as caught:
        client(page).get_object(PAGE)
    page.platform.order("_token", subcode=None)
    assert (caught.value.code, caught.value.error_subcode) == (190, 460)


def _flat(body: dict[str, object]) -> dict[str, str]:
    return {name: one if isinstance(one, str) else json.dumps(one) for name, one in body.items()}
