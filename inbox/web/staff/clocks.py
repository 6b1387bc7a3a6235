"""The promises of a case: paused, resumed, given more time, counted anew, kept; each with its reason."""

from datetime import datetime, time
from typing import Annotated

from fastapi import Form
from sqlmodel import select
from starlette.responses import Response

from inbox import clocks as stage
from inbox.access import Action
from inbox.database import savepoint
from inbox.dates import day_of
from inbox.errors import Conflict, NotFound, Refused
from inbox.models import Case, Clock
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page, clock_pages
from inbox.web.views.clocks import ClocksPage
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Group, Link, Problem
from routing.words import Unit

router = page_router()
Short = Annotated[str, Form(max_length=40)]
Line = Annotated[str, Form(max_length=500)]


@router.get("/cases/{reference}/clocks")
def show(reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """Every promise of the case, how each is counted, and what can be done about it."""
    case = room.case(reference)
    room.looked(case)
    header = case_page.header(room.session, room.desk, room.person, case)
    cards = clock_pages.cards(
        room.desk, case, stage.of_case(room.session, case), room.now, able=room.may(Action.TRIAGE)
    )
    return room.page(ClocksPage(room.shell(), header, cards))


@router.get("/cases/{reference}/clocks/{clock_id}/{act}")
def form(
    reference: str, clock_id: str, act: str, room: Annotated[Workroom, studying(Action.TRIAGE)]
) -> Response:
    """Asks what an act needs to know: since when, how much, and why."""
    case = room.case(reference, Action.TRIAGE)
    return _form(room, case, _clock(room, case, clock_id), act, {})


@router.post("/cases/{reference}/clocks/{clock_id}/pause")
def pause(
    reference: str,
    clock_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    category: Short = "",
    reason: Line = "",
    since: Short = "",
) -> Response:
    """Stops the count, from today or from an earlier day."""
    case = room.case(reference, Action.TRIAGE)
    clock = _clock(room, case, clock_id)
    typed = {"category": category, "reason": reason, "since": since}
    try:
        with savepoint(room.session):
            stage.pause(
                room.session, room.desk, case, clock, category=category, reason=reason,
                since=_day(room, since), now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except (Refused, Conflict) as error:
        return _form(room, case, clock, "pause", typed, error.sentence)
    return _done(reference)


@router.post("/cases/{reference}/clocks/{clock_id}/resume")
def resume(
    reference: str,
    clock_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    at: Short = "",
) -> Response:
    """Lets it run on, from today or from an earlier day."""
    case = room.case(reference, Action.TRIAGE)
    clock = _clock(room, case, clock_id)
    try:
        with savepoint(room.session):
            stage.resume(room.session, room.desk, case, clock, at=_day(room, at), now=room.now,
                         actor=room.person.actor)  # fmt: skip
    except (Refused, Conflict) as error:
        return _form(room, case, clock, "resume", {"at": at}, error.sentence)
    return _done(reference)


@router.post("/cases/{reference}/clocks/{clock_id}/extend")
def extend(
    reference: str,
    clock_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    amount: Short = "",
    unit: Short = "",
    reason: Line = "",
) -> Response:
    """Gives more time."""
    case = room.case(reference, Action.TRIAGE)
    clock = _clock(room, case, clock_id)
    try:
        with savepoint(room.session):
            if not (amount.isascii() and amount.isdigit()) or unit not in set(Unit):
                raise Refused("Choose how much more time, in whole days or months.")
            stage.extend(
                room.session, room.desk, case, clock, amount=int(amount), unit=Unit(unit), reason=reason,
                now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except (Refused, Conflict) as error:
        typed = {"amount": amount, "unit": unit, "reason": reason}
        return _form(room, case, clock, "extend", typed, error.sentence)
    return _done(reference)


@router.post("/cases/{reference}/clocks/{clock_id}/extensions/{extension_id}/off")
def take_off(
    reference: str, clock_id: str, extension_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]
) -> Response:
    """Takes extra time off again."""
    case = room.case(reference, Action.TRIAGE)
    clock = _clock(room, case, clock_id)
    stage.take_off(room.session, room.desk, case, clock, extension_id, now=room.now, actor=room.person.actor)
    return _done(reference)


@router.post("/cases/{reference}/clocks/{clock_id}/restart")
def restart(
    reference: str,
    clock_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    received: Short = "",
    reason: Line = "",
) -> Response:
    """Counts anew from the day on which another department's matter reached this one."""
    case = room.case(reference, Action.TRIAGE)
    clock = _clock(room, case, clock_id)
    try:
        with savepoint(room.session):
            if not received.strip():
                raise Refused("Choose the day on which it reached us.")
            stage.restart(
                room.session, room.desk, case, clock, received_at=_day(room, received) or room.now,
                reason=reason, now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except (Refused, Conflict) as error:
        return _form(room, case, clock, "restart", {"received": received, "reason": reason}, error.sentence)
    return _done(reference)


@router.post("/cases/{reference}/clocks/{clock_id}/keep")
def keep(reference: str, clock_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """What was promised has been done."""
    case = room.case(reference, Action.TRIAGE)
    stage.keep(room.session, case, _clock(room, case, clock_id), now=room.now, actor=room.person.actor)
    return _done(reference)


def _clock(room: Workroom, case: Case, clock_id: str) -> Clock:
    found = room.session.exec(select(Clock).where(Clock.id == clock_id, Clock.case_id == case.id)).first()
    if found is None:
        raise NotFound
    return found


def _form(
    room: Workroom, case: Case, clock: Clock, act: str, typed: dict[str, str], problem: str | None = None
) -> Response:
    """The page that asks for an act. Raises NotFound for one that does not ask."""
    asked = clock_pages.ASKED.get(act)
    if asked is None:
        raise NotFound
    room.session.refresh(clock)
    url = f"/cases/{case.reference}/clocks"
    fields = asked.fields(clock, typed, room.today)
    name = clock_pages.name_of(clock)
    problems = (Problem(clock_pages.place_of(act, problem), problem),) if problem else ()
    page = ConfirmPage(
        room.shell(), f"{asked.heading}: {name[:1].lower()}{name[1:]}, {case.reference}", asked.effects, None,
        Group(name, fields), Act(asked.button, f"{url}/{clock.id}/{act}"), Link("Leave it as it is", url),
        problems,
    )  # fmt: skip
    return room.page(page, 422 if problem else 200)


def _day(room: Workroom, typed: str) -> datetime | None:
    """Noon of a day as typed; None for today, and where nothing was typed. Raises Refused for no date."""
    if not typed.strip():
        return None
    day = day_of(typed)
    if day is None:
        raise Refused("Enter a date, like 9 June 2026.")
    noon = datetime.combine(day, time(12), tzinfo=room.zone)
    return None if day == room.today else noon


def _done(reference: str) -> Response:
    return see_other(f"/cases/{reference}/clocks", told="saved")
