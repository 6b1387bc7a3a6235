"""A body passed our question on: to whom, when it came there, and how we know."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import enquiries
from inbox.access import Action
from inbox.database import find_or_none, savepoint
from inbox.dates import read_day
from inbox.enquiries.waiting import bodies_asked
from inbox.errors import Refused
from inbox.models import Body, Case, Enquiry
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group, Link, Problem

router = page_router()
Line = Annotated[str, Form(max_length=500)]


@router.get("/cases/{reference}/enquiries/{enquiry_id}/pass-on")
def form(reference: str, enquiry_id: str, room: Annotated[Workroom, studying(Action.TRIAGE)]) -> Response:
    case = room.case(reference, Action.TRIAGE)
    return _page(room, case, enquiries.find_enquiry(room.session, case, enquiry_id), {})


@router.post("/cases/{reference}/enquiries/{enquiry_id}/pass-on")
def pass_on(
    reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)], body: Line = "",
    body_name: Line = "", email: Line = "", received_on: Line = "", reason: Line = "",
) -> Response:  # fmt: skip
    """Another body has it now: its time counts from the day after it came there; nothing is sent."""
    case = room.case(reference, Action.TRIAGE)
    row = enquiries.find_enquiry(room.session, case, enquiry_id)
    typed = {"body": body, "body_name": body_name, "email": email, "received_on": received_on,
             "reason": reason}  # fmt: skip
    chosen = find_or_none(room.session, Body, body)
    try:
        with savepoint(room.session):
            fresh = enquiries.pass_on(
                room.session, room.desk, case, row, body=body_name.strip() or (chosen.name if chosen else ""),
                address=email, received_at=_received(room, received_on), reason=reason, now=room.now,
                actor=room.person.actor,
            )  # fmt: skip
    except Refused as error:
        place = str(error.details.get("field") or "received_on")
        return _page(room, case, row, typed, Problem(place, error.sentence))
    return see_other(f"/cases/{reference}/enquiries/{fresh.id}", told="passed")


def _received(room: Workroom, typed: str) -> datetime:
    """Noon of the day that was typed; now for today and where nothing was."""
    day = read_day(typed, room.office.time_zone)
    if day is None or room.local(day).date() == room.today:
        return room.now
    return day + timedelta(hours=12)


def _page(
    room: Workroom, case: Case, enquiry: Enquiry, typed: dict[str, str], *problems: Problem
) -> Response:
    url = f"/cases/{case.reference}/enquiries/{enquiry.id}"
    known = [one for one in bodies_asked(room.session) if one.id != enquiry.body_id]
    choices = (
        Choice("", "Another one", not typed.get("body")),
        *(Choice(one.id, one.name, one.id == typed.get("body")) for one in known),
    )
    fields = (
        Field("body", "Who has it now", kind=FieldKind.SELECT, choices=choices),
        Field("body_name", "Or its name", typed.get("body_name", ""), optional=True,
              hint="One of the directory is known by any of its names; its time and address hold then"),
        Field("email", "Its address", typed.get("email", ""), FieldKind.EMAIL, optional=True,
              hint="Leave it empty to take it from the directory"),
        Field("received_on", "When it came there", typed.get("received_on", ""), optional=True,
              hint="Like 9 June 2026. Empty: today"),
        Field("reason", "How you know", typed.get("reason", ""), FieldKind.AREA),
    )  # fmt: skip
    effects = (
        f"Nobody waits for {enquiry.body} any more. What was asked of them stays on the case.",
        "The new organisation’s own time counts from the day after it came there. Its chases come up then.",
        "An update to the person is laid ready as a draft. Nothing is sent.",
    )
    page = ConfirmPage(
        room.shell(), f"{enquiry.body} passed it on", effects, None, Group("Where it is now", fields),
        Act("Wait for them instead", f"{url}/pass-on"), Link("Leave it as it is", url), problems,
    )  # fmt: skip
    return room.page(page, 422 if problems else 200)
