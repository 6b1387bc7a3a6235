"""Street faults handed on to councils: what each council takes, and one more as a draft."""

from typing import Annotated

from pydantic import Field

from inbox import channels, enquiries
from inbox.access import Action, Person, find_case, require_on
from inbox.errors import NotFound, Refused
from inbox.models import Channel, ChannelAct
from inbox.web.api import shapes, showing
from inbox.web.dependencies import Now, ReadingDesk, Writing, WritingDesk, may
from inbox.web.routers import api_router

router = api_router("cases")


class FaultQuestion(shapes.Shape):
    """What the council wants to know beside words and place; with `choices` (key and name) one of these."""

    code: str
    words: str
    choices: list[tuple[str, str]]
    is_number: bool


class FaultService(shapes.Shape):
    """One kind of fault that the council behind `channel` (an id) takes. Each question must be answered in
    `attributes`."""

    channel: str
    council: str
    code: str
    name: str
    questions: list[FaultQuestion]


class NewStreetFault(shapes.Shape):
    """`place` as people name it, `point` as "51.5034, -0.1276": one of the two. `attributes`: what the
    council's service asks for beside them, by code."""

    channel: shapes.Line
    service: shapes.Line
    description: shapes.Words
    place: shapes.Line = ""
    point: shapes.Line = ""
    working_days: Annotated[int, Field(ge=1, le=250)] = 20
    attributes: dict[str, str] = Field(default_factory=dict, max_length=50)


@router.get("/street-faults/services")
def list_services(
    person: Annotated[Person, may(Action.DRAFT)], desk: ReadingDesk
) -> shapes.Page[FaultService]:
    """What the connected councils take, as they said when they were last asked."""
    found = [
        FaultService(channel=one.id, council=one.name, code=code, name=name, questions=_questions(one, code))
        for one in sorted(desk.channels.values(), key=lambda one: one.name)
        for code, name in channels.services(one).items()
    ]
    return shapes.Page(items=found)


@router.post("/cases/{reference}/street-faults", status_code=201)
def hand_on(
    reference: str,
    new: NewStreetFault,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
) -> shapes.DraftShape:
    """Hands a fault on: as a draft first; it leaves, and its clock starts, after sign-off."""
    case = find_case(session, person, reference, Action.DRAFT)
    channel = desk.channels.get(new.channel)
    if channel is None:
        raise NotFound
    name = channels.services(channel).get(new.service)
    if name is None:
        raise Refused("This council takes no fault of that kind.")
    fault = enquiries.Fault(new.service, name, new.place, new.point, new.description, new.attributes)
    _, draft = enquiries.hand_on(
        session, desk, case, channel, fault, working_days=new.working_days, author_id=person.staff_id,
        now=now, actor=person.actor, questions=channels.questions(channel, new.service),
    )  # fmt: skip
    require_on(person, ChannelAct.DRAFT, draft.channel_id)
    session.flush()
    return showing.draft(session, desk, draft, case, now)


def _questions(channel: Channel, code: str) -> list[FaultQuestion]:
    return [
        FaultQuestion(code=one.code, words=one.words, choices=list(one.choices), is_number=one.is_number)
        for one in channels.questions(channel, code)
    ]
