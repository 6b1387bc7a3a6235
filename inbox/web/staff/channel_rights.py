"""The table of who may do what on one channel."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from inbox import channel_rights
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.errors import NotFound, Refused
from inbox.models import INTEGRATION_ROLE, Channel, ChannelAct, Role
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import words as say
from inbox.web.views.channels import ChannelRightsPage, RightsRow, Tick
from inbox.web.views.parts import Problem

router = page_router()
WORDS = {
    ChannelAct.READ: "Read",
    ChannelAct.DRAFT: "Write drafts",
    ChannelAct.SEND: "Send",
    ChannelAct.APPROVE: "Approve",
    ChannelAct.HIDE: "Hide",
    ChannelAct.SETTINGS: "Settings",
}


@router.get("/channels/{channel_id}/rights")
def show(channel_id: str, room: Annotated[Room, looking(Action.MANAGE_OFFICE)]) -> Response:
    row = _channel(room, channel_id)
    return _page(room, row, channel_rights.of(room.session, row))


async def _ticked(request: Request) -> list[str]:
    form = await request.form()
    return [value for value in form.getlist("may") if isinstance(value, str)][:200]


@router.post("/channels/{channel_id}/rights")
def save(
    channel_id: str,
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    ticked: Annotated[list[str], Depends(_ticked)],
) -> Response:
    """What is not ticked is closed from now on, on every page, in every search and by REST alike."""
    row = _channel(room, channel_id)
    wanted = {
        role: frozenset(act for act in acts if f"{role}/{act}" in ticked)
        for role, acts in channel_rights.widest().items()
    }
    try:
        with savepoint(room.session):
            channel_rights.choose(room.session, row, wanted, now=room.now, actor=room.person.actor)
    except Refused as error:
        return _page(room, row, wanted, Problem("rights", error.sentence))
    return see_other(f"/channels/{row.id}/rights", told="saved")


def _page(room: Room, row: Channel, rights: channel_rights.Rights, *problems: Problem) -> Response:
    rows = tuple(
        RightsRow(_role(role), tuple(_tick(role, act, acts, rights) for act in ChannelAct))
        for role, acts in channel_rights.widest().items()
    )
    view = ChannelRightsPage(
        room.shell("Channels"), row.name, f"/channels/{row.id}", f"/channels/{row.id}/rights",
        tuple(WORDS[act] for act in ChannelAct), rows, problems,
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _tick(role: str, act: ChannelAct, could: frozenset[ChannelAct], rights: channel_rights.Rights) -> Tick:
    label = f"{_role(role)}: {WORDS[act].lower()}"
    return Tick(f"{role}/{act}", label, WORDS[act], act in could, act in rights.get(role, frozenset()))


def _role(role: str) -> str:
    return "Programs without a person" if role == INTEGRATION_ROLE else say.ROLES[Role(role)]


def _channel(room: Room, channel_id: str) -> Channel:
    row = find(room.session, Channel, channel_id)
    if row.removed_at is not None:
        raise NotFound
    return row
