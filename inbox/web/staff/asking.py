"""Asks a body: whom, what, until when, and whether the person agreed."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Query
from sqlmodel import Session, col, select
from starlette.responses import Response

from inbox import bodies, consents, drafting, enquiries, signoff
from inbox.access import Action
from inbox.bodies.facts import USUAL_TARGET
from inbox.database import find_or_none, savepoint, shown_in
from inbox.dates import long_date
from inbox.enquiries.waiting import bodies_asked
from inbox.errors import Refused
from inbox.models import Attachment, Body, Case, Enquiry, Message, Scan
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page, enquiry_pages, timeline
from inbox.web.staff.showing import words as say
from inbox.web.views.case_pages import AskPage
from inbox.web.views.messages import Message as ShownMessage
from inbox.web.views.parts import Choice, Link, Notice, Problem, Tone
from routing.sla import ClockFacts, due_at
from routing.words import ClockKind, Nation, Unit

router = page_router()
Line = Annotated[str, Form(max_length=20_000)]
"""Far longer than what is kept: a line that is too long is cut or refused with the letter still there."""
MOST_CHOICES = 150
MOST_FILES = 30


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
        values |= {"body_name": before.body, "due": "5"}
    if before is not None and enquiries.may_read(room.session, room.person, before):
        again = f"We wrote to you about this and have had no reply.\n\n{before.question}"
        values |= {"email": before.address, "text": again}
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
    without_consent: Annotated[str, Form(max_length=100_000)] = "",
    attach: Annotated[list[str], Form(max_length=64)] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Lays the letter out as a draft, to be read through; its clock starts when it has left."""
    case = room.case(reference, Action.DRAFT)
    values = {
        "body_name": body_name, "email": email, "their_reference": their_reference, "subject": subject,
        "text": text, "due": due, "without_consent": without_consent,
    }  # fmt: skip
    plain = due.strip()
    if plain and not (plain.isascii() and plain.isdigit() and len(plain) < 6):
        problem = Problem("due", "Enter a number of working days")
        return _page(room, case, values, body, problem, attach=attach)
    chosen = find_or_none(room.session, Body, body)
    named = body_name.strip() or (chosen.name if chosen else "")
    try:
        with savepoint(room.session):
            _, draft = enquiries.ask(
                room.session, room.desk, case, body=named, address=email, question=text,
                working_days=int(plain) if plain else None, author_id=room.person.staff_id, now=room.now,
                actor=room.person.actor, without_consent=without_consent, is_framed=True,
                their_reference=their_reference,
            )  # fmt: skip
            offered = {row.id for row in _files(room.session, case)}
            drafting.save(
                room.session, room.desk, draft,
                drafting.Changes(subject=subject if subject.strip() else None,
                                 attachments=[one for one in attach if one in offered]),
                version=draft.version, author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except Refused as error:
        problem = Problem(_place(error, named), error.sentence)
        return _page(room, case, values, body, problem, attach=attach)
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


def _files(session: Session, case: Case) -> list[Attachment]:
    """Files of the case that may go out with a letter, newest first."""
    query = (
        select(Attachment)
        .join(Message, col(Message.id) == Attachment.message_id)
        .where(Message.case_id == case.id, col(Attachment.scan).in_((Scan.CLEAN, Scan.NOT_SCANNED)))
    )
    query = query.where(shown_in(session, col(Message.channel_id)))
    return list(session.exec(query.order_by(col(Attachment.id).desc()).limit(MOST_FILES)).all())


def _frame(room: Workroom, case: Case, values: dict[str, str], chosen: Body | None) -> str:
    """The letter as it would be laid out, with dots where the question comes."""
    due = values["due"]
    amount = int(due) if due.isascii() and due.isdigit() and len(due) < 6 else 0
    amount = min(amount or (chosen.target if chosen else None) or USUAL_TARGET, 250)
    named = values["body_name"].strip() or (chosen.name if chosen else "[the organisation]")
    asked = enquiries.make(case, named, "", "…", max(amount, 1), room.staff_id, room.now)
    zone = room.office.time_zone
    why = consents.lacking_for(room.session, case, chosen, named, room.now, zone)
    return enquiries.of_first(
        room.session, room.desk, case, asked, enquiries.clock_order(asked), is_named=why is None,
        their_reference=values["their_reference"], now=room.now,
    )  # fmt: skip


def _leaves(room: Workroom) -> str:
    """What happens to the letter after the button, in this office."""
    if signoff.stands_alone(room.session, room.desk, None, room.person, room.now):
        return (
            "Nothing leaves yet. You read the whole letter next, change what you like, and send it yourself."
        )
    return (
        "Nothing leaves yet. You read the whole letter next; then somebody else signs it off before it goes."
    )


def _page(
    room: Workroom, case: Case, values: dict[str, str], body: str, *problems: Problem,
    attach: Sequence[str] = (),
) -> Response:  # fmt: skip
    header = case_page.header(room.session, room.desk, room.person, case)
    chosen = find_or_none(room.session, Body, body) or (
        bodies.known(room.session, values["body_name"], values["email"]) if values["body_name"] else None
    )
    wants_reason = any(problem.name == "without_consent" for problem in problems)
    view = AskPage(
        room.shell(), header, f"/cases/{case.reference}/enquiries", _choices(room.session, chosen, case),
        values, _until(room, values["due"], chosen), _permission(room, case, chosen), "Go on to the letter",
        wants_reason or bool(values["without_consent"]), problems, _answering(room, case),
        _frame(room, case, values, chosen), _ticks(room.session, case, attach), _leaves(room),
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _answering(room: Workroom, case: Case) -> ShownMessage | None:
    newest = drafting.newest_inbound(room.session, case)
    if newest is None:
        return None
    return timeline.shown(room.session, case, [newest], room.desk.calendar.zone, room.now)[0]


def _ticks(session: Session, case: Case, ticked: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(row.id, row.filename, row.id in ticked) for row in _files(session, case))


def _choices(session: Session, chosen: Body | None, case: Case) -> tuple[Choice, ...]:
    """Those asked before first, then the rest of the directory, unless it is too long for a list."""
    recent = bodies_asked(session)
    every = bodies.listed(session, MOST_CHOICES + 1)
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
    beside = "Permissions on this case, in a new tab"
    link = (Link(beside, f"/cases/{case.reference}/consents", beside=True),)
    zone = room.office.time_zone
    if chosen is None:
        why = consents.lacking_for(room.session, case, None, "whoever is asked", room.now, zone)
        words = (
            "What permission is needed is shown for an organisation of the directory. One that is not there "
            "has no rule of its own: ask only what the person agreed to."
        )
        return Notice(why or words, Tone.SOON, "Ask the person first" if why else None, link)
    why = consents.lacking(room.session, case, chosen, room.now, zone)
    if why is not None:
        return Notice(why, Tone.SOON, "Ask the person first", link)
    held = consents.standing(room.session, case, chosen, room.now)
    if held is not None:
        return Notice(
            enquiry_pages.consent_words(held, zone), Tone.OK, f"Permission to ask {chosen.name}", link
        )
    return Notice(f"{chosen.name} answers without more: they asked for help on their own matter.", Tone.OK)
