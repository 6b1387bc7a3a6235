"""A country has near two million postcodes: the table is asked for what a letter names, never read whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from sqlmodel import Session

from inbox.areas import AreaLine, load, read_names, read_table, table_for
from inbox.desk import open_desk
from inbox.errors import Refused
from inbox.models import Office
from routing.constituency import ListedPostcodes, Seat, place_of
from tests.inbox.plans import Asked, asked
from tests.inbox.worlds import World

OURS, THEIRS = "Wexcombe", "Tern Vale"
LINES = (
    ("ZZ10", OURS, ""), ("ZZ10 4", THEIRS, "Pat Lowe"), ("ZZ10 4AB", OURS, ""), ("ZZ1 0AA", "Arlen", ""),
    ("ZZ11 1AA", THEIRS, ""), ("ZZ11 2AA", THEIRS, ""), ("ZZ12 1AA", OURS, ""),
)  # fmt: skip
LETTERS = (
    "I live at ZZ10 4AB.", "I live at ZZ10 4AC.", "I live at ZZ10 5AA.", "I live at ZZ11 9ZZ.",
    "I live at ZZ99 1AA.", "I live in ZZ12.", "I live in ZZ10.", "I live at ZZ1 0AA.", "Come to ours.",
)  # fmt: skip


@pytest.fixture
def seats(world: World) -> World:
    with world.database.write(world.office) as session:
        session.get_one(Office, world.office).constituency = OURS
        load(session, [AreaLine(code, seat, member or None) for code, seat, member in LINES], "2024-07-04")
    return world


@contextmanager
def reading(world: World) -> Iterator[tuple[Session, Asked]]:
    """A session, and what it asks from now on."""
    with asked(world.database) as said, world.database.read(world.office) as session:
        yield session, said


def test_the_stored_table_says_what_the_same_lines_in_memory_say(seats: World) -> None:
    listed = ListedPostcodes(LINES, OURS)
    with reading(seats) as (session, _):
        stored = table_for(session, session.get_one(Office, seats.office))
        assert [place_of(text, stored) for text in LETTERS] == [place_of(text, listed) for text in LETTERS]
        assert stored is not None
        assert stored.seats_in("ZZ1") == {Seat("Arlen", "")}, "and nothing of ZZ10 and ZZ11"


def test_a_page_that_names_no_postcode_asks_nothing_of_it(seats: World) -> None:
    with reading(seats) as (session, said):
        open_desk(session, cast("Any", None))
        assert said.of("FROM area") == []


def test_the_same_place_is_asked_for_once(seats: World) -> None:
    with reading(seats) as (session, said):
        office = session.get_one(Office, seats.office)
        for _ in range(20):
            place_of("Mould at ZZ10 5AA, and again at ZZ10 5AA.", table_for(session, office))
        assert len(said.of("FROM area")) == 3, "the day's boundaries, its line, its district"


def test_boundaries_that_have_not_begun_place_nobody(seats: World) -> None:
    with seats.database.write(seats.office) as session:
        load(session, [AreaLine("ZZ10 4AB", "A seat to come", None)], "2199-01-01")
    with reading(seats) as (session, _):
        stored = table_for(session, session.get_one(Office, seats.office))
        assert stored is not None
        assert stored.seat_of("ZZ10 4AB") == (Seat(OURS, ""), True)


def test_an_office_without_a_seat_has_no_table(world: World) -> None:
    with world.database.read(world.office) as session:
        assert table_for(session, session.get_one(Office, world.office)) is None


def _stored(seats: World, text: str, *, file: str) -> tuple[str, str]:
    """How sure a place is after a file was brought in."""
    with seats.database.write(seats.office) as session:
        load(session, read_table(file.splitlines()), "2024-07-04")
    with reading(seats) as (session, _):
        found = place_of("", table_for(session, session.get_one(Office, seats.office)), stated=text)
        return found.state, found.confidence


def test_a_postcode_in_two_seats_is_kept_and_only_likely_until_it_stands_in_one(seats: World) -> None:
    both = "postcode,constituency\nZZ14 4AB,Tern Vale\nZZ14 4AB,Wexcombe\nZZ14 4AC,Wexcombe"
    words = "ZZ14 4AB straddles a boundary: Tern Vale and Wexcombe"
    assert _stored(seats, "ZZ14 4AB", file=both) == ("likely", words)
    assert _stored(seats, "ZZ14 4AC", file=both)[0] == "confirmed"
    assert _stored(seats, "ZZ14 4AB", file="postcode,constituency\nZZ14 4AB,Wexcombe")[0] == "confirmed"


def test_a_sector_with_a_line_in_another_seat_confirms_nobody(seats: World) -> None:
    file = "postcode,constituency\nZZ11 2,Wexcombe\nZZ11 2AA,Tern Vale\nZZ11 3,Wexcombe"
    assert _stored(seats, "ZZ11 2BB", file=file)[0] == "likely"
    assert _stored(seats, "ZZ11 3BB", file=file)[0] == "confirmed"


ONS = """pcd,pcd2,pcds,dointr,pcon
"ZZ144AB","ZZ14 4AB","ZZ14 4AB",198001,E14001001
"ZZ154AB","ZZ15 4AB","ZZ15 4AB",198001,E14001002
"ZZ164AB","ZZ16 4AB","ZZ16 4AB",198001,
"""


def test_the_columns_of_ons_are_known_and_its_codes_need_their_names() -> None:
    names = read_names(["PCON24CD,PCON24NM", "E14001001,Wexcombe", "E14001002,Tern Vale"])
    lines = [AreaLine("ZZ14 4AB", "Wexcombe", None), AreaLine("ZZ15 4AB", "Tern Vale", None)]
    assert list(read_table(ONS.splitlines(), names)) == lines
    named = ["pcds,oa21,pcon25nm,pcon25cd", "ZZ14 4AB,X,Wexcombe,E14001001", "ZZ15 4AB,X,Tern Vale,E14001002"]
    assert list(read_table(named)) == lines
    with pytest.raises(Refused, match="line 2: `E14001001` is a code"):
        list(read_table(ONS.splitlines()))
