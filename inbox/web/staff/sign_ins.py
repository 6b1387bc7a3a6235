"""Where one is signed in: every browser of one's own, and the way to end any of them."""

from typing import Annotated

from starlette.responses import Response

from inbox.access import Action
from inbox.errors import NotFound, Refused
from inbox.history import record
from inbox.models import EventKind
from inbox.sign_in import sessions
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.settings import tabs
from inbox.web.views.office import SignIn, SignInsPage
from inbox.web.views.parts import Act

router = page_router()
HOME = "/settings/sign-ins"


@router.get("/settings/sign-ins")
def index(room: Annotated[Room, looking(Action.KEEP_SELF)]) -> Response:
    """One's own sign-ins that still live, newest first."""
    here = room.visit.seat.key if room.visit.seat else ""
    seats = [seat for seat in _own(room) if seat.is_full]
    shown = tuple(
        SignIn(
            seat.browser or "A browser",
            room.local(seat.created_at),
            room.local(seat.seen_at),
            seat.key == here,
            None if seat.key == here else Act("End it", f"{HOME}/{sessions.public_id(seat.key)}/end"),
        )
        for seat in seats
    )
    others = Act("End all but this one", f"{HOME}/end-others") if len(shown) > 1 else None
    title = tabs(room, "Where you are signed in")
    return room.page(SignInsPage(room.shell("Settings"), title, shown, others, room.local(room.now)))


@router.post("/settings/sign-ins/end-others")
def end_others(room: Annotated[Workroom, acting(Action.KEEP_SELF)]) -> Response:
    """Only this browser stays signed in."""
    seat = room.visit.seat
    if seat is None:
        raise Refused("A token has no sign-ins to end.")
    sessions.end_all(room.session, room.staff_id, but=seat.key)
    record(room.session, None, EventKind.SESSION_ENDED, room.person.actor, now=room.now, which="others")
    return see_other(HOME, told="ended")


@router.post("/settings/sign-ins/{sign_in_id}/end")
def end(sign_in_id: str, room: Annotated[Workroom, acting(Action.KEEP_SELF)]) -> Response:
    """Ends one of one's own; its pages and streams stop at once."""
    found = next((seat for seat in _own(room) if sessions.public_id(seat.key) == sign_in_id), None)
    if found is None:
        raise NotFound
    sessions.end(room.session, found.key)
    record(room.session, None, EventKind.SESSION_ENDED, room.person.actor, now=room.now, which="one")
    return see_other(HOME, told="ended")


def _own(room: Room) -> list[sessions.Seat]:
    return [seat for seat in sessions.of_staff(room.session, room.staff_id) if not seat.is_over(room.now)]
