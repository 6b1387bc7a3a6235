"""F-15, A-95: migrations killed halfway, run twice at once, beside writers or without room lose nothing."""

import itertools
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from inbox import safe_copies
from inbox.database import Database
from inbox.errors import SetupProblem
from inbox.schema import current, data_folder, newest
from tests.databases import Addresses, EmptyDatabases
from tests.rigs.forks import Forks
from tests.rigs.product import Product, until

BEFORE = "0003"
"""The release that is left: before the largest changes."""
COLUMNS = """id, slug, name, kind, nation, time_zone, hours, approval_office, undo_seconds, languages,
prefix, created_at"""
"""What an office of that release has."""
ROW = f"""INSERT INTO office ({COLUMNS}) VALUES (:id, :slug, 'Rowan Ashby MP', 'mp', 'england',
'Europe/London', '{{}}', 'any', 10, '["en"]', :prefix, '2026-01-01 00:00:00+00')"""


@pytest.fixture
def left(empty_databases: EmptyDatabases, tmp_path: Path, forks: Forks) -> Iterator["Left"]:
    addresses = empty_databases()
    product = Product(tmp_path / "home", addresses.environment, forks=forks)
    made = Left(addresses, product)
    made.change(_reach_with_an_office)
    yield made
    product.stop()


class Left:
    """A database of an older release with an office in it, and the new program beside it."""

    def __init__(self, addresses: Addresses, product: Product) -> None:
        self.addresses, self.product = addresses, product

    @property
    def copies(self) -> list[Path]:
        return sorted((self.product.folder / "var" / safe_copies.FOLDER).glob("*"))

    def change(self, work: Callable[[Connection], None]) -> None:
        engine = create_engine(self.addresses.migrate_url or self.addresses.url)
        with engine.connect() as connection:
            work(connection)
            connection.commit()
        engine.dispose()

    def migrate(self, **env: str) -> int:
        return self.product.start("migrate", **env).wait(60)

    def version(self) -> str | None:
        database = Database(self.addresses.migrate_url or self.addresses.url)
        try:
            return current(database)
        finally:
            database.close()

    def is_at_work(self) -> bool:
        """Whether a worker's timetable has fired."""
        found: list[object] = []
        self.change(lambda one: found.extend(one.execute(text("SELECT name FROM tick"))))
        return bool(found)

    def rows(self) -> dict[str, str]:
        """Each office as that release saw it, by its id."""
        found: dict[str, str] = {}
        query = text(f"SELECT {COLUMNS} FROM office")
        self.change(lambda one: found.update({row[0]: repr(row) for row in one.execute(query)}))
        return found

    def offices(self) -> list[str]:
        found: list[str] = []
        self.change(lambda one: found.extend(one.execute(text("SELECT name FROM office")).scalars()))
        return found


def _reach_with_an_office(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(data_folder("alembic")))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    _write_office(connection, "01")


