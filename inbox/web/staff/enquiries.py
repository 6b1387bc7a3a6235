"""Ask an organisation by email, with a clock of its own; note that it answered."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import drafting, enquiries
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.dates import long_date
from inbox.errors import NotFound, Refused
from inbox.models import Case, Enquiry
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import onecase
from inbox.web.views.case_pages import AskPage
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Choice, Link, Notice, Problem, Tone

router = page_router()
Line = Annotated[str, Form(max_length=500)]


@router.get("/cases/{reference}/enquiries/new")
def form(
    reference: str,
    room: Annotated[Workroom, studying(Action.DRAFT)],
    chase: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """The letter to an organisation; `chase` begins from an earlier question."""
    case = room.case(reference, Action.DRAFT)
    values = {
        "body_name": "",
        "email": "",
        "their_reference": "",
        "text": "",
        "due": "20",
        "subject": f"{case.subject} ({case.reference})",
    }
    before = room.session.exec(select(Enquiry).where(Enquiry.id == chase, Enquiry.case_id == case.id)).first()
    if before is not None:
        values |= {
            "body_name": before.body,
            "email": before.address,
            "due": "5",
            "text": f"We wrote to you about this and have had no reply.\n\n{before.question}",
        }
    return _page(room, case, values, "")


@router.post("/cases/{reference}/enquiries")
def ask(
    reference: str,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    body: Line = "",
    body_name: Line = "",
    email: Line = "",
    their_reference: Line = "",
    subject: Line = "",
    text: Annotated[str, Form(max_length=100_000)] = "",
    due: Line = "20",
) -> Response:
    """Prepares the letter as a draft; it leaves, and its clock starts, after sign-off."""
    case = room.case(reference, Action.DRAFT)
    values = {
        "body_name": body_name,
        "email": email,
        "their_reference": their_reference,
        "subject": subject,
        "text": text,
        "due": due,
    }
    if not due.strip().isdigit():
        return _page(room, case, values, body, Problem("due", "Enter a number of working days"))
    words = f"{text}\n\nYour reference: {their_reference.strip()}" if their_reference.strip() else text
    known = {one.id: one for one in _bodies(room)}
    chosen = known.get(body)
    named = body_name.strip() or (chosen.body if chosen else "")
    address = email.strip() or (chosen.address if chosen else "")
    try:
        with savepoint(room.session):
            _, draft = enquiries.ask(
                room.session,
                room.desk,
                case,
                body=named,
                address=address,
                question=words,
                working_days=int(due),
                author_id=room.person.staff_id,
                now=room.now,
                actor=room.person.actor,
            )
            if subject.strip():
                drafting.save(
                    room.session,
                    room.desk,
                    draft,
                    drafting.Changes(subject=subject),
                    version=draft.version,
                    author_id=room.person.staff_id,
                    now=room.now,
                    actor=room.person.actor,
                )
    except Refused as error:
        place = (
            "email" if "email" in error.sentence else "due" if "working days" in error.sentence else "text"
        )
        place = "body_name" if not named else place
        return _page(room, case, values, body, Problem(place, error.sentence))
    return see_other(f"/cases/{reference}/drafts/{draft.number}")


@router.get("/cases/{reference}/enquiries/{enquiry_id}/answered")
def answered_form(
    reference: str, enquiry_id: str, room: Annotated[Workroom, studying(Action.TRIAGE)]
) -> Response:
    case = room.case(reference, Action.TRIAGE)
    row = _enquiry(room, case, enquiry_id)
    url = f"/cases/{reference}"
    effects = (f"The clock for {row.body} stops.", "The case is ours again, and the status page says so.")
    return room.page(
        ConfirmPage(
            room.shell(),
            f"Has {row.body} answered?",
            effects,
            None,
            None,
            Act("They answered", f"{url}/enquiries/{enquiry_id}/answered"),
            Link("Not yet", url),
        )
    )


@router.post("/cases/{reference}/enquiries/{enquiry_id}/answered")
def answered(reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """The organisation answered: its clock stops."""
    case = room.case(reference, Action.TRIAGE)
    row = _enquiry(room, case, enquiry_id)
    enquiries.answered(room.session, case, row, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="answered")


def _enquiry(room: Workroom, case: Case, enquiry_id: str) -> Enquiry:
    row = find(room.session, Enquiry, enquiry_id)
    if row.case_id != case.id:
        raise NotFound
    return row


def _bodies(room: Workroom) -> list[Enquiry]:
    """Whom this office asked before, each address once, newest first."""
    rows = room.session.exec(select(Enquiry).order_by(col(Enquiry.id).desc()).limit(200)).all()
    found: dict[str, Enquiry] = {}
    for row in rows:
        found.setdefault(row.address, row)
    return list(found.values())[:30]


def _page(room: Workroom, case: Case, values: dict[str, str], body: str, *problems: Problem) -> Response:
    header = onecase.header(room.session, room.desk, room.person, case)
    bodies = (
        Choice("", "Choose, or name another below", not body),
        *(Choice(row.id, f"{row.body}, {row.address}", row.id == body) for row in _bodies(room)),
    )
    amount = int(values["due"]) if values["due"].strip().isdigit() else 20
    last = room.desk.calendar.add_working_days(room.desk.calendar.day_of(room.now), min(amount, 250))
    words = f"If it leaves today, they are asked to reply by {long_date(last)}."
    consent = Notice("Ask only what the person agreed to. Nothing leaves before sign-off.", Tone.SOON)
    view = AskPage(
        room.shell(),
        header,
        f"/cases/{case.reference}/enquiries",
        bodies,
        values,
        words,
        consent,
        "Write the letter",
        problems,
    )
    return room.page(view, 422 if problems else 200)
