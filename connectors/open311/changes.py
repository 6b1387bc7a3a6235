"""What a council says of a fault that we handed on: as a message on the case, or as the number it became."""

import hashlib
import json
from typing import Any

from connectors.contract import Echo, Form, Handle, InboundMessage, News, RawArrival, Unreadable
from connectors.open311 import shapes
from connectors.open311.shapes import Json, words_of


def understand(arrival: RawArrival) -> News:
    """Pure. Raises Unreadable for what is no news of a fault."""
    try:
        told = json.loads(arrival.raw)
        kind = next(name for name in ("ours", "update", "request") if isinstance(told.get(name), dict))
        row: Json = told[kind]
        number = words_of(row["service_request_id"])
    except (ValueError, KeyError, AttributeError, StopIteration, RecursionError) as fault:
        raise Unreadable("This news of a street fault could not be read.") from fault
    council = words_of(told.get("council")) or "The council"
    if kind == "ours":
        message = _message(arrival, council, number, f"{council} took it as {number}.", None, number)
        return Echo(message, words_of(row.get("message_id")) or None)
    if kind == "update":
        text = _text(council, row, words_of(row.get("description")))
    else:
        text = _text(council, row, words_of(row.get("status_notes")))
    return _message(arrival, council, number, text, row.get("updated_datetime"), arrival.external_id)


def _text(council: str, row: Json, notes: str) -> str:
    status = shapes.status_of(row.get("status"))
    said = f"{council} says that the fault {shapes.said_of(status)}." if status else f"{council} added news."
    expected = shapes.moment_of(row.get("expected_datetime"))
    due = f"It is expected to be done by {expected:%Y-%m-%d}." if expected else ""
    picture = words_of(row.get("media_url"))
    link = f"Picture: {picture}" if picture.startswith("https://") else ""
    notice = words_of(row.get("service_notice"))
    return "\n\n".join(one for one in (said, notes, notice, due, link) if one)[:100_000]


def _message(
    arrival: RawArrival, council: str, number: str, text: str, moment: Any, external_id: str
) -> InboundMessage:
    key = f"{arrival.channel} {arrival.account} {arrival.external_id}"
    return InboundMessage(
        channel=arrival.channel, account=arrival.account, external_id=external_id, sender=Handle(council, ""),
        subject=None, text=text, new_text=text, attachments=(), sent_at=shapes.moment_of(moment),
        content_key=hashlib.sha256(key.encode()).hexdigest(), form=Form.REPORT, thread=number,
    )  # fmt: skip
