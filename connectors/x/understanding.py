"""What an arrival from X says, whichever way it came: polled, as activity, or by an older webhook. Pure."""

import json
from collections.abc import Callable
from typing import Any

from connectors.contract import News, Nothing, RawArrival, Unreadable
from connectors.x import directs, fields, posts

MENTION, DIRECT, GONE = "mention", "direct", "gone"
"""How polled things are wrapped: {"polled": …, "data": …, "includes": …}."""

Reading = Callable[[str, dict[str, Any], dict[str, Any]], News]

ACTIVITY: dict[str, Reading] = {
    "post.mention.create": lambda account, told, beside: posts.post(account, told, beside, is_mention=True),
    "post.reply.create": posts.post,
    "post.quote.create": lambda account, told, beside: posts.post(account, told, beside, is_mention=True),
    "post.create": posts.post,
    "post.delete": lambda account, told, beside: posts.deleted(
        account, fields.must_have_id(told.get("status") or told)
    ),
    "dm.received": lambda account, told, beside: _old_direct(account, told),
    "dm.sent": lambda account, told, beside: _old_direct(account, told),
    "dm.read": lambda account, told, beside: directs.receipt(account, told),
    "chat.received": directs.sealed,
    "chat.sent": directs.sealed,
}
SILENT = ("dm.indicate_typing", "block.", "mute.", "follow.", "like.", "profile.", "oauth.", "chat.", "dm.")
"""Activity that is known and says nothing to keep."""

OLD: dict[str, Reading] = {
    "tweet_create_events": posts.post,
    "direct_message_events": directs.old_direct,
    "tweet_delete_events": lambda account, told, beside: posts.deleted(
        account, fields.must_have_id(told.get("status") or {}), told.get("timestamp_ms")
    ),
    "direct_message_mark_read_events": lambda account, told, beside: directs.receipt(account, told),
}


def understand(arrival: RawArrival) -> News:
    """The news in one arrival. Raises Unreadable."""
    try:
        told = json.loads(arrival.raw)
    except ValueError:
        raise Unreadable("X sent something that is not JSON") from None
    try:
        return _understood(arrival.account, told)
    except (AttributeError, TypeError, ValueError, KeyError, OverflowError, RecursionError) as trouble:
        raise Unreadable(f"X sent something of an unknown shape ({type(trouble).__name__})") from None


def _understood(account: str, told: Any) -> News:
    if not isinstance(told, dict):
        raise Unreadable("X sent something that is no object")
    if "replay_job_status" in told:
        return Nothing("replay")
    if "polled" in told:
        return _polled(account, told)
    if "for_user_id" in told or "user_event" in told:
        return _old(account, told)
    return _activity(account, told.get("data"))


def _polled(account: str, told: dict[str, Any]) -> News:
    data, beside = told["data"], told.get("includes") or {}
    if told["polled"] == DIRECT:
        return directs.direct(account, data, beside)
    if told["polled"] == GONE:
        return posts.deleted(account, fields.must_have_id(data))
    return posts.post(account, data, beside, is_mention=told["polled"] == MENTION)


def _activity(account: str, event: Any) -> News:
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str):
        raise Unreadable("X sent an event without a type")
    kind, payload = event["event_type"], event.get("payload")
    if kind in ACTIVITY:
        if not isinstance(payload, dict):
            raise Unreadable(f"X sent a {kind} event without a payload")
        return ACTIVITY[kind](account, fields.unwrapped(payload), event.get("includes") or {})
    if kind.startswith(SILENT):
        return Nothing(kind)
    raise Unreadable(f"X sent an event of an unknown type, {kind[:60]}")


def _old_direct(account: str, told: dict[str, Any]) -> News:
    """Activity tells direct messages in the form of version 1.1, with its own list and users."""
    for one in fields.objects(told.get("direct_message_events")):
        return directs.old_direct(account, one, told)
    raise Unreadable("X sent a direct message event without a message")


def _old(account: str, told: dict[str, Any]) -> News:
    for name, reading in OLD.items():
        for one in fields.objects(told.get(name)):
            return reading(account, one, told)
    if any(name.endswith(("_events", "_event")) for name in told):
        return Nothing("activity")
    raise Unreadable("X sent a call of an unknown shape")
