"""Being away: everybody says it of themselves, sees what becomes of their cases, and comes back."""

from datetime import date
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import calendars, taking
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.errors import Refused
from inbox.models import Staff
from inbox.web.routers import page_router
from inbox.web.staff.queue import taken
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.settings import tabs
from inbox.web.staff.showing import words as say
from inbox.web.views.office import SettingsPage
from inbox.web.views.parts import Field, FieldKind, Group, Problem

router = page_router()
HOME = "/settings/away"
Short = Annotated[str, Form(max_length=40)]


@router.get("/settings/away")
def form(room: Annotated[Room, looking(Action.KEEP_SELF)]) -> Response:
    """From when until when, and what happens meanwhile."""
    row = find(room.session, Staff, room.staff_id)
    begins, ends = (day.isoformat() if day else "" for day in (row.away_from, row.away_until))
    return _page(room, begins, ends)


@router.post("/settings/away")
def save(
    room: Annotated[Workroom, acting(Action.KEEP_SELF)], away_from: Short = "", away_until: Short = ""
) -> Response:
    """One's own days away. Only a last day: from today on; neither: they are here."""
    row = find(room.session, Staff, room.staff_id)
    try:
        with savepoint(room.session):
            ends = calendars.read_day(away_until) if away_until.strip() else None
            begins = calendars.read_day(away_from) if away_from.strip() else None
            begins = begins or (room.today if ends else None)
            taking.set_away(room.session, row, begins, ends, now=room.now, actor=room.person.actor)
    except Refused as error:
        place = "away_until" if "last day" in error.sentence else "away_from"
        return _page(room, away_from, away_until, Problem(place, error.sentence))
    return see_other(HOME, told=_told(begins, ends, room.today))


@router.post("/settings/away/back")
def come_back(room: Annotated[Workroom, acting(Action.KEEP_SELF)], take: Short = "") -> Response:
    """They are here again; with `take` the next case is theirs at once."""
    row = find(room.session, Staff, room.staff_id)
    taking.set_away(room.session, row, None, None, now=room.now, actor=room.person.actor)
    if not take or not room.may(Action.ASSIGN):
        return see_other(HOME, told="back")
    room.session.flush()
    return taken(room, none="/queue/to-sort", there="/queue/mine")


def _told(begins: date | None, ends: date | None, today: date) -> str:
    """Which sentence says what was set: they are away now, will be, or were."""
    if begins is None:
        return "back"
    if begins > today:
        return "away-later"
    return "away" if ends is None or ends >= today else "away-over"


def _page(room: Room, begins: str, ends: str, *problems: Problem) -> Response:
    group = Group(
        "When you are away",
        (
            Field("away_from", "First day", begins, FieldKind.DATE, optional=True),
            Field("away_until", "Last day", ends, FieldKind.DATE, optional=True,
                  hint="Leave it empty if you do not know yet. Leave both empty if you are here."),
        ),
        _meanwhile(room) if room.may(Action.READ_CASE) else "",
    )  # fmt: skip
    view = SettingsPage(
        room.shell("Settings"), tabs(room, "Away"), "Away", HOME, (group,), problems
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _meanwhile(room: Room) -> str:
    number, unsorted = taking.kept(room.session, room.staff_id), say.unsorted(room.office.kind)
    cases = "Your open case stays yours." if number == 1 else f"Your {number} open cases stay yours."
    return (
        f"{cases if number else 'You have no open cases.'} When somebody writes on one of yours, it comes up "
        f"in {unsorted} for your colleagues. What becomes late stands under Late, where your manager looks, "
        "with a word that you are away. Take next, and rules that share out work, give you nothing new."
    )
