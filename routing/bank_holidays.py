"""Bank holidays: the bundled snapshot, and files that an office brings in; per nation, and for the whole UK.

A file is either the feed that GOV.UK publishes (`bank-holidays.json`, three divisions) or a table with the
header `date,nations,name`. Where it holds the whole year of a nation, it takes the place of that year; else
its days are added. For other years the snapshot stands; years that nothing is written of are reckoned.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from routing.words import Nation

NATIONS = (Nation.ENGLAND, Nation.WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND)
_DIVISIONS = {
    "england-and-wales": (Nation.ENGLAND, Nation.WALES),
    "scotland": (Nation.SCOTLAND,),
    "northern-ireland": (Nation.NORTHERN_IRELAND,),
}
_SUBDIVISIONS = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
_HEADER = ["date", "nations", "name"]
_MOST_BYTES, _MOST_LINES = 1_000_000, 5_000
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_IN_A_YEAR = {Nation.ENGLAND: 8, Nation.WALES: 8, Nation.SCOTLAND: 9, Nation.NORTHERN_IRELAND: 10}
"""Bank holidays that a nation has in an ordinary year."""

Days = Mapping[Nation, Mapping[date, str]]
"""The name of each holiday, by nation and date."""


class BadHolidays(ValueError):
    """A file of bank holidays cannot be used; the words say where and why."""


@dataclass(frozen=True, slots=True, eq=False)
class BankHolidays:
    """Who is closed when. `version` says which days these are: the same days, the same word."""

    days: Days
    version: str
    _found: dict[tuple[Nation, int], frozenset[date]] = field(init=False, repr=False, default_factory=dict)

    def of(self, nation: Nation, year: int) -> frozenset[date]:
        """The bank holidays of one nation, or of any of the four for `uk`, in one year."""
        found = self._found.get((nation, year))
        if found is None:
            of_each = NATIONS if nation is Nation.UK else (nation,)
            found = frozenset[date]().union(*(self._of_one(one, year) for one in of_each))
            self._found[nation, year] = found
        return found

    def years(self, nation: Nation) -> range:
        """The years for which days are written down, from the first on and without a gap."""
        written = {day.year for day in self.days.get(nation, {})}
        last = first = min(written, default=0)
        while last in written:
            last += 1
        return range(first, last)

    def name(self, nation: Nation, day: date) -> str | None:
        """What is kept on that day; None where the day is reckoned or no holiday."""
        of_each = NATIONS if nation is Nation.UK else (nation,)
        return next((name for one in of_each if (name := self.days.get(one, {}).get(day))), None)

    def with_file(self, brought: Days) -> "BankHolidays":
        """These with the days of a file: whole years in place of the same years here, other days added."""
        named = {
            nation: {
                day: name for year in {day.year for day in new} for day, name in self._named(nation, year)
            }
            for nation, new in brought.items()
        }
        written = {nation: {**named.get(nation, {}), **self.days.get(nation, {})} for nation in NATIONS}
        merged = joined(written, brought)
        return BankHolidays(merged, _version(merged))

    def _of_one(self, nation: Nation, year: int) -> frozenset[date]:
        return frozenset(day for day, _ in self._named(nation, year))

    def _named(self, nation: Nation, year: int) -> list[tuple[date, str]]:
        """The holidays of a year with their names, as written down, or else as reckoned."""
        written = [(day, name) for day, name in self.days.get(nation, {}).items() if day.year == year]
        return written or list(_library()(subdiv=_SUBDIVISIONS[nation], years=year).items())


def joined(before: Days, brought: Days) -> Days:
    """What was written down, and what a file brings: it takes away a day only where it holds that nation's
    whole year. One announced day must not make a working day of Christmas."""
    merged: dict[Nation, Mapping[date, str]] = {}
    for nation in NATIONS:
        new = brought.get(nation, {})
        whole = {year for year in {day.year for day in new} if _is_whole(nation, year, new)}
        kept = {day: name for day, name in before.get(nation, {}).items() if day.year not in whole}
        merged[nation] = dict(sorted((kept | dict(new)).items()))
    return merged


def _is_whole(nation: Nation, year: int, days: Iterable[date]) -> bool:
    """Whether these days are all of a nation's year: from New Year to Christmas, and as many as it has."""
    found = sorted(day for day in days if day.year == year)
    spans = bool(found) and found[0] <= date(year, 1, 4) and found[-1] >= date(year, 12, 25)
    return spans and len(found) >= _IN_A_YEAR[nation]


