"""Hand a street fault on to a council's own system: what, where, in what words. It leaves after sign-off."""

from typing import Annotated

from fastapi import Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from inbox import channels, enquiries
from inbox.access import Action, require_on
from inbox.database import savepoint
from inbox.dates import long_date
from inbox.errors import Refused
from inbox.models import Case, Channel, ChannelAct
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page
from inbox.web.views.case_pages import QuestionField, StreetFaultPage
from inbox.web.views.parts import Choice, Notice, Problem, Tone

router = page_router()
Line = Annotated[str, Form(max_length=500)]
_ATTRIBUTE = "attribute."
_BLANK = {"place": "", "point": "", "text": "", "due": "20"}


async def answers_of(request: Request) -> dict[str, str]:
    """What was answered to the council's own questions, by field."""
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if name.startswith(_ATTRIBUTE)]
    return {name[:200]: value[:2000] for name, value in fields[:50] if isinstance(value, str)}


Answers = Annotated[dict[str, str], Depends(answers_of)]


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
    *,
    answers: Answers,
) -> Response:
    """Prepares it as a draft; it leaves, and its clock starts, after sign-off.

    What the chosen service asks for beside it is asked for on the page as soon as the service is known.
    """
    case = room.case(reference, Action.DRAFT)
    values = {"place": place, "point": point, "text": text, "due": due, **answers}
    days = due.strip()
    if not days.isascii() or not days.isdigit() or len(days) > 3:
        return _page(room, case, values, service, Problem("due", "Enter a number of working days"))
    channel_id, _, code = service.partition("/")
    channel = room.desk.channels.get(channel_id)
    named = channels.services(channel).get(code) if channel else None
    if channel is None or named is None:
        return _page(room, case, values, service, Problem("service", "Choose what kind of fault it is"))
    require_on(room.person, ChannelAct.DRAFT, channel.id)
    attributes = {name.removeprefix(_ATTRIBUTE): answer for name, answer in answers.items()}
    fault = enquiries.Fault(code, named, place, point, text, attributes)
    try:
        with savepoint(room.session):
            _, draft = enquiries.hand_on(
                room.session, room.desk, case, channel, fault, working_days=int(days),
                author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
                questions=channels.questions(channel, code),
            )  # fmt: skip
    except Refused as error:
        return _page(room, case, values, service, Problem(_field(error), error.sentence))
    return see_other(f"/cases/{reference}/drafts/{draft.number}")


def councils(room: Workroom) -> list[Channel]:
    """The channels by which faults can be handed on, by name."""
    found = [one for one in room.desk.channels.values() if channels.services(one)]
    return sorted(found, key=lambda one: one.name)


def _field(error: Refused) -> str:
    if isinstance(error, enquiries.Unanswered):
        return str(error.details["field"])
    sentence = error.sentence
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
        case_page.header(room.session, room.desk, room.person, case),
        f"/cases/{case.reference}/faults",
        choices,
        values,
        f"If it leaves today, we expect news by {long_date(last)}.",
        consent,
        problems,
        _questions(room, chosen, values),
    )
    return room.page(view, 422 if problems else 200)


def _questions(room: Workroom, chosen: str, values: dict[str, str]) -> tuple[QuestionField, ...]:
    """What the chosen service asks for, with what was answered so far."""
    channel_id, _, code = chosen.partition("/")
    channel = room.desk.channels.get(channel_id)
    asked = channels.questions(channel, code) if channel is not None else ()
    return tuple(
        QuestionField(
            f"{_ATTRIBUTE}{one.code}", one.words, values.get(f"{_ATTRIBUTE}{one.code}", ""),
            tuple(
                Choice(key, name, values.get(f"{_ATTRIBUTE}{one.code}") == key)
                for key, name in (("", "Choose"), *one.choices)
            )
            if one.choices
            else (),
        )
        for one in asked
    )  # fmt: skip
