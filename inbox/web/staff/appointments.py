"""One appointment: made for a case, moved, cancelled, kept or missed, written up; and the form to sign."""

from datetime import datetime
from typing import Annotated

from fastapi import Form
from sqlmodel import select
from starlette.responses import Response

from inbox import consent_forms
from inbox.access import Action
from inbox.database import find, find_or_none, savepoint
from inbox.errors import Conflict, Refused
from inbox.models import Appointment, Case, Constituent, Surgery
from inbox.surgeries import afterwards, booking, planning
from inbox.surgeries.afterwards import Told
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other, studying
from inbox.web.staff.showing import surgeries as shown
from inbox.web.staff.surgeries import moment_of
from inbox.web.views.parts import Link, Problem
from inbox.web.views.surgeries import ConsentFormPage, FollowUpPage, SlotsPage

router = page_router()
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=100_000)]


@router.get("/cases/{reference}/appointments/new")
def new(reference: str, room: Annotated[Room, looking(Action.NOTE)]) -> Response:
    """The free times of the surgeries to come."""
    return _times(room, room.case(reference, Action.NOTE), None, "")


@router.post("/cases/{reference}/appointments")
def book(
    reference: str, room: Annotated[Workroom, acting(Action.NOTE)], slot: Line = "", note: Line = ""
) -> Response:
    """Books one of them for this case."""
    case = room.case(reference, Action.NOTE)
    try:
        with savepoint(room.session):
            surgery, at = _chosen(room, slot)
            booking.book(room.session, surgery, case, at, note=note, now=room.now, actor=room.person.actor)
    except (Refused, Conflict) as error:
        return _times(room, case, None, slot, Problem("slot", error.sentence))
    return see_other(f"/cases/{reference}", told="saved")


@router.get("/appointments/{appointment_id}/move")
def move_form(appointment_id: str, room: Annotated[Room, looking(Action.NOTE)]) -> Response:
    appointment, case = _of(room, appointment_id)
    return _times(room, case, appointment, "")


@router.post("/appointments/{appointment_id}/move")
def move(appointment_id: str, room: Annotated[Workroom, acting(Action.NOTE)], slot: Line = "") -> Response:
    appointment, case = _of(room, appointment_id)
    try:
        with savepoint(room.session):
            surgery, at = _chosen(room, slot)
            booking.move_to(room.session, appointment, surgery, at, now=room.now, actor=room.person.actor)
    except (Refused, Conflict) as error:
        return _times(room, case, appointment, slot, Problem("slot", error.sentence))
    return see_other(f"/surgeries/{appointment.surgery_id}", told="saved")


@router.post("/appointments/{appointment_id}/cancel")
def cancel(appointment_id: str, room: Annotated[Workroom, acting(Action.NOTE)]) -> Response:
    """They do not come; the slot is free for somebody else."""
    appointment, _ = _of(room, appointment_id)
    booking.cancel(room.session, appointment, now=room.now, actor=room.person.actor)
    return see_other(f"/surgeries/{appointment.surgery_id}", told="saved")


@router.post("/appointments/{appointment_id}/attended")
def attended(appointment_id: str, room: Annotated[Workroom, acting(Action.NOTE)]) -> Response:
    """They came: what was said is asked for next."""
    appointment, _ = _of(room, appointment_id)
    afterwards.came(room.session, appointment, has_come=True, now=room.now, actor=room.person.actor)
    return see_other(f"/appointments/{appointment.id}/follow-up")


@router.post("/appointments/{appointment_id}/missed")
def missed(appointment_id: str, room: Annotated[Workroom, acting(Action.NOTE)]) -> Response:
    appointment, _ = _of(room, appointment_id)
    afterwards.came(room.session, appointment, has_come=False, now=room.now, actor=room.person.actor)
    return see_other(f"/surgeries/{appointment.surgery_id}", told="saved")


@router.get("/appointments/{appointment_id}/follow-up")
def follow_up_form(appointment_id: str, room: Annotated[Room, looking(Action.NOTE)]) -> Response:
    appointment, case = _of(room, appointment_id)
    values = {"said": "", "promised": "", "days": "10"}
    return _follow_up_page(room, appointment, case, values, consents=False)


