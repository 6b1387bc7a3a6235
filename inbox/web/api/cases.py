"""Cases: listed, read, made by hand, worked on."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from sqlmodel import Session, col, select

from inbox import casework, drafting, enquiries, queues, taking, undoing, writing_down
from inbox.access import Action, Person, find_case, require, require_on, visible_cases
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import NotFound, Refused
from inbox.models import Case, CaseStatus, ChannelAct, Event, Message, MessageKind, Staff, Team, Template
from inbox.models import Decision as Trace
from inbox.web.api import shapes, showing
from inbox.web.dependencies import (
    IfMatch,
    Now,
    Page,
    Reading,
    ReadingDesk,
    Writing,
    WritingDesk,
    check_version,
    cursor,
    etag,
    may,
)
from inbox.web.routers import api_router
from routing.words import Flag, Priority

router = api_router("cases")
STALE = "Somebody else changed this case. Read it again, then decide."


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


class NewNote(shapes.Shape):
    text: shapes.Words


class Assignment(shapes.Shape):
    """Who has it: `assignee` is a staff address, `team` a team's name; null gives it to nobody."""

    assignee: shapes.Line | None = None
    team: shapes.Line | None = None


class StatusChange(shapes.Shape):
    """A status, or an ending with its outcome; also priority and flags."""

    status: CaseStatus | None = None
    outcome: shapes.Line | None = None
    note: shapes.Words = ""
    priority: Priority | None = None
    flags: Annotated[list[Flag], shapes.Short] | None = None
    junk: bool | None = None


class NewEnquiry(shapes.Shape):
    """What is left out of `address` and `working_days` is taken from the contact directory."""

    body: shapes.Line
    address: shapes.Line = ""
    question: shapes.Words
    working_days: int = 20
    without_consent: shapes.Words = ""


class NewDraft(shapes.Shape):
    text: shapes.Words = ""
    template: shapes.Line | None = None


