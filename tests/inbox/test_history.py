"""What the chain of an office's history covers, and what may be taken out of it without breaking it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from inbox.database import Database
from inbox.history import COMMITMENT, CONSTITUENT, SYSTEM, Actor, ActorKind, digest_of, record, verify
from inbox.models import ChainHead, Event, EventKind
from tests.inbox.worlds import World, found_world

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PRIYA = Actor(ActorKind.STAFF, "p", "Priya Nair")


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return found_world(sqlite_database, "ashby")


@pytest.mark.parametrize("actor", [PRIYA, Actor(ActorKind.TOKEN, "t", "Post room"), SYSTEM, CONSTITUENT])
def test_another_name_beside_an_act_is_found_out(world: World, actor: Actor) -> None:
    line = _recorded(world, actor)
    _change(world, line, actor_name="Sam Hale")
    with world.database.read(world.office) as session:
        fault = verify(session)
    assert fault is not None
    assert (fault.event_id, fault.why) == (line, "the line was changed")


def test_a_name_may_be_erased_and_the_chain_still_holds(world: World) -> None:
    _change(world, _recorded(world, PRIYA), actor_name="")
    with world.database.read(world.office) as session:
        assert verify(session) is None


def test_lines_from_before_names_were_covered_still_verify(world: World) -> None:
    line = _recorded(world, PRIYA)
    with world.database.write(world.office) as session:
        _without_commitment(session, line)
    with world.database.read(world.office) as session:
        assert verify(session) is None


def test_the_cover_of_a_name_cannot_be_taken_off_again(world: World) -> None:
    line = _recorded(world, PRIYA)
    _change(world, line, actor_name="Sam Hale", detail='{"word": "x"}')
    with world.database.read(world.office) as session:
        assert verify(session) is not None


def _recorded(world: World, actor: Actor) -> str:
    with world.database.write(world.office) as session:
        return record(session, None, EventKind.OFFICE_CHANGED, actor, now=NOW, word="x")


def _change(world: World, line: str, **values: str) -> None:
    with world.database.write(world.office) as session:
        for name, value in values.items():
            session.execute(text(f"UPDATE event SET {name} = :v WHERE id = :i"), {"v": value, "i": line})


def _without_commitment(session: Session, line: str) -> None:
    """The last line as an older program would have written it."""
    event = session.exec(select(Event).where(Event.id == line)).one()
    event.detail = {key: value for key, value in event.detail.items() if key != COMMITMENT}
    event.digest = digest_of(event.model_dump())
    session.exec(select(ChainHead)).one().digest = event.digest
