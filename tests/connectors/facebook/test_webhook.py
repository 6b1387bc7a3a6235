"""Facebook's calls: proved over the raw bytes, split into events, each named once."""

import json
from typing import Any

import pytest

from connectors.contract import Surroundings, WebhookRejected, WebhookRequest
from connectors.facebook.channel import FacebookChannel
from connectors.facebook.webhook import is_signed
from connectors.standins.facebook.calling import signed
from tests.connectors.contract_suite import ReceivesContract, ReceivingRig
from tests.rigs.facebook import SECRETS, WORD, call_of

SETTINGS = {"page_id": "111", "app_id": "222"}
VECTOR = (
    rb'{"object":"page","entry":[{"id":"111","time":1757000000000,"messaging":[{"sender":{"id":"27"},'
    rb'"recipient":{"id":"111"},"timestamp":1757000000000,'
    rb'"message":{"mid":"m_1","text":"Caf\u00e9 \u00a3"}}]}]}'
)
COMMENT = {"item": "comment", "comment_id": "5_9", "post_id": "111_5", "verb": "add"}
SIGNATURE = "sha256=882f062e35ffa020c1a8193e24771058629e17b4b27a615d6daa69ab5fb347f7"


def channel(**secrets: str) -> FacebookChannel:
    return FacebookChannel.from_settings(SETTINGS, {**SECRETS, **secrets}, Surroundings())


def posted(body: bytes, headers: dict[str, str]) -> WebhookRequest:
    return WebhookRequest("POST", headers, {}, body)


def entry(**parts: Any) -> dict[str, Any]:
    return {"id": "111", "time": 1757000000, **parts}


def message(mid: str, **parts: Any) -> dict[str, Any]:
    return {
        "sender": {"id": "27"}, "recipient": {"id": "111"}, "timestamp": 1757000000000,
        "message": {"mid": mid, **parts},
    }  # fmt: skip


def keys(*entries: Any) -> list[str]:
    answer = channel().receive(posted(*call_of(*entries)))
    assert answer.status == 200
    return [one.external_id for one in answer.arrivals]


class Rig(ReceivingRig):
    """The suite's other side."""

    def channel(self) -> FacebookChannel:
        return channel()

    def call(self, number: int) -> WebhookRequest:
        return posted(*call_of(entry(messaging=[message(f"m_{number}", text="My bins")])))

    def forged(self, number: int) -> WebhookRequest:
        body = self.call(number).body
        return posted(body, signed(body, "another secret"))

    def mixed(self, number: int) -> WebhookRequest:
        odd = {"dancing": {"partner": [7]}}
        return posted(*call_of(entry(messaging=[odd, message(f"m_{number}", text="My bins")]), 7))

    def handshake(self) -> tuple[WebhookRequest, bytes]:
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": WORD}
        return WebhookRequest("GET", {}, query, b""), b"1158201444"


class TestFacebookReceives(ReceivesContract):
    @pytest.fixture
    def rig(self) -> Rig:
        return Rig()


def test_the_proof_of_a_token_is_what_facebook_computes() -> None:
    made = FacebookChannel.from_settings(
        SETTINGS, {**SECRETS, "access_token": "PAGE", "app_secret": "s"}, Surroundings()
    )
    assert made.settings.proof == "4f9ad03a23ddfed74c605d5b4724547b2db9c8aabcf51d2afb341d1b226d7d59"


def test_a_handshake_is_answered_with_its_challenge_and_another_word_is_refused() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": WORD}
    assert channel().receive(WebhookRequest("GET", {}, query, b"")).body == b"1158201444"
    for wrong in ({**query, "hub.verify_token": "other"}, {**query, "hub.mode": "x"}, {}):
        with pytest.raises(WebhookRejected):
            channel().receive(WebhookRequest("GET", {}, wrong, b""))


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    assert is_signed(VECTOR, SIGNATURE, "app-secret")
    again = json.dumps(json.loads(VECTOR), ensure_ascii=False, separators=(",", ":")).encode()
    assert not is_signed(again, SIGNATURE, "app-secret")


