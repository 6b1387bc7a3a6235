"""Two offices in one database, an MP's and a department's: the same code for both, and a wall between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from inbox import drafting, enquiries, signoff, writing_down
from inbox.database import Database, find
from inbox.desk import open_desk
from inbox.errors import NotAllowed, NotFound
from inbox.history import Actor, ActorKind, record_views, verify
from inbox.models import (
    Case,
    Constituent,
    Delivery,
    DeliveryState,
    Event,
    Message,
    OfficeKind,
    OfficeOwned,
    Staff,
    new_id,
)
from tests.faults import simulation
from tests.faults.simulation import Office

Pair = tuple[Office, Office]
OWNED = sorted(OfficeOwned.__subclasses__(), key=lambda kind: kind.__name__)
SEEDED = {
    "Approval", "Arrival", "Attachment", "Case", "ChainHead", "Channel", "Clock", "Constituent", "Decision",
    "Delivery", "Draft", "DraftVersion", "Enquiry", "Event", "Handle", "Message", "Rule", "SearchEntry",
    "Staff", "StatusLink", "Team", "Template", "View",
}  # fmt: skip


@pytest.fixture
def pair(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """One mail, sent to both, has become a case, an acknowledgement and a signed-off reply in each."""
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    member = simulation.found(database.url, tmp_path, platform)
    department = simulation.found(
        database.url, tmp_path, platform, name="Department of Roads", kind=OfficeKind.DEPARTMENT
    )
    platform.deliver("roads-1@example.org", "donna@example.org", "a file about the road", member.now)
    member.work()
    for office in (member, department):
        _answer(office)
    member.wait(120)
    member.work()
    yield member, department
    member.database.close()
    department.database.close()


def test_the_same_mail_is_each_offices_own_case_with_its_own_answer(pair: Pair) -> None:
    references = set()
    for office in pair:
        with office.reading() as session:
            case = session.exec(select(Case)).one()
            states = session.exec(select(Delivery.state).where(Delivery.purpose == "reply")).all()
            assert states == [DeliveryState.SENT]
            assert verify(session) is None
        references.add(case.reference)
    assert len(references) == 2
    first, second = pair
    assert first.platform.inside.sent and first.platform is second.platform
    assert all(count == 1 for count in first.platform.copies().values())


@pytest.mark.parametrize("kind", OWNED, ids=lambda kind: kind.__name__)
def test_each_office_sees_its_own_rows_of_every_table_and_no_others(
    pair: Pair, kind: type[OfficeOwned]
) -> None:
    for mine, theirs in (pair, pair[::-1]):
        with mine.reading() as session:
            offices = {row.office_id for row in session.exec(select(kind))}
            count = session.exec(select(func.count()).select_from(kind)).one()
            named = session.exec(select(kind).where(col(kind.office_id) == theirs.id)).all()
        assert offices <= {mine.id} and named == []
        if kind.__name__ in SEEDED:
            assert offices == {mine.id} and count > 0
    with pair[0].database.read() as session:
        assert session.exec(select(kind)).all() == [], "and without an office there is nothing to see"


def test_another_offices_row_cannot_be_found_changed_or_removed(pair: Pair) -> None:
    mine, theirs = pair
    with theirs.reading() as session:
        case = session.exec(select(Case)).one()
    with mine.writing() as session:
        with pytest.raises(NotFound):
            find(session, Case, case.id)
        changed = session.execute(update(Case).values(subject="ours now").where(col(Case.id) == case.id))
        removed = session.execute(delete(Message).where(col(Message.case_id) == case.id))
        assert (changed.rowcount, removed.rowcount) == (0, 0)  # type: ignore[attr-defined]
    with pytest.raises(LookupError), mine.writing() as session:
        session.add(Constituent(office_id=theirs.id, name="Donna", created_at=mine.now))
    with theirs.reading() as session:
        assert session.exec(select(Case.subject)).one() == case.subject


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_raw_statements_of_the_application_role_meet_the_same_wall(pair: Pair) -> None:
    mine, theirs = pair
    with mine.database.engine.connect() as connection:
        for kind in OWNED:
            if kind is Event:
                continue  # nobody at all may change or remove these
            table = f'"{kind.__tablename__}"'
            with connection.begin():
                assert _count(connection, table) == 0, "no office, no rows"
            with connection.begin():
                _enter(connection, mine.id)
                own = _count(connection, f"{table} WHERE office_id = '{mine.id}'")
                assert _count(connection, table) == own
                assert own > 0 or kind.__name__ not in SEEDED
                words = f"UPDATE {table} SET office_id = office_id WHERE office_id = '{theirs.id}'"
                assert connection.execute(text(words)).rowcount == 0
                words = f"DELETE FROM {table} WHERE office_id = '{theirs.id}'"
                assert connection.execute(text(words)).rowcount == 0
        with connection.begin():
            assert _count(connection, '"case"') == 0, "an office is entered for one transaction only"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_application_role_cannot_write_into_another_office_nor_take_the_wall_down(pair: Pair) -> None:
    mine, theirs = pair
    foreign = insert(Constituent).values(id=new_id(), office_id=theirs.id, name="X", created_at=mine.now)
    for attempt in (
        foreign,
        text(f"UPDATE constituent SET office_id = '{theirs.id}'"),
        text("ALTER TABLE constituent DISABLE ROW LEVEL SECURITY"),
        text('DROP POLICY own_office ON "case"'),
        text("CREATE POLICY everybody ON constituent USING (true)"),
        text("UPDATE event SET kind = 'other'"),
        text("DELETE FROM event"),
    ):
        with mine.database.engine.connect() as connection:
            _enter(connection, mine.id)
            with pytest.raises(DBAPIError):
                connection.execute(attempt)
    with mine.database.engine.connect() as connection:
        _enter(connection, mine.id)
        connection.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(DBAPIError):
            _count(connection, "constituent")


def test_in_a_department_nobody_approves_what_they_wrote(pair: Pair) -> None:
    _, department = pair
    with department.writing() as session:
        desk = open_desk(session, department.worker.node.line.tools)
        draft = drafting.begin(
            session, desk, session.exec(select(Case)).one(), author_id=department.staff, now=department.now,
            actor=_actor(department.staff), text="Dear Donna, no.",
        )  # fmt: skip
        with pytest.raises(NotAllowed):
            signoff.approve(
                session, desk, draft, staff_id=department.staff, digest=drafting.digest(session, draft),
                now=department.now, actor=_actor(department.staff),
            )  # fmt: skip


def _answer(office: Office) -> None:
    """Asks a body, writes a reply, has it approved by a colleague, and looks at the case."""
    with office.writing() as session:
        colleague = Staff(
            office_id=office.id, email=f"tom@{office.id}.example.org", name="Tom Hale", created_at=office.now
        )
        session.add(colleague)
        session.flush()
        desk = open_desk(session, office.worker.node.line.tools)
        case = session.exec(select(Case)).one()
        actor = _actor(office.staff)
        writing_down.add_note(
            session, case, "Rang them.", author_id=office.staff, now=office.now, actor=actor
        )
        draft = drafting.begin(
            session, desk, case, author_id=office.staff, now=office.now, actor=actor,
            text="Dear Donna, it will be mended.",
        )  # fmt: skip
        signoff.approve(
            session, desk, draft, staff_id=colleague.id, digest=drafting.digest(session, draft),
            now=office.now, actor=_actor(colleague.id), read_newest=True,
        )  # fmt: skip
        record_views(session, [(office.staff, case.id, office.now)])
        enquiries.ask(
            session, desk, case, body="Wexcombe Council", address="roads@council.example", question="When?",
            working_days=20, author_id=office.staff, now=office.now, actor=actor,
        )  # fmt: skip


def _actor(staff_id: str) -> Actor:
    return Actor(ActorKind.STAFF, staff_id, "Somebody")


def _enter(connection: Connection, office_id: str) -> None:
    connection.execute(text("SELECT set_config('inbox.office', :office, true)"), {"office": office_id})


def _count(connection: Connection, what: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())
