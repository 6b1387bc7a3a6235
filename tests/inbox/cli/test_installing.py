"""An operator's first evening: what is made is private, and what is mistyped is named before it does harm."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from inbox import database_trouble
from tests.databases import EmptyDatabases
from tests.rigs.clamd import a_clamd

from .conftest import Installation
from .letters import letter


@pytest.fixture
def careless() -> Iterator[None]:
    """A shell that lets everybody read what is made in it, as most do."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _findings(inbox: Installation) -> dict[str, tuple[str, str]]:
    return {
        one["name"]: (one["state"], one["says"]) for one in inbox.run("doctor", "--json").json["findings"]
    }


def test_letters_are_readable_to_the_program_s_own_user_only(
    careless: None, inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = inbox.folder / "home"
    monkeypatch.setenv("INBOX_DATABASE_URL", f"sqlite:///{home}/inbox.db")
    monkeypatch.setenv("INBOX_DATA_DIR", str(home))
    inbox.ok("migrate")
    slug = inbox.office()
    (inbox.folder / "1.eml").write_bytes(letter(1))
    inbox.ok("import", "--office", slug, str(inbox.folder / "1.eml"))
    made = [home, *home.rglob("*")]
    assert {"inbox.db", "store"} <= {one.name for one in made}
    assert [str(one) for one in made if one.stat().st_mode & 0o077] == []


def test_an_older_installation_that_everybody_can_read_is_told_how_to_close_itself(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inbox import doctor

    monkeypatch.setattr(doctor, "_is_open", lambda place: place.name == "var")
    state, says = _findings(inbox)["privacy"]
    assert state == "look" and "chmod -R o= " in says


def test_a_mistyped_database_address_makes_nothing_and_says_where_it_looked(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = inbox.folder / "mistyped" / "inbox.db"
    monkeypatch.setenv("INBOX_DATABASE_URL", f"sqlite:///{elsewhere}")
    for words in (["office", "list"], ["doctor"], ["work", "--until-idle"]):
        ran = inbox.run(*words)
        assert ran.status == 1
        assert str(elsewhere) in ran.out + ran.err and "inbox migrate" in ran.out + ran.err
    assert not elsewhere.parent.exists()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("INBOX_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("INBOX_TRUSTED_PROXIES", "caddy", "10.0.0.0/8"),
        ("INBOX_LOW_DISK_MEGABYTES", "-1", "greater than or equal to 0"),
    ],
)
def test_a_value_that_would_be_of_no_effect_is_refused(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = inbox.run("office", "list")
    assert ran.status == 1 and ran.err.count("\n") == 1
    assert name in ran.err and words in ran.err


def test_doctor_names_a_setting_that_nothing_reads_and_what_was_meant(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_CHANNEL_PASSWORD", "kept for the next channel")
    (inbox.folder / ".env").write_text("INBOX_TRUSTED_PROXY=127.0.0.1\n")
    state, says = _findings(inbox)["unknown"]
    assert state == "look" and "INBOX_TRUSTED_PROXY:" in says and "INBOX_TRUSTED_PROXIES?" in says


def test_doctor_asks_the_malware_scanner(inbox: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_clamd() as scanner:
        monkeypatch.setenv("INBOX_CLAMD", scanner.address)
        assert "malware scanner" not in _findings(inbox)
    state, says = _findings(inbox)["malware scanner"]
    assert state == "wrong" and scanner.address in says and "held" in says


def test_a_data_folder_that_cannot_be_made_is_no_full_disk(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_DATA_DIR", "/proc/nowhere")
    state, says = _findings(inbox)["data folder"]
    assert state == "wrong" and "INBOX_DATA_DIR" in says and "Free some space" not in says


def test_an_import_leaves_the_room_that_the_office_works_with(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = inbox.office()
    (inbox.folder / "1.eml").write_bytes(letter(1))
    words = ["import", "--office", slug, str(inbox.folder / "1.eml")]
    monkeypatch.setenv("INBOX_LOW_DISK_MEGABYTES", "999999999")
    ran = inbox.run(*words)
    assert ran.status == 1 and "0 messages are in" in ran.err and "nothing comes twice" in ran.err
    assert [one for one in (inbox.folder / "var").rglob("*") if one.is_file()] == []
    monkeypatch.delenv("INBOX_LOW_DISK_MEGABYTES")
    inbox.ok(*words)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ('FATAL: password authentication failed for user "inbox_app"', "sign-in"),
        ('FATAL: role "inbox_ap" does not exist', "sign-in"),
        ('FATAL: database "inbx" does not exist', "no database of that name"),
        ('connection to server at "10.0.0.9", port 5432 failed: Connection refused', "does not answer"),
        ("failed to resolve host 'db.example.org': Name or service not known", "name cannot be found"),
        ("database is locked", "Another program holds"),
        ("attempt to write a readonly database", "must belong to the user"),
        ("database or disk is full", "Free some space"),
        ("terminating connection due to administrator command", "busy or away"),
    ],
)
def test_why_the_database_did_not_answer_is_said_without_its_names(told: str, says: str) -> None:
    sentence = database_trouble.why(OperationalError("SELECT", None, Exception(told)))
    assert says in sentence
    assert not any(name in sentence for name in ("inbox_ap", "inbx", "10.0.0.9", "db.example.org"))


def test_a_damaged_database_file_says_so_and_is_left_as_it_is(inbox: Installation) -> None:
    place = Path(os.environ["INBOX_DATABASE_URL"].removeprefix("sqlite:///"))
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    place.write_bytes(b"not a database at all" * 999)
    ran = inbox.run("office", "list")
    assert ran.status == 1 and "damaged" in ran.err and "restore a backup" in ran.err
    assert place.read_bytes().startswith(b"not a database")


def test_migrating_as_the_role_that_owns_nothing_names_the_setting_to_use(
    empty_postgresql_databases: EmptyDatabases, inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.use(empty_postgresql_databases(), inbox.folder / "elsewhere")
    monkeypatch.delenv("INBOX_MIGRATE_DATABASE_URL")
    ran = inbox.run("migrate")
    assert ran.status == 1 and "INBOX_MIGRATE_DATABASE_URL" in ran.err and "CREATE TABLE" not in ran.err
