"""The contact directory: read from a file whole or not at all, found by any name, each change kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session

from inbox import bodies
from inbox.database import Database
from inbox.errors import Refused, Stale
from inbox.history import OPERATOR
from inbox.models import Body, ConsentRule
from routing.words import Nation, Unit
from tests.inbox.plans import asked
from tests.inbox.worlds import NOON, World, found_world

FILE = """name,other_names,email,consent,target,unit,nation
Marl Homes,MHA; Marl Housing,Letters@Marl-Homes.example,written,10,working days,england
Wexcombe Council,,,,,,
"""


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@contextmanager
def loaded(session: Session) -> Iterator[list[Body]]:
    """The bodies whose whole line is read meanwhile."""
    found: list[Body] = []

    def note(session: object, row: object) -> None:
        if isinstance(row, Body):
            found.append(row)

    event.listen(session, "loaded_as_persistent", note)
    yield found
    event.remove(session, "loaded_as_persistent", note)


def load(world: World, text: str, **how: bool) -> bodies.Imported:
    with world.database.write(world.office) as session:
        return bodies.import_lines(
            session, bodies.read_file(lines(text)), source="bodies.csv", now=NOON, actor=OPERATOR, **how
        )


def test_a_line_is_read_as_people_type_it() -> None:
    facts = bodies.read_facts(bodies.read_file(lines(FILE))[0])
    assert facts.other_names == ("MHA", "Marl Housing")
    assert (facts.email, facts.consent, facts.target) == (
        "letters@marl-homes.example",
        ConsentRule.WRITTEN,
        10,
    )
    assert (facts.unit, facts.nation) == (Unit.WORKING_DAYS, Nation.ENGLAND)


def test_what_is_missing_is_named_in_words() -> None:
    found = bodies.holes(bodies.read_facts({"name": "Wexcombe Council"}))
    assert found == (
        "No email address: it can be asked by letter or phone only.",
        "Nobody has said what permission it needs: only matters of somebody else need one.",
        "No target: 20 working days are counted.",
        "No hotline: a chase passes that step over.",
        "No minister’s office: a chase ends before it.",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nmae,email\nA,a@b.example\n", "line 1: there is no column `nmae`. Did you mean `name`?"),
        ("email\na@b.example\n", "line 1: a column `name` must be there."),
        ("name,name\nA,B\n", "line 1: the column `name` stands there twice."),
        ("name\n", "the file has a header and no lines."),
        ("", "a column `name` must be there."),
        ("name,email\nA\n", "line 2: 1 fields where the header has 2."),
        ("name,email\nA,no address\n", "line 2: email: `no address`"),
        ("name,consent\nA,writen\n", "Did you mean `written`?"),
        ("name,target\nA,soon\n", "line 2: target: Enter a number of working days from 1 to 250."),
        ("name,target\nA,0\n", "line 2: target:"),
        ("name,target,unit\nA,13,calendar_months\n", "from 1 to 12"),
        ("name,nation\nA,cornwall\n", "line 2: nation: `cornwall` is none of"),
        ("name,hotline\nA,ring us\n", "line 2: hotline: Enter a phone number"),
        ("name,other_names\nA,B\nB,\n", "line 3: `B` stands on line 2 already."),
        ("name\n...\n", "line 2: name: Give the organisation a name."),
        ('name\n"A\n', ""),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_line_and_the_nearest_right_word(
    text: str, words: str
) -> None:
    if not words:
        assert bodies.read_file(lines(text)) == [{"name": "A\n"}]
        return
    with pytest.raises(Refused) as refused:
        bodies.read_file(lines(text))
    assert words in refused.value.sentence


@given(st.lists(st.text(), max_size=5))
def test_any_text_is_read_or_refused(text: Sequence[str]) -> None:
    try:
        bodies.read_file(["name,email,target\n", *text])
    except Refused as refused:
        assert refused.sentence


def test_an_import_adds_and_changes_and_says_so_and_can_be_run_again(world: World) -> None:
    first = load(world, FILE)
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    again = load(world, FILE)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    third = load(world, "name,target\nMHA,12\n")
    assert (third.added, third.changed) == (0, 1)
    with world.database.read(world.office) as session:
        found = bodies.known(session, "marl housing")
        assert found is not None
        # Another name leads to the same body and is not its own; what the file has no column for stays.
        assert (found.name, found.email, found.target, found.version) == (
            "Marl Homes", "letters@marl-homes.example", 12, 2,
        )  # fmt: skip
        assert [one.facts["target"] for one in bodies.versions(session, found)] == [12, 10]


def test_replacing_takes_those_out_of_use_that_the_file_does_not_name(world: World) -> None:
    load(world, FILE)
    assert load(world, "name\nMarl Homes\n", replace=True).retired == 1
    with world.database.read(world.office) as session:
        assert [one.name for one in bodies.listed(session)] == ["Marl Homes"]
        assert bodies.known(session, "Wexcombe Council") is None
    assert load(world, "name\nWexcombe Council\n").changed == 1  # and back it is, as the same body


def test_two_bodies_never_share_a_name(world: World) -> None:
    load(world, FILE)
    with pytest.raises(Refused, match="`Marl Housing` is a name of Marl Homes already"):
        load(world, "name,other_names\nWexcombe Council,Marl Housing\n")


def test_a_body_is_found_by_its_address_and_by_parts_of_its_names(world: World) -> None:
    load(world, FILE)
    with world.database.read(world.office) as session:
        by_address = bodies.known(session, "whoever", "LETTERS@marl-homes.example")
        assert by_address is not None and by_address.name == "Marl Homes"
        assert [one.name for one in bodies.search(session, "council wex")] == ["Wexcombe Council"]
        assert bodies.search(session, "nobody") == []


OFTEN = """name,other_names,email,hotline_email,minister_email,escalation
Marl Homes,MHA,,,,
Wexcombe Council,,letters@wexcombe.example,,,
Ferry Trust,,trust@ferry.example,hotline@ferry.example,minister@ferry.example,
Canal Board,,,,,head@canal.example; chair@canal.example
"""


def test_who_writes_for_an_organisation_is_known_by_any_of_its_addresses(world: World) -> None:
    load(world, OFTEN)
    ours = ("letters@wexcombe.example", "trust@ferry.example", "hotline@ferry.example",
            "minister@ferry.example", "head@canal.example", " Chair@Canal.example ")  # fmt: skip
    with world.database.read(world.office) as session:
        assert [one for one in ours if not bodies.is_at(session, one)] == []
        assert not bodies.is_at(session, "donna@example.org") and not bodies.is_at(session, "")
    load(world, "name\nMarl Homes\n", replace=True)
    with world.database.read(world.office) as session:
        assert not any(bodies.is_at(session, one) for one in ours), "they are out of use"


def test_one_organisation_is_found_without_reading_the_whole_directory(world: World) -> None:
    load(world, OFTEN)
    with world.database.read(world.office) as session, loaded(session) as read:
        bodies.is_at(session, "donna@example.org")
        assert bodies.known(session, "Nobody", "nobody@example.org") is None
        assert read == []
        for name, address in (("Wexcombe Council", ""), ("MHA", ""), ("?", "trust@ferry.example")):
            assert bodies.known(session, name, address) is not None
        assert len(read) == 3


def test_whom_was_asked_is_looked_for_among_no_other_enquiries(sqlite_database: Database) -> None:
    world = found_world(sqlite_database, "ashby")
    with world.database.read(world.office) as session, asked(world.database) as said:
        bodies.is_at(session, "donna@example.org")
    [line] = said.plan("FROM enquiry")
    assert "enquiry_address (office_id=? AND address=?)" in line


def test_a_change_of_what_somebody_else_changed_is_refused(world: World) -> None:
    load(world, FILE)
    with world.database.write(world.office) as session:
        body = bodies.known(session, "MHA")
        assert body is not None
        with pytest.raises(Stale):
            bodies.write(session, body.id, {"name": "Marl Homes"}, version=7, now=NOON, actor=OPERATOR,
                         staff_id=None)  # fmt: skip


def test_a_neighbour_sees_nothing_of_it(world: World, neighbour: World) -> None:
    load(world, FILE)
    with neighbour.database.read(neighbour.office) as session:
        assert bodies.listed(session) == []
        assert bodies.known(session, "Marl Homes") is None


def test_the_published_targets_are_a_file_that_can_be_taken_as_it_is() -> None:
    text = Path("docs/public-targets.csv").read_text("utf-8")
    found = [bodies.read_facts(row) for row in bodies.read_file(text.splitlines(keepends=True))]
    days = {one.name: one.target for one in found}
    assert (days["Department for Work and Pensions"], days["Planning Inspectorate"]) == (15, 10)
    assert all(one.target and one.email is None and one.hotline is None for one in found)
