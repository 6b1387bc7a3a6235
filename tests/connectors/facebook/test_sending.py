"""Answers on a Page: what Facebook takes, when, once; what each refusal means; what nobody knows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import (
    Attachment,
    ConnectorFailure,
    CredentialsRejected,
    Form,
    Handle,
    Letter,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from connectors.facebook.channel import FacebookChannel
from connectors.facebook.composing import read_back
from connectors.standins.facebook.state import PAGE
from tests.connectors.contract_suite import ChecksContract, SendingRig, SendsContract
from tests.rigs.facebook import Facebook

PERSON = "6780462125377510"
SEND = "POST /v26.0/[0-9]+/messages"
NOW = datetime.now(UTC)
LETTER = Letter(
    "wx1.ab@111", Handle("Office", PAGE), (Handle("Donna", PERSON),), "", "We have asked.", NOW,
    in_reply_to="m_1", heard_at=NOW - timedelta(hours=1), answered_at=NOW - timedelta(hours=1),
)  # fmt: skip
COMMENT = replace(LETTER, answered_form=Form.COMMENT, in_reply_to="5_9", heard_at=None)
CHANNEL = FacebookChannel


@pytest.fixture
def page(page: Facebook) -> Facebook:
    """The Page, to which somebody wrote."""
    page.says(PERSON, "My bins", name="Donna Fretwell")
    return page


def outgoing(letter: Letter = LETTER) -> OutboundMessage:
    return OutboundMessage(letter.message_id, (PERSON,), PAGE, CHANNEL.compose(letter))


def send(page: Facebook, letter: Letter = LETTER) -> Any:
    return page.channel().send(outgoing(letter), committing=lambda: None)


def asked(page: Facebook) -> dict[str, Any]:
    """The body of the last message that was handed over."""
    return dict(
        json.loads([one for one in page.platform.log() if one["path"].endswith("/messages")][-1]["body"])
    )


class Rig(SendingRig):
    """The suite's other side."""

    def __init__(self, page: Facebook) -> None:
        self.page = page

    def channel(self) -> FacebookChannel:
        return self.page.channel()

    def message(self) -> OutboundMessage:
        return outgoing()

    def left(self) -> int:
        return len(self.page.sent())

    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        if failure is OutcomeUnknown:
            self.page.platform.order("_faults", on=SEND, act="lose")
        else:
            self.page.fails(SEND, code=1200 if failure is TemporaryFailure else 551)


class TestFacebookSends(SendsContract, ChecksContract):
    @pytest.fixture
    def rig(self, page: Facebook) -> Rig:
        page.platform.order("_webhook", url="http://127.0.0.1:9/none", verify_token="x")
        return Rig(page)


def test_an_answer_within_a_day_is_a_response_that_carries_our_id(page: Facebook) -> None:
    receipt = send(page)
    assert receipt.thread == PERSON
    assert asked(page)["messaging_type"] == "RESPONSE"
    assert asked(page)["message"]["metadata"] == LETTER.message_id
    assert page.sent() == ["We have asked."]


