"""At a door or a stall: one short page for a phone in one hand, that keeps what was typed."""

from typing import Annotated, Any

from fastapi import Form, Query
from starlette.responses import JSONResponse, Response

from inbox import kept_forms, writing_down
from inbox.access import Action, find_case, visible_cases
from inbox.database import find_or_none, savepoint
from inbox.errors import CaseworkError, Conflict, NotFound, Refused
from inbox.hand_channels import OUTREACH
from inbox.models import Case, Constituent, MessageKind
from inbox.surgeries import afterwards
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import by_hand
from inbox.web.views.by_hand import OutreachPage
from inbox.web.views.parts import Choice, Link, Notice, Problem, Tone

router = page_router()
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=kept_forms.LONGEST)]
PAGE = "outreach"
FIELDS = ("name", "reply_by", "contact", "postcode", "text", "place", "language", "consent")
WAYS = (
    ("phone", "By phone"),
    ("email", "By email"),
    ("letter", "By letter"),
    ("none", "They come back to us"),
)


@router.get("/outreach")
def form(
    room: Annotated[Room, looking(Action.CREATE_CASE)],
    taken: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The page, with what was typed there before and never sent."""
    kept = kept_forms.kept(room.session, room.staff_id, PAGE)
    return _page(room, kept, told=_told(room, taken) or _found(kept))


@router.post("/outreach/keep")
def keep(
    room: Annotated[Workroom, acting(Action.CREATE_CASE)], name: Line = "", reply_by: Line = "",
    contact: Line = "", postcode: Line = "", text: Text = "", place: Line = "", language: Line = "",
    consent: Line = "",
) -> Response:  # fmt: skip
    """Keeps what is typed so far; asked for by the page itself every few seconds."""
    values = (name, reply_by, contact, postcode, text, place, language, consent)
    kept_forms.keep(
        room.session, room.staff_id, PAGE, dict(zip(FIELDS, values, strict=True)), room.now
    )  # fmt: skip
    return JSONResponse({"saved_at": f"{room.local(room.now):%H:%M}"})


@router.post("/outreach")
def take(
    room: Annotated[Workroom, acting(Action.CREATE_CASE)], name: Line = "", reply_by: Line = "",
    contact: Line = "", postcode: Line = "", text: Text = "", place: Line = "", language: Line = "",
    consent: Line = "",
) -> Response:  # fmt: skip
    """Opens the case; the place stays for the next door."""
    given = (name, reply_by, contact, postcode, text, place, language, consent)
    values = dict(zip(FIELDS, given, strict=True))
    problems = _problems(values)
    if problems:
        return _page(room, values, *problems, status=422)
    try:
        with savepoint(room.session):
            case = _taken(room, values)
    except (Refused, Conflict) as error:
        return _page(room, values, Problem(_field(error), error.sentence), status=422)
    kept_forms.keep(room.session, room.staff_id, PAGE, {"place": place}, room.now)
    return see_other("/outreach", taken=case.reference)


def _taken(room: Workroom, values: dict[str, str]) -> Case:
    way, contact = values["reply_by"], values["contact"].strip()
    done: dict[str, Any] = {"author_id": room.person.staff_id, "now": room.now, "actor": room.person.actor}
    case = writing_down.open_case(
        room.session, room.desk, kind=MessageKind.VISIT, name=values["name"],
        contact=contact if way == "email" else "", phone=contact if way == "phone" else "",
        address=contact if way == "letter" else "", postcode=values["postcode"], subject="",
        text=values["text"], language="cy" if values["language"] == "cy" else "en", when=room.now,
        road=OUTREACH, visible=visible_cases(room.person), **done,
    )  # fmt: skip
    person = find_or_none(room.session, Constituent, case.constituent_id)
    if person is not None and way in ("phone", "letter"):
        person.safe_contact = {**person.safe_contact, "reply_by": "post" if way == "letter" else way}
    place = " ".join(values["place"].split())
    if place:
        writing_down.add_note(room.session, case, f"Taken at {place}.", **done)
    if values["consent"] == "yes":
        where = f"at {place}" if place else "at the door"
        said = writing_down.first_said(room.session, case)
        afterwards.consent(
            room.session, case, where, said, staff_id=room.staff_id, now=room.now, actor=room.person.actor
        )
    return case


def _problems(values: dict[str, str]) -> tuple[Problem, ...]:
    found = []
    way = values["reply_by"]
    if not values["name"].strip():
        found.append(Problem("name", "Enter a name"))
    if way not in dict(WAYS):
        found.append(Problem("reply_by", "Choose how we answer"))
    elif way != "none" and not values["contact"].strip():
        missing = {"phone": "a phone number", "email": "an email address", "letter": "an address"}[way]
        found.append(Problem("contact", f"Enter {missing}"))
    elif way == "email" and "@" not in values["contact"]:
        found.append(
            Problem("contact", "Enter an email address in the correct format, like name@example.com")
        )
    if not values["text"].strip():
        found.append(Problem("text", "Write what they said"))
    return tuple(found)


def _field(error: CaseworkError) -> str:
    if "postcode" in error.sentence:
        return "postcode"
    return "contact" if "email address" in error.sentence else "text"


def _page(
    room: Room, values: dict[str, str], *problems: Problem, told: Notice | None = None, status: int = 200
) -> Response:
    shown = dict.fromkeys(FIELDS, "") | values
    view = OutreachPage(
        shell=room.shell("To sort"),
        tabs=by_hand.tabs("/outreach"),
        told=told,
        values=shown,
        ways=tuple(Choice(way, label, shown["reply_by"] == way) for way, label in WAYS),
        languages=(
            Choice("en", "English", shown["language"] != "cy"),
            Choice("cy", "Welsh", shown["language"] == "cy"),
        ),
        problems=problems,
    )
    return room.page(view, status)


def _told(room: Room, reference: str) -> Notice | None:
    """The case that was just taken, if this person may know it."""
    if not reference:
        return None
    try:
        case = find_case(room.session, room.person, reference, Action.READ_CASE)
    except NotFound:
        return None
    link = Link("Open it", f"/cases/{case.reference}")
    return Notice(f"{case.reference} is kept. Tell them this reference.", Tone.OK, None, (link,))


def _found(kept: dict[str, str]) -> Notice | None:
    """Says that words are here which were never sent."""
    if not kept.get("text") and not kept.get("name"):
        return None
    return Notice("You typed this before and did not send it. It was kept.", Tone.SOON)
