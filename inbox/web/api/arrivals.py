"""Arrivals: what came in, what could not be read, and running it again."""

from typing import Annotated

from sqlmodel import col, select

from inbox import set_aside
from inbox.access import Action, Person, require_on
from inbox.database import find
from inbox.models import Arrival, ArrivalState, ChannelAct
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Now, Page, Reading, ReadingDesk, Writing, WritingDesk, cursor, may
from inbox.web.routers import api_router

router = api_router("arrivals")


@router.get("/arrivals")
def list_arrivals(
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    page: Page,
    state: ArrivalState | None = None,
) -> shapes.Page[shapes.ArrivalShape]:
    """What came in, newest first."""
    query = select(Arrival).order_by(col(Arrival.id).desc())
    if state is not None:
        query = query.where(Arrival.state == state)
    if page.after:
        query = query.where(col(Arrival.id) < page.after_id)
    rows = session.exec(query.limit(page.limit + 1)).all()
    shown = [showing.arrival(desk, row) for row in rows[: page.limit]]
    return shapes.Page(items=shown, next=cursor(shown[-1].id) if len(rows) > page.limit else None)


@router.post("/arrivals/{arrival_id}/retry", status_code=202)
def run_again(
    arrival_id: str,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.ArrivalShape:
    """Runs a quarantined arrival again with this version of the program."""
    require_on(person, ChannelAct.READ, find(session, Arrival, arrival_id).channel_id)
    row = set_aside.run_again(session, arrival_id, now=now, actor=person.actor)
    session.flush()
    return showing.arrival(desk, row)
