"""Messages by themselves: their exact bytes, and the files that came with them."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Response
from sqlmodel import Session

from inbox.access import Action, Person, find_case
from inbox.database import find
from inbox.errors import NotAllowed, NotFound
from inbox.models import Arrival, Attachment, Case, Message, Scan
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Reading, ReadingDesk, Wired, may
from inbox.web.routers import api_router

router = api_router("messages")
NEVER_RUN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}


@router.get("/messages/{message_id}")
def read_message(
    message_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk
) -> shapes.MessageShape:
    return showing.messages(session, desk, person, [_message(session, person, message_id)])[0]


@router.get("/messages/{message_id}/raw")
def read_raw(
    message_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, wiring: Wired
) -> Response:
    """The bytes exactly as they came."""
    message = _message(session, person, message_id)
    if message.arrival_id is None:
        raise NotFound
    arrival = find(session, Arrival, message.arrival_id)
    raw = wiring.store.get(arrival.office_id, arrival.raw_hash)
    headers = {**NEVER_RUN, "Content-Disposition": f'attachment; filename="{message.id}.eml"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)


@router.get("/attachments/{attachment_id}")
def read_attachment(
    attachment_id: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    wiring: Wired,
) -> Response:
    """A file, never to be shown in place. One that is held or infected is not given out."""
    file = find(session, Attachment, attachment_id)
    _message(session, person, file.message_id)
    return file_response(file, wiring.store.get(file.office_id, file.content_hash))


def file_response(file: Attachment, content: bytes) -> Response:
    """The bytes as a download: no type that a browser would run, the name well formed (RFC 6266)."""
    if file.scan in (Scan.INFECTED, Scan.HELD):
        raise NotAllowed("This file has not passed the virus check. We did not open it.")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in file.filename)
    name = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.filename, safe='')}"
    headers = {**NEVER_RUN, "Content-Disposition": name}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _message(session: Session, person: Person, message_id: str) -> Message:
    """The message, if the reader may see its case; machine mail of no case is for whoever reads cases."""
    message = find(session, Message, message_id)
    if message.case_id is not None:
        case = find(session, Case, message.case_id)
        find_case(session, person, case.reference, Action.READ_CASE)
    return message
