"""Files and mail bodies: permission each time, never run, never loading anything from elsewhere."""

import html
import re
from typing import Annotated
from urllib.parse import quote

from sqlmodel import select
from starlette.responses import Response

from inbox import channels
from inbox.access import Action
from inbox.database import find
from inbox.errors import NotAllowed, NotFound
from inbox.models import Arrival, Attachment, Case, Channel, Message, Scan
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking

router = page_router()
NEVER_RUN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
BODY_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'self'; sandbox"
_PICTURES = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r'\balt="([^"]*)"', re.IGNORECASE)


@router.get("/attachments/{attachment_id}")
def download(attachment_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """A file as a download, never shown in place; one that did not pass the check is not given out."""
    file = find(room.session, Attachment, attachment_id)
    _case_of(room, find(room.session, Message, file.message_id))
    if file.scan in (Scan.INFECTED, Scan.HELD):
        raise NotAllowed("This file has not passed the virus check. We did not open it.")
    content = room.wiring.store.get(file.office_id, file.content_hash)
    return saved_as(file.filename, content)


@router.get("/cases/{reference}/messages/{message_id}/raw")
def raw(reference: str, message_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """The mail exactly as it came."""
    arrival = _arrival(room, reference, message_id)
    return saved_as(f"{reference}.eml", room.wiring.store.get(arrival.office_id, arrival.raw_hash))


@router.get("/cases/{reference}/messages/{message_id}/body")
def body(reference: str, message_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """The formatted mail as a document of its own, read anew from the raw bytes and sanitised.

    Pictures are not shown: without an image library there is nothing that could re-encode them safely.
    Their place says so, and they are among the files of the message.
    """
    arrival = _arrival(room, reference, message_id)
    markup = _markup(room, arrival)
    if markup is None:
        raise NotFound("This message has no formatted version.")
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Formatted message</title>'
        f"<body>{_PICTURES.sub(_without_picture, markup)}</body></html>"
    )
    headers = {
        "Content-Security-Policy": BODY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def saved_as(filename: str, content: bytes) -> Response:
    """Bytes that a browser saves and never opens by itself; the name is well formed (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in filename)
    name = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    headers = {**NEVER_RUN, "Content-Disposition": name}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _arrival(room: Room, reference: str, message_id: str) -> Arrival:
    case = room.case(reference)
    message = room.session.exec(
        select(Message).where(Message.id == message_id, Message.case_id == case.id)
    ).first()
    if message is None or message.arrival_id is None:
        raise NotFound
    return find(room.session, Arrival, message.arrival_id)


def _markup(room: Room, arrival: Arrival) -> str | None:
    channel = find(room.session, Channel, arrival.channel_id)
    kind = channel.settings.get("reads_as", channel.kind)
    return channels.formatted(kind, room.wiring.store.get(arrival.office_id, arrival.raw_hash))


def _without_picture(found: re.Match[str]) -> str:
    alt = _ALT.search(found[0])
    words = html.unescape(alt[1]).strip() if alt else ""
    return f"[Picture{': ' + html.escape(words) if words else ''}]"


def _case_of(room: Room, message: Message) -> None:
    """Raises NotFound unless this person may know the message's case."""
    if message.case_id is not None:
        room.case(find(room.session, Case, message.case_id).reference)
