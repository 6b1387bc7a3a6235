"""The drill of trust: a backup, twenty more replies sent, the backup restored. Nobody hears twice from us."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from inbox import drafting, signoff
from inbox.database import Database
from inbox.desk import open_desk
from inbox.history import Actor, ActorKind, verify
from inbox.models import Case, Delivery, DeliveryState, Message
from inbox.models import Office as OfficeRow
from inbox.schema import upgrade
from tests.databases import EmptyDatabases
from tests.faults import simulation
from tests.faults.simulation import Office

MANY = 20


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    made = simulation.found(sqlite_database.url, tmp_path / "first", platform)
    yield made
    made.database.close()


def test_what_was_sent_after_the_backup_is_not_sent_again(
    office: Office, empty_databases: EmptyDatabases, tmp_path: Path
) -> None:
    for number in range(MANY):
        office.platform.deliver(f"m-{number}@example.org", f"p{number}@example.org", "my bins", office.now)
    office.work()
    waiting = {_reply(office, case) for case in _cases(office)}
    archive = tmp_path / "b.tar.gz"
    office.back_up(archive)
    office.wait(90)
    office.work()
    office.platform.deliver("late@example.org", "late@example.org", "one more thing", office.now)
    office.work()
    sent = office.platform.copies()
    assert len(waiting) == MANY and all(sent[one] == 1 for one in waiting)

    addresses = empty_databases()
    upgrade(addresses.settings())
    again = office.restored(archive, Database(addresses.url), tmp_path / "second" / "var")
    for _ in range(3):
        again.wait(3600)
        again.work()
    assert again.platform.copies() == sent, "sending is paused"
    with again.writing() as session:
        session.exec(select(OfficeRow)).one().sending_paused = None
    for _ in range(3):
        again.wait(3600)
        again.work()
    replies = {one: number for one, number in again.platform.copies().items() if one in waiting}
    assert replies == dict.fromkeys(waiting, 1), "nor after a person resumed it"
    with again.reading() as session:
        assert {row.state for row in session.exec(select(Delivery)) if row.outgoing_id in waiting} == {
            DeliveryState.UNKNOWN
        }
        came = [row for row in session.exec(select(Message)) if row.external_id == "late@example.org"]
        assert len(came) == 1, "mail after the backup is read once more, and once"
        assert verify(session) is None
    again.database.close()


def _cases(office: Office) -> list[str]:
    with office.reading() as session:
        return list(session.exec(select(Case.reference)))


def _reply(office: Office, reference: str) -> str:
    """An approved reply that waits to be undone; our id of it."""
    actor = Actor(ActorKind.STAFF, office.staff, "Priya Nair")
    with office.writing() as session:
        desk = open_desk(session, office.worker.node.line.tools)
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        draft = drafting.begin(
            session, desk, case, author_id=office.staff, now=office.now, actor=actor, text="Dear you, soon."
        )
        return signoff.approve(
            session, desk, draft, staff_id=office.staff, digest=drafting.digest(session, draft),
            now=office.now, actor=actor,
        ).outgoing_id  # fmt: skip


def test_mail_read_again_after_a_restore_is_not_acknowledged_again(
    office: Office, empty_databases: EmptyDatabases, tmp_path: Path
) -> None:
    archive = tmp_path / "b.tar.gz"
    office.back_up(archive)
    office.platform.deliver("late@example.org", "late@example.org", "my bins", office.now)
    office.work()
    assert len(office.platform.inside.sent) == 1, "acknowledged"
    addresses = empty_databases()
    upgrade(addresses.settings())
    again = office.restored(archive, Database(addresses.url), tmp_path / "second" / "var")
    with again.writing() as session:
        session.exec(select(OfficeRow)).one().sending_paused = None
    again.platform.deliver("new@example.org", "new@example.org", "mould", again.now)
    for _ in range(3):
        again.wait(3600)
        again.work()
    told = sorted(one.recipients[0] for one in again.platform.inside.sent)
    assert told == ["late@example.org", "new@example.org"], "each once"
    again.database.close()
