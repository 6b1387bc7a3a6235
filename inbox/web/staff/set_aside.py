"""Set aside: what could not be read, machine mail, junk; and running a message again."""

from typing import Annotated

from fastapi import Query
from starlette.responses import RedirectResponse, Response

from inbox import queues, set_aside
from inbox.access import Action, require_on
from inbox.database import find
from inbox.errors import NotFound
from inbox.models import Arrival, ArrivalState, Channel, ChannelAct, Message
from inbox.web.downloads import saved_as
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import set_aside_page
from inbox.web.views.parts import Link
from inbox.web.views.set_aside import PlainTextPage, SetAsidePage

router = page_router()
MOST_SHOWN = 20_000


@router.get("/set-aside")
def index(
    room: Annotated[Room, looking(Action.READ_CASE)],
    kind: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """One kind at a time; junk is a queue of cases."""
    if kind == "spam":
        return RedirectResponse("/queue/set-aside", 303)
    if kind == "machine":
        messages, following = queues.set_aside_messages(room.session, cursor=after)
        can = room.may(Action.TRIAGE)
        rows = tuple(set_aside_page.message(one, room.zone, can) for one in messages)
    else:
        arrivals, following = queues.set_aside_arrivals(room.session, cursor=after)
        can = room.may(Action.TRIAGE)
        rows = tuple(set_aside_page.arrival(one, room.zone, can) for one in arrivals)
    kept = "kind=machine&" if kind == "machine" else ""
    more = Link("Show earlier", f"/set-aside?{kept}after={following}") if following else None
    now = room.local(room.now)
    view = SetAsidePage(
        room.shell("Set aside"), set_aside_page.tabs(kind), set_aside_page.HINTS[kind == "machine"],
        rows, now, set_aside_page.EMPTY[kind == "machine"], more,
    )  # fmt: skip
    return room.page(view)


@router.get("/set-aside/messages/{message_id}")
def machine_mail(message_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """Machine mail of no case, as plain text."""
    row = find(room.session, Message, message_id)
    if row.case_id is not None:
        raise NotFound
    shown = set_aside_page.opened(row, room.zone, room.may(Action.TRIAGE))
    back = Link("Set aside", "/set-aside?kind=machine")
    return room.page(
        PlainTextPage(room.shell("Set aside"), shown, set_aside_page.MACHINE_NOTICE, row.text, back)
    )


@router.post("/set-aside/messages/{message_id}/done")
def deal_with(message_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """Somebody saw it: it leaves the list."""
    require_on(room.person, ChannelAct.READ, find(room.session, Message, message_id).channel_id)
    set_aside.deal_with(room.session, message_id, now=room.now, actor=room.person.actor)
    return see_other("/set-aside?kind=machine", told="dealt")


@router.get("/set-aside/{arrival_id}")
def show(arrival_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """What can be shown of an arrival that could not be read: its bytes as plain text."""
    row = _unread(room, arrival_id)
    channel = find(room.session, Channel, row.channel_id)
    raw = room.wiring.store.get(row.office_id, row.raw_hash)
    shown = set_aside_page.arrival(set_aside_page.of_row(row, channel), room.zone, room.may(Action.TRIAGE))
    text = raw[:MOST_SHOWN].decode("utf-8", "replace").replace("\x00", "")
    return room.page(
        PlainTextPage(
            room.shell("Set aside"), shown, set_aside_page.NOTICE, text, Link("Set aside", "/set-aside")
        )
    )


@router.get("/set-aside/{arrival_id}/raw")
def raw(arrival_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """The bytes exactly as they came."""
    row = _unread(room, arrival_id)
    return saved_as(f"{row.id}.eml", room.wiring.store.get(row.office_id, row.raw_hash))


@router.post("/set-aside/{arrival_id}/retry")
def run_again(arrival_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """Runs it again with this version of the program."""
    require_on(room.person, ChannelAct.READ, find(room.session, Arrival, arrival_id).channel_id)
    set_aside.run_again(room.session, arrival_id, now=room.now, actor=room.person.actor)
    return see_other("/set-aside", told="again")


def _unread(room: Room, arrival_id: str) -> Arrival:
    """An arrival that lies here. What became a message is read on its case, by whoever may see that."""
    row = find(room.session, Arrival, arrival_id)
    if row.state not in (ArrivalState.QUARANTINED, ArrivalState.WAITING):
        raise NotFound
    return row
