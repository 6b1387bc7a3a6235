"""An independent, slow reckoning of clocks, written from the rules: it walks day by day with a calendar.

It shares no code with the product. Bank holidays are typed from the published lists, substitute days
included; a day and its next day are all it knows of time.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_ENGLAND = """
2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26
"""
_SCOTLAND = """
2026-01-01 2026-01-02 2026-04-03 2026-05-04 2026-05-25 2026-06-15 2026-08-03 2026-11-30 2026-12-25 2026-12-28
2027-01-01 2027-01-04 2027-03-26 2027-05-03 2027-05-31 2027-08-02 2027-11-30 2027-12-27 2027-12-28
2028-01-03 2028-01-04 2028-04-14 2028-05-01 2028-05-29 2028-08-07 2028-11-30 2028-12-25 2028-12-26
"""
_NORTHERN_IRELAND = _ENGLAND + "2026-03-17 2026-07-13 2027-03-17 2027-07-12 2028-03-17 2028-07-12"

HOLIDAYS = {
    "england": {date.fromisoformat(day) for day in _ENGLAND.split()},
    "wales": {date.fromisoformat(day) for day in _ENGLAND.split()},
    "scotland": {date.fromisoformat(day) for day in _SCOTLAND.split()},
    "northern-ireland": {date.fromisoformat(day) for day in _NORTHERN_IRELAND.split()},
}
HOLIDAYS["uk"] = set().union(*HOLIDAYS.values())


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    name: str
    nation: str
    received: datetime
    amount: int
    unit: str
    pauses: tuple[tuple[datetime, datetime], ...]
    extensions: tuple[tuple[int, str], ...]
    due: datetime


def works(nation: str, day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS[nation]


def due(
    nation: str,
    received: datetime,
    amount: int,
    unit: str,
    pauses: tuple[tuple[datetime, datetime], ...],
    extensions: tuple[tuple[int, str], ...],
) -> datetime:
    """When the clock runs out, at 17:00 local time of its last day; hour clocks by the wall."""
    grants = [(amount, unit), *extensions]
    if unit == "hours":
        end = received.astimezone(ZoneInfo("UTC"))
        for count, of in grants:
            end += timedelta(hours=count * (24 if of == "calendar_days" else 1))
        for start, stop in sorted(pauses):
            if start <= end:
                end += stop.astimezone(ZoneInfo("UTC")) - start.astimezone(ZoneInfo("UTC"))
        return end
    day = received.astimezone(LONDON).date()
    day = _months_on(day, sum(count for count, of in grants if of == "calendar_months"))
    for _ in range(sum(count for count, of in grants if of == "calendar_days")):
        day += timedelta(days=1)
    if unit != "working_days" and any(of == "working_days" for _, of in grants):
        day = _rolled(nation, day)
    for _ in range(sum(count for count, of in grants if of == "working_days")):
        day = _next_working(nation, day)
    for start, stop in sorted(pauses):
        first, last = start.astimezone(LONDON).date(), stop.astimezone(LONDON).date()
        if first > _rolled(nation, day):
            break
        walked = first
        while walked < last:
            walked += timedelta(days=1)
            if unit != "working_days":
                day += timedelta(days=1)
            elif works(nation, walked):
                day = _next_working(nation, _rolled(nation, day))
    return datetime.combine(_rolled(nation, day), time(17), tzinfo=LONDON)


def _next_working(nation: str, day: date) -> date:
    day += timedelta(days=1)
    while not works(nation, day):
        day += timedelta(days=1)
    return day


def _rolled(nation: str, day: date) -> date:
    return day if works(nation, day) else _next_working(nation, day)


def _months_on(day: date, count: int) -> date:
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("a month has days")


def parse(line: str) -> Case:
    """A line: name | nation | received | amount unit | pauses | extensions | due."""
    name, nation, received, clock, pauses, extensions, ends = (cell.strip() for cell in line.split("|"))
    amount, unit = clock.split()
    return Case(
        name,
        nation,
        _local(received),
        int(amount),
        unit,
        tuple((_local(span.split("~")[0]), _local(span.split("~")[1])) for span in _cells(pauses)),
        tuple((int(grant.split("+")[0]), grant.split("+")[1]) for grant in _cells(extensions)),
        _local(ends),
    )


def _cells(text: str) -> list[str]:
    return [] if text == "-" else [cell.strip() for cell in text.split(",")]


def _local(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
