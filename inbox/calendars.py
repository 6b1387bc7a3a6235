"""An office's calendar: when it works, whose holidays it keeps, what it promises; and how that is changed.

A calendar has a number that goes up with each change. Each clock holds the number it was worked out by, so
the worker finds the clocks that have to be worked out again, and an interrupted recount goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from json import dumps
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import object_session
from sqlmodel import Session, select

from inbox.dates import day_of
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import EventKind, Office, OfficeCalendar
from routing.bank_holidays import NATIONS, BadHolidays, BankHolidays, Days, bundled, joined, read
from routing.recesses import BadRecesses, Recess, at
from routing.recesses import read as read_table
from routing.targets import Target, targets
from routing.words import ClockKind, Nation, OfficeKind
from routing.working_time import Window, WorkingCalendar, week_from

MOST_DAYS = 400
"""Days that an office may close or open besides its week."""
LONGEST_WHY = 120
_CHANGED = "calendar changed"


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day on which the office is closed, or open, other than its week says."""

    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that makes an office's calendar besides its hours, nation and zone. `holidays` None: the bundled
    ones."""

    holidays: Days | None = None
    source: str | None = None
    imported_at: datetime | None = None
    closed: tuple[OwnDay, ...] = ()
    opened: tuple[OwnDay, ...] = ()
    targets: Mapping[ClockKind, int] = field(default_factory=dict)
    recesses: tuple[Recess, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A bank holiday that a change adds or takes away, and in which nations."""

    day: date
    name: str
    nations: tuple[Nation, ...]


_known: dict[str, tuple[tuple[object, ...], tuple[WorkingCalendar, Plan]]] = {}
"""The newest calendar of each office, so that a page need not ask for what has not changed."""


def calendar_of(office: Office) -> WorkingCalendar:
    """When the office works: its hours by weekday ("0" is Monday), its days off, its nation's holidays."""
    return _loaded(office)[0]


def plan_of(office: Office) -> Plan:
    """What the office set itself."""
    return _loaded(office)[1]


def targets_of(office: Office) -> Mapping[ClockKind, Target]:
    """What the office promises, by kind of clock: the targets of its kind of office, with its own amounts."""
    own = plan_of(office).targets
    usual = targets(OfficeKind(office.kind))
    return {kind: replace(one, amount=own.get(kind, one.amount)) for kind, one in usual.items()}


