"""Messages by themselves: their exact bytes, and the files that came with them."""

from typing import Annotated

from fastapi import Response
from sqlmodel import Session

from inbox import hiding
from inbox.access import Action, Person, find_case, require_on
from inbox.database import find
from inbox.errors import NotFound
from inbox.models import Arrival, Case, ChannelAct, Message
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Now, Reading, ReadingDesk, Wired, Writing, WritingDesk, may
from inbox.web.downloads import file_response, saved_as
from inbox.web.routers import AS_FILE, api_router

router = api_router("messages")


@router.get("/messages/{message_id}")
def read_message(
    message_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk
) -> shapes.MessageShape:
    return showing.messages(session, desk, person, [_message(session, person, message_id)])[0]


@router.get("/messages/{message_id}/raw", response_class=Response, responses=AS_FILE)
def read_raw(
    message_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, wiring: Wired
) -> Response:
    """The bytes exactly as they came."""
    message = _message(session, person, message_id)
    if message.arrival_id is None:
        raise NotFound
    arrival = find(session, Arrival, message.arrival_id)
    raw = wiring.store.get(arrival.office_id, arrival.raw_hash)
    return saved_as(f"{message.id}.eml", raw)


class Visibility(shapes.Shape):
    """Whether the public shall see a comment."""

    hidden: bool


@router.post("/messages/{message_id}/visibility", status_code=202)
def set_visibility(
    message_id: str,
    given: Visibility,
    person: Annotated[Person, may(Action.SEND)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.MessageShape:
    """Asks the platform to hide a comment from the public, or to show it again; done within seconds."""
    message = _message(session, person, message_id)
    require_on(person, ChannelAct.HIDE, message.channel_id)
    case = find(session, Case, message.case_id)
    find_case(session, person, case.reference, Action.SEND)
    hiding.ask(session, desk, case, message, hidden=given.hidden, now=now, actor=person.actor)
    session.flush()
    return showing.messages(session, desk, person, [message])[0]


@router.get("/attachments/{attachment_id}", response_class=Response, responses=AS_FILE)
def read_attachment(
    attachment_id: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    wiring: Wired,
) -> Response:
    """A file, never to be shown in place. One that is held or infected is not given out."""
    return file_response(session, person, wiring.store, attachment_id)


def _message(session: Session, person: Person, message_id: str) -> Message:
    """The message, if the reader may see its case; machine mail of no case is for whoever reads cases."""
    message = find(session, Message, message_id)
    require_on(person, ChannelAct.READ, message.channel_id)
    if message.case_id is not None:
        case = find(session, Case, message.case_id)
        find_case(session, person, case.reference, Action.READ_CASE)
    return message