@pytest.mark.parametrize("signature", ["", "sha256=", SIGNATURE, "sha1=00", "sha256=\u00e9"])
def test_a_call_that_is_not_signed_with_our_secret_is_rejected(signature: str) -> None:
    with pytest.raises(WebhookRejected):
        channel().receive(posted(VECTOR, {"x-hub-signature-256": signature}))


def test_accents_emoji_and_addresses_come_through_unharmed() -> None:
    text = "Caf\u00e9 \u00a340 \U0001f600 https://example.org/a"
    [arrival] = channel().receive(posted(*call_of(entry(messaging=[message("m_1", text=text)])))).arrivals
    assert getattr(FacebookChannel.understand(arrival), "text", None) == text


def test_every_event_of_a_batch_is_kept_by_itself_and_a_bad_one_holds_up_none() -> None:
    told = keys(
        entry(messaging=[message("m_1"), "nonsense", message("m_2")]),
        entry(standby=[message("m_3")]),
        entry(changes=[{"field": "feed", "value": COMMENT}]),
        "no entry at all",
    )  # fmt: skip
    assert [told[0], *told[2:5]] == ["m/m_1", "m/m_2", "m/m_3", "c/5_9"]
    assert len(told) == 6


@pytest.mark.parametrize(
    "odd",
    [
        {**COMMENT, "item": ["comment"]},
        {**COMMENT, "item": {}},
        {**COMMENT, "verb": {"x": 1}},
        {**COMMENT, "created_time": "9999-12-31T23:59:59-12:00"},
        {**COMMENT, "created_time": "0001-01-01T00:00:00+14:00"},
        {**COMMENT, "comment_id": "5_\ud800"},
    ],
)
def test_a_field_of_another_shape_costs_the_event_its_name_and_the_others_nothing(odd: Any) -> None:
    told = keys(entry(messaging=[message("m_1")], changes=[{"field": "feed", "value": odd}]))
    assert told[0] == "m/m_1" and len(told) == 2
    assert keys(entry(changes=[{"field": "feed", "value": odd}])) == told[1:]


def test_messages_whose_names_cannot_be_stored_stay_apart() -> None:
    named = keys(entry(messaging=[message(one) for one in ("m_\ud800", "m_\ud801", "m_\0", "m_", "m" * 900)]))
    assert len(set(named)) == 5
    assert all(one.encode() and "\0" not in one and len(one) <= 512 for one in named)


def test_the_same_event_called_twice_has_the_same_name() -> None:
    event = {"sender": {"id": "27"}, "recipient": {"id": "111"}, "timestamp": 1, "reaction": {"emoji": "x"}}
    assert keys(entry(messaging=[event])) == keys(entry(messaging=[event]))


def test_a_comment_has_one_name_in_both_forms_of_its_number() -> None:
    short = COMMENT
    long = {**short, "comment_id": "111_5_9"}
    assert keys(entry(changes=[{"field": "feed", "value": short}])) == keys(
        entry(changes=[{"field": "feed", "value": long}])
    )


def test_what_becomes_of_a_comment_has_names_of_its_own() -> None:
    def named(verb: str, text: str, time: int) -> str:
        value = {"item": "comment", "comment_id": "5_9", "post_id": "111_5", "verb": verb, "message": text}
        return keys(entry(time=time, changes=[{"field": "feed", "value": value}]))[0]

    names = [named("add", "a", 1), named("edited", "b", 2), named("edited", "a", 3), named("remove", "", 4)]
    assert len(set(names)) == 4
    assert named("edited", "b", 2) == names[1]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"object":"user"}', b"\xff", b"[" * 5000, b'{"object":"page","entry":7}']
)
def test_what_is_signed_and_makes_no_sense_is_kept_whole(body: bytes) -> None:
    [arrival] = channel().receive(posted(body, signed(body))).arrivals
    assert arrival.raw == body


def test_a_moment_ahead_of_our_clock_counts_as_now_and_an_old_one_as_it_is() -> None:
    ahead = {**message("m_1"), "timestamp": 99999999999999}
    one, other = channel().receive(posted(*call_of(entry(messaging=[ahead, message("m_2")])))).arrivals
    assert one.received_at.year < 2100
    assert other.received_at.timestamp() == 1757000000
