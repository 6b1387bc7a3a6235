"""What X calls about: the challenge is answered, the signature proved over the raw bytes, the batch split.

https://docs.x.com/x-api/webhooks/introduction
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.contract import RawArrival, WebhookAnswer, WebhookRejected, WebhookRequest
from connectors.x import fields, snowflakes
from connectors.x.posts import KIND

SIGNATURE = "x-twitter-webhooks-signature"
_CHALLENGE = re.compile(rb"[A-Za-z0-9_+/=.~:-]{1,256}")
"""What X asks us to sign: one word, which is never the JSON object that a call is."""
_POSTS = ("post.mention.create", "post.reply.create", "post.quote.create", "post.create")
_OLD_NAMES = {"tweet_create_events": "post", "direct_message_events": "dm", "tweet_delete_events": "gone"}


def proof(secret: str, words: bytes) -> str:
    """What only somebody with our consumer secret can say of these bytes."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), words, hashlib.sha256).digest()).decode()


class Ear:
    """Implements `Receives` for one account. Without a consumer secret nobody is believed."""

    def __init__(self, account: str, secret: str | None) -> None:
        self._account = account
        self._secret = secret

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        if not self._secret:
            raise WebhookRejected("this channel has no consumer_secret, so no call can be proved")
        if request.method == "GET":
            return self._challenged(request, self._secret)
        given = request.headers.get(SIGNATURE, "")
        is_ours = hmac.compare_digest(proof(self._secret, request.body).encode(), given.encode())
        if not is_ours or _CHALLENGE.fullmatch(request.body):
            raise WebhookRejected("the call was not signed with our consumer secret")
        return self._heard(request.body)

    def _challenged(self, request: WebhookRequest, secret: str) -> WebhookAnswer:
        """Anybody may ask for this, and the answer is a signature as calls carry it: so only what can be no
        call is signed, and what was signed here is believed of no call.
        """
        token = request.query.get("crc_token", "").encode()
        if not _CHALLENGE.fullmatch(token):
            raise WebhookRejected("a challenge without a crc_token, or with one that could be a call")
        answer = json.dumps({"response_token": proof(secret, token)})
        return WebhookAnswer(body=answer.encode(), content_type="application/json")

    def _heard(self, body: bytes) -> WebhookAnswer:
        """Everything that was signed is kept, also what nobody can read: that is set aside later."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            return WebhookAnswer(arrivals=(self._arrival(_hashed(body), None, body),))
        if told.get("user_event"):
            return WebhookAnswer(arrivals=(self._arrival(_hashed(body), None, body),), hint=True)
        try:
            found = tuple(self._old(told) if "for_user_id" in told else self._activity(told, body))
        except RecursionError:  # so deep that it can be read and not be written again
            found = (self._arrival(_hashed(body), None, body),)
        return WebhookAnswer(arrivals=found)

    def _activity(self, told: dict[str, Any], body: bytes) -> Iterator[RawArrival]:
        event = fields.unwrapped(told) if isinstance(told.get("data"), dict) else {}
        filtered = event.get("filter")
        user_id = fields.id_of(filtered, "user_id") if isinstance(filtered, dict) else None
        if user_id not in (None, self._account):
            return  # several accounts of one app share an address
        payload = fields.unwrapped(event.get("payload"))
        many = payload.get("direct_message_events")
        if isinstance(many, list) and len(many) > 1:
            for one in many:
                alone = {**event, "payload": {**payload, "direct_message_events": [one]}}
                yield from self._activity({"data": alone}, json.dumps({"data": alone}).encode())
            return
        key, thing_id = _key(str(event.get("event_type")), event, payload)
        yield self._arrival(key or _hashed(body), thing_id, body)

    def _old(self, told: dict[str, Any]) -> Iterator[RawArrival]:
        """Older calls bring lists: each thing is an arrival of its own, so that a bad one stays alone."""
        if fields.id_of(told, "for_user_id") != self._account:
            return
        lists = {name: many for name, many in told.items() if isinstance(many, list)}
        others = {name: value for name, value in told.items() if name not in lists}
        for name, many in lists.items():
            for one in many:
                alone = json.dumps({**others, name: [one]}).encode()
                thing_id = _old_id(name, one)
                key = f"{_OLD_NAMES[name]}/{thing_id}" if thing_id else _hashed(alone)
                yield self._arrival(key, thing_id, alone)
        if not lists:
            words = json.dumps(others).encode()
            yield self._arrival(_hashed(words), None, words)

    def _arrival(self, external_id: str, thing_id: str | None, raw: bytes) -> RawArrival:
        now = datetime.now(UTC)
        is_news = thing_id is not None and not external_id.startswith("gone/")
        at = snowflakes.time_of(thing_id, now) if is_news and thing_id else now
        return RawArrival(KIND, self._account, external_id, raw, at)


def _key(kind: str, event: dict[str, Any], payload: dict[str, Any]) -> tuple[str | None, str | None]:
    """The same key as a poll gives the same thing; the event's own id for what no poll tells."""
    thing_id = fields.id_of(payload)
    if kind in _POSTS and thing_id:
        return f"post/{thing_id}", thing_id
    if kind == "post.delete":
        status = payload.get("status")
        gone = fields.id_of(status) if isinstance(status, dict) else thing_id
        return (f"gone/{gone}", gone) if gone else (None, None)
    if kind in ("chat.received", "chat.sent") and thing_id:
        return f"chat/{thing_id}", thing_id
    for one in fields.objects(payload.get("direct_message_events")):
        if (direct_id := fields.id_of(one)) is not None:
            return f"dm/{direct_id}", direct_id
    event_id = event.get("event_uuid")
    return (f"event/{event_id}" if isinstance(event_id, (str, int)) else None), None


def _old_id(name: str, one: Any) -> str | None:
    if name not in _OLD_NAMES or not isinstance(one, dict):
        return None
    status = one.get("status")
    return fields.id_of(status if name == "tweet_delete_events" and isinstance(status, dict) else one)


def _hashed(words: bytes) -> str:
    """A key for what has no id: the same bytes are the same thing."""
    return f"event/sha256:{hashlib.sha256(words).hexdigest()}"
