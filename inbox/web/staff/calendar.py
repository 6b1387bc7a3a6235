"""The office's calendar: hours, closed days, bank holidays, targets. Each change shows what it does to the
promises that run before it is kept."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import File, Form, UploadFile
from starlette.responses import Response

from inbox import calendars, clocks, office_settings, offices
from inbox.access import Action, visible_cases
from inbox.calendars import Plan
from inbox.errors import CaseworkError, Conflict, Refused
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.settings import tabs
from inbox.web.staff.showing import calendar_page
from inbox.web.views.clocks import CalendarPage
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Link, Problem
from routing.words import ClockKind
from routing.working_time import WorkingCalendar

router = page_router()
HERE = "/settings/calendar"
Line = Annotated[str, Form(max_length=500)]
Short = Annotated[str, Form(max_length=40)]
Table = Annotated[str, Form(max_length=400_000)]


@router.get(HERE)
def show(room: Annotated[Workroom, studying(Action.MANAGE_OFFICE)]) -> Response:
    """When the office works, and what it promises."""
    return room.page(_page(room, {}))


@router.post(f"{HERE}/week")
def week(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)], hours: Line = "", nation: Short = "",
    sure: Short = "",
) -> Response:  # fmt: skip
    """The hours of each weekday, several stretches a day, and the nation whose holidays are kept."""
    typed = {"hours": hours, "nation": nation}
    try:
        windows = office_settings.read_hours(hours)
        if nation not in office_settings.NATIONS:
            raise Refused("Choose a nation.")
    except Refused as error:
        return _refused(room, typed, "nation" if "nation" in error.sentence else "hours", error)
    if not sure:
        after = calendars.planned(room.office, calendars.plan_of(room.office), windows, nation)
        words = f"The office works {office_settings.hours_in_words(windows)}."
        return _ask(room, "week", after, (words,), typed)
    offices.change(room.session, room.office, typed, actor=room.person.actor, now=room.now)
    return see_other(HERE, told="saved")


@router.post(f"{HERE}/closed")
def close(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)], first: Short = "", last: Short = "",
    why: Line = "", sure: Short = "",
) -> Response:  # fmt: skip
    """A day, or several, on which the office is closed."""
    typed = {"first": first, "last": last, "why": why}
    try:
        days = calendars.read_day(first), calendars.read_day(last or first)
        plan = calendars.with_closed(calendars.plan_of(room.office), *days, why)
    except Refused as error:
        place = "why" if "why" in error.sentence else "last" if "last" in error.sentence else "first"
        return _refused(room, typed, place, error)
    words = (f"Closed {calendar_page.span(*days)}: {why.strip()}.",)
    return _kept_or_asked(room, "closed", plan, words, typed, sure)


@router.post(f"{HERE}/open")
def open_again(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)], day: Short = "", sure: Short = ""
) -> Response:
    """A closed day is as the week says again."""
    try:
        which = calendars.read_day(day)
        plan = calendars.without_closed(calendars.plan_of(room.office), which)
    except (Refused, Conflict) as error:
        return _refused(room, {}, "first", error)
    words = (f"{calendar_page.span(which, which)} is no closed day any more.",)
    return _kept_or_asked(room, "open", plan, words, {"day": day}, sure)


@router.post(f"{HERE}/holidays")
def bring_in(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    files: Annotated[UploadFile | None, File()] = None,
    table: Table = "",
    source: Line = "",
    sure: Short = "",
) -> Response:
    """A file of bank holidays, as GOV.UK publishes them or as a table; read here, never fetched."""
    try:
        content = files.file.read() if files is not None and files.filename else table.encode()
        if not content:
            raise Refused("Choose a file of bank holidays.")
        days = calendars.read_file(content)
    except Refused as error:
        return _refused(room, {}, "files", error)
    name = source or (files.filename or "" if files else "")
    plan = calendars.with_holidays(calendars.plan_of(room.office), days, name, room.now)
    typed = {"table": calendars.as_table(days), "source": name}
    words = calendar_page.brought(room.office, calendars.plan_of(room.office), plan)
    return _kept_or_asked(room, "holidays", plan, words, typed, sure)


@router.post(f"{HERE}/holidays/bundled")
def bundled(room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)], sure: Short = "") -> Response:
    """Back to the bank holidays that came with the program."""
    plan = calendars.with_holidays(calendars.plan_of(room.office), None, None, None)
    words = ("The bank holidays that came with the program hold again.",)
    return _kept_or_asked(room, "holidays/bundled", plan, words, {}, sure)


@router.post(f"{HERE}/recesses")
def bring_in_recesses(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    recesses: Annotated[UploadFile | None, File()] = None,
    table: Table = "",
) -> Response:
    """A table of Parliament's recesses; it moves no promise, so it is kept at once."""
    try:
        content = recesses.file.read() if recesses is not None and recesses.filename else table.encode()
        if not content:
            raise Refused("Choose a table of recesses.")
        plan = calendars.with_recesses(calendars.plan_of(room.office), content)
    except Refused as error:
        return _refused(room, {}, "recesses", error)
    _save(room, plan, "recesses")
    return see_other(HERE, told="saved")


