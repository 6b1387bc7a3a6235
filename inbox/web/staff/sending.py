"""What is leaving, what left, and what nobody knows about; stop, try again, settle."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, or_, select
from starlette.responses import Response

from inbox import departures, outbox, queues
from inbox.access import Action, find_delivery, visible_cases
from inbox.database import find
from inbox.errors import Refused
from inbox.models import Case, Delivery, DeliveryState
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import sending_page
from inbox.web.views.sending import DeliveryGroup, SendingPage

router = page_router()
PAGE = 50
_PAST = {
    "sent": (DeliveryState.SENT, DeliveryState.DELIVERED),
    "stopped": (DeliveryState.STOPPED,),
}


@router.get("/sending")
def index(
    room: Annotated[Room, looking(Action.READ_CASE)],
    state: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """First what a person must settle, then what leaves; past ones under their own tabs."""
    now = room.local(room.now)
    visible = visible_cases(room.person)
    if state in _PAST:
        groups, following = _past(room, state, after)
    else:
        rows, following = queues.outgoing(room.session, visible, cursor=after, limit=PAGE)
        groups = sending_page.open_groups(room.session, rows, room.zone)
    current = "Sent" if room.office.kind == "department" else "Sending"
    more = sending_page.more(state, following)
    empty = sending_page.EMPTY.get(state) or sending_page.nothing(room.office.undo_seconds)
    return room.page(SendingPage(room.shell(current), sending_page.tabs(state), groups, now, empty, more))


@router.post("/sending/{delivery_id}/stop")
def stop(delivery_id: str, room: Annotated[Workroom, acting(Action.SEND)]) -> Response:
    """Stops what has not left; its words are a draft again."""
    row = find_delivery(room.session, room.person, delivery_id, Action.SEND)
    outbox.stop(room.session, row, now=room.now, actor=room.person.actor)
    return see_other(_back(room, row), told="stopped")


@router.post("/sending/{delivery_id}/retry")
def retry(delivery_id: str, room: Annotated[Workroom, acting(Action.SETTLE_DELIVERY)]) -> Response:
    """Sends again what failed, came back or was stopped."""
    row = find_delivery(room.session, room.person, delivery_id, Action.SETTLE_DELIVERY)
    outbox.retry(room.session, row, now=room.now, actor=room.person.actor)
    return see_other(_back(room, row), told="retried")


@router.post("/sending/{delivery_id}/settle")
def settle(
    delivery_id: str,
    room: Annotated[Workroom, acting(Action.SETTLE_DELIVERY)],
    outcome: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """A person looked: it was sent, or it was not and may be tried again."""
    row = find_delivery(room.session, room.person, delivery_id, Action.SETTLE_DELIVERY)
    if outcome not in ("sent", "not_sent"):
        raise Refused("Say whether it was sent.")
    departures.settle(
        room.session, room.desk, row, was_sent=outcome == "sent", now=room.now, actor=room.person.actor
    )
    return see_other("/sending", told="settled")


def _past(room: Room, state: str, after: str | None) -> tuple[tuple[DeliveryGroup, ...], str | None]:
    query = (
        select(Delivery)
        .join(Case, col(Case.id) == Delivery.case_id, isouter=True)
        .where(
            col(Delivery.state).in_(_PAST[state]),
            or_(col(Delivery.case_id).is_(None), visible_cases(room.person)),
        )
        .order_by(col(Delivery.id).desc())
    )
    if after:
        query = query.where(col(Delivery.id) < after)
    rows = room.session.exec(query.limit(PAGE + 1)).all()
    following = rows[PAGE - 1].id if len(rows) > PAGE else None
    return sending_page.past_group(room.session, rows[:PAGE], state, room.zone), following


def _back(room: Workroom, row: Delivery) -> str:
    if "/cases/" in room.request.headers.get("referer", "") and row.case_id:
        return f"/cases/{find(room.session, Case, row.case_id).reference}"
    return "/sending"
