"""Understands what a Page was told: private messages, comments, visitors' posts and what became of them."""

import json
from typing import Any

from connectors.contract import News, RawArrival, Unreadable
from connectors.facebook.private import read_private
from connectors.facebook.public import read_public
from connectors.facebook.shapes import words_of

_ANOTHER_PAGE = (
    "This came for another Page of the same app ({page}). Each Page needs an app of its own, because an app "
    "has one webhook address."
)


def understand(arrival: RawArrival) -> News:
    """What an event says. Pure. Raises Unreadable for what has no shape we know; the bytes stay."""
    try:
        envelope = json.loads(arrival.raw)
        return _read(arrival, envelope)
    except Unreadable:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as trouble:
        reason = f"Facebook sent something of a shape that is not known: {type(trouble).__name__}"
        raise Unreadable(reason) from trouble


def _read(arrival: RawArrival, envelope: dict[str, Any]) -> News:
    page = str(envelope.get("page", arrival.account))
    if page != arrival.account:
        raise Unreadable(_ANOTHER_PAGE.format(page=words_of(page)[:30]))
    if isinstance(envelope.get("messaging"), dict):
        return read_private(arrival, envelope["messaging"])
    if isinstance(envelope.get("message"), dict):
        return read_private(arrival, envelope["message"], was_found=True)
    if isinstance(envelope.get("value"), dict):
        return read_public(arrival, str(envelope.get("field")), envelope["value"], envelope.get("time"))
    raise Unreadable("Facebook sent something of a shape that is not known")