@router.post(f"{HERE}/targets/{{kind}}")
def target(
    kind: str, room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)], amount: Short = ""
) -> Response:
    """How long the office gives itself. For promises that begin from now on; those that run keep theirs."""
    try:
        if kind not in set(ClockKind) or not (amount.isascii() and amount.isdigit()):
            raise Refused("Choose from 1 to 250.")
        plan = calendars.with_target(
            calendars.plan_of(room.office), room.office, ClockKind(kind), int(amount)
        )
    except Refused as error:
        return _refused(room, {}, f"amount-{kind}", error)
    _save(room, plan, f"targets/{kind}")
    return see_other(HERE, told="saved")


def _kept_or_asked(
    room: Workroom, act: str, plan: Plan, words: tuple[str, ...], typed: Mapping[str, str], sure: str
) -> Response:
    if not sure:
        return _ask(room, act, calendars.planned(room.office, plan), words, typed)
    _save(room, plan, act)
    return see_other(HERE, told="saved")


def _save(room: Workroom, plan: Plan, what: str) -> None:
    calendars.save(room.session, room.office, plan, what=what, now=room.now, actor=room.person.actor)


def _ask(
    room: Workroom, act: str, after: WorkingCalendar, words: tuple[str, ...], typed: Mapping[str, str]
) -> Response:
    """What it would do to the promises that run, before it is kept."""
    found = clocks.effect(room.session, room.desk.calendar, after, visible_cases(room.person), now=room.now)
    effects = (*words, *calendar_page.effects(found, room.office))
    fields = (*typed.items(), ("sure", "yes"))
    return room.page(
        ConfirmPage(
            room.shell(),
            "Change the calendar?",
            effects,
            None,
            None,
            Act("Change the calendar", f"{HERE}/{act}", fields=fields),
            Link("Leave it as it is", HERE),
        )
    )


def _refused(room: Workroom, typed: dict[str, str], place: str, error: CaseworkError) -> Response:
    return room.page(_page(room, typed, Problem(place, error.sentence)), 422)


def _page(room: Workroom, typed: dict[str, str], *problems: Problem) -> CalendarPage:
    shown = calendar_page.calendar(room.office, room.today, typed)
    return CalendarPage(
        shell=room.shell("Settings"), tabs=tabs(room, "Calendar"), week=shown.week, closing=shown.closing,
        file=shown.file, holidays=shown.source, bundled=shown.bundled, upcoming=shown.upcoming,
        closed=shown.closed, recesses=shown.recesses, recess_file=shown.recess_file,
        promises=shown.promises, problems=problems,
    )  # fmt: skip
