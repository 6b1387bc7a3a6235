"""What is done about one message: a comment hidden or shown again, a typed address asked once more."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import acknowledgement, hiding
from inbox.access import Action, require_on
from inbox.database import find
from inbox.models import ChannelAct, Message
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other

router = page_router()


@router.post("/cases/{reference}/messages/{message_id}/hide")
def hide(
    reference: str,
    message_id: str,
    room: Annotated[Workroom, acting(Action.SEND)],
    hidden: Annotated[bool, Form()] = True,
) -> Response:
    """Asks the platform, by the worker, within seconds."""
    case = room.case(reference, Action.SEND)
    message = find(room.session, Message, message_id)
    require_on(room.person, ChannelAct.HIDE, message.channel_id)
    hiding.ask(
        room.session, room.desk, case, message, hidden=hidden, now=room.now, actor=room.person.actor,
    )  # fmt: skip
    return see_other(f"/cases/{reference}#message-{message_id}", told="hiding" if hidden else "showing")


@router.post("/cases/{reference}/messages/{message_id}/ask-again")
def ask_again(reference: str, message_id: str, room: Annotated[Workroom, acting(Action.SEND)]) -> Response:
    """One more mail that asks whether the address typed into the form is theirs."""
    case = room.case(reference, Action.SEND)
    message = find(room.session, Message, message_id)
    require_on(room.person, ChannelAct.SEND, message.channel_id)
    acknowledgement.ask_again(room.session, room.desk, case, message, now=room.now)
    return see_other(f"/cases/{reference}#message-{message_id}", told="asked")
