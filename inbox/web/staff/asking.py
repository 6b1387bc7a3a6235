"""Asks a body: whom, what, until when, and whether the person agreed."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import Session, select
from starlette.responses import Response

from inbox import bodies, consents, drafting, enquiries
from inbox.access import Action
from inbox.bodies.facts import USUAL_TARGET
from inbox.database import find_or_none, savepoint
from inbox.dates import long_date
from inbox.enquiries.waiting import bodies_asked
from inbox.errors import Refused
from inbox.models import Body, Case, Enquiry
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import ladder, onecase
from inbox.web.staff.showing import words as say
from inbox.web.views.case_pages import AskPage
from inbox.web.views.parts import Choice, Link, Notice, Problem, Tone
from routing.sla import ClockFacts, due_at
from routing.words import ClockKind, Nation, Unit

router = page_router()
Line = Annotated[str, Form(max_length=500)]
MOST_CHOICES = 150


@router.get("/cases/{reference}/enquiries/new")
def form(
    reference: str,
    room: Annotated[Workroom, studying(Action.DRAFT)],
    chase: Annotated[str, Query(max_length=32)] = "",
    body: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """The letter to a body; `body` is chosen already, `chase` begins from an earlier question."""
    case = room.case(reference, Action.DRAFT)
    values = _blank(case)
    before = room.session.exec(select(Enquiry).where(Enquiry.id == chase, Enquiry.case_id == case.id)).first()
    if before is not None:
        again = f"We wrote to you about this and have had no reply.\n\n{before.question}"
        values |= {"body_name": before.body, "email": before.address, "due": "5", "text": again}
    return _page(room, case, values, body)


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
    due: Line = "",
    without_consent: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Prepares the letter as a draft; it leaves, and its clock starts, after sign-off."""
    case = room.case(reference, Action.DRAFT)
    values = {
        "body_name": body_name, "email": email, "their_reference": their_reference, "subject": subject,
        "text": text, "due": due, "without_consent": without_consent,
    }  # fmt: skip
    plain = due.strip()
    if plain and not (plain.isascii() and plain.isdigit() and len(plain) < 6):
        return _page(room, case, values, body, Problem("due", "Enter a number of working days"))
    words = f"{text}\n\nYour reference: {their_reference.strip()}" if their_reference.strip() else text
    chosen = find_or_none(room.session, Body, body)
    named = body_name.strip() or (chosen.name if chosen else "")
    try:
        with savepoint(room.session):
            _, draft = enquiries.ask(
                room.session, room.desk, case, body=named, address=email, question=words,
                working_days=int(plain) if plain else None, author_id=room.person.staff_id, now=room.now,
                actor=room.person.actor, without_consent=without_consent,
            )  # fmt: skip
            if subject.strip():
                drafting.save(
                    room.session, room.desk, draft, drafting.Changes(subject=subject), version=draft.version,
                    author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
                )  # fmt: skip
    except Refused as error:
        return _page(room, case, values, body, Problem(_place(error, named), error.sentence))
    return see_other(f"/cases/{reference}/drafts/{draft.number}")


def _blank(case: Case) -> dict[str, str]:
    return {
        "body_name": "", "email": "", "their_reference": "", "text": "", "due": "", "without_consent": "",
        "subject": f"{case.subject} ({case.reference})",
    }  # fmt: skip


def _place(error: Refused, named: str) -> str:
    """The field that a refusal is about."""
    if not named:
        return "body_name"
    if field := error.details.get("field"):
        return str(field)
    return "email" if "email" in error.sentence else "text"


def _page(room: Workroom, case: Case, values: dict[str, str], body: str, *problems: Problem) -> Response:
    header = onecase.header(room.session, room.desk, room.person, case)
    chosen = find_or_none(room.session, Body, body) or (
        bodies.known(room.session, values["body_name"], values["email"]) if values["body_name"] else None
    )
    wants_reason = any(problem.name == "without_consent" for problem in problems)
    view = AskPage(
        room.shell(), header, f"/cases/{case.reference}/enquiries", _choices(room.session, chosen, case),
        values, _until(room, values["due"], chosen), _permission(room, case, chosen), "Write the letter",
        wants_reason, problems,
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _choices(session: Session, chosen: Body | None, case: Case) -> tuple[Choice, ...]:
    """Those asked before first, then the rest of the directory, unless it is too long for a list."""
    recent = bodies_asked(session)
    every = bodies.listed(session)
    rest = [row for row in every if row not in recent] if len(every) <= MOST_CHOICES else []
    known = [row for row in (chosen, *recent, *rest) if row is not None]
    rows = list({row.id: row for row in known}.values())
    typed = "Type the name below" if not every else "Choose, or name another below"
    return (Choice("", typed, chosen is None), *(_choice(row, chosen) for row in rows))


def _choice(row: Body, chosen: Body | None) -> Choice:
    time = f"{row.target} {say.UNITS[row.unit]}" if row.target else f"{USUAL_TARGET} working days"
    return Choice(row.id, f"{row.name}, {row.email or 'no email address'}, {time}", row is chosen)


def _until(room: Workroom, due: str, chosen: Body | None) -> str:
    typed = int(due) if due.strip().isdigit() and len(due) < 6 else 0
    amount = min(typed or (chosen.target if chosen else None) or USUAL_TARGET, 250)
    unit = Unit(chosen.unit) if chosen and not typed else Unit.WORKING_DAYS
    nation = Nation(chosen.nation) if chosen and chosen.nation else None
    facts = ClockFacts(ClockKind.ENQUIRY, room.now, amount, unit, nation)
    day = room.desk.calendar.day_of(due_at(facts, room.desk.calendar))
    whose = f"{chosen.name} has" if chosen and chosen.target and not typed else "They have"
    return (
        f"{whose} {amount} {say.UNITS[unit]}. If the letter leaves today, they are asked to reply by "
        f"{long_date(day)}. After that day a chase comes up by itself."
    )


def _permission(room: Workroom, case: Case, chosen: Body | None) -> Notice:
    """What the chosen body needs and what there is."""
    link = (Link("Permissions on this case", f"/cases/{case.reference}/consents"),)
    zone = room.office.time_zone
    if chosen is None:
        words = "Ask only what the person agreed to. Nothing leaves before sign-off."
        return Notice(words, Tone.SOON, None, link)
    why = consents.lacking(room.session, case, chosen, room.now, zone)
    if why is not None:
        return Notice(why, Tone.SOON, "Ask the person first", link)
    held = consents.standing(room.session, case, chosen, room.now)
    if held is not None:
        return Notice(ladder.consent_words(held, zone), Tone.OK, f"Permission to ask {chosen.name}", link)
    return Notice(f"{chosen.name} answers without more: they asked for help on their own matter.", Tone.OK)
