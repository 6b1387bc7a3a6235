"""Bytes that a browser saves and never opens by itself: files and raw messages, for pages and programs."""

from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import Response

from inbox import files
from inbox.access import Action, Person, find_case, require_on
from inbox.database import find
from inbox.errors import NotAllowed
from inbox.models import Case, ChannelAct, Scan
from inbox.storage import Store

NEVER_RUN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def file_response(session: Session, person: Person, store: Store, file_id: str) -> Response:
    """A file, if this person may know its case; one that did not pass the check is given to nobody."""
    file, case_id, channel_id = files.case_of(session, file_id)
    require_on(person, ChannelAct.READ, channel_id)
    if case_id is not None:
        find_case(session, person, find(session, Case, case_id).reference, Action.READ_CASE)
    if file.scan in (Scan.INFECTED, Scan.HELD):
        raise NotAllowed("This file has not passed the virus check. We did not open it.")
    return saved_as(file.filename, store.get(file.office_id, file.content_hash))


def saved_as(filename: str, content: bytes) -> Response:
    """A download: no type that a browser would run, the name well formed (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in filename)
    name = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    headers = {**NEVER_RUN, "Content-Disposition": name}
    return Response(content, media_type="application/octet-stream", headers=headers)
