"""Enquiries, their ladder, and permissions on a case."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from sqlmodel import Session, select

from inbox import consents, enquiries
from inbox.access import Action, Person, find_case, visible_cases
from inbox.errors import Conflict, NotFound, Refused
from inbox.models import Case, Consent, ConsentKind, Enquiry
from inbox.web.api import shapes
from inbox.web.dependencies import Now, Reading, Writing, WritingDesk, may
from inbox.web.routers import api_router

router = api_router("enquiries")


class StepShape(shapes.Shape):
    """One step that came up: `draft` is its id, null where somebody has to ring (`words` to say)."""

    rung: str
    came_up_at: shapes.Moment
    done_at: shapes.Moment | None
    ending: str | None
    draft: str | None
    words: str


class EnquiryShape(shapes.Shape):
    """One question to one body. `target` is counted in `unit`; null `nation`: the office's own days.

    `address` and `question` are empty for whoever may not read the channel that it left by.
    """

    id: str
    case: str
    body: str
    body_id: str | None
    address: str
    question: str
    target: int
    unit: str
    nation: str | None
    without_consent: str | None
    asked_at: shapes.Moment | None
    answered_at: shapes.Moment | None
    withdrawn_at: shapes.Moment | None
    came_from: str | None
    passed_on_at: shapes.Moment | None
    next_step_at: shapes.Moment | None
    steps: list[StepShape]


class WaitingShape(shapes.Shape):
    """One line of the list of bodies that are waited for."""

    id: str
    case: str
    body: str
    asked_at: shapes.Moment
    due_at: shapes.Moment
    step: str | None
    last_done: str | None
    next_step_at: shapes.Moment | None


class ConsentShape(shapes.Shape):
    """One permission; `bodies` empty: any body that can help."""

    id: str
    kind: str
    bodies: list[str]
    given_by: str
    on_behalf_of: str | None
    given_at: shapes.Moment
    ends_at: shapes.Moment | None
    message: str | None
    file: str | None
    note: str
    recorded_at: shapes.Moment
    withdrawn_at: shapes.Moment | None
    holds: bool


class PassedOn(shapes.Shape):
    """Who has a question now; a body of the directory is known by any of its names."""

    body: shapes.Line
    address: shapes.Line = ""
    received_at: shapes.Received | None = None
    reason: shapes.Line


class NewConsent(shapes.Shape):
    """Its evidence: `message` or `file` (ids on this case), or a `note`; `ends_at`: when it ends."""

    kind: ConsentKind
    given_by: shapes.Line
    given_at: shapes.Received
    bodies: shapes.Lines = Field(default_factory=list)
    on_behalf_of: shapes.Line = ""
    message: shapes.Line | None = None
    file: shapes.Line | None = None
    note: shapes.Words = ""
    ends_at: shapes.Received | None = None


@router.get("/enquiries")
def list_waiting(
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    now: Now,
    state: enquiries.Filter = enquiries.Filter.ALL,
    q: Annotated[str, Query(max_length=80)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> shapes.Page[WaitingShape]:
    """Every body that is waited for, the latest first."""
    rows, following = enquiries.waiting(
        session, visible_cases(person), now, which=state, words=q, cursor=cursor, limit=limit
    )
    items = [
        WaitingShape(
            id=row.enquiry_id, case=row.reference, body=row.body, asked_at=row.asked_at, due_at=row.due_at,
            step=row.rung, last_done=row.done, next_step_at=row.next_step_at,
        )
        for row in rows
    ]  # fmt: skip
    return shapes.Page(items=items, next=following)


@router.get("/cases/{reference}/enquiries")
def list_enquiries(
    reference: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading
) -> shapes.Page[EnquiryShape]:
    """Every enquiry of a case with its steps, oldest first."""
    case = find_case(session, person, reference, Action.READ_CASE)
    return shapes.Page(items=[_shown(session, person, case, one) for one in enquiries.of_case(session, case)])


@router.post("/enquiries/{enquiry_id}/chase")
def chase(
    enquiry_id: str,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> EnquiryShape:
    """Brings up the next step now, as a draft. 409 where none follows or one waits already."""
    case, enquiry = _find(session, person, enquiry_id, Action.DRAFT)
    made = enquiries.bring_up(session, desk, enquiry.id, now=now, actor=person.actor, early=True)
    if made is None:
        raise Conflict("No further step can come up: one waits already, or the ladder has ended.")
    return _shown(session, person, case, enquiry)


@router.post("/enquiries/{enquiry_id}/answered")
def answered(
    enquiry_id: str, person: Annotated[Person, may(Action.TRIAGE)], session: Writing, now: Now
) -> EnquiryShape:
    """The body answered: its clock and its ladder stop."""
    case, enquiry = _find(session, person, enquiry_id, Action.TRIAGE)
    enquiries.answered(session, case, enquiry, now=now, actor=person.actor)
    session.flush()
    return _shown(session, person, case, enquiry)


@router.post("/enquiries/{enquiry_id}/pass-on", status_code=201)
def pass_on(
    enquiry_id: str, given: PassedOn, person: Annotated[Person, may(Action.TRIAGE)], session: Writing,
    desk: WritingDesk, now: Now,
) -> EnquiryShape:  # fmt: skip
    """The body passed it on: another enquiry goes on from this one, its clock from when it came there."""
    if given.received_at is not None and given.received_at.tzinfo is None:
        raise Refused("received_at needs a time zone.")
    case, enquiry = _find(session, person, enquiry_id, Action.TRIAGE)
    fresh = enquiries.pass_on(
        session, desk, case, enquiry, body=given.body, address=given.address,
        received_at=given.received_at or now, reason=given.reason, now=now, actor=person.actor,
    )  # fmt: skip
    session.flush()
    return _shown(session, person, case, fresh)


@router.get("/cases/{reference}/consents")
def list_consents(
    reference: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, now: Now
) -> shapes.Page[ConsentShape]:
    """Every permission on a case, oldest first."""
    case = find_case(session, person, reference, Action.READ_CASE)
    return shapes.Page(items=[_consent(row, now) for row in consents.of_case(session, case)])


@router.post("/cases/{reference}/consents", status_code=201)
def write_consent(
    reference: str, new: NewConsent, person: Annotated[Person, may(Action.DRAFT)], session: Writing, now: Now
) -> ConsentShape:
    """Writes a permission down, with its evidence."""
    case = find_case(session, person, reference, Action.DRAFT)
    if new.given_at.tzinfo is None or (new.ends_at is not None and new.ends_at.tzinfo is None):
        raise Refused("given_at and ends_at need a time zone.")
    given = consents.Given(
        kind=new.kind, given_by=new.given_by, given_at=new.given_at, bodies=new.bodies,
        on_behalf_of=new.on_behalf_of, message_id=new.message, file_id=new.file, note=new.note,
        ends_at=new.ends_at,
    )  # fmt: skip
    row = consents.write_down(session, case, given, now=now, actor=person.actor, staff_id=person.staff_id)
    return _consent(row, now)


@router.post("/cases/{reference}/consents/{consent_id}/withdraw")
def take_consent_back(
    reference: str, consent_id: str, person: Annotated[Person, may(Action.DRAFT)], session: Writing, now: Now
) -> ConsentShape:
    """The person no longer agrees."""
    case = find_case(session, person, reference, Action.DRAFT)
    return _consent(consents.take_back(session, case, consent_id, now=now, actor=person.actor), now)


def _find(session: Session, person: Person, enquiry_id: str, action: Action) -> tuple[Case, Enquiry]:
    """An enquiry on a case that this person may know; both locked."""
    query = select(Case.reference).join(Enquiry).where(Enquiry.id == enquiry_id, visible_cases(person))
    reference = session.exec(query).first()
    if reference is None:
        raise NotFound
    case = find_case(session, person, reference, action)
    return case, enquiries.find_enquiry(session, case, enquiry_id)


def _shown(session: Session, person: Person, case: Case, row: Enquiry) -> EnquiryShape:
    steps = [
        StepShape(
            rung=step.rung, came_up_at=step.came_up_at, done_at=step.done_at, ending=step.ending,
            draft=step.draft_id, words=step.words,
        )
        for step in enquiries.steps_of(session, row)
    ]  # fmt: skip
    facts: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            "id", "body", "body_id", "address", "question", "unit", "nation", "without_consent", "asked_at",
            "answered_at", "withdrawn_at", "came_from", "passed_on_at", "next_step_at",
        )
    }  # fmt: skip
    if not enquiries.may_read(session, person, row):
        facts |= {"address": "", "question": ""}
    return EnquiryShape(case=case.reference, target=row.working_days, steps=steps, **facts)


def _consent(row: Consent, now: datetime) -> ConsentShape:
    return ConsentShape(
        id=row.id, kind=row.kind, bodies=row.bodies, given_by=row.given_by, on_behalf_of=row.on_behalf_of,
        given_at=row.given_at, ends_at=row.ends_at, message=row.evidence_message_id,
        file=row.evidence_file_id, note=row.note, recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at, holds=consents.holds(row, now),
    )  # fmt: skip
