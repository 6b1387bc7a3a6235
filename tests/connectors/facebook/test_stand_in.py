"""The stand-in, driven by a client that knows nothing of us: python-facebook-api."""

import json

import pytest
from pyfacebook import FacebookError, GraphAPI

from connectors.standins.facebook.state import APP, APP_SECRET, PAGE, PAGE_NAME, PAGE_TOKEN, USER_TOKEN
from tests.rigs.facebook import Facebook

PERSON = "6780462125377510"


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


def test_what_hangs_on_an_object_comes_inside_it_where_that_is_asked_for(page: Facebook) -> None:
    post = page.posts("Surgery on Saturday")
    for number in range(7):
        page.comments(post, "31", f"comment {number}")
    inside = "id,message,comments.filter(stream).order(reverse_chronological).limit(5){message,from{id}}"
    told = client(page).get_object(post, fields=inside)
    assert [one["message"] for one in told["comments"]["data"]] == [f"comment {n}" for n in (6, 5, 4, 3, 2)]
    assert told["comments"]["data"][0]["from"] == {"id": "31"}
    page.says("2500", "A thread of one")
    [thread] = client(page).get_connection(
        PAGE, "conversations", user_id="2500", fields="id,messages{id,message}"
    )["data"]
    [message] = thread["messages"]["data"]
    assert client(page).get_object(message["id"], fields="message")["message"] == "A thread of one"
    assert client(page).get_object(thread["id"], fields="message_count")["message_count"] == 1
    with pytest.raises(FacebookError):
        client(page).get_object(post, fields="id,comments{message")


def test_the_page_words_its_own_anew_and_takes_it_back_and_nobody_elses(page: Facebook) -> None:
    mine = client(page).post_object(PAGE, "feed", params={}, data={"message": "Surgery at ten"})["id"]
    theirs = page.comments(mine, "31", "When?")
    assert client(page).post_object(mine, params={}, data={"message": "Surgery at eleven"})
    assert client(page).get_object(mine, fields="message")["message"] == "Surgery at eleven"
    with pytest.raises(FacebookError):
        client(page).post_object(theirs, params={}, data={"message": "Never said"})
    listed = client(page).get_full_connections(PAGE, "posts", fields="id")["data"]
    assert mine in [one["id"] for one in listed]
    assert client(page).delete_object(mine)["success"] is True


def test_several_objects_and_several_requests_go_in_one(page: Facebook) -> None:
    first, second = page.posts("One"), page.posts("Two")
    told = client(page).get_objects(f"{first},{second}", fields="message")
    assert {name: one["message"] for name, one in told.items()} == {first: "One", second: "Two"}
    wishes = [
        {"method": "GET", "relative_url": f"{first}?fields=message"},
        {"method": "GET", "relative_url": "7_7"},
        {"method": "POST", "relative_url": f"{second}/comments", "body": "message=Three"},
    ]  # fmt: skip
    answers = client(page).post_object("", params={}, data={"batch": json.dumps(wishes)})
    assert [one["code"] for one in answers] == [200, 400, 200]
    assert json.loads(answers[0]["body"])["message"] == "One"


def test_pictures_go_by_address_and_signs_of_life_are_taken(page: Facebook) -> None:
    page.says(PERSON, "My bins")
    to = {"recipient": json.dumps({"id": PERSON})}
    picture = {"attachment": {"type": "image", "payload": {"url": "https://office.example/a.png"}}}
    for more in ({"sender_action": "typing_on"}, {"message": json.dumps(picture)}):
        answer = client(page).post_object(PAGE, "messages", params={}, data=to | more)
        assert answer["recipient_id"] == PERSON
    with pytest.raises(FacebookError) as caught:
        odd = {"attachment": {"type": "image", "payload": {"url": "file:///etc/passwd"}}}
        client(page).post_object(PAGE, "messages", params={}, data=to | {"message": json.dumps(odd)})
    assert caught.value.error_subcode == 2018047


def test_at_its_limit_a_page_is_refused_and_the_headers_said_so_before(page: Facebook) -> None:
    page.platform.order("_usage", pages=100)
    with pytest.raises(FacebookError) as caught:
        client(page).get_object(PAGE)
    page.platform.order("_usage", pages=5)
    assert caught.value.code == 32


def test_calls_are_asked_for_and_given_up_by_the_page_itself(page: Facebook) -> None:
    wanted = {"subscribed_fields": json.dumps(["messages", "feed"])}
    assert client(page).post_object(PAGE, "subscribed_apps", params={}, data=wanted)["success"] is True
    [app] = client(page).get_connection(PAGE, "subscribed_apps")["data"]
    assert app["subscribed_fields"] == ["messages", "feed"]
    assert client(page).delete_object(f"{PAGE}/subscribed_apps")["success"] is True
    assert client(page).get_connection(PAGE, "subscribed_apps")["data"] == []


def _flat(body: dict[str, object]) -> dict[str, str]:
    return {name: one if isinstance(one, str) else json.dumps(one) for name, one in body.items()}
