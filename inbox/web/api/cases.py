"""Cases: listed, made by hand, taken, read."""

from typing import Annotated, Literal

from fastapi import Query, Response
from sqlmodel import col, select

from inbox import queues, taking, writing_down
from inbox.access import Action, Person, find_case, visible_cases
from inbox.errors import Refused
from inbox.models import Case, CaseStatus, Event, Message, MessageKind
from inbox.models import Decision as Trace
from inbox.web.api import shapes, showing
from inbox.web.dependencies import (
    Now,
    Page,
    Reading,
    ReadingDesk,
    Writing,
    WritingDesk,
    cursor,
    may,
)
from inbox.web.routers import api_router
from routing.words import Flag, Kind, Priority

router = api_router("cases")


class NewCase(shapes.Shape):
    """A case from a call, a letter or a visit, or from another program."""

    kind: Literal["call", "letter", "visit"] = "call"
    channel: Literal["phone", "post", "surgery", "outreach"] | None = None
    name: shapes.Line
    contact: shapes.Line = ""
    postcode: shapes.Line = ""
    subject: shapes.Line = ""
    text: shapes.Words
    received_at: shapes.Received | None = None


@router.get("/cases")
def list_cases(
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    now: Now,
    view: Annotated[str | None, Query(max_length=20)] = None,
    q: Annotated[str | None, Query(max_length=500)] = None,
    status: CaseStatus | None = None,
    kind: Kind | None = None,
    channel: Annotated[str | None, Query(max_length=80)] = None,
    topic: Annotated[str | None, Query(max_length=40)] = None,
    priority: Priority | None = None,
    flag: Flag | None = None,
    campaign: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> shapes.Page[shapes.CaseShape]:
    """A view of the office's cases, filtered; in the order of that view. Without a view: every case, newest
    change first."""
    chosen = queues.Filters(
        status=status, kind=kind, channel=channel, topic=topic, priority=priority, flag=flag,
        campaign=campaign, q=q,
    )  # fmt: skip
    reader = queues.Reader(person.staff_id, now, desk.calendar.day_of(now))
    page = queues.page(
        session, queues.view_named(view) if view else None, reader,
        filters=chosen, visible=visible_cases(person), cursor=cursor, limit=limit,
    )  # fmt: skip
    keys = [row.case_id for row in page.rows]
    found = {row.id: row for row in session.exec(select(Case).where(col(Case.id).in_(keys)))}
    rows = [found[key] for key in keys if key in found]
    return shapes.Page(items=showing.cases(session, desk, person, rows, now), next=page.next)


@router.post("/cases", status_code=201)
def make_case(
    new: NewCase,
    person: Annotated[Person, may(Action.CREATE_CASE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """A new case by hand, triaged like any other."""
    when = new.received_at or now
    if when.tzinfo is None:
        raise Refused("received_at needs a time zone.")
    case = writing_down.open_case(
        session, desk, kind=MessageKind(new.kind), name=new.name, contact=new.contact, postcode=new.postcode,
        subject=new.subject, text=new.text, author_id=person.staff_id, when=when, now=now, actor=person.actor,
        road=new.channel, visible=visible_cases(person),
    )  # fmt: skip
    response.headers["Location"] = f"/api/v1/cases/{case.reference}"
    return showing.case(session, desk, person, case, now, response)


@router.post("/cases/take", responses={204: {"description": "There is no case for this person."}})
def take_next_case(
    person: Annotated[Person, may(Action.ASSIGN)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape | None:
    """Gives the caller the case with the most points that is one for them; nobody else is given it."""
    taken = taking.take_next(session, desk, person, now=now)
    if taken is None:
        response.status_code = 204
        return None
    return showing.case(session, desk, person, taken.case, now, response)


@router.get("/cases/{reference}")
def read_case(
    reference: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    case = find_case(session, person, reference, Action.READ_CASE)
    return showing.case(session, desk, person, case, now, response)


@router.get("/cases/{reference}/messages")
def read_messages(
    reference: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    page: Page,
) -> shapes.Page[shapes.MessageShape]:
    """Everything said on the case, oldest first."""
    case = find_case(session, person, reference, Action.READ_CASE)
    query = select(Message).where(Message.case_id == case.id).order_by(col(Message.id))
    if page.after:
        query = query.where(col(Message.id) > page.after_id)
    rows = session.exec(query.limit(page.limit + 1)).all()
    shown = showing.messages(session, desk, person, rows[: page.limit])
    return shapes.Page(items=shown, next=cursor(shown[-1].id) if len(rows) > page.limit else None)


@router.get("/cases/{reference}/events")
def read_events(
    reference: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, page: Page
) -> shapes.Page[shapes.EventShape]:
    """The case's history, oldest first."""
    case = find_case(session, person, reference, Action.READ_CASE)
    query = select(Event).where(Event.case_id == case.id).order_by(col(Event.sequence))
    if page.after:
        query = query.where(col(Event.sequence) > page.after_number)
    rows = session.exec(query.limit(page.limit + 1)).all()
    unread = person.hidden_channels
    shown = [showing.event(row) for row in rows[: page.limit] if row.detail.get("channel") not in unread]
    return shapes.Page(
        items=shown, next=cursor(rows[page.limit - 1].sequence) if len(rows) > page.limit else None
    )


@router.get("/cases/{reference}/decision")
def read_decision(
    reference: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading
) -> shapes.Page[shapes.DecisionShape]:
    """Why the case is where it is: for each message, every rule considered and what it said."""
    case = find_case(session, person, reference, Action.READ_CASE)
    read = select(Message.id).where(Message.case_id == case.id)
    query = select(Trace).where(Trace.case_id == case.id, col(Trace.message_id).in_(read))
    query = query.order_by(col(Trace.message_id))
    return shapes.Page(items=[showing.decision(row) for row in session.exec(query)])
