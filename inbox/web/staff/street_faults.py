"""Hand a street fault on to a council's own system: what, where, in what words. It leaves after sign-off."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import channels, enquiries
from inbox.access import Action, require_on
from inbox.database import savepoint
from inbox.dates import long_date
from inbox.errors import Refused
from inbox.models import Case, Channel, ChannelAct
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import onecase
from inbox.web.views.case_pages import StreetFaultPage
from inbox.web.views.parts import Choice, Notice, Problem, Tone

router = page_router()
Line = Annotated[str, Form(max_length=500)]
_BLANK = {"place": "", "point": "", "text": "", "due": "20"}


@router.get("/cases/{reference}/faults/new")
def form(reference: str, room: Annotated[Workroom, studying(Action.DRAFT)]) -> Response:
    """What kind of fault, where, and what the council shall read."""
    return _page(room, room.case(reference, Action.DRAFT), _BLANK, "")


@router.post("/cases/{reference}/faults")
def hand_on(
    reference: str,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    service: Line = "",
    place: Line = "",
    point: Line = "",
    text: Annotated[str, Form(max_length=100_000)] = "",
    due: Line = "20",
) -> Response:
    """Prepares it as a draft; it leaves, and its clock starts, after sign-off."""
    case = room.case(reference, Action.DRAFT)
    values = {"place": place, "point": point, "text": text, "due": due}
    days = due.strip()
    if not days.isascii() or not days.isdigit() or len(days) > 3:
        return _page(room, case, values, service, Problem("due", "Enter a number of working days"))
    channel_id, _, code = service.partition("/")
    channel = room.desk.channels.get(channel_id)
    named = channels.services(channel).get(code) if channel else None
    if channel is None or named is None:
        return _page(room, case, values, service, Problem("service", "Choose what kind of fault it is"))
    require_on(room.person, ChannelAct.DRAFT, channel.id)
    fault = enquiries.Fault(code, named, place, point, text)
    try:
        with savepoint(room.session):
            _, draft = enquiries.hand_on(
                room.session, room.desk, case, channel, fault, working_days=int(days),
                author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except Refused as error:
        return _page(room, case, values, service, Problem(_field(error.sentence), error.sentence))
    return see_other(f"/cases/{reference}/drafts/{draft.number}")


def councils(room: Workroom) -> list[Channel]:
    """The channels by which faults can be handed on, by name."""
    found = [one for one in room.desk.channels.values() if channels.services(one)]
    return sorted(found, key=lambda one: one.name)


def _field(sentence: str) -> str:
    for word, field in (("working days", "due"), ("point as", "point"), ("where", "place")):
        if word in sentence:
            return field
    return "text"


def _page(room: Workroom, case: Case, values: dict[str, str], chosen: str, *problems: Problem) -> Response:
    services = [
        Choice(f"{one.id}/{code}", f"{one.name}: {name}", f"{one.id}/{code}" == chosen)
        for one in councils(room)
        for code, name in sorted(channels.services(one).items(), key=lambda item: item[1])
    ]
    choices = (Choice("", "Choose", not chosen), *services) if services else ()
    digits = values["due"].strip()
    amount = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 20
    today = room.desk.calendar.day_of(room.now)
    last = room.desk.calendar.add_working_days(today, max(1, min(amount, 250)))
    consent = Notice(
        "Councils publish street faults. Leave out names, phone numbers and what happened to the person.",
        Tone.SOON,
    )
    view = StreetFaultPage(
        room.shell(),
        onecase.header(room.session, room.desk, room.person, case),
        f"/cases/{case.reference}/faults",
        choices,
        values,
        f"If it leaves today, we expect news by {long_date(last)}.",
        consent,
        problems,
    )
    return room.page(view, 422 if problems else 200)
