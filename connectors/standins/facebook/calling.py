"""Calls a Page's webhook as Facebook does: signed over escaped JSON, in seconds or in milliseconds."""

import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.standins.facebook.state import APP, APP_SECRET, PAGE, Calling, Message, Thing

Call = Callable[[str, bytes, dict[str, str]], None]
Json = dict[str, Any]


def body_of(*entries: Any) -> bytes:
    """JSON as Facebook writes it: what is not ASCII as lower-case escapes, and every slash escaped."""
    told = json.dumps({"object": "page", "entry": list(entries)}, separators=(",", ":"))
    return told.replace("/", "\\/").encode()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    proof = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {
        "x-hub-signature-256": f"sha256={proof}", "content-type": "application/json",
        "user-agent": "facebookexternalua",
    }  # fmt: skip


def private(at: datetime, event: Json) -> Json:
    return {"id": PAGE, "time": int(at.timestamp() * 1000), "messaging": [event]}


def public(at: datetime, value: Json, field: str = "feed") -> Json:
    return {"id": PAGE, "time": int(at.timestamp()), "changes": [{"field": field, "value": value}]}


def tell(calling: Calling, entry: Json, call: Call) -> None:
    """One call about one event, unless calls are off, held back, or nobody asked for this kind."""
    if calling.url is None or calling.is_off or not calling.fields:
        return
    if calling.holds:
        calling.held.append(entry)
        return
    body = body_of(entry)
    for _ in range(calling.times):
        call(calling.url, body, signed(body))


def release(calling: Calling, call: Call, *, backwards: bool) -> int:
    """Everything held back in one call, the last first if asked."""
    entries, calling.held, calling.holds = calling.held, [], False
    if entries and calling.url is not None:
        body = body_of(*(entries[::-1] if backwards else entries))
        call(calling.url, body, signed(body))
    return len(entries)


def message_event(message: Message, person: str) -> Json:
    is_ours = message.sender == PAGE
    told: Json = {"mid": message.mid}
    if message.text:
        told["text"] = message.text
    if message.files:
        told["attachments"] = [{"type": one["type"], "payload": {"url": one["url"]}} for one in message.files]
    if is_ours:
        told["is_echo"] = True
        if message.metadata is not None:
            told |= {"metadata": message.metadata, "app_id": int(APP)}
    return {
        "sender": {"id": message.sender}, "recipient": {"id": person if is_ours else PAGE},
        "timestamp": int(message.at.timestamp() * 1000), "message": told,
    }  # fmt: skip


def thing_value(thing: Thing, verb: str, at: datetime, actor: Json) -> Json:
    """The `value` of a change of the wall."""
    said: Json = {
        "from": actor,
        "verb": verb,
        "created_time": int((thing.at if verb == "add" else at).timestamp()),
    }
    if verb in ("add", "edited"):
        said["message"] = thing.text
    if thing.post is None:
        return {"item": "post", "post_id": thing.id, **said}
    return {
        "item": "comment", "comment_id": thing.id, "post_id": thing.post,
        "parent_id": thing.parent or thing.post, **said,
    }  # fmt: skip
