"""Every promise that an office ships with, from receipt to end and warning, by a table made by hand."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from routing.bank_holidays import BadHolidays, bundled, joined, read
from routing.sla import EXTENDABLE, STOPPABLE, due_at, warn_at
from routing.targets import targets
from routing.words import ClockKind, Nation, OfficeKind
from routing.working_time import LONDON, Window, WorkingCalendar, week_from

TABLE = Path(__file__).with_name("promise_cases.txt").read_text(encoding="utf-8")
CASES = [line for line in TABLE.splitlines() if not line.startswith("#")]
DAY, SPLIT = (Window(time(9), time(17)),), (Window(time(9), time(12, 30)), Window(time(13, 15), time(17, 30)))
WEEKS = {
    "plain": week_from(dict.fromkeys(range(5), DAY)),
    "split": week_from(dict.fromkeys(range(4), SPLIT) | {4: (Window(time(9), time(16)),)}),
    "short": week_from(dict.fromkeys((1, 2, 3), DAY)),
}


def _at(words: str) -> datetime:
    return datetime.fromisoformat(words.strip()).replace(tzinfo=LONDON)


@pytest.mark.parametrize("line", CASES)
def test_a_promise_runs_out_and_warns_when_the_table_says(line: str) -> None:
    what, nation, week, closed, received, due, warned = (cell.strip() for cell in line.split("|"))
    office, kind = what.split()
    days_off = frozenset(date.fromisoformat(day) for day in closed.split() if day != "-")
    calendar = WorkingCalendar(Nation(nation), week=WEEKS[week], days_off=days_off)
    clock = targets(OfficeKind(office))[ClockKind(kind)].facts(_at(received))
    assert due_at(clock, calendar) == _at(due)
    assert warn_at(clock, calendar) == _at(warned)


def test_every_kind_of_promise_is_in_the_table_and_every_target_says_who_says_so() -> None:
    shipped = {(office, kind) for office in OfficeKind for kind in targets(office)}
    assert {kind for _, kind in shipped} == set(ClockKind)
    tried = {tuple(line.split("|")[0].split()) for line in CASES}
    assert {(str(office), str(kind)) for office, kind in shipped} - tried <= {
        ("department", kind) for kind in ("next_update", "enquiry", "authority", "complaint", "breach")
    }, "those are the same lines as an MP's"
    for office in OfficeKind:
        assert all(target.source and target.what for target in targets(office).values())


def test_what_the_law_does_not_let_stop_is_not_given_more_time_either() -> None:
    unstoppable = {kind for kind, reasons in STOPPABLE.items() if not reasons}
    assert unstoppable == set(ClockKind) - EXTENDABLE == {ClockKind.COMPLAINT, ClockKind.BREACH}


def test_one_announced_day_is_added_and_every_other_day_stands() -> None:
    brought = read(b"date,nations,name\n2027-06-07,england,Coronation\n2035-05-08,england,A day off\n")
    merged, before = bundled().with_file(brought), bundled()
    assert merged.of(Nation.ENGLAND, 2027) == before.of(Nation.ENGLAND, 2027) | {date(2027, 6, 7)}
    assert merged.of(Nation.ENGLAND, 2035) == before.of(Nation.ENGLAND, 2035) | {date(2035, 5, 8)}
    assert merged.of(Nation.ENGLAND, 2031) == before.of(Nation.ENGLAND, 2031), "a year between"
    assert merged.years(Nation.ENGLAND) == before.years(Nation.ENGLAND)
    assert merged.name(Nation.ENGLAND, date(2027, 1, 1)) == "New Year’s Day"
    assert merged.of(Nation.ENGLAND, 2028) == before.of(Nation.ENGLAND, 2028)
    assert merged.of(Nation.SCOTLAND, 2026) == before.of(Nation.SCOTLAND, 2026)
    assert merged.name(Nation.UK, date(2027, 6, 7)) == "Coronation"
    assert date(2027, 6, 7) in merged.of(Nation.UK, 2027)
    assert merged.version != before.version == bundled().with_file({}).version


def _year(nation: Nation, year: int, *moved: tuple[date, date]) -> bytes:
    """A file with all holidays of a nation's year, some of them moved."""
    moves = dict(moved)
    days = sorted(moves.get(day, day) for day in bundled().of(nation, year))
    return "\n".join(["date,nations,name", *(f"{day},{nation},A day" for day in days)]).encode()


@pytest.mark.parametrize("nation", [nation for nation in Nation if nation is not Nation.UK])
def test_a_file_with_the_whole_year_of_a_nation_takes_its_place(nation: Nation) -> None:
    early_may, victory_day = date(2027, 5, 3), date(2027, 5, 7)
    merged = bundled().with_file(read(_year(nation, 2027, (early_may, victory_day))))
    before = bundled().of(nation, 2027)
    assert merged.of(nation, 2027) == before - {early_may} | {victory_day}
    assert merged.of(nation, 2026) == bundled().of(nation, 2026)


def test_a_second_file_leaves_what_an_earlier_one_brought() -> None:
    first = read(b"date,nations,name\n2027-06-07,england,Coronation\n")
    both = joined(first, read(b"date,nations,name\n2027-09-20,england,A funeral\n"))
    assert list(both[Nation.ENGLAND]) == [date(2027, 6, 7), date(2027, 9, 20)]


def test_years_that_no_table_speaks_for_are_reckoned() -> None:
    assert 2035 not in bundled().years(Nation.ENGLAND)
    assert date(2035, 12, 25) in bundled().of(Nation.ENGLAND, 2035)
    assert date(2019, 4, 19) in bundled().of(Nation.SCOTLAND, 2019), "Good Friday"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[1]", b"{}", b"x" * 2_000_000, b'{"scotland": []}'])
def test_what_is_no_list_of_holidays_is_refused(content: bytes) -> None:
    with pytest.raises(BadHolidays):
        read(content)
