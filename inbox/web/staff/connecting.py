"""Signing a channel in with a browser: out to the platform's page, back to ours, one press to keep it."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import RedirectResponse, Response

from connectors.contract import ConnectorFailure
from inbox import channel_consent
from inbox.access import Action, require_on
from inbox.database import find
from inbox.errors import NotFound, Refused
from inbox.models import Channel, ChannelAct
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking, see_other
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Link

router = page_router()
State = Annotated[str, Query(max_length=400)]
Code = Annotated[str, Query(max_length=4000)]


@router.get("/channels/signed-in")
def came_back(
    room: Annotated[Room, looking(Action.MANAGE_CHANNELS)],
    state: State = "",
    code: Code = "",
    error: Code = "",
    error_description: Code = "",
) -> Response:
    """From the platform's page. Nothing is changed by coming here: one press on our own page keeps it."""
    row, _ = _asked(room, state)
    if error or not code:
        said = " ".join((error_description or error).split())[:300]
        raise Refused(f"{row.name} was not signed in. {said or 'Nobody agreed.'}")
    fields = (("state", state), ("code", code))
    view = ConfirmPage(
        room.shell("Channels"), f"Keep this sign-in for {row.name}?",
        ("The account is used from now on to collect messages and, once the channel is open, to send.",
         "What the platform gave us is sealed at once and never shown."),
        None, None, Act("Keep it", "/channels/signed-in", None, fields),
        Link("Change nothing", f"/channels/{row.id}"),
    )  # fmt: skip
    return room.page(view)


@router.post("/channels/signed-in")
def keep(
    room: Annotated[Room, looking(Action.MANAGE_CHANNELS)],
    state: Annotated[str, Form(max_length=400)] = "",
    code: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Trades the code for tokens with no transaction open, then seals them in one."""
    row, asked = _asked(room, state)
    keys = room.wiring.keys
    try:
        consent = channel_consent.redeem(row, keys, room.wiring.settings, asked, code)
    except ConnectorFailure as failure:
        raise Refused(f"{row.name} was not signed in: {failure.reason}.") from failure
    with room.wiring.database.write(room.office.id) as session:
        channel_consent.keep(
            session, find(session, Channel, row.id), keys, consent, now=room.now, actor=room.person.actor
        )
    return see_other(f"/channels/{row.id}", told="signed-in")


@router.get("/channels/{channel_id}/sign-in")
def begin(channel_id: str, room: Annotated[Room, looking(Action.MANAGE_CHANNELS)]) -> Response:
    """Sends the browser to the platform's page."""
    row = _channel(room, channel_id)
    seat = room.visit.seat.key if room.visit.seat else ""
    url = channel_consent.begin(row, room.wiring.keys, room.wiring.settings, seat, room.now)
    return RedirectResponse(url, 303, {"Referrer-Policy": "no-referrer"})


def _asked(room: Room, state: str) -> tuple[Channel, channel_consent.Asked]:
    """Raises Refused for a sign-in that this session did not begin."""
    seat = room.visit.seat.key if room.visit.seat else ""
    asked = channel_consent.read(state, room.wiring.keys, seat, room.now)
    return _channel(room, asked.channel_id), asked


def _channel(room: Room, channel_id: str) -> Channel:
    row = find(room.session, Channel, channel_id)
    if row.removed_at is not None:
        raise NotFound
    require_on(room.person, ChannelAct.SETTINGS, row.id)
    return row
