"""Deliveries: what is on its way, stopped, tried again, or settled by a person who looked."""

from typing import Annotated

from sqlmodel import col, or_, select

from inbox import departures, outbox
from inbox.access import Action, Person, find_delivery, visible_cases
from inbox.models import Case, Delivery, DeliveryState
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Now, Page, Reading, ReadingDesk, Writing, WritingDesk, cursor, may
from inbox.web.routers import api_router

router = api_router("deliveries")


class Settlement(shapes.Shape):
    """What the person found: did it leave?"""

    was_sent: bool


@router.get("/deliveries")
def list_deliveries(
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    page: Page,
    state: DeliveryState | None = None,
) -> shapes.Page[shapes.DeliveryShape]:
    """What left or is to leave, newest first."""
    query = (
        select(Delivery)
        .join(Case, col(Case.id) == Delivery.case_id, isouter=True)
        .where(or_(col(Delivery.case_id).is_(None), visible_cases(person)))
        .order_by(col(Delivery.id).desc())
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    if page.after:
        query = query.where(col(Delivery.id) < page.after_id)
    rows = session.exec(query.limit(page.limit + 1)).all()
    shown = showing.deliveries(session, desk, rows[: page.limit])
    return shapes.Page(items=shown, next=cursor(shown[-1].id) if len(rows) > page.limit else None)


@router.get("/deliveries/{delivery_id}")
def read_delivery(
    delivery_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk
) -> shapes.DeliveryShape:
    row = find_delivery(session, person, delivery_id, Action.READ_CASE)
    return showing.deliveries(session, desk, [row])[0]


@router.post("/deliveries/{delivery_id}/stop")
def stop(
    delivery_id: str,
    person: Annotated[Person, may(Action.SEND)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.DeliveryShape:
    """Stops what has not left; its words are a draft again."""
    row = find_delivery(session, person, delivery_id, Action.SEND)
    outbox.stop(session, row, now=now, actor=person.actor)
    session.flush()
    return showing.deliveries(session, desk, [row])[0]


@router.post("/deliveries/{delivery_id}/retry")
def retry(
    delivery_id: str,
    person: Annotated[Person, may(Action.SETTLE_DELIVERY)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.DeliveryShape:
    """Sends a failed, bounced or stopped message again. One of unknown outcome must be settled first."""
    row = find_delivery(session, person, delivery_id, Action.SETTLE_DELIVERY)
    outbox.retry(session, row, now=now, actor=person.actor)
    session.flush()
    return showing.deliveries(session, desk, [row])[0]


@router.post("/deliveries/{delivery_id}/settle")
def settle(
    delivery_id: str,
    found: Settlement,
    person: Annotated[Person, may(Action.SETTLE_DELIVERY)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.DeliveryShape:
    """Says whether a message of unknown outcome was sent."""
    row = find_delivery(session, person, delivery_id, Action.SETTLE_DELIVERY)
    departures.settle(session, desk, row, was_sent=found.was_sent, now=now, actor=person.actor)
    session.flush()
    return showing.deliveries(session, desk, [row])[0]
