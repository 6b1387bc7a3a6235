"""What each event of a Page says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import (
    Change,
    ChangeAction,
    DeliveryReport,
    Echo,
    Form,
    InboundMessage,
    News,
    Nothing,
    RawArrival,
    ReportAction,
    Unreadable,
)
from connectors.facebook.arrivals import raw_of
from connectors.facebook.channel import FacebookChannel

PAGE, PERSON = "111", "6780462125377510"
NOW = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)


def read(envelope: Any) -> News:
    return FacebookChannel.understand(RawArrival("facebook", PAGE, "c/5_9", raw_of(envelope), NOW))


def private(**event: Any) -> News:
    common = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1777980000000}
    return read({"page": PAGE, "time": 1, "messaging": {**common, **event}})


def public(**value: Any) -> News:
    common = {
        "item": "comment", "verb": "add", "comment_id": "5_9", "post_id": "111_5", "parent_id": "111_5",
        "from": {"id": PERSON, "name": "Donna Fretwell"}, "message": "Damp again!",
        "created_time": 1777980000,
    }  # fmt: skip
    return read({"page": PAGE, "time": 1777980001, "field": "feed", "value": {**common, **value}})


def said(news: News) -> InboundMessage:
    assert isinstance(news, InboundMessage)
    return news


def changed(news: News) -> Change:
    assert isinstance(news, Change)
    return news


def test_a_private_message_is_held_with_its_writer() -> None:
    told = said(private(message={"mid": "m_1", "text": "My bins", "reply_to": {"mid": "m_0"}}))
    assert (told.external_id, told.sender.address, told.thread) == ("m_1", PERSON, PERSON)
    assert (told.text, told.in_reply_to, told.form) == ("My bins", ("m_0",), Form.MESSAGE)
    assert told.sent_at == datetime.fromtimestamp(1777980000, UTC)


def test_numbers_may_be_text_and_text_may_be_numbers() -> None:
    event = {
        "sender": {"id": int(PERSON)},
        "timestamp": "1777980000000",
        "message": {"mid": "m_1", "text": 7},
    }
    told = said(private(**event))
    assert (told.sender.address, told.text, told.sent_at is not None) == (PERSON, "7", True)


def test_files_are_named_to_be_fetched_and_what_is_none_is_said_in_words() -> None:
    image = {"type": "image", "payload": {"url": "https://scontent.fbcdn.net/v/mould.jpg?oe=1"}}
    link = {"type": "fallback", "payload": {"url": "https://example.org/x", "title": "Form"}}
    sticker = {"type": "sticker", "payload": {"url": "https://scontent.fbcdn.net/s.png", "sticker_id": 7}}
    told = said(private(message={"mid": "m_1", "attachments": [image, link, sticker, "odd"]}))
    assert [(one.filename, one.content_type) for one in told.remote] == [("mould.jpg", "image/jpeg")]
    assert told.text == "[link: Form https://example.org/x]\n[sticker]"


def test_a_message_that_facebook_does_not_tell_says_so() -> None:
    assert "Open it on Facebook" in said(private(message={"mid": "m_1"})).text


def test_an_echo_is_known_by_what_we_gave_along_and_one_by_hand_has_nothing() -> None:
    ends = {"sender": {"id": PAGE}, "recipient": {"id": PERSON}}
    ours = private(
        **ends, message={"mid": "m_2", "is_echo": True, "metadata": "id@x", "app_id": 7, "text": "a"}
    )
    by_hand = private(**ends, message={"mid": "m_3", "is_echo": True, "text": "b", "app_id": "9"})
    assert isinstance(ours, Echo)
    assert isinstance(by_hand, Echo)
    assert (ours.outgoing_id, by_hand.outgoing_id) == ("id@x", None)
    assert (ours.message.thread, by_hand.message.external_id) == (PERSON, "m_3")


def test_an_edit_names_its_message_and_brings_the_new_words() -> None:
    change = changed(private(message_edit={"mid": "m_1", "text": "Second", "num_edit": 1}))
    assert (change.external_id, change.action) == ("m_1", ChangeAction.EDITED)
    assert change.message is not None
    assert change.message.text == "Second"
    assert change.message.content_key != said(private(message={"mid": "m_1", "text": "First"})).content_key


def test_receipts_name_messages_or_a_moment() -> None:
    named = private(delivery={"mids": ["m_8", "m_9"], "watermark": 1777980000000})
    until = private(read={"watermark": 1777980000000})
    assert isinstance(named, DeliveryReport)
    assert isinstance(until, DeliveryReport)
    assert (named.action, named.original_ids) == (ReportAction.DELIVERED, ("m_8", "m_9"))
    assert (until.original_ids, until.thread, until.until is not None) == ((), PERSON, True)


@pytest.mark.parametrize("name", ["reaction", "referral", "optin", "pass_thread_control"])
def test_what_is_no_news_to_an_office_is_nothing(name: str) -> None:
    assert private(**{name: {}}) == Nothing(name)


def test_a_button_says_what_is_written_on_it() -> None:
    assert said(private(postback={"title": "Get started", "payload": "GO"})).text == "Get started"


def test_a_warning_of_facebook_is_set_before_somebody() -> None:
    with pytest.raises(Unreadable, match="broke a rule"):
        private(policy_enforcement={"action": "warning", "reason": "spam"})


def test_a_message_found_by_looking_says_the_same_as_the_call_about_it() -> None:
    called = said(private(message={"mid": "m_1", "text": "My bins"}))
    listed = {
        "id": "m_1", "created_time": "2026-05-05T11:20:00+0000", "message": "My bins",
        "from": {"name": "Donna Fretwell", "id": PERSON}, "to": {"data": [{"id": PAGE, "name": "Page"}]},
    }  # fmt: skip
    found = said(read({"page": PAGE, "message": listed}))
    assert replace(found, sender=called.sender) == called
    assert found.sender.name == "Donna Fretwell"


def test_a_comment_is_public_and_belongs_to_its_writer_under_that_post() -> None:
    told = said(public())
    assert (told.form, told.external_id, told.thread) == (Form.COMMENT, "5_9", f"5/{PERSON}")
    assert (told.sender.name, told.in_reply_to) == ("Donna Fretwell", ("111_5",))
    assert told.link == "https://www.facebook.com/111_5?comment_id=9"


def test_a_reply_to_a_comment_answers_that_comment() -> None:
    assert said(public(parent_id="111_5_8")).in_reply_to == ("5_8",)


def test_a_comment_without_a_writer_still_has_somebody_to_answer() -> None:
    told = said(public(**{"from": None}))
    assert (told.sender.name, told.sender.address) == ("", "c/5_9")


def test_our_own_comment_is_an_echo_and_our_own_post_is_nothing() -> None:
    ours = {"from": {"id": PAGE, "name": "Page"}}
    assert isinstance(public(**ours), Echo)
    assert public(item="post", comment_id=None, **ours) == Nothing("our own post")


def test_a_visitors_post_is_a_post_with_its_pictures() -> None:
    told = said(public(item="photo", comment_id=None, photo="https://x.fbcdn.net/a.jpg"))
    assert (told.form, told.external_id, told.in_reply_to) == (Form.POST, "111_5", ())
    assert [one.url for one in told.remote] == ["https://x.fbcdn.net/a.jpg"]


@pytest.mark.parametrize(
    ("verb", "action"),
    [("remove", ChangeAction.DELETED), ("hide", ChangeAction.HIDDEN), ("unhide", ChangeAction.SHOWN)],
)
def test_what_became_of_a_comment_is_told_whoever_did_it(verb: str, action: ChangeAction) -> None:
    change = changed(public(verb=verb, **{"from": {"id": PAGE}}))
    assert (change.external_id, change.action, change.message) == ("5_9", action, None)


def test_an_edited_comment_brings_all_of_its_words() -> None:
    change = changed(public(verb="edited", message="Damp, and mould"))
    assert change.message is not None
    assert change.message.text == "Damp, and mould"


@pytest.mark.parametrize("item", ["reaction", "like"])
def test_likes_are_nothing(item: str) -> None:
    assert public(item=item) == Nothing(item)


def test_a_mention_elsewhere_is_read_like_a_post() -> None:
    value = {
        "post_id": "777_8",
        "sender_id": PERSON,
        "sender_name": "Donna",
        "message": "Help",
        "verb": "add",
    }
    told = said(read({"page": PAGE, "time": 1, "field": "mention", "value": value}))
    assert (told.form, told.sender.name, told.text) == (Form.POST, "Donna", "Help")


@pytest.mark.parametrize(
    "envelope",
    [
        {"odd": 7}, {"page": PAGE, "time": 1, "messaging": {"dancing": {}}},
        {"page": PAGE, "messaging": {"message": {"mid": "m_1"}}},
        {"page": PAGE, "messaging": {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "message": {}}},
        {"page": PAGE, "field": "feed", "value": {"item": "comment", "comment_id": {}, "verb": "dance"}},
        {"page": PAGE, "time": 1, "messaging": 17}, {"page": PAGE, "time": 1},
        {"page": PAGE, "field": "ratings", "value": {}}, {"page": "999", "messaging": {}}, [], 7, "x",
    ],
)  # fmt: skip
def test_a_shape_that_nobody_knows_is_set_aside(envelope: Any) -> None:
    with pytest.raises(Unreadable):
        read(envelope)


@pytest.mark.parametrize("name", ["item", "verb", "message"])
@pytest.mark.parametrize("odd", [["x"], {"x": 1}, True])
def test_a_change_with_a_field_that_is_no_text_is_set_aside_with_the_reason(name: str, odd: Any) -> None:
    with pytest.raises(Unreadable, match=f"whose {name} is no text"):
        public(**{name: odd})


def test_half_of_a_letter_and_endless_numbers_are_read() -> None:
    told = said(private(message={"mid": 2**70, "text": "a\ud800b"}))
    assert told.external_id == str(2**70)