def test_after_a_day_only_what_a_person_wrote_goes_and_says_so(page: Facebook) -> None:
    page.platform.order("_clock", offset=3 * 86400)
    late = replace(LETTER, heard_at=NOW - timedelta(days=3))
    send(page, late)
    assert (asked(page)["messaging_type"], asked(page)["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    with pytest.raises(PermanentFailure, match="for a time only"):
        send(page, replace(late, automatic=True))


def test_after_seven_days_it_is_said_while_writing_and_stopped_at_the_door(page: Facebook) -> None:
    letter = replace(LETTER, heard_at=NOW - timedelta(days=7, minutes=1))
    assert "That ended on" in CHANNEL.problems(letter, NOW)[0]
    with pytest.raises(PermanentFailure):
        send(page, letter)
    assert page.sent() == []
    assert CHANNEL.advice(replace(LETTER), NOW)[0].startswith("Facebook lets us reply until")


def test_a_window_that_closes_between_the_yes_and_the_door_stops_it(page: Facebook) -> None:
    closing = replace(LETTER, heard_at=NOW - timedelta(days=7) + timedelta(seconds=30))
    assert CHANNEL.problems(closing, NOW) == []
    stored = CHANNEL.compose(closing)
    raw = stored.replace(read_back(stored).closes_at.isoformat().encode(), NOW.isoformat().encode())  # type: ignore[union-attr]
    with pytest.raises(PermanentFailure):
        page.channel().send(OutboundMessage("x", (PERSON,), PAGE, raw), committing=lambda: None)
    assert page.sent() == []


def test_a_comment_is_answered_privately_unless_somebody_chose_otherwise(page: Facebook) -> None:
    post = page.posts("Surgery on Friday")
    comment = page.comments(post, "31", "What about my bins?", name="Wyn")
    letter = replace(COMMENT, in_reply_to=comment, recipients=(Handle("Wyn", "31"),))
    receipt = send(page, letter)
    assert asked(page)["recipient"] == {"comment_id": comment}
    assert receipt.thread == "31"
    with pytest.raises(PermanentFailure, match="answered privately before"):
        send(page, letter)
    assert "privately once" in CHANNEL.problems(replace(letter, is_second=True), NOW)[0]


def test_a_public_answer_stands_under_the_comment_and_is_known_by_its_number(page: Facebook) -> None:
    post = page.posts("Surgery on Friday")
    comment = page.comments(post, "31", "When?")
    receipt = send(page, replace(COMMENT, in_reply_to=comment, form=Form.COMMENT))
    [ours] = [one for one in page.state()["comments"] if one["from"]["id"] == PAGE]
    assert (receipt.external_id, ours["parent"]["id"]) == (ours["id"], comment)


def test_who_commented_and_wrote_is_answered_where_they_wrote(page: Facebook) -> None:
    send(page, replace(COMMENT, heard_at=NOW - timedelta(hours=1)))
    assert asked(page)["recipient"] == {"id": PERSON}


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (replace(LETTER, text="x" * 2001), "2,000 characters"),
        (replace(LETTER, heard_at=None), "wrote to the Page"),
        (replace(LETTER, form=Form.COMMENT), "answer privately"),
        (replace(COMMENT, form=Form.COMMENT, text="x" * 8001), "8,000 characters"),
        (replace(COMMENT, answered_at=NOW - timedelta(days=8)), "for 7 days"),
    ],
)
def test_what_facebook_will_not_take_is_said_while_it_is_written(letter: Letter, words: str) -> None:
    assert words in " ".join(CHANNEL.problems(letter, NOW))


def test_files_are_refused_in_words() -> None:
    with pytest.raises(PermanentFailure, match="Files cannot be sent"):
        CHANNEL.compose(replace(LETTER, attachments=(Attachment("a", "b", 1, b"c"),)))


@pytest.mark.parametrize(
    ("code", "subcode", "failure"),
    [
        (190, 460, CredentialsRejected), (190, 463, CredentialsRejected), (4, None, TemporaryFailure),
        (32, None, TemporaryFailure), (613, None, TemporaryFailure), (80001, None, TemporaryFailure),
        (1200, None, TemporaryFailure), (2, None, TemporaryFailure), (10, 2018278, PermanentFailure),
        (10, 2534022, PermanentFailure), (551, 1545041, PermanentFailure), (10, None, PermanentFailure),
        (200, None, PermanentFailure), (100, 2018001, PermanentFailure), (368, None, PermanentFailure),
        (10, 1893063, TemporaryFailure), (1, None, OutcomeUnknown),
    ],
)  # fmt: skip
def test_each_refusal_means_what_it_means(
    page: Facebook, code: int, subcode: int | None, failure: type[ConnectorFailure]
) -> None:
    page.fails(SEND, code=code, **({"error_subcode": subcode} if subcode else {}))
    with pytest.raises(failure) as caught:
        send(page)
    assert type(caught.value) is failure
    assert page.sent() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"act": "lose"},
        {"act": "drop"},
        {"act": "html"},
        {"act": "status", "status": 502, "body": {}},
        {"act": "status", "status": 200, "body": {}},
        {"act": "slow", "seconds": 4},
    ],
    ids=["hangs up after", "hangs up before", "page", "bad gateway", "empty", "late"],
)
def test_without_a_clear_answer_nobody_knows_and_nothing_is_sent_again(
    page: Facebook, fault: dict[str, Any]
) -> None:
    page.platform.order("_faults", on=SEND, **fault)
    with pytest.raises(OutcomeUnknown):
        send(page)


