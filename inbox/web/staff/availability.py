"""What is somebody's to take, and when they are away."""

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
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import availability
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Field, FieldKind, Group, Link, Problem

router = page_router()
Short = Annotated[str, Form(max_length=40)]
Skills = Annotated[list[str] | None, Form(max_length=60)]


@router.get("/settings/people/{staff_id}")
def form(staff_id: str, room: Annotated[Workroom, studying(Action.MANAGE_OFFICE)]) -> Response:
    """Skills and absence of one person."""
    row = find(room.session, Staff, staff_id)
    return room.page(_page(room, row, _plain(row.away_from), _plain(row.away_until)))


@router.post("/settings/people/{staff_id}")
def save(
    staff_id: str,
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    skill: Skills = None,
    away_from: Short = "",
    away_until: Short = "",
) -> Response:
    """Decides what "take next" and a team's round robin give to this person."""
    row = find(room.session, Staff, staff_id)
    try:
        with savepoint(room.session):
            taking.set_availability(
                room.session, row, skills=skill or (), away_from=_day(away_from),
                away_until=_day(away_until), now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except Refused as error:
        room.session.refresh(row)
        place = "skill" if "skills" in error.sentence else "away_from"
        return room.page(_page(room, row, away_from, away_until, Problem(place, error.sentence)), 422)
    return see_other("/settings/people", told="saved")


def _page(room: Workroom, row: Staff, begins: str, ends: str, *problems: Problem) -> ConfirmPage:
    fields = (
        Field("skill", "Takes these", kind=FieldKind.TICKS, choices=availability.choices(row)),
        Field("away_from", "Away from", begins, FieldKind.DATE, optional=True),
        Field("away_until", "Last day away", ends, FieldKind.DATE, optional=True,
              hint="Leave it empty if nobody knows yet."),
    )  # fmt: skip
    effects = (
        "A case with a topic that is somebody’s goes to them while one of them is at work.",
        "An Immediate case waits for nobody’s skill.",
        "Somebody who is away is given nothing.",
    )
    group = Group("Skills and absence", fields)
    return ConfirmPage(
        room.shell("Settings"), f"{row.name}: skills and absence", effects, None, group,
        Act("Save", f"/settings/people/{row.id}"), Link("Leave it as it is", "/settings/people"), problems,
    )  # fmt: skip


def _day(typed: str) -> date | None:
    return calendars.read_day(typed) if typed.strip() else None


def _plain(day: date | None) -> str:
    return day.isoformat() if day else ""
