"""Files are looked at again: held ones when the scanner is back, new ones daily."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from inbox.database import Database
from inbox.models import Attachment, Event, EventKind, Scan
from inbox.worker.scanning_again import look_again, look_at_held
from tests.faults import simulation
from tests.faults.simulation import Office
from tests.rigs.clamd import Clamd, a_clamd

AWAY = "127.0.0.1:1"


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with a_clamd() as made:
        yield made


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    made = simulation.found(database.url, tmp_path, platform)
    yield made
    made.database.close()


def test_what_was_held_is_looked_at_when_the_scanner_is_back(office: Office, clamd: Clamd) -> None:
    _received(office, AWAY)
    assert _marks(office) == [Scan.HELD]
    look_at_held(office.worker.node)
    assert _marks(office) == [Scan.HELD], "it is still away"
    _with(office, clamd.address)
    look_at_held(office.worker.node)
    assert _marks(office) == [Scan.CLEAN]
    assert _checks(office) == [("held", "clean")]


def test_what_turns_out_to_be_harmful_is_closed_and_in_the_history(office: Office, clamd: Clamd) -> None:
    _received(office, clamd.address)
    clamd.answer = b"stream: Eicar-Test-Signature FOUND"
    look_again(office.worker.node)
    assert _marks(office) == [Scan.INFECTED]
    assert _checks(office) == [("clean", "infected")]


def test_a_scanner_that_goes_away_takes_no_mark_back(office: Office, clamd: Clamd) -> None:
    _received(office, clamd.address)
    _with(office, AWAY)
    look_again(office.worker.node)
    assert _marks(office) == [Scan.CLEAN]


def test_files_older_than_a_week_are_left_alone(office: Office, clamd: Clamd) -> None:
    _received(office, clamd.address)
    office.wait(8 * 86400)
    clamd.answer = b"stream: Eicar-Test-Signature FOUND"
    look_again(office.worker.node)
    assert _marks(office) == [Scan.CLEAN]


def test_without_a_scanner_nothing_stays_held(office: Office) -> None:
    _received(office, AWAY)
    _with(office, None)
    look_at_held(office.worker.node)
    assert _marks(office) == [Scan.NOT_SCANNED]


def _with(office: Office, address: str | None) -> None:
    office.settings.clamd = address
    office.begin_anew()


def _received(office: Office, address: str) -> None:
    """A mail with a file came in while the scanner was there."""
    _with(office, address)
    office.platform.deliver("roof-1@example.org", "donna@example.org", "my roof, see file", office.now)
    office.work()


def _marks(office: Office) -> list[str]:
    with office.reading() as session:
        return list(session.exec(select(Attachment.scan)))


def _checks(office: Office) -> list[tuple[object, object]]:
    with office.reading() as session:
        rows = session.exec(select(Event).where(Event.kind == EventKind.FILE_CHECKED)).all()
        return [(row.detail["before"], row.detail["after"]) for row in rows]