@lru_cache(maxsize=1)
def bundled() -> BankHolidays:
    """The snapshot that comes with the program."""
    file = resources.files("routing") / "calendars" / "bank_holidays.csv"
    days = read(file.read_bytes())
    return BankHolidays(days, _version(days))


def read(content: bytes) -> Days:
    """The holidays of a file, of either kind. Raises BadHolidays, naming the line or the entry."""
    if len(content) > _MOST_BYTES:
        raise BadHolidays("This file is far too big for a list of bank holidays.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadHolidays("This file is not UTF-8 text. Save it as “CSV UTF-8”, or as JSON.") from None
    found = _feed(text) if text.lstrip().startswith("{") else _table(text)
    days: dict[Nation, dict[date, str]] = {}
    for nation, day, name in found:
        days.setdefault(nation, {})[day] = name
    if not days:
        raise BadHolidays("There are no bank holidays in this file.")
    return {nation: dict(sorted(named.items())) for nation, named in days.items()}


def _feed(text: str) -> Iterable[tuple[Nation, date, str]]:
    """GOV.UK's own shape: divisions, each with a list of events."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadHolidays("This looks like JSON, but is broken. Fetch the file again.") from None
    unknown = sorted(set(data) - set(_DIVISIONS))
    if unknown:
        raise BadHolidays(f"“{unknown[0][:40]}” is no division. There are: {', '.join(_DIVISIONS)}.")
    for division, nations in _DIVISIONS.items():
        part = data.get(division)
        if part is None:
            continue
        events = part.get("events") if isinstance(part, dict) else None
        if not isinstance(events, list) or len(events) > _MOST_LINES:
            raise BadHolidays(f"{division} has no list of events.")
        for number, event in enumerate(events, 1):
            place = f"{division}, event {number}"
            if not isinstance(event, dict):
                raise BadHolidays(f"{place}: this is not an event.")
            day, name = _day(event.get("date"), place), _name(event.get("title"), place)
            yield from ((nation, day, name) for nation in nations)


def _table(text: str) -> Iterable[tuple[Nation, date, str]]:
    lines = list(csv.reader(text.splitlines()))[: _MOST_LINES + 1]
    if not lines or [word.strip().lower() for word in lines[0]] != _HEADER:
        raise BadHolidays(f"The first line must read {','.join(_HEADER)}.")
    for number, line in enumerate(lines[1:], 2):
        if not any(word.strip() for word in line):
            continue
        place = f"Line {number}"
        if len(line) != len(_HEADER):
            raise BadHolidays(f"{place}: there should be {len(_HEADER)} values, not {len(line)}.")
        day, name = _day(line[0].strip(), place), _name(line[2], place)
        for word in line[1].split() or [""]:
            if word not in set(NATIONS):
                raise BadHolidays(f"{place}: “{word[:30]}” is no nation. There are: {', '.join(NATIONS)}.")
            yield Nation(word), day, name


def _day(value: object, place: str) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise BadHolidays(f"{place}: “{str(value)[:30]}” is no date. Write it as 2027-12-28.") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadHolidays(f"{place}: {day.year} is too far away.")
    return day


def _name(value: object, place: str) -> str:
    name = " ".join(str(value or "").split())
    if not name or len(name) > 120:
        raise BadHolidays(f"{place}: say in a few words what is kept on this day.")
    return name


def _version(days: Days) -> str:
    plain = [f"{nation} {day}" for nation in NATIONS for day in sorted(days.get(nation, {}))]
    return sha256("\n".join(plain).encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _library() -> Any:
    """The rules of the United Kingdom, from their file: by its package it would bring 250 other countries
    along, which cost 18 MB and half a second."""
    package = find_spec("holidays")
    if package is None or package.origin is None:
        raise ImportError("the package holidays is missing from this installation")
    file = Path(package.origin).parent / "countries" / "united_kingdom.py"
    spec = spec_from_file_location("holidays_united_kingdom", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be loaded")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.UnitedKingdom
