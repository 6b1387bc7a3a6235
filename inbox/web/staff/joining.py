"""Cases that are one matter, two matters, or belong together: add to another, split, link."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import likely, linking, merging
from inbox.access import Action, visible_cases
from inbox.database import savepoint
from inbox.errors import Conflict, NotFound, Refused
from inbox.models import Case, Constituent, LinkKind, Message
from inbox.references import read_reference
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, see_other, studying
from inbox.web.staff.showing import hostile_words, timeline
from inbox.web.staff.showing import words as say
from inbox.web.views.case_pages import AttachPage
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
    return room.page(_attach_page(room, case, "", ""))


@router.post("/cases/{reference}/attach")
def attach(
    reference: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    to: Short = "",
    chosen: Annotated[str, Form(alias="likely", max_length=40)] = "",
    find: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Puts all that is on this case with the one ticked, else the one named. `find`: only looks for cases."""
    case = room.case(reference, Action.TRIAGE)
    named = _named(room, case, to)
    is_search = bool(find) or not (chosen or named)
    if is_search and (find or _found(room, case, to)):
        return room.page(_attach_page(room, case, to, chosen))
    try:
        with savepoint(room.session):
            target = _meant(room, case, to, chosen)
            event = merging.merge(room.session, case, target, now=room.now, actor=room.person.actor)
    except (Refused, Conflict) as error:
        return room.page(_attach_page(room, case, to, chosen, Problem("to", error.sentence)), error.status)
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


def _named(room: Workroom, case: Case, words: str) -> Case | None:
    try:
        return _other(room, case, words)
    except Refused:
        return None


def _meant(room: Workroom, case: Case, to: str, chosen: str) -> Case:
    """The case somebody ticked or named. Raises Refused where they did both, and not the same."""
    if not chosen and not to.strip():
        raise Refused("Tick a case, or write a reference.")
    target, named = _other(room, case, chosen or to), _named(room, case, to)
    if named is not None and named.id != target.id:
        both = f"{target.reference} is ticked and {named.reference} is written."
        raise Refused(f"{both} Empty the box, or tick the other.")
    return target


def _attach_page(room: Workroom, case: Case, to: str, chosen: str, *problems: Problem) -> AttachPage:
    url = f"/cases/{case.reference}"
    found = _found(room, case, to) if to.strip() else []
    kept = _named(room, case, chosen)
    rows = _each_once([*([(kept, "Ticked")] if kept else []), *found, *_likely(room, case)])
    names = likely.whose(room.session, [one for one, _ in rows if not one.is_restricted])
    named = _named(room, case, to)
    ticked = chosen or (named.reference if named else "")
    choices = tuple(
        Choice(other.reference, _called(other), other.reference == ticked,
               f"{reason}: {names[other.id]}" if other.id in names else reason)
        for other, reason in rows
    )  # fmt: skip
    told = "" if not to.strip() or problems else _how_many(len(found))
    effects = (
        "All that is on this case moves to the other one: messages, notes, drafts, promises.",
        f"{case.reference} ends as a duplicate and points there. A later answer follows.",
        "The status link of the person goes with it. You can take it back.",
        *_two_people(room, case),
    )
    act, cancel = Act("Add to that case", f"{url}/attach"), Link("Change nothing", url)
    heading = f"Add {case.reference} to another case"
    return AttachPage(room.shell(), heading, effects, choices, to, told, act, cancel, problems)


def _how_many(found: int) -> str:
    if not found:
        return "Nothing is found by these words. Try fewer, or part of a name."
    return f"{found} {'case is' if found == 1 else 'cases are'} found by these words. Tick one."


def _beginning(text: str, most: int = 140) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]} …"


def _likely(room: Workroom, case: Case) -> list[tuple[Case, str]]:
    return likely.cases(room.session, case, visible_cases(room.person))


def _found(room: Workroom, case: Case, words: str) -> list[tuple[Case, str]]:
    """Those that the words find; a whole reference finds its own case alone."""
    if named := _named(room, case, words):
        return [(named, "By its reference")]
    return likely.found(room.session, case, visible_cases(room.person), words)


def _each_once(rows: list[tuple[Case, str]]) -> list[tuple[Case, str]]:
    """Each case with its best reason: that it is ticked says less than why it was offered."""
    reasons = {one.id: reason for one, reason in reversed(rows)}
    reasons |= {one.id: reason for one, reason in reversed(rows[1:])}
    return [(one, reasons[one.id]) for one in {one.id: one for one, _ in rows}.values()]


def _called(case: Case) -> str:
    return case.reference if case.is_restricted else f"{case.reference} {hostile_words.subject(case)}"


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
        for one in timeline.shown(room.session, case, rows, room.zone, room.now)
    )  # fmt: skip
    fields = (*ticks, Field("subject", "What the new case is about", subject, optional=True))
    effects = (
        "What you tick moves to a new case of the same person, linked with this one.",
        f"It goes back to {say.unsorted(room.office.kind)}, with a promise of its own. You can take it back.",
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
