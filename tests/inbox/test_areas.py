"""A country has near two million postcodes: the table is asked for what a letter names, never read whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from sqlmodel import Session

from inbox.areas import AreaLine, load, table_for
from inbox.desk import open_desk
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
