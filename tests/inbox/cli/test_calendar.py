"""`inbox calendar`: what comes from a file, what an office closes, and what it would move."""

import json
from pathlib import Path

import pytest

from .conftest import Installation

FEED = {
    "england-and-wales": {
        "division": "england-and-wales",
        "events": [
            {"title": "Coronation", "date": "2027-06-07", "notes": "", "bunting": True},
            {"title": "Christmas Day", "date": "2027-12-27", "notes": "Substitute day", "bunting": True},
        ],
    },
    "scotland": {"division": "scotland", "events": [{"title": "2nd January", "date": "2027-01-04"}]},
}


def _file(folder: Path, content: str, name: str = "holidays.json") -> str:
    (folder / name).write_text(content, encoding="utf-8")
    return str(folder / name)


def _days(inbox: Installation, office: str, year: str = "2027") -> dict[str, str]:
    shown = inbox.ok("calendar", "show", "--office", office, "--year", year, "--json").json
    return {one["day"]: one["name"] for one in shown}


def test_days_of_the_feed_are_added_and_named_and_nothing_else_goes(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    english, northern = inbox.office(), inbox.office("Dilys Probert’s office", nation="northern-ireland")
    file = _file(inbox.folder, json.dumps(FEED))
    told = inbox.ok("calendar", "import", file, "--dry-run", "--json").json
    assert [one["office"] for one in told] == sorted([english, northern])
    before = _days(inbox, english)
    assert "2027-06-07" not in before, "that was a dry run"
    coronation = {"day": "2027-06-07", "name": "Coronation", "nations": ["england", "wales"]}
    assert all(coronation in one["days_added"] and not one["days_removed"] for one in told)
    assert "new: 2027-06-07 Coronation (england, wales)" in inbox.ok("calendar", "import", file).err
    assert _days(inbox, english) == before | {"2027-06-07": "Coronation", "2027-12-27": "Christmas Day"}
    assert "2027-07-12" in _days(inbox, northern), "the file says nothing of Northern Ireland"
    assert "2026-12-28" in _days(inbox, english, "2026")


def test_an_office_closes_for_some_days_and_opens_again(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    office = inbox.office()
    there = ("--office", office)
    inbox.ok("calendar", "close", "2026-12-23", "2026-12-24", "--why", "Office closed", *there)
    days = _days(inbox, office, "2026")
    assert (days["2026-12-23"], days["2026-12-24"]) == ("Office closed", "Office closed")
    inbox.ok("calendar", "open", "2026-12-24", *there)
    assert "2026-12-24" not in _days(inbox, office, "2026")
    again = inbox.run("calendar", "open", "2026-12-24", *there)
    assert (again.status, again.err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "first line must read date,nations,name"),
        ("date,nations,name\n", "no bank holidays"),
        ("date,nations,name\n2027-02-30,england,X\n", "Line 2: “2027-02-30” is no date"),
        ("date,nations,name\n2027-01-01,england mars,X\n", "Line 2: “mars” is no nation"),
        ("date,nations,name\n2027-01-01,england,\n", "Line 2: say in a few words"),
        ("date,nations,name\n2027-01-01,england\n", "Line 2: there should be 3 values, not 2"),
        ("date,nations,name\n2927-01-01,england,X\n", "Line 2: 2927 is too far away"),
        ('{"england-and-wales": ', "is broken"),
        ('{"france": {"events": []}}', "“france” is no division"),
        (
            '{"scotland": {"events": [{"title": "X", "date": "soon"}]}}',
            "scotland, event 1: “soon” is no date",
        ),
        ('{"scotland": {"events": 3}}', "scotland has no list of events"),
        ('{"scotland": {"events": [3]}}', "scotland, event 1: this is not an event"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    inbox_on_each: Installation, content: str, words: str
) -> None:
    if not inbox_on_each.addresses.url.startswith("sqlite"):
        return  # nothing of it reaches the database
    ran = inbox_on_each.run("calendar", "import", _file(inbox_on_each.folder, content, "x.csv"))
    assert (ran.status, words in ran.err) == (1, True), ran.err
