"""`inbox calendar`: bank holidays from a file, closed days, and what a change would move."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from inbox.cli.opening import Opened, opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, example

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from inbox.calendars import Plan
    from inbox.models import Office

commands = typer.Typer(
    help="When an office works: bank holidays, closed days.",
    epilog=example("inbox calendar import bank-holidays.json --dry-run"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would move, and change nothing.")]


@commands.command(
    name="import",
    epilog=example(
        "inbox calendar import bank-holidays.json --dry-run",
        "inbox calendar import holidays.csv --office rowan-ashbys-office",
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    office: Annotated[
        str | None, typer.Option(metavar="SLUG", help="One office; without it, every office.")
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Bring in a file of bank holidays: GOV.UK's bank-holidays.json, or CSV with date,nations,name.

    Its days are added. Only where it holds the whole year of a nation, from New Year to Christmas, does it
    take the place of that year; each day that comes and goes is named. The promises that run are worked out
    again by the worker. Nothing is fetched from the network.
    """
    from inbox import calendars

    days = calendars.read_file(file.read_bytes())
    told = []
    with opened() as inbox:
        for slug in [office] if office else _every(inbox):

            def plan(before: "Plan", _: "Office") -> "Plan":
                return calendars.with_holidays(before, days, file.name, inbox.now)

            told.append(_change(inbox, slug, plan, "holidays", keep=not dry_run))
    _tell(told, dry_run, json)


@commands.command(
    epilog=example(
        "inbox calendar close 2026-12-24 --office rowan-ashbys-office --why 'Office closed'",
        "inbox calendar close 2026-12-24 2026-12-31 --office rowan-ashbys-office --why 'Office closed'",
    ),
)
def close(
    office: InOffice,
    first: Annotated[str, typer.Argument(metavar="FIRST", help="The first closed day, as YYYY-MM-DD.")],
    why: Annotated[str, typer.Option(help="Why; everybody in the office reads it.")],
    last: Annotated[
        str | None, typer.Argument(metavar="[LAST]", help="The last one, if there are several.")
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Close the office for a day or more. What the law counts runs on."""
    from inbox import calendars

    begins = calendars.read_day(first)
    ends = calendars.read_day(last) if last else begins
    with opened() as inbox:
        told = [
            _change(
                inbox, office, lambda plan, _: calendars.with_closed(plan, begins, ends, why), "closed",
                keep=not dry_run,
            )
        ]  # fmt: skip
    _tell(told, dry_run, json)


@commands.command(name="open", epilog=example("inbox calendar open 2026-12-24 --office rowan-ashbys-office"))
def open_again(
    office: InOffice,
    day: Annotated[str, typer.Argument(metavar="DAY", help="As YYYY-MM-DD.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take back a closed day."""
    from inbox import calendars

    which = calendars.read_day(day)
    with opened() as inbox:
        told = [
            _change(
                inbox, office, lambda plan, _: calendars.without_closed(plan, which), "opened",
                keep=not dry_run,
            )
        ]  # fmt: skip
    _tell(told, dry_run, json)


@commands.command(epilog=example("inbox calendar recesses recesses.csv --office rowan-ashbys-office"))
def recesses(
    office: InOffice,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    json: Json = False,
) -> None:
    """Bring in Parliament's recesses: CSV with first,last,name. They stop no clock."""
    from inbox import calendars, offices
    from inbox.history import OPERATOR

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        row = offices.named(session, office)
        plan = calendars.with_recesses(calendars.plan_of(row), file.read_bytes())
        calendars.save(session, row, plan, what="recesses", now=inbox.now, actor=OPERATOR)
    rows(calendars.recesses_as_data(plan), json=json, empty="There is no recess.")


@commands.command(epilog=example("inbox calendar show --office rowan-ashbys-office --year 2026"))
def show(
    office: InOffice,
    year: Annotated[int | None, typer.Option(min=1990, max=2100, help="This year, if left out.")] = None,
    json: Json = False,
) -> None:
    """List the days of a year on which the office is closed though its week says it works."""
    from inbox import calendars, offices
    from routing.words import Nation

    with opened() as inbox:
        found = inbox.office(office)
        with inbox.database.read(found.id) as session:
            row = offices.named(session, office)
            plan, nation, wanted = calendars.plan_of(row), Nation(row.nation), year or inbox.now.year
            holidays = calendars.holidays_of(plan)
    days = [
        (day, holidays.name(nation, day) or "Bank holiday", "bank holiday")
        for day in holidays.of(nation, wanted)
    ]
    days += [(one.day, one.why, "closed by the office") for one in plan.closed if one.day.year == wanted]
    shown = [{"day": day.isoformat(), "name": name, "what": what} for day, name, what in sorted(days)]
    rows(shown, json=json, empty="There is no such day.")


def _every(inbox: Opened) -> list[str]:
    from inbox import offices

    with inbox.database.read() as session:
        return [one.slug for one in offices.every_office(session)]


def _change(
    inbox: Opened, slug: str, planning: "Callable[[Plan, Office], Plan]", what: str, *, keep: bool
) -> dict[str, object]:
    """Changes one office's calendar, or only says what it would move."""
    from sqlalchemy import true

    from inbox import calendars, clocks, offices
    from inbox.history import OPERATOR

    found = inbox.office(slug)

    def moved(session: "Session") -> tuple["Office", "Plan", dict[str, object]]:
        office = offices.named(session, slug)
        before = calendars.plan_of(office)
        plan = planning(before, office)
        after = calendars.planned(office, plan)
        found = clocks.effect(session, calendars.calendar_of(office), after, true(), now=inbox.now)
        counts: dict[str, object] = {
            "office": slug, "running": found.weighed, "later": found.later, "earlier": found.earlier,
            "late_at_once": found.newly_late,
            **_holidays_that_move(before, plan),
        }  # fmt: skip
        return office, plan, counts

    if not keep:
        with inbox.database.read(found.id) as session:
            return moved(session)[2]
    with inbox.database.write(found.id) as session:
        office, plan, counts = moved(session)
        calendars.save(session, office, plan, what=what, now=inbox.now, actor=OPERATOR)
        return counts


def _holidays_that_move(before: "Plan", after: "Plan") -> "dict[str, object]":
    """The bank holidays that come and go, as data."""
    from inbox import calendars

    added, removed = calendars.moved_holidays(before, after)
    return {
        name: [
            {"day": one.day.isoformat(), "name": one.name, "nations": [str(nation) for nation in one.nations]}
            for one in days
        ]
        for name, days in (("days_added", added), ("days_removed", removed))
    }


def _tell(told: list[dict[str, object]], dry_run: bool, json: bool) -> None:
    if json:
        as_json(told)
        return
    for one in told:
        verb = "would move" if dry_run else "move"
        tell(
            f"{one['office']}: of {one['running']} promises that run, {one['later']} {verb} later, "
            f"{one['earlier']} earlier; {one['late_at_once']} late at once."
        )
        for what, name in (("new", "days_added"), ("no longer", "days_removed")):
            for day in cast("list[dict[str, Any]]", one[name]):
                tell(f"  {what}: {day['day']} {day['name']} ({', '.join(day['nations'])})")
    if not told:
        tell("There are no offices yet.")
