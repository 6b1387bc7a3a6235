"""A person has read it and says that nobody is in danger: one press with a reason, and undo."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from inbox import casework, risks
from inbox.access import Action
from inbox.database import savepoint
from inbox.errors import NotFound, Refused
from inbox.models import Case
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import dangers
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Field, FieldKind, Group, Link, Problem
from routing.words import Flag, Priority

router = page_router()
Word = Annotated[str, Form(max_length=20)]
Reason = Annotated[str, Form(max_length=500)]


@router.get("/cases/{reference}/no-danger")
def form(
    reference: str,
    room: Annotated[Workroom, studying(Action.TRIAGE)],
    danger: Annotated[str, Query(max_length=20)] = Flag.THREAT,
) -> Response:
    """The same as the banner asks, on a page of its own."""
    return room.page(_page(room, room.case(reference, Action.TRIAGE), _flag(danger), ""))


@router.post("/cases/{reference}/no-danger")
def dismiss(
    reference: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    danger: Word = "",
    why: Reason = "",
    priority: Word = Priority.STANDARD,
) -> Response:
    """Takes the flag off the case and its letters, with the reason as a note; nothing is learnt from it."""
    case, flag = room.case(reference, Action.TRIAGE), _flag(danger)
    try:
        with savepoint(room.session):
            if priority not in set(Priority):
                raise Refused("Choose how urgent it is.")
            event = casework.no_danger(
                room.session, room.desk, case, flag, why=why, priority=Priority(priority), now=room.now,
                actor=room.person.actor,
            )  # fmt: skip
    except Refused as error:
        place = "priority" if "urgent" in error.sentence else "why"
        return room.page(_page(room, case, flag, why, Problem(place, error.sentence)), error.status)
    return see_other(f"/cases/{reference}", done=event)


def _flag(danger: str) -> Flag:
    if danger not in risks.DISMISSED:
        raise NotFound
    return Flag(danger)


def _page(room: Workroom, case: Case, flag: Flag, why: str, *problems: Problem) -> ConfirmPage:
    url, says = f"/cases/{case.reference}", dangers.DENIALS[flag]
    fields = (
        Field("why", "Why", why, FieldKind.AREA, hint="Others will read it."),
        Field("priority", "Urgency then", kind=FieldKind.SELECT, choices=dangers.urgencies(case, flag)),
    )
    effects = (
        "The warning goes, and the letter is shown like any other.",
        "It holds for this case only. The next letter is looked at as before.",
    )
    act = Act(says, f"{url}/no-danger", fields=(("danger", str(flag)),))
    return ConfirmPage(room.shell(), f"{says}: {case.reference}", effects, None, Group(says, fields), act,
                       Link("Leave it as it is", url), problems)  # fmt: skip
