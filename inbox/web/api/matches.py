"""Proposed matches: a person joins a message to a case, or parts them."""

from typing import Annotated

from fastapi import Response
from sqlmodel import Session, select

from inbox import matches
from inbox.access import Action, Person, find_case, require_on
from inbox.errors import NotFound
from inbox.models import Case, ChannelAct, Message
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Now, Writing, WritingDesk, etag, may
from inbox.web.routers import api_router

router = api_router("cases")


@router.post("/cases/{reference}/matches/{message_id}/accept")
def accept(
    reference: str,
    message_id: str,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """The message belongs to the proposed case: it moves there."""
    message = _message(session, person, reference, message_id)
    target, event = matches.accept(session, desk, message, now=now, actor=person.actor)
    session.flush()
    response.headers.update({**etag(target.version), "Undo": event})
    return showing.cases(session, desk, person, [target], now)[0]


@router.post("/cases/{reference}/matches/{message_id}/reject")
def reject(
    reference: str,
    message_id: str,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.MessageShape:
    """The message is a matter of its own."""
    message = _message(session, person, reference, message_id)
    matches.reject(session, message, now=now, actor=person.actor)
    session.flush()
    return showing.messages(session, desk, person, [message])[0]


def _message(session: Session, person: Person, reference: str, message_id: str) -> Message:
    """The message, by the case it is on or the case it is proposed for; both must be the reader's to see."""
    named = find_case(session, person, reference, Action.TRIAGE)
    message = session.exec(select(Message).where(Message.id == message_id)).first()
    if message is None or named.id not in (message.case_id, message.proposed_case_id):
        raise NotFound
    require_on(person, ChannelAct.READ, message.channel_id)
    for other in {message.case_id, message.proposed_case_id} - {named.id, None}:
        case = session.exec(select(Case).where(Case.id == other)).one()
        find_case(session, person, case.reference, Action.TRIAGE)
    session.refresh(message)  # as it is now that its cases are held
    return message
