"""What is asked all day is found by an index, also by an SQLite that has no statistics."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import true

from inbox import alerts, likely, silence
from inbox.database import Database
from inbox.desk import open_desk
from inbox.intake.keeping import kept_last
from inbox.models import Channel
from inbox.sign_in.sessions import last_seen
from inbox.worker.scanning_again import look_at_held
from inbox.worker.timetable import keep_sent_copies, sweep
from tests.faults import simulation
from tests.faults.simulation import Office
from tests.inbox.plans import asked
from tests.inbox.worlds import NOON, World, found_world


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    made = simulation.found(sqlite_database.url, tmp_path, platform)
    yield made
    made.database.close()


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return found_world(sqlite_database, "ashby")


def test_copies_for_the_sent_folder_are_not_looked_for_in_all_that_was_sent(office: Office) -> None:
    with asked(office.database) as said:
        keep_sent_copies(office.worker.node)
    assert said.plan("FROM delivery") == ["SEARCH delivery USING INDEX delivery_uncopied (office_id=?)"]


def test_held_files_are_not_looked_for_in_all_files(office: Office) -> None:
    with asked(office.database) as said:
        look_at_held(office.worker.node)
    for table in ("attachment", "draft_file"):
        by = f"SEARCH {table} USING INDEX {table}_held (office_id=? AND id>?)"
        assert said.plan(f"FROM {table}") == [by]


def test_finished_work_is_forgotten_by_when_it_was_finished(office: Office) -> None:
    with asked(office.database) as said:
        sweep(office.worker.node)
    assert said.plan("DELETE FROM job") == ["SEARCH job USING INDEX job_finished (finished_at<?)"]


def test_the_newest_of_a_channel_is_found_without_the_rest_of_it(world: World) -> None:
    by = ["SEARCH arrival USING INDEX arrival_of_channel (channel_id=?)"]
    with world.database.read(world.office) as session, asked(world.database) as said:
        channel = session.get_one(Channel, world.channel)
        kept_last(session, channel)
        assert said.plan("FROM arrival") == by
        said.statements.clear()
        channel.last_in_at = NOON
        silence.of(session, channel, NOON + timedelta(days=7))
        assert said.plan("FROM arrival") == by


def test_who_was_alerted_today_is_not_looked_for_in_the_whole_history(office: Office) -> None:
    node = office.worker.node
    with office.database.write(office.id) as session, asked(office.database) as said:
        alerts.of_disk(session, open_desk(session, node.line.tools), 10, 20, now=office.now)
    assert said.plan("FROM event", "event.at >") == [
        "SEARCH event USING INDEX event_alerted (office_id=? AND at>?)"
    ]


def test_when_somebody_was_last_here_is_the_last_line_of_their_looks_and_not_all_of_them(
    world: World,
) -> None:
    with world.database.read(world.office) as session, asked(world.database) as said:
        last_seen(session)
    assert "SEARCH view USING INDEX view_of_staff (staff_id=?)" in said.plan('FROM "view"')


def test_the_same_subject_is_looked_for_among_the_cases_of_late(world: World) -> None:
    case = world.case("Re: Damp", subject="Re: Damp")
    with world.database.read(world.office) as session, asked(world.database) as said:
        likely.cases(session, case, true())
    plan = said.plan("subject = ?")
    assert plan == ["CO-ROUTINE anon_1", "SEARCH case USING INDEX case_recent (office_id=?)", "SCAN anon_1"]
