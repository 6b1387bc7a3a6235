"""The officials' one queue, for offices of kind department: the queue's own parts, and "take next"."""

from typing import Annotated

from starlette.responses import RedirectResponse, Response

from inbox.access import Action
from inbox.models import OfficeKind
from inbox.queues import View
from inbox.web.routers import page_router
from inbox.web.staff.queue import list_of, reading_of, taken
from inbox.web.staff.room import Room, Workroom, acting, looking, studying
from inbox.web.views.officials import OfficialQueuePage
from inbox.web.views.parts import Act, Tab
from inbox.web.views.queue import QueueList, Reading, ReadingPart

router = page_router()
TAKE = Act("Take the next one", "/official/take", "t")


@router.get("/official")
def team(room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """What nobody has taken yet, most urgent first."""
    return _shown(room, View.TO_SORT, "/official", "Queue", None, None)


@router.get("/official/mine")
def mine(room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    return _shown(room, View.MINE, "/official/mine", "Mine", None, None)


@router.post("/official/take")
def take_next(room: Annotated[Workroom, acting(Action.ASSIGN)]) -> Response:
    """Gives the next case to whoever presses; two who press at once get two cases."""
    return taken(room, none="/official", there="/official/mine")


@router.get("/official/{reference}")
def open_one(reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """The queue with one case open beside it."""
    return _opened(room, View.TO_SORT, "/official", "Queue", reference)


@router.get("/official/mine/{reference}")
def open_mine(reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    return _opened(room, View.MINE, "/official/mine", "Mine", reference)


def _opened(room: Workroom, view: View, base: str, heading: str, reference: str) -> Response:
    reading = reading_of(room, reference, back="official", close_url=f"{base}#row-{reference}")
    if room.is_htmx:
        return room.page(ReadingPart(room.shell(), reading))
    return _shown(room, view, base, heading, reference, reading)


def _shown(
    room: Room, view: View, base: str, heading: str, current: str | None, reading: Reading | None
) -> Response:
    if room.office.kind != OfficeKind.DEPARTMENT:
        return RedirectResponse(f"/queue/{view}", 303)
    cursor = room.request.query_params.get("cursor")
    listed = list_of(room, view, base, cursor=cursor, current=current, heading=heading, take=TAKE)
    return room.page(OfficialQueuePage(room.shell(heading), _tabs(room, view, listed), listed, reading))


def _tabs(room: Room, view: View, listed: QueueList) -> tuple[Tab, ...]:
    counts = room.counts
    return (
        Tab("Queue", "/official", view is View.TO_SORT, counts[View.TO_SORT]),
        Tab("Mine", "/official/mine", view is View.MINE, counts[View.MINE]),
        Tab("To approve", "/approvals", False, counts[View.TO_APPROVE]),
        Tab("Sent", "/sending?state=sent"),
    )
