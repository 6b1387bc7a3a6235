"""One act on every ticked row, what could not be done named, and the way back for all of it at once."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import casework, facts, undoing
from inbox.access import Action, require
from inbox.database import savepoint
from inbox.errors import CaseworkError, NotFound, Refused
from inbox.models import Case, ChainHead, Event
from inbox.web.routers import page_router
from inbox.web.staff.queue import place_of
from inbox.web.staff.room import Workroom, acting, see_other
from inbox.web.staff.showing.frame import UNDO_FOR
from routing.words import Priority

router = page_router()
Short = Annotated[str, Query(max_length=80)]
MOST = 200
"""As many rows as a page of a list can hold; more are refused, never left out."""


@router.post("/bulk")
def many(
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    act: Annotated[str, Form(max_length=60)] = "",
    case: Annotated[list[str], Form(max_length=40)] = [],  # noqa: B006 (FastAPI copies it)
    back: Short = "to-sort",
) -> Response:
    """Give to, move, urgency, topic, close, junk; what cannot be done is named, the rest is done."""
    wanted = list(dict.fromkeys(case))
    if not wanted:
        return see_other(place_of(back), told="choose")
    if len(wanted) > MOST:
        raise Refused(f"Tick {MOST} at the most.")
    verb, _, value = act.partition(":")
    done, refused = 0, []
    for reference in sorted(wanted):
        try:
            with savepoint(room.session):
                _act(room, room.case(reference, Action.TRIAGE), verb, value)
            done += 1
        except CaseworkError:
            refused.append(reference)
    return see_other(place_of(back), acted=str(done), refused=",".join(refused), at=room.now.isoformat())


@router.post("/undo-many")
def undo_many(
    room: Annotated[Workroom, acting(Action.TRIAGE)], at: Annotated[str, Form(max_length=40)] = "",
    back: Short = "to-sort",
) -> Response:  # fmt: skip
    """Takes back one's own act on many rows, where nobody has acted on the same thing since."""
    done, refused = 0, []
    for event in _own_at(room, at):
        try:
            reached = undoing.undo_reaches(room.session, event)
            for one in reached:
                room.case(one.reference, Action.TRIAGE)
            with savepoint(room.session):
                undoing.undo(room.session, room.desk, event.id, now=room.now, actor=room.person.actor)
            done += 1
        except CaseworkError:
            refused += [one.reference for one in reached]
    return see_other(place_of(back), acted=str(done), refused=",".join(refused))


def _act(room: Workroom, case: Case, verb: str, value: str) -> None:
    how: Any = {"now": room.now, "actor": room.person.actor}
    match verb:
        case "junk":
            casework.junk(room.session, case, **how)
        case "me":
            require(room.person, Action.ASSIGN, case)
            casework.assign(room.session, case, room.staff_id, **how)
        case "person":
            require(room.person, Action.ASSIGN, case)
            casework.assign(room.session, case, value, **how)
        case "team":
            casework.move_to_team(room.session, case, value, **how)
        case "priority" if value in set(Priority):
            casework.set_priority(room.session, case, Priority(value), **how)
        case "topic":
            facts.set_topics(room.session, case, [*case.topics, value], **how)
        case "close":
            require(room.person, Action.CLOSE, case)
            casework.close(room.session, case, outcome=value, note="", **how)
        case _:
            raise Refused("Choose what to do with them.")


def _own_at(room: Workroom, at: str) -> list[Event]:
    """What this person did in that one press: all of it bears the same moment."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise NotFound from None
    if moment.tzinfo is None or not timedelta(0) <= room.now - moment <= UNDO_FOR:
        raise Refused("This was too long ago to take back at once. Take it back on each case.")
    head = room.session.exec(select(ChainHead.sequence).where(ChainHead.office_id == room.office.id)).first()
    query = select(Event).where(
        Event.sequence > (head or 0) - 20_000, Event.at == moment, Event.actor_id == room.staff_id
    )
    rows = room.session.exec(query.order_by(col(Event.sequence)).limit(MOST * 4)).all()
    return [row for row in rows if row.case_id and undoing.can_be_undone(row)]
