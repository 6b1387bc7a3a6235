"""What one key does with a message: file it, move it, give it, hold it, set it aside, take it back."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import casework, drafting, holds, matches, undoing
from inbox.access import Action, may_on, require_on
from inbox.database import find
from inbox.errors import NotFound, Refused
from inbox.history import seal
from inbox.models import Case, CaseStatus, ChannelAct, Constituent, Event, Message, Template
from inbox.web.rendering import page
from inbox.web.routers import page_router
from inbox.web.staff.queue import place_of
from inbox.web.staff.room import Workroom, acting, see_other
from inbox.web.staff.showing.frame import TOLD
from inbox.web.views.parts import Undo
from inbox.web.views.queue import ActedPart
from routing.words import Priority

router = page_router()
Back = Annotated[str, Query(max_length=20)]
Word = Annotated[str, Form(max_length=64)]


@router.post("/cases/{reference}/file")
def file_case(
    reference: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    team: Word = "",
    person: Word = "",
    back: Back = "",
) -> Response:
    """Takes a suggestion: its team, its person, or both."""
    case = room.case(reference, Action.TRIAGE)
    actor, event = room.person.actor, None
    if team and (team != case.team_id or not person):
        event = casework.move_to_team(room.session, case, team, now=room.now, actor=actor)
    if person or event is None:
        event = casework.assign(room.session, case, person or None, now=room.now, actor=actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/move")
def move(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], team: Word = "", back: Back = ""
) -> Response:
    """Into another team's queue."""
    case = room.case(reference, Action.TRIAGE)
    event = casework.move_to_team(room.session, case, team, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/assign")
def assign(
    reference: str, room: Annotated[Workroom, acting(Action.ASSIGN)], person: Word = "", back: Back = ""
) -> Response:
    """To somebody of the office, or to nobody."""
    case = room.case(reference, Action.ASSIGN)
    event = casework.assign(room.session, case, person or None, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/priority")
def set_priority(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], priority: Word = "", back: Back = ""
) -> Response:
    """How soon a person must look."""
    case = room.case(reference, Action.TRIAGE)
    if priority not in set(Priority):
        raise Refused("Choose how urgent it is.")
    wanted = Priority(priority)
    event = casework.set_priority(room.session, case, wanted, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/hold")
def hold(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], until: Word = "answer", back: Back = ""
) -> Response:
    """It is the person's turn: until they send their address, their permission, or an answer."""
    case = room.case(reference, Action.TRIAGE)
    if until not in ("address", "permission", "answer"):
        raise Refused("Choose what we wait for.")
    event = casework.set_status(
        room.session, case, CaseStatus.WAITING_CONSTITUENT, now=room.now, actor=room.person.actor,
        waiting_for=until,
    )  # fmt: skip
    return acted(room, case, event, back)


@router.post("/cases/{reference}/resume")
def resume(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], back: Back = "") -> Response:
    """It is our turn again; what had ended is opened again."""
    case = room.case(reference, Action.TRIAGE)
    if case.status in casework.ENDED_IN:
        event = casework.reopen(room.session, room.desk, case, now=room.now, actor=room.person.actor)
        return acted(room, case, event, back)
    event = casework.set_status(room.session, case, CaseStatus.OPEN, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/let-go")
def let_go(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], back: Back = "") -> Response:
    """Somebody has looked at what a rule held for them."""
    case = room.case(reference, Action.TRIAGE)
    event = holds.let_go(room.session, case, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/junk")
def junk(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], back: Back = "") -> Response:
    case = room.case(reference, Action.TRIAGE)
    event = casework.junk(room.session, case, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/not-junk")
def not_junk(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], back: Back = "") -> Response:
    case = room.case(reference, Action.TRIAGE)
    event = casework.not_junk(room.session, room.desk, case, now=room.now, actor=room.person.actor)
    return acted(room, case, event, back)


