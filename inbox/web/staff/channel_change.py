"""Changing a connected account's settings and secrets: tested first, then kept in place."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from connectors.contract import Checked
from inbox import channel_settings
from inbox.access import Action, require_on
from inbox.database import find
from inbox.errors import Conflict, NotFound, Refused
from inbox.models import Channel, ChannelAct
from inbox.web.routers import page_router
from inbox.web.staff.channels import typed
from inbox.web.staff.room import Room, looking, see_other
from inbox.web.staff.showing import channel_pages
from inbox.web.views.channels import AddChannelPage
from inbox.web.views.parts import Link, Problem

router = page_router()
INTRO = (
    "The settings are tested before they are kept. It stays the same channel: nothing is collected twice or "
    "missed. Leave a secret empty to keep the one we have. If you change a server, a port, how it is "
    "encrypted or how to sign in, type all secrets again: what we keep is used only where it was given for, "
    "and what you leave empty is forgotten."
)
NOT_KEPT = "Nothing was changed, as the test failed"


@router.get("/channels/{channel_id}/change")
def show(channel_id: str, room: Annotated[Room, looking(Action.MANAGE_CHANNELS)]) -> Response:
    row = _channel(room, channel_id)
    return _page(room, row, row.settings)


@router.post("/channels/{channel_id}/change")
def change(
    channel_id: str,
    room: Annotated[Room, looking(Action.MANAGE_CHANNELS)],
    given: Annotated[dict[str, str], Depends(typed)],
) -> Response:
    """Tries it with no transaction open, then keeps it in one. What fails is said, and nothing is changed."""
    row = _channel(room, channel_id)
    keys = channel_settings.changeable(row)
    told = {name: value for name, value in given.items() if name in keys}
    try:
        channel_settings.refuse_files(row.kind, given)
        wanted = channel_settings.Change(
            row,
            {name: value for name, value in told.items() if not keys[name].secret},
            {name: value for name, value in told.items() if keys[name].secret},
            room.wiring.keys,
        )
        failed = _tried(room, wanted, given.get("anyway") == "yes")
    except (Refused, Conflict) as error:
        secrets_first = sorted(keys, key=lambda name: not keys[name].secret)
        place = next((name for name in secrets_first if name in error.sentence), "anyway")
        return _page(room, row, told, Problem(place, error.sentence))
    if failed:
        return _page(room, row, told, Problem("anyway", _failed(failed)))
    return see_other(f"/channels/{row.id}", told="saved")


def _tried(room: Room, wanted: channel_settings.Change, anyway: bool) -> Sequence[Checked]:
    """What failed, for which it was not kept. However a try ends that is not kept, the history has it."""
    is_kept = False
    try:
        found = wanted.test(room.wiring.settings, room.wiring.database)
        failed = () if anyway else tuple(one for one in found if not one.ok)
        if not failed:
            with room.wiring.database.write(room.office.id) as session:
                wanted.keep(session, found, now=room.now, actor=room.person.actor)
            is_kept = True
        return failed
    finally:
        if not is_kept:
            with room.wiring.database.write(room.office.id) as session:
                wanted.give_up(session, now=room.now, actor=room.person.actor)


def _failed(failed: Sequence[Checked]) -> str:
    steps = " ".join(f"{one.step}: {one.detail.rstrip('. ')}." for one in failed)
    return f"{NOT_KEPT}. {steps} Type a secret again, as it is not kept here."


def _page(room: Room, row: Channel, given: Mapping[str, str], *problems: Problem) -> Response:
    view = AddChannelPage(
        room.shell("Channels"),
        (),
        f"Change the settings of {row.name}",
        f"/channels/{row.id}/change",
        channel_pages.change_fields(row, given),
        "Test and keep",
        problems,
        intro=INTRO,
        back=Link(row.name, f"/channels/{row.id}"),
    )
    return room.page(view, 422 if problems else 200)


def _channel(room: Room, channel_id: str) -> Channel:
    row = find(room.session, Channel, channel_id)
    if row.removed_at is not None or not channel_settings.changeable(row):
        raise NotFound
    require_on(room.person, ChannelAct.SETTINGS, row.id)
    return row