@router.post("/appointments/{appointment_id}/follow-up")
def follow_up(
    appointment_id: str, room: Annotated[Workroom, acting(Action.NOTE)], said: Text = "", promised: Text = "",
    days: Line = "", consent: Line = "",
) -> Response:  # fmt: skip
    """What was said goes on the case, what was promised beside it, with its clock."""
    appointment, case = _of(room, appointment_id)
    values = {"said": said, "promised": promised, "days": days}
    try:
        with savepoint(room.session):
            told = Told(said, promised, _days(days), consent == "yes")
            afterwards.follow_up(
                room.session, room.desk, appointment, case, told, author_id=room.person.staff_id,
                now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except (Refused, Conflict) as error:
        place = "days" if "orking days" in error.sentence else "said"
        return _follow_up_page(room, appointment, case, values, Problem(place, error.sentence),
                               consents=consent == "yes")  # fmt: skip
    return see_other(f"/surgeries/{appointment.surgery_id}", told="saved")


@router.get("/cases/{reference}/consent-form")
def consent_form(reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """The office's words, with this person's name and reference, for a signature on paper."""
    case = room.case(reference)
    room.looked(case)
    person = find_or_none(room.session, Constituent, case.constituent_id)
    form = consent_forms.form_for(room.desk.office, case, person)
    view = ConsentFormPage(
        shell=room.shell(),
        reference=case.reference,
        name=person.name if person else "",
        address=", ".join(one for one in (person.address, person.postcode) if one) if person else "",
        heading=form.heading,
        words=form.paragraphs,
        labels=dict(form.labels),
        form_language=form.language,
        printed_at=room.local(room.now),
        back=Link(case.reference, f"/cases/{case.reference}"),
    )
    return room.page(view)


def _of(room: Room, appointment_id: str) -> tuple[Appointment, Case]:
    """The appointment and its case, if this person may know it. Raises NotFound."""
    appointment = booking.find_appointment(room.session, appointment_id)
    reference = find(room.session, Case, appointment.case_id).reference
    return appointment, room.case(reference, Action.NOTE)


def _chosen(room: Room, slot: str) -> tuple[Surgery, datetime]:
    surgery_id, _, at = slot.partition("/")
    moment = moment_of(at)
    found = room.session.exec(select(Surgery).where(Surgery.id == surgery_id)).first()
    if found is None or moment is None:
        raise Refused("Choose one of the times.")
    return planning.find_surgery(room.session, found.id), moment


def _times(
    room: Room, case: Case, appointment: Appointment | None, chosen: str, *problems: Problem
) -> Response:
    moving = appointment is not None
    view = SlotsPage(
        shell=room.shell(),
        heading=f"Move the appointment of {case.reference}"
        if moving
        else f"Appointment for {case.reference}",
        back=Link("The surgery", f"/surgeries/{appointment.surgery_id}")
        if appointment
        else Link(case.reference, f"/cases/{case.reference}"),
        action=f"/appointments/{appointment.id}/move"
        if appointment
        else f"/cases/{case.reference}/appointments",
        times=shown.times(room.session, room.zone, room.now, chosen),
        asks_note=not moving,
        button="Move it" if moving else "Book",
        plan=Link("Plan a surgery", "/surgeries/new") if room.may(Action.CREATE_CASE) else None,
        problems=problems,
    )
    return room.page(view, 422 if problems else 200)


def _days(words: str) -> int | None:
    plain = words.strip()
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or len(plain) > 3:
        raise Refused("Enter a number of working days, like 10.")
    return int(plain)


def _follow_up_page(
    room: Room, appointment: Appointment, case: Case, values: dict[str, str], *problems: Problem,
    consents: bool,
) -> Response:  # fmt: skip
    person = find_or_none(room.session, Constituent, case.constituent_id)
    view = FollowUpPage(
        shell=room.shell("To sort"),
        who=person.name if person else case.reference,
        reference=case.reference,
        back=Link("The surgery", f"/surgeries/{appointment.surgery_id}"),
        action=f"/appointments/{appointment.id}/follow-up",
        values=values,
        consents=consents,
        problems=problems,
    )
    return room.page(view, 422 if problems else 200)
