"""Microsoft's calls: the handshake, and items that say no more than "look". Nothing in them is believed."""

import hmac
import json
from typing import Any

from connectors.contract import WebhookAnswer, WebhookRejected, WebhookRequest

TOKEN = "validationToken"
LONGEST_TOKEN = 4096


def answer(request: WebhookRequest, secret: str | None) -> WebhookAnswer:
    """A handshake is answered with its token; a call with a hint, if any item shows our secret.

    Raises WebhookRejected. Before there is a secret nothing can be proved: Microsoft is asked to come again.
    """
    token = request.query.get(TOKEN)
    if token is not None:
        if len(token) > LONGEST_TOKEN or request.method != "POST":
            raise WebhookRejected("a handshake of a form that Microsoft does not use")
        return WebhookAnswer(body=token.encode())
    items = _items(request.body)
    if secret is None:
        return WebhookAnswer(503)
    if not any(_is_ours(item, secret) for item in items):
        raise WebhookRejected("no item shows the secret of our subscription")
    return WebhookAnswer(202, hint=True)


def _items(body: bytes) -> list[Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookRejected("the call holds no JSON") from None
    items = said.get("value") if isinstance(said, dict) else None
    if not isinstance(items, list):
        raise WebhookRejected("the call holds no items")
    return items


def _is_ours(item: object, secret: str) -> bool:
    """Every item is looked at by itself: one call may bring those of several subscriptions."""
    state = item.get("clientState") if isinstance(item, dict) else None
    return isinstance(state, str) and hmac.compare_digest(state.encode("utf-8", "replace"), secret.encode())
