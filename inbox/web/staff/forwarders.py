"""Whose forwarded mail counts as its first writer's, for one mailbox."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import channels
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.errors import NotFound, Refused
from inbox.models import Channel
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.views.office import SettingsPage
from inbox.web.views.parts import Field, FieldKind, Group, Problem, Tab

router = page_router()
HINT = (
    "One address to a line, such as rowan@example.org, or *@example.org for everybody there. Mail that they "
    "forward becomes a case of whoever wrote it first, marked as passed on. Other forwards stay as they are."
)


@router.get("/channels/{channel_id}/forwarders")
def form(
    channel_id: str, room: Annotated[Room, looking(Action.MANAGE_CHANNELS)]
) -> Response:  # fmt: skip
    row, listed = _mailbox(room, channel_id)
    return room.page(_view(room, row, listed.replace(", ", "\n")))


@router.post("/channels/{channel_id}/forwarders")
def save(
    channel_id: str,
    room: Annotated[Workroom, acting(Action.MANAGE_CHANNELS)],
    forwarders: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    row, _ = _mailbox(room, channel_id)
    try:
        with savepoint(room.session):
            channels.set_forwarders(
                room.session, row, forwarders, now=room.now, actor=room.person.actor
            )  # fmt: skip
    except Refused as error:
        problem = Problem("forwarders", error.sentence)
        return room.page(_view(room, row, forwarders, problem), 422)
    return see_other(f"/channels/{row.id}/forwarders", told="saved")


def _mailbox(room: Room, channel_id: str) -> tuple[Channel, str]:
    row = find(room.session, Channel, channel_id)
    listed = channels.forwarders(row)
    if row.removed_at is not None or listed is None:
        raise NotFound
    return row, listed


def _view(room: Room, row: Channel, words: str, *problems: Problem) -> SettingsPage:
    kind = FieldKind.AREA
    field = Field("forwarders", "Who may forward mail to us", words, kind, HINT, optional=True)
    tabs = (
        Tab(row.name, f"/channels/{row.id}"),
        Tab("Forwarded mail", f"/channels/{row.id}/forwarders", current=True),
    )
    return SettingsPage(
        shell=room.shell("Channels"),
        tabs=tabs,
        heading="Forwarded mail",
        action=f"/channels/{row.id}/forwarders",
        groups=(Group("The list", (field,)),),
        problems=problems,
    )
