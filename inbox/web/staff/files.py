"""Files and mail bodies: permission each time, never run, never loading anything from elsewhere."""

import base64
import html
import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import unquote

from sqlmodel import col, select
from starlette.responses import Response

from inbox import channels, pictures
from inbox.access import Action
from inbox.database import find
from inbox.errors import NotFound
from inbox.models import Arrival, Attachment, Channel, Message, Scan
from inbox.web.downloads import file_response, saved_as
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking
from inbox.web.staff.showing import hostile_words

router = page_router()
BODY_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'self'; sandbox"
MOST_PICTURES = 40
MOST_INSIDE = 5 << 20
"""How many pictures, and how many bytes of them, one formatted mail shows."""
_PICTURES = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SOURCE = re.compile(r'\bsrc="cid:([^"]*)"', re.IGNORECASE)
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

    Pictures that came inside the mail are written anew and stand in the document itself, so nothing is
    fetched. What is too large, unchecked or no picture leaves its words, as do all pictures of a threat.
    """
    arrival = _arrival(room, reference, message_id)
    markup = _markup(room, arrival)
    if markup is None:
        raise NotFound("This message has no formatted version.")
    letter = find(room.session, Message, message_id)
    inside = {} if hostile_words.covers(letter) else _inside(room, message_id)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Formatted message</title>'
        f"<body>{_PICTURES.sub(lambda found: _picture(found, inside), markup)}</body></html>"
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


def _inside(room: Room, message_id: str) -> dict[str, str]:
    """The pictures that came inside a mail, by content id, as addresses that hold them."""
    query = select(Attachment).where(
        Attachment.message_id == message_id, col(Attachment.content_id).is_not(None),
        col(Attachment.scan).in_((Scan.CLEAN, Scan.NOT_SCANNED)), Attachment.size <= MOST_INSIDE,
    )  # fmt: skip
    found, left = dict[str, str](), MOST_INSIDE
    for file in room.session.exec(query.order_by(col(Attachment.id)).limit(MOST_PICTURES)):
        if file.size > left:
            continue
        picture = pictures.rewritten(room.wiring.store.get(file.office_id, file.content_hash))
        if picture is None or picture.is_bomb:
            continue
        left -= len(picture.content)
        content = base64.b64encode(picture.content).decode()
        found.setdefault(str(file.content_id), f"data:{picture.content_type};base64,{content}")
    return found


def _picture(found: re.Match[str], inside: Mapping[str, str]) -> str:
    """A picture of the mail itself in place, else the words that stand for it."""
    alt = _ALT.search(found[0])
    words = html.escape(html.unescape(alt[1]).strip()) if alt else ""
    source = _SOURCE.search(found[0])
    known = inside.get(unquote(html.unescape(source[1]))) if source else None
    if known is not None:
        return f'<img src="{known}" alt="{words}">'
    return f"[Picture{': ' + words if words else ''}]"