def _say_newer(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def _write_office(connection: Connection, key: str) -> None:
    connection.execute(text(ROW), {"id": key, "slug": f"rowan-{key}", "prefix": key})


@pytest.mark.parametrize("nth", [20, 120])
def test_killed_halfway_the_next_one_finishes(left: Left, nth: int) -> None:
    assert left.migrate(INBOX_FAILPOINT=f"migrate.statement:{nth}") != 0
    assert left.version() == BEFORE
    assert left.offices() == ["Rowan Ashby MP"]
    left.product.tell("migrate")
    assert left.version() == newest()
    assert left.offices() == ["Rowan Ashby MP"]


def test_two_at_once_run_one_after_the_other(left: Left) -> None:
    both = [left.product.start("migrate") for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert (left.version(), left.offices()) == (newest(), ["Rowan Ashby MP"])


def test_what_others_write_meanwhile_is_there_afterwards_or_was_refused(left: Left) -> None:
    """An older program that goes on writing: each row of which it heard "committed" comes through whole."""
    before, kept, over = left.rows(), ["01"], threading.Event()

    def write() -> None:
        for number in itertools.count(10):
            try:
                left.change(partial(_write_office, key=str(number)))
            except DBAPIError:
                pass  # locked out, or no longer of this shape: refused, and it knows
            else:
                kept.append(str(number))
            if over.wait(0.02):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: len(kept) > 2)
        assert left.migrate() == 0
    finally:
        over.set()
        writer.join()
    assert left.version() == newest()
    found = left.rows()
    assert sorted(found) == sorted(kept)
    assert {one: found[one] for one in before} == before


@pytest.mark.parametrize("words", [("run", "--port", "0"), ("worker",)], ids=lambda words: words[0])
def test_a_program_whose_database_is_migrated_under_it_stops_and_says_why(
    left: Left, words: tuple[str, ...]
) -> None:
    left.product.tell("migrate")
    running = left.product.start(*words)
    until(lambda: left.is_at_work(), seconds=60)
    left.change(_say_newer)
    assert running.wait(60) == 1
    said = [line for line in left.product.log().splitlines() if line.startswith("inbox: ")]
    assert len(said) == 1 and "brought to version 9999 while this program" in said[0]


@pytest.mark.parametrize("words", [("run", "--port", "0"), ("worker",)], ids=lambda words: words[0])
def test_an_older_program_refuses_a_newer_database_and_leaves_it_as_it_is(
    left: Left, words: tuple[str, ...]
) -> None:
    left.product.tell("migrate")
    left.change(_say_newer)
    for asked in (words, ("migrate",)):
        said = left.product.refusal(*asked)
        assert "version 9999, which this program does not know: install a newer one" in said
    assert (left.version(), left.offices()) == ("9999", ["Rowan Ashby MP"])


def test_what_was_there_is_copied_first_or_the_reader_is_told_to(left: Left) -> None:
    _, out, said = left.product._run(("migrate",), "", {})
    assert out == ""
    if not left.addresses.url.startswith("sqlite"):
        assert "keep a dump of each version you leave" in said and f"inbox-{BEFORE}.dump" in said
        return
    [copy] = left.copies
    assert f"lies in {copy}" in said and copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as found:
        rows = found.execute("SELECT name, (SELECT version_num FROM alembic_version) FROM office").fetchall()
    assert rows == [("Rowan Ashby MP", BEFORE)]
    left.product.tell("migrate")
    assert left.copies == [copy], "nothing is copied where nothing changes"


def test_without_room_for_the_copy_nothing_is_changed(left: Left) -> None:
    if not left.addresses.url.startswith("sqlite"):
        return
    (left.product.folder / "var").mkdir()
    (left.product.folder / "var" / safe_copies.FOLDER).write_text("in the way")
    said = left.product.refusal("migrate")
    assert "no copy of the database could be made" in said and "nothing was changed" in said
    assert left.version() == BEFORE


def test_a_full_disk_is_found_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "inbox.db"
    database.write_bytes(b"x" * 4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 4095))
    with pytest.raises(SetupProblem, match=r"free space.*nothing was changed"):
        safe_copies.copy(database, "0003", tmp_path)
    assert list((tmp_path / safe_copies.FOLDER).iterdir()) == []


def test_the_newest_two_copies_stay_and_none_grows_old(tmp_path: Path) -> None:
    database = tmp_path / "inbox.db"
    with closing(sqlite3.connect(database)) as made:
        made.execute("CREATE TABLE office (id)")
    for age, version in enumerate(("0003", "0007", "0007", "0012"), start=-9):
        place = safe_copies.copy(database, version, tmp_path)
        at = (datetime.now(UTC) + timedelta(days=age)).timestamp()
        os.utime(place, (at, at))
    folder = tmp_path / safe_copies.FOLDER
    assert sorted(one.name for one in folder.iterdir()) == ["inbox-0007.db", "inbox-0012.db"]
    assert safe_copies.forget(tmp_path, datetime.now(UTC) - timedelta(days=6, hours=12)) == 1
    assert [one.name for one in folder.iterdir()] == ["inbox-0012.db"]
