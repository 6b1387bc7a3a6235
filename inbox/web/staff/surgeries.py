"""Surgeries: planned, one day on a phone, booked, walked into, printed."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Form, Query
from starlette.responses import Response

from inbox import calendars
from inbox.access import Action, find_case, visible_cases
from inbox.database import savepoint
from inbox.dates import day_of
from inbox.errors import CaseworkError, Conflict, NotFound, Refused
from inbox.models import Case, MessageKind, Surgery
from inbox.surgeries import afterwards, booking, planning
from inbox.surgeries.booking import Newcomer
from inbox.surgeries.planning import USUAL, Plan
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import by_hand, calendar_page
from inbox.web.staff.showing import surgeries as shown
from inbox.web.views.parts import Choice, Link, Notice, Problem, Tone
from inbox.web.views.surgeries import (
    BookPage,
    PlanPage,
    SurgeriesPage,
    SurgeryPage,
    SurgeryPrintPage,
)

router = page_router()
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=20_000)]
At = Annotated[str, Query(max_length=20)]
FIELDS = ("case", "name", "phone", "email", "postcode", "about", "note")


@router.get("/surgeries")
def index(room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """What is to be written up first; then the surgeries to come, and the last ones."""
    session, zone, now = room.session, room.zone, room.now
    waiting = [
        Link(
            f"{case.reference}: {one.starts_at.astimezone(zone):%H:%M}, {_day(room.local(one.starts_at))}",
            f"/appointments/{one.id}/follow-up",
        )
        for one, case in afterwards.waiting(session, now, visible_cases(room.person))
    ]
    view = SurgeriesPage(
        shell=room.shell("To sort"),
        tabs=by_hand.tabs("/surgeries"),
        waiting=tuple(waiting) if room.may(Action.NOTE) else (),
        coming=tuple(shown.row(session, one, zone) for one in planning.coming(session, now)),
        past=tuple(shown.row(session, one, zone) for one in planning.past(session, now)),
        plan=Link("Plan a surgery", "/surgeries/new") if room.may(Action.CREATE_CASE) else None,
    )
    return room.page(view)


@router.get("/surgeries/new")
def new(room: Annotated[Room, looking(Action.CREATE_CASE)]) -> Response:
    day = room.local(room.now) + timedelta(days=7)
    host = room.office.member or room.office.name
    values = {"place": "", "host": host, "day": _day(day), "starts": "10:00", "ends": "12:00",
              "minutes": str(USUAL), "notes": ""}  # fmt: skip
    return room.page(PlanPage(room.shell("To sort"), "/surgeries/new", values, recesses=_recesses(room)))


@router.post("/surgeries/new")
def plan(
    room: Annotated[Workroom, acting(Action.CREATE_CASE)], place: Line = "", host: Line = "", day: Line = "",
    starts: Line = "", ends: Line = "", minutes: Line = "", notes: Text = "",
) -> Response:  # fmt: skip
    """A new surgery; one that clashes with another is refused, naming it."""
    values = {"place": place, "host": host, "day": day, "starts": starts, "ends": ends, "minutes": minutes,
              "notes": notes}  # fmt: skip
    try:
        wanted = _wanted(room, values)
        with savepoint(room.session):
            surgery = planning.plan(room.session, wanted, now=room.now, actor=room.person.actor)
    except (Refused, Conflict) as error:
        problem = Problem(_plan_place(error.sentence), error.sentence)
        view = PlanPage(room.shell("To sort"), "/surgeries/new", values, (problem,), _recesses(room))
        return room.page(view, 422)
    return see_other(f"/surgeries/{surgery.id}", told="saved")


def _recesses(room: Room) -> str:
    """When Parliament does not sit next, as far as the office has brought that in."""
    today = room.today
    coming = [one for one in calendars.plan_of(room.office).recesses if one.last >= today][:3]
    words = "; ".join(f"{one.name}, {calendar_page.span(one.first, one.last)}" for one in coming)
    return f"Parliament does not sit: {words}." if words else ""


@router.get("/surgeries/{surgery_id}")
def show(surgery_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """The day: who comes when, and what to do about each."""
    return _show(room, planning.find_surgery(room.session, surgery_id))


@router.get("/surgeries/{surgery_id}/print")
def print_list(surgery_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """The list for paper, with room to write."""
    surgery = planning.find_surgery(room.session, surgery_id)
    view = SurgeryPrintPage(
        room.shell("To sort"), shown.row(room.session, surgery, room.zone), surgery.notes or "",
        shown.slots(room.session, room.person, surgery, room.zone, room.now), room.local(room.now),
    )  # fmt: skip
    return room.page(view)


@router.post("/surgeries/{surgery_id}/cancel")
def cancel(
    surgery_id: str, room: Annotated[Workroom, acting(Action.CREATE_CASE)], why: Line = ""
) -> Response:
    """It does not happen; the page then says who has to be told."""
    surgery = planning.find_surgery(room.session, surgery_id)
    try:
        with savepoint(room.session):
            planning.cancel(room.session, surgery, why, now=room.now, actor=room.person.actor)
    except (Refused, Conflict) as error:
        return _show(room, surgery, Problem("why", error.sentence))
    return see_other(f"/surgeries/{surgery.id}", told="saved")


@router.get("/surgeries/{surgery_id}/book")
def book_form(surgery_id: str, room: Annotated[Room, looking(Action.CREATE_CASE)], at: At = "") -> Response:
    surgery = planning.find_surgery(room.session, surgery_id)
    moment = moment_of(at)
    if moment not in planning.slots(surgery):
        raise NotFound
    return _book_page(room, surgery, moment, dict.fromkeys(FIELDS, ""), "en")


@router.post("/surgeries/{surgery_id}/book")
def book(
    surgery_id: str, room: Annotated[Workroom, acting(Action.CREATE_CASE)], at: Line = "", case: Line = "",
    name: Line = "", phone: Line = "", email: Line = "", postcode: Line = "", about: Text = "",
    note: Line = "", language: Line = "en",
) -> Response:  # fmt: skip
    """For a case that is here, or for somebody new, whose case it opens."""
    surgery = planning.find_surgery(room.session, surgery_id)
    moment = moment_of(at)
    if moment is None:
        raise NotFound
    values = dict(zip(FIELDS, (case, name, phone, email, postcode, about, note), strict=True))
    try:
        with savepoint(room.session):
            who = Newcomer(name, about, phone, email, postcode, language)
            row = _case(room, case, who, MessageKind.CALL)
            booking.book(
                room.session, surgery, row, moment, note=note, now=room.now, actor=room.person.actor
            )  # fmt: skip
    except (Refused, Conflict, NotFound) as error:
        return _book_page(room, surgery, moment, values, language, _problem(error), status=422)
    return see_other(f"/surgeries/{surgery.id}", told="saved")


@router.get("/surgeries/{surgery_id}/walk-in")
def walk_in_form(surgery_id: str, room: Annotated[Room, looking(Action.CREATE_CASE)]) -> Response:
    surgery = planning.find_surgery(room.session, surgery_id)
    return _book_page(room, surgery, None, dict.fromkeys(FIELDS, ""), "en")


@router.post("/surgeries/{surgery_id}/walk-in")
def walk_in(
    surgery_id: str, room: Annotated[Workroom, acting(Action.CREATE_CASE)], case: Line = "", name: Line = "",
    phone: Line = "", email: Line = "", postcode: Line = "", about: Text = "", language: Line = "en",
) -> Response:  # fmt: skip
    """Somebody is there without an appointment; what was said comes next."""
    surgery = planning.find_surgery(room.session, surgery_id)
    values = dict(zip(FIELDS, (case, name, phone, email, postcode, about, ""), strict=True))
    try:
        with savepoint(room.session):
            who = Newcomer(name, about, phone, email, postcode, language)
            row = _case(room, case, who, MessageKind.VISIT)
            made = booking.walk_in(room.session, surgery, row, now=room.now, actor=room.person.actor)
    except (Refused, Conflict, NotFound) as error:
        return _book_page(room, surgery, None, values, language, _problem(error), status=422)
    return see_other(f"/appointments/{made.id}/follow-up")


def moment_of(words: str) -> datetime | None:
    """A slot as addresses write it, in UTC."""
    try:
        return datetime.strptime(words.strip(), "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _case(room: Workroom, reference: str, who: Newcomer, kind: MessageKind) -> Case:
    """The case that was named, or a new one. Raises Refused, NotFound."""
    if reference.strip():
        return find_case(room.session, room.person, reference.strip().upper(), Action.NOTE)
    if not who.name.strip():
        raise Refused("Give the reference of a case, or enter a name.")
    if not who.about.strip():
        raise Refused("Write what it is about.")
    done: dict[str, Any] = {"author_id": room.person.staff_id, "now": room.now, "actor": room.person.actor}
    visible = visible_cases(room.person)
    return booking.open_case(room.session, room.desk, who, kind=kind, visible=visible, **done)


def _show(room: Room, surgery: Surgery, *problems: Problem) -> Response:
    url = f"/surgeries/{surgery.id}"
    is_on = surgery.cancelled_at is None
    able = room.may(Action.CREATE_CASE) and is_on
    today = room.local(surgery.starts_at).date() <= room.today
    links = [Link("Print the list", f"{url}/print")]
    if able and today:
        links.insert(0, Link("Somebody walked in", f"{url}/walk-in"))
    view = SurgeryPage(
        shell=room.shell("To sort"),
        surgery=shown.row(room.session, surgery, room.zone),
        notes=surgery.notes or "",
        cancelled=None if is_on else _cancelled(room, surgery),
        slots=shown.slots(room.session, room.person, surgery, room.zone, room.now) if is_on else (),
        links=tuple(links),
        cancel_url=f"{url}/cancel" if able and surgery.starts_at > room.now else None,
        problems=problems,
    )
    return room.page(view, 422 if problems else 200)


def _cancelled(room: Room, surgery: Surgery) -> Notice:
    """Why, and the cases of those who were booked: somebody has to tell them."""
    ids = [one.case_id for one in planning.appointments_of(room.session, surgery)]
    links = tuple(
        Link(f"Tell {one.reference}", f"/cases/{one.reference}?write=reply#text")
        for one in shown.known(room.session, room.person, ids)
    )
    return Notice(f"This surgery was cancelled: {surgery.cancelled_why}", Tone.SOON, None, links)


def _book_page(
    room: Room, surgery: Surgery, at: datetime | None, values: dict[str, str], language: str,
    *problems: Problem, status: int = 200,
) -> Response:  # fmt: skip
    url = f"/surgeries/{surgery.id}"
    local = room.local(at or room.now)
    languages = (Choice("en", "English", language != "cy"), Choice("cy", "Welsh", language == "cy"))
    view = BookPage(
        shell=room.shell("To sort"),
        heading=f"Book {local:%H:%M}" if at else "Somebody walked in",
        lead=f"{surgery.place}, {local:%A} {_day(local)}",
        back=Link(f"{surgery.place}, {_day(local)}", url),
        action=f"{url}/book" if at else f"{url}/walk-in",
        hidden=(("at", f"{at:%Y%m%dT%H%M}"),) if at else (),
        values=values,
        languages=languages,
        asks_case=True,
        is_walk_in=at is None,
        button="Book" if at else "They are here",
        problems=problems,
    )
    return room.page(view, status)


def _wanted(room: Room, values: dict[str, str]) -> Plan:
    """What was typed, in the office's own time. Raises Refused."""
    day, starts, ends = day_of(values["day"]), _clock(values["starts"]), _clock(values["ends"])
    if day is None:
        raise Refused("Enter a date, like 3 June 2026.")
    if starts is None:
        raise Refused("Enter when it begins, like 10:00.")
    if ends is None:
        raise Refused("Enter when it ends, like 12:00. It ends on the same day.")
    minutes = values["minutes"].strip()
    if not minutes.isascii() or not minutes.isdigit() or len(minutes) > 3:
        raise Refused("Enter the minutes for one person, like 15.")
    first, last = (datetime.combine(day, one, room.zone).astimezone(UTC) for one in (starts, ends))
    return Plan(values["place"], values["host"], first, last, int(minutes), values["notes"])


def _clock(words: str) -> time | None:
    plain = words.strip().replace(".", ":")
    try:
        return time.fromisoformat(plain.zfill(5)) if len(plain) in (4, 5) else None
    except ValueError:
        return None


def _plan_place(sentence: str) -> str:
    """The field that a refusal is about."""
    for word, field in (
        ("minutes", "minutes"), ("begins", "starts"), ("end", "ends"), ("date", "day"), ("time", "starts"),
        ("who people", "host"),
    ):  # fmt: skip
        if word in sentence:
            return field
    return "place"


def _problem(error: CaseworkError) -> Problem:
    if isinstance(error, NotFound):
        return Problem("case", "There is no case with this reference, or you cannot see it.")
    words = (
        ("reference", "case"),
        ("postcode", "postcode"),
        ("name", "name"),
        ("email", "email"),
        ("about", "about"),
    )
    return Problem(next((field for word, field in words if word in error.sentence), "case"), error.sentence)


def _day(local: datetime) -> str:
    return f"{local.day} {local:%B %Y}"
