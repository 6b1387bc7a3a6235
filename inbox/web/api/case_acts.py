"""What people do with a case: note, assign, decide, ask a body, begin a reply, take back."""

from typing import Annotated, Any, Literal

from fastapi import Response
from sqlmodel import Session, select

from inbox import casework, drafting, enquiries, undoing, writing_down
from inbox.access import Action, Person, find_case, require, require_on
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import NotFound, Refused
from inbox.models import Case, CaseStatus, ChannelAct, Event, Staff, Team, Template
from inbox.web.api import shapes, showing
from inbox.web.dependencies import (
    IfMatch,
    IfMatchGiven,
    Now,
    Writing,
    WritingDesk,
    check_version,
    etag,
    may,
)
from inbox.web.routers import api_router
from routing.words import Flag, Priority

router = api_router("cases")
STALE = "Somebody else changed this case. Read it again, then decide."


class NewNote(shapes.Shape):
    text: shapes.Words


class Assignment(shapes.Shape):
    """Who has it: `assignee` is a staff address, `team` a team's name; null gives it to nobody."""

    assignee: shapes.Line | None = None
    team: shapes.Line | None = None


class StatusChange(shapes.Shape):
    """A status, or an ending with its outcome; also priority and flags.

    `waiting_for` says what `waiting_constituent` waits for: `address`, `permission` or `answer`.
    """

    status: CaseStatus | None = None
    waiting_for: Literal["address", "permission", "answer"] | None = None
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


@router.post("/cases/{reference}/notes", status_code=201)
def add_note(
    reference: str,
    new: NewNote,
    version: IfMatchGiven,
    person: Annotated[Person, may(Action.NOTE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.MessageShape:
    """An office note. It never leaves."""
    case = find_case(session, person, reference, Action.NOTE)
    check_version(case.version, version, STALE)
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
    return showing.case(session, desk, person, case, now, response)


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
        status = change.status or CaseStatus.RESOLVED
        casework.close(session, case, outcome=change.outcome or "", note=change.note, status=status, **done)
    elif change.status is not None:
        _turn(session, desk, case, change.status, change.waiting_for, **done)
    return showing.case(session, desk, person, case, now, response)


def _turn(
    session: Session, desk: Desk, case: Case, status: CaseStatus, waiting_for: str | None, **done: Any
) -> None:
    """Whose turn it is. Raises Refused for waiting on an organisation that nobody asked."""
    if status is CaseStatus.WAITING_BODY and not any(
        enquiries.is_waiting(one) for one in enquiries.of_case(session, case)
    ):
        raise Refused("No organisation was asked on this case. Ask one: it waits as soon as the letter left.")
    if case.status in casework.ENDED_IN:
        casework.reopen(session, desk, case, **done)
    if status is CaseStatus.WAITING_CONSTITUENT:
        waiting_for = waiting_for or "answer"
    if case.status != status:
        casework.set_status(session, case, status, waiting_for=waiting_for, **done)


@router.post("/cases/{reference}/enquiries", status_code=201)
def ask(
    reference: str,
    new: NewEnquiry,
    version: IfMatchGiven,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.DraftShape:
    """Asks a body: the letter as a draft; its clock starts when the letter has left."""
    case = find_case(session, person, reference, Action.DRAFT)
    check_version(case.version, version, STALE)
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
    version: IfMatchGiven,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """A new draft to the person who wrote, on the channel they used."""
    case = find_case(session, person, reference, Action.DRAFT)
    check_version(case.version, version, STALE)
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
    return showing.case(session, desk, person, case, now, response)


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