@router.post("/cases/{reference}/accept-match")
def accept_match(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], message: Word = "", back: Back = ""
) -> Response:
    """The message belongs to the proposed case; both must be known to whoever says so."""
    case = room.case(reference, Action.TRIAGE)
    row = _proposed(room, case, message)
    other = find(room.session, Case, row.proposed_case_id)
    room.case(other.reference, Action.TRIAGE)
    target, event = matches.accept(room.session, room.desk, row, now=room.now, actor=room.person.actor)
    if not room.is_htmx:
        return see_other(place_of(back) if back else f"/cases/{target.reference}", done=event)
    room.session.flush()
    seal(room.session)
    return page(ActedPart(room.undo_of(event), reference), room.visit.csrf_token)


@router.post("/cases/{reference}/reject-match")
def reject_match(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], message: Word = "", back: Back = ""
) -> Response:
    """A matter of its own."""
    case = room.case(reference, Action.TRIAGE)
    matches.reject(room.session, _proposed(room, case, message), now=room.now, actor=room.person.actor)
    return told(room, "own", onward=f"/cases/{reference}", back=back)


@router.post("/cases/{reference}/not-ours")
def not_ours(reference: str, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """Begins the reply that says whom to write to; nothing leaves before a person sends it."""
    case = room.case(reference, Action.DRAFT)
    who = room.session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    query = select(Template).where(Template.name == "not-ours")
    found = {row.language: row for row in room.session.exec(query)}
    template = found.get(who.language if who else "en") or found.get("en")
    draft = drafting.begin(
        room.session, room.desk, case, author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
        template=template,
    )  # fmt: skip
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    place = f"/cases/{reference}/drafts/{draft.number}"
    if room.is_htmx:
        return Response(None, 204, {"HX-Redirect": place})
    return see_other(place)


@router.post("/undo/{event_id}")
def undo(event_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """Takes back one act, where nobody has acted on the same thing since."""
    event = room.session.exec(select(Event).where(Event.id == event_id)).first()
    if event is None or event.case_id is None:
        raise NotFound
    for reached in undoing.undo_reaches(room.session, event):
        room.case(reached.reference, Action.TRIAGE)
    case = undoing.undo(room.session, room.desk, event_id, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{case.reference}" if _from_case(room) else _list_page(room), told="undone")


def acted(room: Workroom, case: Case, event_id: str, back: str) -> Response:
    """The answer to an act: the undo bar for htmx, else back to where it was pressed, with the bar there."""
    room.session.flush()
    if not room.is_htmx:
        return see_other(place_of(back, case.reference), done=event_id)
    seal(room.session)
    left = back in ("to-sort", "official") and (
        case.status != CaseStatus.NEW or case.kind in ("spam", "campaign")
    )
    gone = case.reference if left else None
    return page(ActedPart(room.undo_of(event_id), gone), room.visit.csrf_token)


def told(room: Workroom, key: str, *, onward: str, back: str) -> Response:
    """The answer to an act that has no way back."""
    if room.is_htmx:
        return page(ActedPart(Undo(TOLD[key], None)), room.visit.csrf_token)
    return see_other(place_of(back) if back else onward, told=key)


def _proposed(room: Workroom, case: Case, message_id: str) -> Message:
    query = select(Message).where(
        Message.id == message_id, Message.case_id == case.id, col(Message.proposed_case_id).is_not(None)
    )
    found = room.session.exec(query).first()
    if found is None or not may_on(room.person, ChannelAct.READ, found.channel_id):
        raise NotFound
    return found


def _from_case(room: Workroom) -> bool:
    return "/cases/" in room.request.headers.get("referer", "")


def _list_page(room: Workroom) -> str:
    """The list the button was pressed in, by the browser's word, if it is one of ours."""
    path = room.request.headers.get("referer", "").partition("/queue/")[2].partition("?")[0]
    return f"/queue/{path}" if path.replace("-", "").replace("/", "").isalnum() else "/queue/to-sort"
