"""Channels: is mail still coming in and going out; add one, test it, switch it with a reason."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated

from fastapi import Depends, Form, Query, Request
from sqlmodel import col, func, select
from starlette.responses import Response

from connectors.keys import offered
from inbox import channel_figures, channel_log, channel_settings, channel_tests, channels
from inbox.access import Action, require_on
from inbox.database import find, savepoint
from inbox.dates import day_of
from inbox.errors import Conflict, NotFound, Refused
from inbox.models import Channel, ChannelAct, ChannelMode, Delivery, DeliveryState
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import channel_pages
from inbox.web.views.channels import AddChannelPage, ChannelPage, ChannelsPage
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Line, Link, Problem

router = page_router()
Word = Annotated[str, Form(max_length=400)]


@router.get("/channels")
def index(room: Annotated[Room, looking(Action.READ_CHANNELS)]) -> Response:
    found = channels.open_channels(room.session)
    figures = channel_figures.of(room.session, found, room.now)
    rows = tuple(channel_pages.row(one, figures[one.id], room.now, room.zone) for one in found)
    add = Link("Add a channel", "/channels/add") if room.may(Action.MANAGE_CHANNELS) else None
    return room.page(ChannelsPage(room.shell("Channels"), rows, room.local(room.now), add))


@router.get("/channels/add")
def add_form(
    room: Annotated[Room, looking(Action.MANAGE_CHANNELS)], kind: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """First which kind, then its fields."""
    return _add_page(room, kind, {})


async def typed(request: Request) -> dict[str, str]:
    """The fields of whatever kind of channel it is."""
    form = await request.form()
    return {name: value[:4000] for name, value in form.items() if isinstance(value, str)}


@router.post("/channels/add/{kind}")
def add(
    kind: str,
    room: Annotated[Workroom, acting(Action.MANAGE_CHANNELS)],
    given: Annotated[dict[str, str], Depends(typed)],
) -> Response:
    """Adds it, listening only; what is missing or wrong is said at its field."""
    return _add(room, kind, given)


@router.get("/channels/{channel_id}")
def show(channel_id: str, room: Annotated[Room, looking(Action.READ_CHANNELS)]) -> Response:
    return _page(room, _channel(room, channel_id))


@router.post("/channels/{channel_id}/test")
def test(channel_id: str, room: Annotated[Room, looking(Action.MANAGE_CHANNELS)]) -> Response:
    """Connects and says what works; sends nothing. What does not is remembered until something works."""
    row = _channel(room, channel_id, settings=True)
    found = channels.test(row, room.wiring.keys, room.wiring.settings, room.wiring.database)
    with room.wiring.database.write(room.office.id) as session:
        row = find(session, Channel, channel_id)
        channel_tests.remember(row, found, room.now)
        session.flush()
        session.expunge(row)
    tested = tuple(
        Line(room.local(room.now), f"{one.step}: {one.detail}", "works" if one.ok else "does not")
        for one in found
    )
    return _page(room, row, tested=tested)


@router.post("/channels/{channel_id}/mode")
def switch(
    channel_id: str,
    room: Annotated[Workroom, acting(Action.MANAGE_CHANNELS)],
    mode: Word = "",
    reason: Word = "",
    until: Word = "",
    words: Annotated[str, Form(max_length=2000)] = "",
    confirmed: Word = "",
) -> Response:
    """Asks once more, naming the effect, then switches."""
    row = _channel(room, channel_id, settings=True)
    if mode not in set(ChannelMode):
        return _page(room, row, Problem("mode", "Choose what it may do"))
    wanted = ChannelMode(mode)
    if wanted is not ChannelMode.FULL and not reason.strip():
        return _page(room, row, Problem("reason", "Say why. Others will read it"))
    if wanted is ChannelMode.REDIRECT and not words.strip():
        return _page(room, row, Problem("words", "Say where people shall go instead"))
    ends = _day(room, until)
    if until.strip() and (ends is None or ends <= room.now):
        return _page(room, row, Problem("until", "Choose a date in the future"))
    if confirmed != "yes":
        return room.page(_confirm(room, row, wanted, reason, until, words))
    with savepoint(room.session):
        channels.set_mode(
            room.session,
            row,
            wanted,
            reason=reason,
            until=ends,
            now=room.now,
            actor=room.person.actor,
            words=words,
        )
    return see_other(f"/channels/{row.id}", told="switched")


def _add(room: Workroom, kind: str, given: Mapping[str, str]) -> Response:
    """Adds it, listening only. Secrets are sealed and never shown again."""
    keys = channels.kinds().get(kind)
    if keys is None:
        return _add_page(room, "", {})
    filled = {name: value.strip() for name, value in given.items() if name in keys and value.strip()}
    try:
        channel_settings.refuse_files(kind, given)
        with savepoint(room.session):
            row = channels.add(
                room.session,
                kind=kind,
                name=given.get("name", ""),
                values={name: value for name, value in filled.items() if not keys[name].secret},
                secrets={name: value for name, value in filled.items() if keys[name].secret},
                keys=room.wiring.keys,
                settings=room.wiring.settings,
                now=room.now,
                actor=room.person.actor,
            )
    except (Refused, Conflict) as error:
        place = next((name for name in offered(keys) if name in error.sentence), "name")
        return _add_page(room, kind, given, Problem(place, error.sentence))
    return see_other(f"/channels/{row.id}", told="added")


def _add_page(room: Room, kind: str, given: Mapping[str, str], *problems: Problem) -> Response:
    keys = channels.kinds().get(kind)
    settings = room.wiring.settings
    groups = channel_pages.fields(kind, offered(keys), given, settings.of_kind(kind)) if keys else ()
    kinds = () if keys else channel_pages.kinds(channels.kinds())
    heading = f"Add: {channel_pages.KINDS.get(kind, kind)}" if keys else "Add a channel"
    view = AddChannelPage(
        room.shell("Channels"),
        kinds,
        heading,
        f"/channels/add/{kind}",
        groups,
        "Add it",
        problems,
        channel_pages.guide_before(kind, settings) if keys else None,
    )
    return room.page(view, 422 if problems else 200)


def _page(room: Room, row: Channel, *problems: Problem, tested: tuple[Line, ...] = ()) -> Response:
    manages = room.may(Action.MANAGE_CHANNELS)
    acts = (Act("Test it now", f"/channels/{row.id}/test"),) if manages else ()
    figures = channel_figures.of(room.session, [row], room.now)
    guide = channel_pages.guide(row, room.wiring.settings) if manages else None
    budgets = channel_figures.allowed(room.session, row, room.now)
    lately = channel_log.lately(room.session, row, room.now)
    view = ChannelPage(
        room.shell("Channels"),
        channel_pages.row(row, figures[row.id], room.now, room.zone),
        (
            *channel_pages.facts(row, channels.webhook_url(row, room.wiring.settings)),
            *_public_address(room, row),
            *channel_pages.allowance(budgets, room.zone),
        ),
        channel_pages.modes(row),
        f"/channels/{row.id}/mode",
        acts,
        (*tested, *channel_pages.log(row, figures[row.id], lately, room.now, room.zone)),
        room.local(room.now),
        problems,
        _links(room, row),
        guide,
    )
    return room.page(view, 422 if problems else 200)


def _public_address(room: Room, row: Channel) -> tuple[tuple[str, str], ...]:
    """Where people find it, of a form on the web."""
    url = f"{room.wiring.settings.base_url.rstrip('/')}/contact/{room.office.slug}"
    return (("Public address", url),) if row.kind == channel_pages.WEB else ()


def _links(room: Room, row: Channel) -> tuple[Link, ...]:
    """What else can be set on it."""
    forwarded = Link("Forwarded mail", f"/channels/{row.id}/forwarders")
    rights = Link("Who may do what", f"/channels/{row.id}/rights")
    sign_in = Link("Sign in to the account", f"/channels/{row.id}/sign-in")
    is_mailbox = channels.forwarders(row) is not None
    manages = room.may(Action.MANAGE_CHANNELS)
    change = Link("Change the settings", f"/channels/{row.id}/change")
    return (
        *((change,) if manages and channel_settings.changeable(row) else ()),
        *((sign_in,) if manages and channels.signs_in(row.kind) else ()),
        *((forwarded,) if is_mailbox and manages else ()),
        *((rights,) if room.may(Action.MANAGE_OFFICE) else ()),
    )


def _confirm(room: Room, row: Channel, mode: ChannelMode, reason: str, until: str, words: str) -> ConfirmPage:
    typed = (("reason", reason), ("until", until), ("words", words))
    fields = (("mode", str(mode)), *typed, ("confirmed", "yes"))
    verb, effects = channel_pages.effects(row, mode)
    waiting = room.session.exec(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.channel_id == row.id,
            col(Delivery.state).in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
        )
    ).one()
    if waiting:
        verb_now = "leave now" if mode is ChannelMode.FULL else "wait until it is opened again"
        effects = (*effects, f"{waiting} {'message' if waiting == 1 else 'messages'} {verb_now}.")
    return ConfirmPage(
        room.shell("Channels"),
        f"{verb} {row.name}?",
        effects,
        None,
        None,
        Act(f"{verb} {row.name}", f"/channels/{row.id}/mode", None, fields),
        Link("Change nothing", f"/channels/{row.id}"),
    )


def _channel(room: Room, channel_id: str, *, settings: bool = False) -> Channel:
    row = find(room.session, Channel, channel_id)
    if row.removed_at is not None:
        raise NotFound
    if settings:
        require_on(room.person, ChannelAct.SETTINGS, row.id)
    return row


def _day(room: Room, words: str) -> datetime | None:
    day = day_of(words)
    return datetime.combine(day, time(), room.zone) if day else None
