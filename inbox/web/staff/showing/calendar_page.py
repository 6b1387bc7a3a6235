"""An office's calendar in words: week, holidays, closed days, targets; and what a change of it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from inbox import calendars, office_settings
from inbox.calendars import Moved, Plan
from inbox.clocks import Effect
from inbox.dates import local_date, long_date
from inbox.models import Office
from inbox.web.staff.showing import clock_pages, clock_words
from inbox.web.views.clocks import Closed, Promise
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group
from routing.words import Nation

HERE = "/settings/calendar"
NATIONS = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
}
_COMING = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of the calendar's page."""

    week: Group
    closing: Group
    file: Group
    source: str
    bundled: Act | None
    upcoming: tuple[Closed, ...]
    closed: tuple[Closed, ...]
    recesses: tuple[tuple[str, str], ...]
    recess_file: Group
    promises: tuple[Promise, ...]


def calendar(office: Office, today: date, typed: Mapping[str, str]) -> Shown:
    """The calendar as it stands; `typed` is what a refused form held."""
    plan = calendars.plan_of(office)
    imported = plan.holidays is not None
    return Shown(
        week=_week(office, typed),
        closing=_closing(typed),
        file=_file(),
        source=_source(office, plan),
        bundled=Act("Use those that came with the program", f"{HERE}/holidays/bundled") if imported else None,
        upcoming=_upcoming(office, plan, today),
        closed=tuple(
            Closed(one.day, long_date(one.day), one.why,
                   Act("Open again", f"{HERE}/open", fields=(("day", one.day.isoformat()),)))
            for one in plan.closed if one.day >= today
        ),
        recesses=tuple(
            (f"{one.name}{' (now)' if one.first <= today else ''}", span(one.first, one.last))
            for one in plan.recesses
            if one.last >= today
        ),
        recess_file=_recess_file(),
        promises=tuple(_promises(office)),
    )  # fmt: skip


def span(first: date, last: date) -> str:
    """One day, or from one to another, written out."""
    return long_date(first) if first == last else f"from {long_date(first)} to {long_date(last)}"


def effects(found: Effect, office: Office) -> tuple[str, ...]:
    """What a change does to the promises that run, the first few by name."""
    more = "" if found.is_all else "at least "
    if not found.moved:
        return (f"{_many(found.weighed)} run now. Not one of them moves.",)
    lines = [
        f"{_many(found.weighed)} run now. {more.capitalize()}{found.moved} move: {found.later} end later, "
        f"{found.earlier} end earlier.",
        f"{_many(found.newly_late)} would be late at once."
        if found.newly_late
        else "No promise would be late at once.",
    ]
    for one in found.shown:
        before, after = (local_date(at, office.time_zone) for at in (one.before, one.after))
        lines.append(
            f"{one.reference}, {clock_words.NAMES.get(one.kind, one.kind)}: {before} becomes {after}."
        )
    return tuple(lines)


def brought(office: Office, before: Plan, after: Plan) -> tuple[str, ...]:
    """Each day that a file adds or takes away, and where; the office's enquiries are counted by other nations
    too."""
    added, gone = calendars.moved_holidays(before, after)
    words = [f"New: {'; '.join(map(_day, added))}."] if added else []
    words += [f"No longer: {'; '.join(map(_day, gone))}."] if gone else []
    if not any(office.nation in one.nations for one in (*added, *gone)):
        words.append(f"For {NATIONS[office.nation]} these are the days that you have already.")
    return tuple(words)


def _day(moved: Moved) -> str:
    return f"{long_date(moved.day)}, {moved.name} ({', '.join(NATIONS[one] for one in moved.nations)})"


def _many(number: int) -> str:
    return "1 promise" if number == 1 else f"{number} promises"


def _week(office: Office, typed: Mapping[str, str]) -> Group:
    chosen = typed.get("nation", office.nation)
    nations = tuple(Choice(key, name, key == chosen) for key, name in NATIONS.items())
    hours = typed.get("hours", office_settings.hours_in_words(office.hours) if office.hours else "")
    hint = "Like mon-thu 09:00-12:30,13:15-17:00; fri 09:00-16:00"
    return Group(
        "When the office works",
        (
            Field("hours", "Hours", hours, hint=hint),
            Field("nation", "Whose bank holidays", kind=FieldKind.SELECT, choices=nations),
        ),
    )


def _closing(typed: Mapping[str, str]) -> Group:
    return Group(
        "Close the office for a day or more",
        (
            Field("first", "First day", typed.get("first", ""), FieldKind.DATE),
            Field("last", "Last day", typed.get("last", ""), FieldKind.DATE, optional=True),
            Field("why", "Why", typed.get("why", ""), hint="Like Staff training. Everybody here reads it."),
        ),
        "Promises to people count no closed day. What the law sets runs on.",
    )


def _file() -> Group:
    hint = "bank-holidays.json from GOV.UK, or a table with the first line date,nations,name"
    return Group(
        "Bring in a file of bank holidays", (Field("files", "File", kind=FieldKind.FILES, hint=hint),)
    )


def _recess_file() -> Group:
    hint = (
        "With the first line first,last,name and days like 2026-07-17. It takes the place of the one before."
    )
    return Group(
        "Bring in a table of recesses", (Field("recesses", "File", kind=FieldKind.FILES, hint=hint),),
        "They are announced late, so they are read from a file and never reckoned.",
    )  # fmt: skip


def _source(office: Office, plan: Plan) -> str:
    years = calendars.holidays_of(plan).years(Nation(office.nation))
    until = f"They are written down until {years[-1]}; later years are reckoned by rule."
    if plan.holidays is None:
        return f"The bank holidays that came with the program. {until}"
    when = local_date(plan.imported_at, office.time_zone) if plan.imported_at else ""
    return f"From the file {plan.source or 'brought in'}, {when}. {until}"


def _upcoming(office: Office, plan: Plan, today: date) -> tuple[Closed, ...]:
    holidays, nation = calendars.holidays_of(plan), Nation(office.nation)
    days = sorted(day for year in (today.year, today.year + 1) for day in holidays.of(nation, year))
    coming = [day for day in days if day >= today][:_COMING]
    return tuple(Closed(day, long_date(day), holidays.name(nation, day) or "Bank holiday") for day in coming)


def _promises(office: Office) -> list[Promise]:
    found = []
    for kind, held in calendars.targets_of(office).items():
        name = clock_words.NAMES.get(kind, kind)
        found.append(
            Promise(
                name=name,
                what=held.what,
                source=held.source,
                counted=clock_pages.rule_of(held.amount, held.unit, held.nation and str(held.nation)),
                change=Field(f"amount-{kind}", f"{name}: how many", str(held.amount)),
                act=Act("Change", f"{HERE}/targets/{kind}"),
            )
        )
    return found
