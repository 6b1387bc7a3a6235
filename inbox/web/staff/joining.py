"""Cases that are one matter, two matters, or belong together: add to another, split, link."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import likely, linking, merging
from inbox.access import Action, visible_cases
from inbox.database import savepoint
from inbox.errors import CaseworkError, Conflict, NotFound, Refused
from inbox.models import Case, Constituent, LinkKind, Message
from inbox.references import read_reference
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, see_other, studying
from inbox.web.staff.showing import hostile, said
from inbox.web.staff.showing import words as say
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group, Link, Problem

router = page_router()
Short = Annotated[str, Form(max_length=40)]
Line = Annotated[str, Form(max_length=200)]
NO_CASE = "There is no other case with that reference."


@router.get("/cases/{reference}/attach")
def attach_form(
    reference: str,
    room: Annotated[Workroom, studying(Action.TRIAGE)],
    back: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    case = room.case(reference, Action.TRIAGE)
    return room.page(_attach_page(room, case, ""))


@router.post("/cases/{reference}/attach")
def attach(
    reference: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    to: Short = "",
    chosen: Annotated[str, Form(alias="likely", max_length=40)] = "",
) -> Response:
    """Puts all that is on this case with another one: the one named, else the one chosen."""
    case = room.case(reference, Action.TRIAGE)
    try:
        with savepoint(room.session):
            target = _other(room, case, to.strip() or chosen)
            event = merging.merge(room.session, case, target, now=room.now, actor=room.person.actor)
    except (Refused, Conflict) as error:
        return room.page(
            _attach_page(room, case, to, Problem("to", _sentence(room, case, to, error))), error.status
        )
    return see_other(f"/cases/{target.reference}", done=event)


@router.get("/cases/{reference}/split")
def split_form(reference: str, room: Annotated[Workroom, studying(Action.TRIAGE)]) -> Response:
    case = room.case(reference, Action.TRIAGE)
    return room.page(_split_page(room, case, [], ""))


@router.post("/cases/{reference}/split")
def split(
    reference: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    message: Annotated[list[str], Form(max_length=500)] = [],  # noqa: B006 (FastAPI copies it)
    subject: Line = "",
) -> Response:
    """Moves the chosen messages to a case of their own."""
    case = room.case(reference, Action.TRIAGE)
    try:
        with savepoint(room.session):
            made, event = merging.split(
                room.session, room.desk, case, message, subject=subject, now=room.now, actor=room.person.actor
            )
    except (Refused, Conflict) as error:
        page = _split_page(room, case, message, subject, Problem("message", error.sentence))
        return room.page(page, error.status)
    return see_other(f"/cases/{made.reference}", done=event)


@router.get("/cases/{reference}/links")
def link_form(reference: str, room: Annotated[Workroom, studying(Action.TRIAGE)]) -> Response:
    case = room.case(reference, Action.TRIAGE)
    return room.page(_link_page(room, case, "", LinkKind.RELATED))


@router.post("/cases/{reference}/links")
def link(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], to: Short = "", kind: Short = ""
) -> Response:
    """Says how two cases belong together."""
    case = room.case(reference, Action.TRIAGE)
    try:
        with savepoint(room.session):
            if kind not in set(LinkKind):
                raise Refused("Choose how they belong together.")
            other = _other(room, case, to)
            event = linking.link(
                room.session, case, other, LinkKind(kind), now=room.now, actor=room.person.actor
            )
    except (Refused, Conflict) as error:
        place = "kind" if "how they" in error.sentence else "to"
        page = _link_page(room, case, to, kind, Problem(place, error.sentence))
        return room.page(page, error.status)
    return see_other(f"/cases/{reference}", done=event)


@router.post("/cases/{reference}/links/{other}/off")
def unlink(reference: str, other: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """They do not belong together after all."""
    case, second = room.case(reference, Action.TRIAGE), room.case(other, Action.TRIAGE)
    event = linking.unlink(room.session, case, second, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", done=event)


def _other(room: Workroom, case: Case, words: str) -> Case:
    """The case somebody named. Raises Refused for one that is not there, or not theirs to know."""
    try:
        found = room.case(read_reference(words) or words.strip().upper(), Action.TRIAGE)
    except NotFound:
        raise Refused(NO_CASE) from None
    if found.id == case.id:
        raise Refused(NO_CASE)
    return found


def _attach_page(room: Workroom, case: Case, to: str, *problems: Problem) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    chosen = tuple(
        Choice(other.reference, _called(other), detail=f"{reason}: {name}" if name else reason)
        for other, reason, name in _likely(room, case, to if problems else "")
    )
    named = Field(
        "to",
        "Or its reference, or words to find it by" if chosen else "Reference, or words to find it by",
        to,
    )
    likely_ones = Field("likely", "Likely ones", kind=FieldKind.RADIOS, choices=chosen)
    fields = (likely_ones, named) if chosen else (named,)
    effects = (
        "All that is on this case moves to the other one: messages, notes, drafts, promises.",
        f"{case.reference} ends as a duplicate and points there. A later answer follows.",
        "The status link of the person goes with it. You can take it back.",
        *_two_people(room, case),
    )
    return ConfirmPage(room.shell(), f"Add {case.reference} to another case", effects, None,
                       Group("Which case?", fields), Act("Add to that case", f"{url}/attach"),
                       Link("Change nothing", url), problems)  # fmt: skip


def _beginning(text: str, most: int = 140) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]} …"


def _likely(room: Workroom, case: Case, words: str) -> list[tuple[Case, str, str]]:
    visible = visible_cases(room.person)
    rows = likely.found(room.session, case, visible, words) if words.strip() else []
    rows = rows or likely.cases(room.session, case, visible)
    names = likely.whose(room.session, [one for one, _ in rows if not one.is_restricted])
    return [(one, reason, names.get(one.id, "")) for one, reason in rows]


def _sentence(room: Workroom, case: Case, words: str, error: CaseworkError) -> str:
    """What is wrong; where words found cases, the way on."""
    if error.sentence == NO_CASE and likely.found(room.session, case, visible_cases(room.person), words):
        return "Choose one of those found, or write a reference."
    return error.sentence


def _called(case: Case) -> str:
    return case.reference if case.is_restricted else f"{case.reference} {hostile.subject(case)}"


def _two_people(room: Room, case: Case) -> tuple[str, ...]:
    who = room.session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    return (f"Who wrote stays as it is: {who.name} is not joined with anybody.",) if who else ()


def _split_page(
    room: Workroom, case: Case, chosen: list[str], subject: str, *problems: Problem
) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    query = select(Message).where(Message.case_id == case.id).order_by(col(Message.id)).limit(500)
    rows = room.session.exec(query).all()
    ticks = tuple(
        Field("message", f"{one.who}, {one.at.day} {one.at:%B, %H:%M}", one.id, FieldKind.TICK,
              hint=_beginning(one.text), checked=one.id in chosen)
        for one in said.shown(room.session, case, rows, room.zone, room.now)
    )  # fmt: skip
    fields = (*ticks, Field("subject", "What the new case is about", subject, optional=True))
    effects = (
        "What you tick moves to a new case of the same person, linked with this one.",
        "It goes back to To sort, with a promise of its own. You can take it back.",
    )
    return ConfirmPage(room.shell(), f"Split {case.reference}", effects, None,
                       Group("What moves?", fields), Act("Make a new case", f"{url}/split"),
                       Link("Change nothing", url), problems)  # fmt: skip


def _link_page(room: Workroom, case: Case, to: str, kind: str, *problems: Problem) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    kinds = tuple(Choice(value, words, value == kind) for value, words in say.LINKS.items())
    fields = (
        Field("to", "Reference of the other case", to),
        Field("kind", "How they belong together", kind=FieldKind.RADIOS, choices=kinds),
    )
    effects = ("Both cases stay as they are. Each shows the other.",)
    return ConfirmPage(room.shell(), f"Link {case.reference} with another case", effects, None,
                       Group("Which case?", fields), Act("Link them", f"{url}/links"),
                       Link("Change nothing", url), problems)  # fmt: skip