def test_an_error_inside_a_200_is_an_error(page: Facebook) -> None:
    body = {"error": {"message": "x", "code": 551}}
    page.platform.order("_faults", on=SEND, act="status", status=200, body=body)
    with pytest.raises(PermanentFailure):
        send(page)


def test_what_left_without_an_answer_is_found_in_the_conversation(page: Facebook) -> None:
    assert page.channel().evidence(outgoing()) is None
    page.platform.order("_faults", on=SEND, act="lose")
    with pytest.raises(OutcomeUnknown):
        send(page)
    found = page.channel().evidence(outgoing())
    assert found is not None
    assert found.external_id.startswith("m_out")


def test_a_public_answer_without_an_answer_is_found_under_its_comment(page: Facebook) -> None:
    comment = page.comments(page.posts("Surgery"), "31", "When?")
    letter = replace(COMMENT, in_reply_to=comment, form=Form.COMMENT)
    assert page.channel().evidence(outgoing(letter)) is None
    page.platform.order("_faults", on="POST /.*/comments", act="lose")
    with pytest.raises(OutcomeUnknown):
        send(page, letter)
    assert page.channel().evidence(outgoing(letter)) is not None


def test_an_answer_to_a_comment_that_was_deleted_meanwhile_is_refused_in_words(page: Facebook) -> None:
    comment = page.comments(page.posts("Surgery on Friday"), "31", "When?")
    page.platform.order("_change", of=comment, verb="remove")
    for form in (Form.COMMENT, Form.MESSAGE):
        with pytest.raises(PermanentFailure) as caught:
            send(page, replace(COMMENT, in_reply_to=comment, form=form))
        assert caught.value.reason
    assert page.sent() == []


def test_nothing_that_stands_in_the_way_tells_a_secret(page: Facebook) -> None:
    channel = page.channel(base_url="http://127.0.0.1:9")
    with pytest.raises(TemporaryFailure) as caught:
        channel.send(outgoing(), committing=lambda: None)
    assert channel.settings.access_token not in caught.value.reason
    assert channel.settings.access_token not in repr(channel.settings)


def test_a_comment_is_hidden_and_shown_again(page: Facebook) -> None:
    comment = page.comments(page.posts("Surgery"), "31", "My sister lives at 14 Quarry Road")
    page.channel().hide(comment, is_hidden=True)
    assert page.state()["comments"][0]["is_hidden"] is True
    page.channel().hide(comment, is_hidden=False)
    assert page.state()["comments"][0]["is_hidden"] is False


def test_a_person_has_the_name_facebook_tells_and_else_is_somebody(page: Facebook) -> None:
    channel = page.channel()
    assert channel.names_of([PERSON]) == {PERSON: "Donna Fretwell"}
    assert channel.names_of(["404", "c/5_9"]) == {"404": "Facebook user", "c/5_9": "Facebook user"}


def test_many_people_are_asked_after_in_one_request(page: Facebook) -> None:
    people = {str(5_000_000 + number): f"Person {number}" for number in range(120)}
    for number, name in people.items():
        page.says(number, "My bins", name=name)
    before = len(page.platform.log())
    assert page.channel().names_of(list(people)) == people
    assert len(page.platform.log()) - before == 3


def test_one_whom_facebook_does_not_know_takes_nobody_elses_name(page: Facebook) -> None:
    page.says(PERSON, "My bins", name="Donna Fretwell")
    told = page.channel().names_of([PERSON, "404"])
    assert told == {PERSON: "Donna Fretwell", "404": "Facebook user"}


def test_a_token_that_died_is_said_in_words(page: Facebook) -> None:
    page.platform.order("_token", subcode=460)
    steps = page.channel().check()
    assert [one.ok for one in steps] == [False] * len(steps)
    assert "changed their password" in steps[-1].detail
