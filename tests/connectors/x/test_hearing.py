"""What X calls about is proved over the raw bytes, split, and keyed as a poll would key it."""

import json
from typing import Any

import pytest

from connectors.contract import RawArrival, WebhookRejected, WebhookRequest
from connectors.x.hearing import SIGNATURE, Ear, proof
from tests.connectors.contract_suite import ReceivesContract, ReceivingRig

ACCOUNT = "1500000000000000001"
SECRET = "consumer-secret"
EAR = Ear(ACCOUNT, SECRET)


def call(body: bytes, signature: str | None = None) -> tuple[RawArrival, ...]:
    headers = {SIGNATURE: proof(SECRET, body) if signature is None else signature}
    return EAR.receive(WebhookRequest("POST", headers, {}, body)).arrivals


def keys(told: Any) -> list[str]:
    return [one.external_id for one in call(json.dumps(told).encode())]


def activity(kind: str, payload: Any, **more: Any) -> dict[str, Any]:
    return {
        "data": {
            "event_uuid": "-8093", "filter": {"user_id": ACCOUNT}, "event_type": kind, "payload": payload,
            **more,
        }
    }  # fmt: skip


class Rig(ReceivingRig):
    """Mentions, told as activity."""

    def channel(self) -> Ear:
        return EAR

    def call(self, number: int) -> WebhookRequest:
        return self._signed(activity("post.mention.create", {"id": str(number)}), SECRET)

    def forged(self, number: int) -> WebhookRequest:
        return self._signed(activity("post.mention.create", {"id": str(number)}), "another")

    def mixed(self, number: int) -> WebhookRequest:
        told = {"for_user_id": ACCOUNT, "tweet_create_events": [{"id_str": str(number)}, {"odd": True}]}
        return self._signed(told, SECRET)

    def handshake(self) -> tuple[WebhookRequest, bytes]:
        wanted = json.dumps({"response_token": proof(SECRET, b"word")}).encode()
        return WebhookRequest("GET", {}, {"crc_token": "word"}, b""), wanted

    def _signed(self, told: Any, secret: str) -> WebhookRequest:
        body = json.dumps(told).encode()
        return WebhookRequest("POST", {SIGNATURE: proof(secret, body)}, {}, body)


@pytest.fixture
def rig() -> Rig:
    return Rig()


class TestReceives(ReceivesContract):
    """What X calls about."""


def test_the_challenge_is_answered_as_x_documents_it() -> None:
    asked = WebhookRequest("GET", {}, {"crc_token": "challenge_string"}, b"")
    answer = EAR.receive(asked)
    told = {"response_token": "sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="}
    assert (answer.status, json.loads(answer.body), answer.arrivals) == (200, told, ())


def test_nobody_is_believed_without_a_secret_of_ours() -> None:
    for method in ("GET", "POST"):
        asked = WebhookRequest(method, {SIGNATURE: proof("", b"{}")}, {"crc_token": "x"}, b"{}")
        for secret in (None, ""):
            with pytest.raises(WebhookRejected):
                Ear(ACCOUNT, secret).receive(asked)


def test_a_challenge_without_a_token_is_no_oracle() -> None:
    with pytest.raises(WebhookRejected):
        EAR.receive(WebhookRequest("GET", {}, {}, b""))


def test_nobody_gets_a_call_signed_by_asking_for_a_challenge() -> None:
    call = json.dumps(activity("post.mention.create", {"id": "1"})).encode()
    with pytest.raises(WebhookRejected):
        EAR.receive(WebhookRequest("GET", {}, {"crc_token": call.decode()}, b""))
    for word in ("17", "true", "abc", "MGY3NDcx-_+/=.~:"):
        answer = EAR.receive(WebhookRequest("GET", {}, {"crc_token": word}, b""))
        signed = json.loads(answer.body)["response_token"]
        with pytest.raises(WebhookRejected):
            EAR.receive(WebhookRequest("POST", {SIGNATURE: signed}, {}, word.encode()))


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=AAAA", proof("another", b"{}"), "sha256=é"])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(WebhookRejected):
        call(b"{}", signature)


def test_the_same_json_in_other_bytes_is_refused() -> None:
    body = json.dumps(activity("post.mention.create", {"id": "9"})).encode()
    again = json.dumps(json.loads(body), separators=(",", ":")).encode()
    with pytest.raises(WebhookRejected):
        call(again, proof(SECRET, body))


def test_things_are_keyed_as_a_poll_keys_them() -> None:
    direct = {"direct_message_events": [{"type": "message_create", "id": "77"}]}
    assert keys(activity("post.mention.create", {"id": "9"})) == ["post/9"]
    assert keys(activity("dm.received", direct)) == ["dm/77"]
    assert keys(activity("chat.received", {"id": "5"})) == ["chat/5"]
    assert keys(activity("post.delete", {"id": "9"})) == ["gone/9"]
    assert keys(activity("profile.update.handle", {})) == ["event/-8093"]


def test_one_activity_call_is_kept_byte_for_byte() -> None:
    body = json.dumps(activity("post.mention.create", {"id": "9"}), indent=3).encode()
    assert [one.raw for one in call(body)] == [body]


def test_what_is_for_another_account_of_the_same_app_is_not_ours() -> None:
    assert keys(activity("post.mention.create", {"id": "9"}, filter={"user_id": "42"})) == []
    assert keys({"for_user_id": "42", "tweet_create_events": [{"id_str": "9"}]}) == []


def test_an_older_call_is_split_so_that_a_bad_item_stays_alone() -> None:
    told = {
        "for_user_id": ACCOUNT,
        "tweet_create_events": [{"id": 9007199254740993, "id_str": "9007199254740993"}, "odd", {"text": "?"}],
        "direct_message_events": [{"id": "77"}],
        "users": {"1": {"id": "1"}},
    }  # fmt: skip
    arrivals = call(json.dumps(told).encode())
    found = [one.external_id for one in arrivals]
    assert [found[0], found[3]] == ["post/9007199254740993", "dm/77"]
    assert all(one.startswith("event/sha256:") for one in found[1:3])
    assert all("1" in json.loads(one.raw)["users"] for one in arrivals)


def test_several_direct_messages_in_one_event_are_several_arrivals() -> None:
    many = {"direct_message_events": [{"id": "7"}, {"id": "8"}], "users": {}}
    assert keys(activity("dm.received", many)) == ["dm/7", "dm/8"]


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"[7]", b"[null]", b"[" * 100_000, b"{}", b'{"data":[]}']
)
def test_what_was_signed_and_cannot_be_read_is_kept_all_the_same(body: bytes) -> None:
    [arrival] = call(body)
    assert arrival.raw == body
    assert call(body)[0].external_id == arrival.external_id


def test_consent_taken_back_wakes_the_poll_which_will_say_so() -> None:
    body = json.dumps({"user_event": {"revoke": {"source": {"user_id": ACCOUNT}}}}).encode()
    answer = EAR.receive(WebhookRequest("POST", {SIGNATURE: proof(SECRET, body)}, {}, body))
    assert answer.hint


def test_an_event_whose_own_id_cannot_be_stored_is_kept_under_one_that_can() -> None:
    told = [{**activity("follow.follow", {})["data"], "event_uuid": one} for one in ("\ud83d", "\ud83e", "a")]
    named = [keys({"data": one})[0] for one in told]
    assert len(set(named)) == 3 and named[2] == "event/a"
    assert all(one.encode() for one in named)
