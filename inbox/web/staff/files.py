"""Files and mail bodies: permission each time, never run, never loading anything from elsewhere."""

import html
import re
from typing import Annotated

from sqlmodel import select
from starlette.responses import Response

from inbox import channels
from inbox.access import Action
from inbox.database import find
from inbox.errors import NotFound
from inbox.models import Arrival, Channel, Message
from inbox.web.downloads import file_response, saved_as
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking

router = page_router()
BODY_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'self'; sandbox"
_PICTURES = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r'\balt="([^"]*)"', re.IGNORECASE)


@router.get("/attachments/{attachment_id}")
def download(attachment_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """A file as a download, never shown in place."""
    return file_response(room.session, room.person, room.wiring.store, attachment_id)


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
