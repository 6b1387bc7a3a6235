"""Answers Facebook's calls: the handshake, the signature over the raw bytes, one arrival for each event."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.contract import RawArrival, WebhookAnswer, WebhookRejected, WebhookRequest
from connectors.facebook import arrivals
from connectors.facebook.settings import FacebookSettings

_PREFIX = "sha256="


def receive(given: FacebookSettings, request: WebhookRequest) -> WebhookAnswer:
    """Raises WebhookRejected for a handshake with another word and for a body that is not signed by us."""
    if request.method == "GET":
        return _handshake(given, request)
    signature = request.headers.get("x-hub-signature-256", "")
    if not is_signed(request.body, signature, given.app_secret):
        raise WebhookRejected("the call was not signed with the app's secret")
    now = datetime.now(UTC)
    try:
        return WebhookAnswer(arrivals=tuple(_split(given.page_id, request.body, now)))
    except RecursionError:  # so deep that it can be read and not be written again
        return WebhookAnswer(arrivals=(_whole(given.page_id, request.body, now),))


def is_signed(body: bytes, signature: str, app_secret: str) -> bool:
    """Whether `signature` is Facebook's of these very bytes; compared in constant time."""
    proof = _PREFIX + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(proof.encode(), signature.encode("utf-8", "replace"))


def _handshake(given: FacebookSettings, request: WebhookRequest) -> WebhookAnswer:
    word = request.query.get("hub.verify_token", "")
    is_right = given.verify_token is not None and hmac.compare_digest(
        given.verify_token.encode(), word.encode("utf-8", "replace")
    )
    if not is_right or request.query.get("hub.mode") != "subscribe":
        raise WebhookRejected("the verify token is not the one of this channel")
    return WebhookAnswer(body=request.query.get("hub.challenge", "").encode())


def _split(page: str, body: bytes, now: datetime) -> Iterator[RawArrival]:
    """One bad event must not hold up the others: whatever has no shape we know is kept under its digest."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    entries = told.get("entry") if isinstance(told, dict) else None
    if not isinstance(told, dict) or told.get("object") != "page" or not isinstance(entries, list):
        yield _whole(page, body, now)
        return
    for entry in entries:
        yield from _entry(page, entry, now) if isinstance(entry, dict) else _odd(page, entry, now)


def _whole(page: str, body: bytes, now: datetime) -> RawArrival:
    return RawArrival(arrivals.KIND, page, f"body/{hashlib.sha256(body).hexdigest()[:40]}", body, now)


def _entry(page: str, entry: dict[str, Any], now: datetime) -> Iterator[RawArrival]:
    about, time = str(entry.get("id", "")), entry.get("time")
    for name in ("messaging", "standby"):
        for event in _listed(entry.get(name)):
            yield _private(page, about, time, event, now)
    for change in _listed(entry.get("changes")):
        yield _public(page, about, time, change, now)
    if not any(_listed(entry.get(name)) for name in ("messaging", "standby", "changes")):
        yield from _odd(page, entry, now)


def _private(page: str, about: str, time: object, event: object, now: datetime) -> RawArrival:
    envelope = {"page": about, "time": time, "messaging": event}
    if not isinstance(event, dict):
        return _unnamed(page, envelope, now)
    key = _key(lambda: arrivals.messaging_key(event), envelope)
    return arrivals.arrival(page, key, envelope, event.get("timestamp", time), now)


def _public(page: str, about: str, time: object, change: object, now: datetime) -> RawArrival:
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(change, dict) or not isinstance(value, dict):
        return _unnamed(page, {"page": about, "time": time, "odd": change}, now)
    field = str(change.get("field", ""))
    envelope = {"page": about, "time": time, "field": field, "value": value}
    is_first = value.get("verb", "add") == "add"
    said_at = value.get("created_time", time) if is_first else time
    key = _key(lambda: arrivals.change_key(field, value, time), envelope)
    return arrivals.arrival(page, key, envelope, said_at, now)


def _odd(page: str, entry: object, now: datetime) -> Iterator[RawArrival]:
    yield _unnamed(page, {"odd": entry}, now)


def _unnamed(page: str, envelope: dict[str, Any], now: datetime) -> RawArrival:
    return arrivals.arrival(page, _digest_key(envelope), envelope, None, now)


def _key(name: Callable[[], str], envelope: dict[str, Any]) -> str:
    """The event's own name, or its digest where a field by which it is named is of another shape."""
    try:
        return name()
    except (TypeError, ValueError, AttributeError):
        return _digest_key(envelope)


def _digest_key(envelope: dict[str, Any]) -> str:
    return f"event/{arrivals.digest_of(envelope)}"


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