def planned(
    office: Office, plan: Plan, hours: Mapping[str, list[list[str]]] | None = None, nation: str | None = None
) -> WorkingCalendar:
    """The calendar that this plan would make, with these hours and this nation in place of the office's."""
    windows = {
        int(day): tuple(Window(time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans)
        for day, spans in (office.hours if hours is None else hours).items()
    }
    calendar = WorkingCalendar(
        nation=Nation(nation or office.nation),
        zone=ZoneInfo(office.time_zone),
        days_off=frozenset(one.day for one in plan.closed),
        days_on=frozenset(one.day for one in plan.opened),
        holidays=holidays_of(plan),
    )
    return replace(calendar, week=week_from(windows)) if any(windows.values()) else calendar


def holidays_of(plan: Plan) -> BankHolidays:
    """The bundled holidays, with the days of the office's own files."""
    return bundled() if plan.holidays is None else bundled().with_file(plan.holidays)


def read_file(content: bytes) -> Days:
    """The holidays of a file. Raises Refused, naming the line."""
    try:
        return read(content)
    except BadHolidays as error:
        raise Refused(str(error)) from None


def read_day(typed: str) -> date:
    """A day as people type it into a form or a command. Raises Refused."""
    day = day_of(typed)
    if day is None:
        raise Refused(f"“{typed.strip()[:20]}” is no day. Write it like 24 December 2026.")
    if not 2000 <= day.year <= 2100:
        raise Refused("Choose a day of this century.")
    return day


def as_table(days: Days) -> str:
    """The same holidays as a table that `read_file` takes."""
    lines = [
        f'{day},{nation},"{name.replace(chr(34), "")}"'
        for nation in days
        for day, name in days[nation].items()
    ]
    return "\n".join(["date,nations,name", *lines])


def with_holidays(plan: Plan, days: Days | None, source: str | None, now: datetime | None) -> Plan:
    """The plan with the holidays of a file beside those of earlier ones; with the bundled ones for None."""
    kept = days if days is None or plan.holidays is None else joined(plan.holidays, days)
    return replace(plan, holidays=kept, source=(source or "")[:200] or None, imported_at=now)


def moved_holidays(before: Plan, after: Plan) -> tuple[list[Moved], list[Moved]]:
    """Which days a change adds and which it takes away, in order."""
    old, new = holidays_of(before), holidays_of(after)
    return _not_in(old, new), _not_in(new, old)


def _not_in(some: BankHolidays, others: BankHolidays) -> list[Moved]:
    """The days of the others that are not among these, in the years that either has written down."""
    years = {day.year for one in (some, others) for days in one.days.values() for day in days}
    found: dict[tuple[date, str], list[Nation]] = {}
    for nation in NATIONS:
        for year in years:
            for day in others.of(nation, year) - some.of(nation, year):
                found.setdefault((day, others.name(nation, day) or "Bank holiday"), []).append(nation)
    return [Moved(day, name, tuple(nations)) for (day, name), nations in sorted(found.items())]


def with_recesses(plan: Plan, content: bytes) -> Plan:
    """The plan with the recesses of a table in place of those there were. Raises Refused, naming the line."""
    try:
        return replace(plan, recesses=read_table(content))
    except BadRecesses as error:
        raise Refused(str(error)) from None


def recess_on(office: Office, day: date) -> Recess | None:
    """The recess of Parliament that a day lies in, as far as the office has brought them in."""
    return at(plan_of(office).recesses, day)


def with_closed(plan: Plan, first: date, last: date, why: str) -> Plan:
    """The plan with every day from `first` to `last` closed. Raises Refused for a span that cannot be."""
    words = " ".join(why.split())[:LONGEST_WHY]
    if not words:
        raise Refused("Say why the office is closed, such as “Staff training”.")
    if last < first:
        raise Refused("The last closed day comes before the first.")
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    if len(days) + len(plan.closed) > MOST_DAYS:
        raise Refused(f"That is more than {MOST_DAYS} closed days. Change the office’s hours instead.")
    kept = [one for one in plan.closed if one.day not in set(days)]
    closed = sorted([*kept, *(OwnDay(day, words) for day in days)], key=lambda one: one.day)
    return replace(plan, closed=tuple(closed))


def without_closed(plan: Plan, day: date) -> Plan:
    """The plan with that day as the week says. Raises Conflict where it was not closed."""
    kept = tuple(one for one in plan.closed if one.day != day)
    if len(kept) == len(plan.closed):
        raise Conflict("That day is not closed any more.")
    return replace(plan, closed=kept)


def with_target(plan: Plan, office: Office, kind: ClockKind, amount: int) -> Plan:
    """The plan with another amount for one kind of promise. What the law sets cannot be longer."""
    usual = targets(OfficeKind(office.kind)).get(kind)
    if usual is None:
        raise Refused("This office makes no such promise.")
    if not 1 <= amount <= 250:
        raise Refused("Choose from 1 to 250.")
    if usual.nation is not None and amount > usual.amount:
        raise Refused(f"The law allows {usual.amount}. You may promise less time, not more.")
    others = {one: number for one, number in plan.targets.items() if one is not kind}
    return replace(plan, targets=others if amount == usual.amount else {**others, kind: amount})


def save(
    session: Session, office: Office, plan: Plan, *, what: str, now: datetime, actor: Actor, **detail: object
) -> None:
    """Keeps the plan as the office's, under a new number. Its clocks are worked out again by the worker."""
    row = session.exec(select(OfficeCalendar)).first()
    if row is None:
        row = OfficeCalendar(office_id=office.id)
        session.add(row)
    row.holidays = {
        str(nation): {day.isoformat(): name for day, name in days.items()}
        for nation, days in (plan.holidays or {}).items()
    }
    row.source, row.imported_at = plan.source, plan.imported_at
    row.closed, row.opened = _days_as_data(plan.closed), _days_as_data(plan.opened)
    row.recesses = recesses_as_data(plan)
    row.targets = {str(kind): amount for kind, amount in plan.targets.items()}
    renumber(office)
    record(session, None, EventKind.CALENDAR_CHANGED, actor, now=now, public=False, what=what,
           calendar=office.calendar_version, **detail)  # fmt: skip
    session.flush()


def renumber(office: Office) -> None:
    """Another calendar than before: its clocks are due a recount."""
    office.calendar_version += 1
    session = object_session(office)
    if session is not None:
        session.info[_CHANGED] = True


def _loaded(office: Office) -> tuple[WorkingCalendar, Plan]:
    """Raises LookupError outside a session of this office: there its own days could not be read, and none
    would be taken for true from then on."""
    session = object_session(office)
    if session is None or session.info.get("office") != office.id:
        raise LookupError("a calendar can be read only in an open session of its office")
    key = (office.calendar_version, office.nation, office.time_zone, dumps(office.hours))
    found = _known.get(office.id)
    if found is None or found[0] != key:
        plan = _read_plan(session, office)
        found = key, (planned(office, plan), plan)
        if _CHANGED not in session.info:  # a number that is not committed may come again
            _known[office.id] = found
    return found[1]


def _read_plan(session: OrmSession, office: Office) -> Plan:
    if office.calendar_version == 0:
        return Plan()
    row = session.execute(select(OfficeCalendar).where(OfficeCalendar.office_id == office.id)).scalar()
    if row is None:
        return Plan()
    return Plan(
        holidays={
            Nation(nation): {date.fromisoformat(day): name for day, name in days.items()}
            for nation, days in row.holidays.items()
        }
        or None,
        source=row.source,
        imported_at=row.imported_at,
        closed=_days(row.closed),
        opened=_days(row.opened),
        targets={ClockKind(kind): amount for kind, amount in row.targets.items()},
        recesses=tuple(
            Recess(date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), one["name"])
            for one in row.recesses
        ),
    )


def recesses_as_data(plan: Plan) -> list[dict[str, str]]:
    """The recesses in plain words: `first`, `last`, `name`."""
    return [
        {"first": one.first.isoformat(), "last": one.last.isoformat(), "name": one.name}
        for one in plan.recesses
    ]


def _days(plain: Sequence[Mapping[str, str]]) -> tuple[OwnDay, ...]:
    return tuple(OwnDay(date.fromisoformat(one["day"]), one["why"]) for one in plain)


def _days_as_data(days: Sequence[OwnDay]) -> list[dict[str, str]]:
    return [{"day": one.day.isoformat(), "why": one.why} for one in days]