@router.get("/cases")
def list_cases(
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    now: Now,
    view: Annotated[str | None, Query(max_length=20)] = None,
    q: Annotated[str | None, Query(max_length=500)] = None,
    status: CaseStatus | None = None,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    channel: Annotated[str | None, Query(max_length=80)] = None,
    topic: Annotated[str | None, Query(max_length=40)] = None,
    priority: Priority | None = None,
    flag: Annotated[str | None, Query(max_length=20)] = None,
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
    page = queues.page(
        session, queues.view_named(view) if view else None, queues.Reader(person.staff_id, now),
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
        road=new.channel,
    )  # fmt: skip
    response.headers["Location"] = f"/api/v1/cases/{case.reference}"
    return _shown(session, desk, person, case, now, response)


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
    return _shown(session, desk, person, taken.case, now, response)


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
    return _shown(session, desk, person, case, now, response)


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


@router.post("/cases/{reference}/notes", status_code=201)
def add_note(
    reference: str,
    new: NewNote,
    person: Annotated[Person, may(Action.NOTE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.MessageShape:
    """An office note. It never leaves."""
    case = find_case(session, person, reference, Action.NOTE)
    note = writing_down.add_note(
        session, case, new.text, author_id=person.staff_id, now=now, actor=person.actor
    )
    return showing.messages(session, desk, person, [note])[0]


@router.post("/cases/{reference}/assign")
def assign(
    reference: str,
    given: Assignment,
    version: IfMatch,
    person: Annotated[Person, may(Action.ASSIGN)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """Gives the case to a person and, or, a team."""
    case = find_case(session, person, reference, Action.ASSIGN)
    check_version(case.version, version, STALE)
    if "team" in given.model_fields_set and given.team is not None:
        casework.move_to_team(session, case, _team(session, given.team).id, now=now, actor=person.actor)
    if "assignee" in given.model_fields_set:
        staff_id = _staff(session, given.assignee).id if given.assignee else None
        casework.assign(session, case, staff_id, now=now, actor=person.actor)
    return _shown(session, desk, person, case, now, response)


@router.post("/cases/{reference}/status")
def change_status(
    reference: str,
    change: StatusChange,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """Changes status, priority or flags, marks as junk or not, or closes with an outcome."""
    case = find_case(session, person, reference, Action.TRIAGE)
    check_version(case.version, version, STALE)
    done: dict[str, Any] = {"now": now, "actor": person.actor}
    if change.flags is not None:
        casework.set_flags(session, case, set(change.flags), why=change.note, **done)
    if change.priority is not None:
        casework.set_priority(session, case, change.priority, **done)
    if change.junk is not None:
        (
            casework.junk(session, case, **done)
            if change.junk
            else casework.not_junk(session, desk, case, **done)
        )
    if change.outcome is not None or change.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        require(person, Action.CLOSE, case)
        casework.close(session, case, outcome=change.outcome or "", note=change.note, **done)
    elif change.status is not None:
        casework.set_status(session, case, change.status, **done)
    return _shown(session, desk, person, case, now, response)


@router.post("/cases/{reference}/enquiries", status_code=201)
def ask(
    reference: str,
    new: NewEnquiry,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.DraftShape:
    """Asks a body: the letter as a draft; its clock starts when the letter has left."""
    case = find_case(session, person, reference, Action.DRAFT)
    _, letter = enquiries.ask(
        session, desk, case, body=new.body, address=new.address, question=new.question,
        working_days=new.working_days if "working_days" in new.model_fields_set else None,
        author_id=person.staff_id, now=now, actor=person.actor, without_consent=new.without_consent,
    )  # fmt: skip
    require_on(person, ChannelAct.DRAFT, letter.channel_id)
    session.flush()
    return showing.draft(session, desk, letter, case, now)


@router.post("/cases/{reference}/drafts", status_code=201)
def begin_draft(
    reference: str,
    new: NewDraft,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """A new draft to the person who wrote, on the channel they used."""
    case = find_case(session, person, reference, Action.DRAFT)
    template = _template(session, new.template, case.language) if new.template else None
    row = drafting.begin(
        session,
        desk,
        case,
        author_id=person.staff_id,
        now=now,
        actor=person.actor,
        template=template,
        text=new.text,
    )
    require_on(person, ChannelAct.DRAFT, row.channel_id)
    session.flush()
    response.headers.update(etag(row.version))
    response.headers["Location"] = f"/api/v1/drafts/{row.id}"
    return showing.draft(session, desk, row, case, now)


@router.post("/undo/{event_id}")
def undo(
    event_id: str,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """Takes back one act, where nobody has changed the same thing since."""
    event = find(session, Event, event_id)
    if event.case_id is None:
        raise NotFound
    for reached in undoing.undo_reaches(session, event):
        find_case(session, person, reached.reference, Action.TRIAGE)
    case = undoing.undo(session, desk, event_id, now=now, actor=person.actor)
    return _shown(session, desk, person, case, now, response)


def _shown(
    session: Session, desk: Desk, person: Person, case: Case, now: datetime, response: Response
) -> shapes.CaseShape:
    session.flush()
    response.headers.update(etag(case.version))
    return showing.cases(session, desk, person, [case], now)[0]


def _team(session: Session, name: str) -> Team:
    team = session.exec(select(Team).where(Team.name == name)).first()
    if team is None:
        raise Refused(f"There is no team called {name}.")
    return team


def _staff(session: Session, email: str) -> Staff:
    person = session.exec(select(Staff).where(Staff.email == email.strip().lower())).first()
    if person is None:
        raise Refused("Nobody here has that address.")
    return person


def _template(session: Session, name: str, language: str) -> Template:
    rows = session.exec(select(Template).where(Template.name == name)).all()
    found = next((row for row in rows if row.language == language), rows[0] if rows else None)
    if found is None:
        raise NotFound
    return found
