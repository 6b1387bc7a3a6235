"""What is done about one message: a comment hidden or shown again, a typed address asked."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import acknowledgement, hiding
from inbox.access import Action, require_on
from inbox.database import find
from inbox.models import Case, ChannelAct, Message
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Link
from routing.words import SILENT_FLAGS

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
def ask_address(
    reference: str,
    message_id: str,
    room: Annotated[Workroom, acting(Action.SEND)],
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """A mail that asks whether the address typed into the form is theirs.

    Where nothing automatic writes, for their safety, a person decides it and is first told what goes.
    """
    case = room.case(reference, Action.SEND)
    message = find(room.session, Message, message_id)
    require_on(room.person, ChannelAct.SEND, message.channel_id)
    if SILENT_FLAGS & set(case.flags) and not sure:
        return room.page(_is_it_safe(room, case, message))
    acknowledgement.ask_by_hand(
        room.session, room.desk, case, message, now=room.now, actor=room.person.actor,
    )  # fmt: skip
    return see_other(f"/cases/{reference}#message-{message_id}", told="asked")


def _is_it_safe(room: Workroom, case: Case, message: Message) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    effects = (
        "Others may read this mailbox. Nothing was sent to it by itself, because of what they wrote.",
        f"The mail names {room.desk.office.name} and asks whether somebody gave this address on its page. "
        "It says nothing of the person, of what they wrote, or of their case.",
        "If you are not sure that it is safe, ring them or write to them in another way.",
    )
    yes = Act("Send this mail", f"{url}/messages/{message.id}/ask-again", fields=(("sure", "yes"),))
    heading = f"Is a mail to {message.sender_handle} safe for them?"
    return ConfirmPage(room.shell(), heading, effects, None, None, yes, Link("Back to the case", url))
