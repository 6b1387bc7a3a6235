"""Sends what was composed, once: to a person, privately to a comment, or as a comment; and hides comments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import OutboundMessage, OutcomeUnknown, PermanentFailure, SentReceipt
from connectors.facebook.arrivals import comment_id, moment_of
from connectors.facebook.composing import Outgoing, read_back
from connectors.facebook.graph import Graph
from connectors.facebook.settings import FacebookSettings
from connectors.facebook.shapes import listed, words_of

_HUMAN_AGENT = "HUMAN_AGENT"
_SKEW = timedelta(minutes=2)
"""How far Facebook's clock may be behind ours."""


def send(
    graph: Graph, given: FacebookSettings, message: OutboundMessage, committing: Callable[[], None]
) -> SentReceipt:
    """Hands it over unless its window has closed since it was approved. Raises as Sends.send."""
    outgoing = read_back(message.raw)
    now = datetime.now(UTC)
    if outgoing.closes_at is not None and now >= outgoing.closes_at:
        raise PermanentFailure(
            "Facebook lets us reply for a time only, and that ended before this left. Use email, or wait for "
            "their next message"
        )
    if outgoing.how == "comment":
        return _comment(graph, outgoing, committing)
    body = _body(outgoing, message.message_id, now)
    told = graph.post(f"{given.page_id}/messages", body, committing=committing)
    mid = words_of(told.get("message_id"))
    if not mid:
        raise OutcomeUnknown("Facebook answered, but named no message")
    person = words_of(told.get("recipient_id")) or (outgoing.to if outgoing.how == "message" else "")
    return SentReceipt(mid, f"Facebook took it as {mid}", thread=person or None)


def evidence(graph: Graph, given: FacebookSettings, message: OutboundMessage) -> SentReceipt | None:
    """Looks for our very words in the conversation or under the comment, since they were written."""
    outgoing = read_back(message.raw)
    if outgoing.how == "comment":
        told = graph.get(
            f"{outgoing.to}/comments", fields="id,from,message,created_time", order="reverse_chronological",
            filter="stream", limit="50",
        )  # fmt: skip
        found = _ours(given, outgoing, listed(told))
        return SentReceipt(comment_id(outgoing.post, found), "it stands under the comment") if found else None
    if outgoing.how != "message":
        return None  # a private reply opens a conversation whose person we do not know yet
    found_in = listed(
        graph.get(f"{given.page_id}/conversations", platform="messenger", user_id=outgoing.to, fields="id")
    )
    if not found_in:
        return None
    told = graph.get(
        f"{words_of(found_in[0].get('id'))}/messages", fields="id,from,message,created_time", limit="20"
    )
    found = _ours(given, outgoing, listed(told))
    return SentReceipt(found, "it stands in the conversation", thread=outgoing.to) if found else None


def hide(graph: Graph, comment: str, *, is_hidden: bool) -> None:
    """Takes a comment out of the public's sight, or puts it back. Raises as Graph.post."""
    graph.post(comment, {"is_hidden": is_hidden})


def _comment(graph: Graph, outgoing: Outgoing, committing: Callable[[], None]) -> SentReceipt:
    told = graph.post(f"{outgoing.to}/comments", {"message": outgoing.text}, committing=committing)
    name = words_of(told.get("id"))
    if not name:
        raise OutcomeUnknown("Facebook answered, but named no comment")
    return SentReceipt(comment_id(outgoing.post, name), f"Facebook took it as {name}")


def _body(outgoing: Outgoing, message_id: str, now: datetime) -> dict[str, Any]:
    said = {"message": {"text": outgoing.text, "metadata": message_id[:1000]}}
    if outgoing.how == "private_reply":
        return {"recipient": {"comment_id": outgoing.to}, **said}
    if outgoing.how == "private_reply_to_post":
        return {"recipient": {"post_id": outgoing.to}, **said}
    person = {"recipient": {"id": outgoing.to}, **said}
    if outgoing.free_until is None or now < outgoing.free_until:
        return {**person, "messaging_type": "RESPONSE"}
    if outgoing.is_automatic:
        raise PermanentFailure("After 24 hours Facebook takes only what a person wrote")
    return {**person, "messaging_type": "MESSAGE_TAG", "tag": _HUMAN_AGENT}


def _ours(given: FacebookSettings, outgoing: Outgoing, listed_there: list[dict[str, Any]]) -> str | None:
    for one in listed_there:
        sender = one.get("from")
        said_at = moment_of(one.get("created_time"))
        is_ours = isinstance(sender, dict) and words_of(sender.get("id")) == given.page_id
        is_later = said_at is not None and said_at >= outgoing.written_at - _SKEW
        if is_ours and is_later and words_of(one.get("message")).strip() == outgoing.text.strip():
            return words_of(one.get("id"))
    return None
