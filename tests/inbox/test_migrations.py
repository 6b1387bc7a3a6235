"""The numbered migrations, on both databases: from the first to the last, and the same as the models."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint, create_engine, inspect, text
from sqlmodel import SQLModel, select

import inbox.models  # noqa: F401  (makes every table known)
from inbox.database import Database
from inbox.errors import SetupProblem
from inbox.models import Case, Message
from inbox.schema import check, current, data_folder, newest, upgrade
from tests.databases import Addresses, EmptyDatabases
from tests.inbox.worlds import found_world

SCRIPTS = ScriptDirectory(str(data_folder("alembic")))
REVISIONS = [one.revision for one in reversed(list(SCRIPTS.walk_revisions()))]

_CODES = text("SELECT codes::text FROM search_index ORDER BY number")
_FORGET_PAIRS = (
    "UPDATE search_index SET codes = array_to_tsvector(ARRAY(SELECT lexeme FROM unnest(codes) "
    "WHERE length(lexeme) = 16 OR lexeme LIKE 'n%'))",
    "DROP FUNCTION search_pairs CASCADE",
)
"""What 0023 adds, taken away."""
_GROWING = frozenset({"arrival", "case", "constituent", "delivery", "draft", "enquiry", "handle", "message"})
"""Tables that grow with the mail, and that others point at."""


def _reach(addresses: Addresses, revision: str) -> None:
    """Migrates as far as `revision`, the way an older release of the program would have."""
    config = Config()
    config.set_main_option("script_location", str(data_folder("alembic")))
    engine = create_engine(addresses.migrate_url or addresses.url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()


def test_migrations_are_numbered_without_a_gap_or_a_fork() -> None:
    assert [f"{number:04d}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert SCRIPTS.get_heads() == [newest()]


@pytest.mark.parametrize("release", REVISIONS)
def test_a_database_of_any_release_comes_up_to_this_one(
    empty_databases: EmptyDatabases, release: str
) -> None:
    addresses = empty_databases()
    _reach(addresses, release)
    assert upgrade(addresses.settings()) == newest()
    database = Database(addresses.url)
    check(database, addresses.settings())
    assert current(database) == newest()
    database.close()


def test_the_migrated_tables_are_those_of_the_models(empty_databases: EmptyDatabases) -> None:
    addresses = empty_databases()
    upgrade(addresses.settings())
    engine = create_engine(addresses.migrate_url or addresses.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, parents: not (name or "").startswith("search_index"),
            },
        )
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    assert differences == []


def test_every_reference_to_a_row_that_mail_brings_is_found_by_an_index() -> None:
    """SQLite looks for what points at a new row while other references of the transaction are still open.
    Without an index it reads a whole table for each new row: an office slows down with every letter."""
    missing = [
        f"{table.name}.{key.column_keys[0]}"
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in _GROWING and not _leads_an_index(table, key.column_keys[0])
    ]
    assert missing == []


def _leads_an_index(table: Table, column: str) -> bool:
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint)]
    return column in {next(iter(one.columns)).name for one in (*unique, *table.indexes)}


def test_what_was_indexed_by_an_older_release_is_found_by_its_phrases(
    empty_postgresql_databases: EmptyDatabases,
) -> None:
    addresses = empty_postgresql_databases.migrated()
    database = Database(addresses.url)
    for slug in ("ashby", "probert"):
        found_world(database, slug).case("black mould in the bedroom")
    engine = create_engine(addresses.migrate_url or addresses.url)
    with engine.begin() as connection:
        before = connection.execute(_CODES).all()
        for statement in _FORGET_PAIRS:
            connection.execute(text(statement))
        assert connection.execute(_CODES).all() != before
        with Operations.context(MigrationContext.configure(connection)):
            SCRIPTS.get_revision("0023").module.upgrade()
        assert connection.execute(_CODES).all() == before
    engine.dispose()
    database.close()


def test_what_an_older_release_hid_stays_hidden_and_what_it_answered_is_answered(
    empty_databases: EmptyDatabases,
) -> None:
    addresses = empty_databases.migrated()
    database = Database(addresses.url)
    world = found_world(database, "ashby")
    threat = world.case("your days are numbered", flags=["self-harm", "threat"])
    home = world.case("he hits me", flags=["domestic-abuse"])
    plain = world.case("black mould", status="open")
    world.add(world.clock(plain, kind="first_reply", met_at=plain.received_at))
    with database.write(world.office) as session:
        session.execute(text('UPDATE "case" SET in_danger = false'))
    engine = create_engine(addresses.migrate_url or addresses.url)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        SCRIPTS.get_revision("0026").module.fill()
    engine.dispose()
    with database.read(world.office) as session:
        cases = {one.id: one for one in session.exec(select(Case))}
        risks = {one.case_id: one.risks for one in session.exec(select(Message))}
    database.close()
    assert {one.id for one in cases.values() if one.in_danger} == {threat.id, home.id}
    assert [one.id for one in cases.values() if one.is_title_hidden] == [threat.id]
    assert risks == {threat.id: ["self-harm", "threat"], home.id: [], plain.id: []}
    assert {key for key, one in cases.items() if one.answered_at} == {plain.id}


def test_what_an_older_release_saw_sent_from_another_program_is_the_persons_if_it_went_to_them(
    empty_databases: EmptyDatabases,
) -> None:
    addresses = empty_databases.migrated()
    database = Database(addresses.url)
    for slug in ("ashby", "probert"):
        world = found_world(database, slug)
        case = world.case(address="donna@example.org")
        for text_, recipients in (("theirs", ["donna@example.org"]), ("passed on", ["tom@example.org"])):
            world.add(world.message(case, text_, direction="outbound", recipients=recipients))
    engine = create_engine(addresses.migrate_url or addresses.url)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        SCRIPTS.get_revision("0030").module.upgrade()
    engine.dispose()
    with database.read(world.office) as session:
        found = {one.text: one.constituent_id for one in session.exec(select(Message))}
    database.close()
    assert (found["theirs"], found["passed on"]) == (case.constituent_id, None)


def test_a_migrated_postgresql_walls_every_table_of_an_office(postgresql_database: Database) -> None:
    with postgresql_database.connect() as connection:
        rows = connection.execute(
            text("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relkind = 'r'")
        )
        walled = {name for name, is_walled in rows if is_walled}
        with_office = {
            table
            for table in inspect(connection).get_table_names()
            if "office_id" in {column["name"] for column in inspect(connection).get_columns(table)}
        }
    looked_up_first = {
        "access_token",
        "channel_door",
        "job",
        "presence",
        "sign_in_address",
        "status_link_key",
        "web_session",
    }
    assert with_office - walled == looked_up_first


@pytest.mark.parametrize("words", [["run"], ["web"], ["worker"], ["work", "--until-idle"]], ids=" ".join)
def test_the_program_refuses_an_empty_database_and_says_what_to_do(tmp_path: Path, words: list[str]) -> None:
    place = tmp_path / "inbox.db"
    ran = _program(tmp_path, Addresses(f"sqlite:///{place}"), *words)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"inbox: there is no database at {place}: run `inbox migrate`")
    assert ran.stderr.count("\n") == 1 and not place.exists()
    place.touch()
    ran = _program(tmp_path, Addresses(f"sqlite:///{place}"), *words)
    assert ran.stderr == "inbox: the database is empty: run `inbox migrate`\n"


def test_the_program_refuses_an_older_database_and_says_what_to_do(empty_databases: EmptyDatabases) -> None:
    addresses = empty_databases()
    _reach(addresses, REVISIONS[0])
    database = Database(addresses.migrate_url or addresses.url)
    with pytest.raises(SetupProblem, match="run `inbox migrate`"):
        check(database, addresses.settings())
    database.close()


def test_the_program_refuses_a_database_of_a_newer_release(
    empty_databases: EmptyDatabases, tmp_path: Path
) -> None:
    addresses = empty_databases()
    upgrade(addresses.settings())
    engine = create_engine(addresses.migrate_url or addresses.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    ran = _program(tmp_path, addresses, "run", "--port", "0")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "9999" in ran.stderr and "newer" in ran.stderr and ran.stderr.count("\n") == 1


def _program(folder: Path, addresses: Addresses, *words: str) -> subprocess.CompletedProcess[str]:
    environment = addresses.environment | {"INBOX_ENV": "test", "INBOX_DATA_DIR": str(folder / "var")}
    return subprocess.run(
        [sys.executable, "-m", "inbox", *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
