"""Channels as programs see them: kind, mode and health; never a secret."""

from typing import Annotated

from inbox import channels
from inbox.access import Action, Person
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Now, Reading, may
from inbox.web.routers import api_router

router = api_router("channels")


@router.get("/channels")
def list_channels(
    person: Annotated[Person, may(Action.READ_CHANNELS)], session: Reading, now: Now
) -> shapes.Page[shapes.ChannelShape]:
    """Every connected account."""
    return shapes.Page(items=[showing.channel(row, now) for row in channels.open_channels(session)])
