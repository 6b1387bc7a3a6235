"""A small world to search and sort: two offices, and functions that add to one of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from inbox.database import Database
from inbox.models import (
    Case,
    Channel,
    Clock,
    Constituent,
    Direction,
    Handle,
    Message,
    Office,
    Staff,
    Team,
    new_id,
)
from inbox.search import index_message, reindex_case
from inbox.search.indexing import facts_of
from routing.words import RISK_FLAGS

NOON = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """One office with a person, a team and a mailbox. Each function commits what it adds."""

    database: Database
    office: str
    staff: str
    team: str
    channel: str

    def add(self, *rows: SQLModel) -> None:
        with self.database.write(self.office) as session:
            for row in rows:
                session.add(row)
                session.flush()

    def case(self, text: str = "there is mould", *, name: str = "Donna Fretwell", **values: object) -> Case:
        """A case with one message, findable by words."""
        number = next(_numbers)
        postcode = values.pop("postcode", None)
        phone = values.pop("phone", None)
        address = str(values.pop("address", f"person{number}@example.org"))
        person = Constituent(
            office_id=self.office, name=name, postcode=postcode, phone=phone, created_at=NOON
        )
        settings = {
            "reference": f"WX-{number:04d}-22", "subject": text[:40], "channel_id": self.channel,
            "constituent_id": person.id, "message_count": 1,
            "received_at": NOON + timedelta(minutes=number), "created_at": NOON,
            "updated_at": NOON + timedelta(minutes=number),
        } | values  # fmt: skip
        case = Case(office_id=self.office, **settings)
        case.in_danger = bool(RISK_FLAGS & set(case.flags))
        handle = Handle(
            office_id=self.office, constituent_id=person.id, channel_kind="email", address=address
        )
        self.add(person, handle, case, self.message(case, text, name=name, address=address))
        with self.database.write(self.office) as session:
            reindex_case(session, case.id)
        return case

    def message(
        self, case: Case | None, text: str, *, name: str = "", address: str = "", **values: object
    ) -> Message:
        """A message that is not stored yet."""
        settings = {"direction": Direction.INBOUND, "new_text": text, "text": text, "received_at": NOON}
        return Message(
            office_id=self.office,
            case_id=case.id if case else None,
            sender_name=name,
            sender_handle=address,
            **(settings | values),
        )

    def clock(self, case: Case, **values: object) -> Clock:
        """A running clock that is not stored yet."""
        settings = {
            "kind": "first_reply", "received_at": NOON, "amount": 10, "unit": "working_days",
            "due_at": NOON + timedelta(days=14),
        } | values  # fmt: skip
        return Clock(office_id=self.office, case_id=case.id, **settings)

    def say(self, case: Case, text: str) -> None:
        """One more message on a case, indexed the way intake does it."""
        message = self.message(case, text, name="Donna Fretwell", address="donna@example.org")
        with self.database.write(self.office) as session:
            session.add(message)
            session.flush()
            facts = facts_of(session, case.id)
            assert facts is not None
            index_message(
                session, facts, message.id, name=message.sender_name, address=message.sender_handle,
                subject="", text=text,
            )  # fmt: skip


def found_world(database: Database, slug: str, prefix: str = "WX") -> World:
    """A new office in `database`."""
    office = Office(
        slug=slug, name=f"Office {slug}", kind="mp", nation="england", prefix=prefix, created_at=NOON
    )
    with database.write() as session:
        session.add(office)
    staff = Staff(office_id=office.id, email=f"priya@{slug}.example.org", name="Priya", created_at=NOON)
    team = Team(office_id=office.id, name="Housing")
    channel = Channel(
        office_id=office.id, kind="email", name="Office mailbox", account=f"{slug}@example.org", since=NOON,
        created_at=NOON,
    )  # fmt: skip
    world = World(database, office.id, staff.id, team.id, channel.id)
    world.add(staff, team, channel)
    return world


def reference_of(session: Session, case_id: str) -> str:
    return session.execute(select(col(Case.reference)).where(col(Case.id) == case_id)).scalar_one()


def unused_id() -> str:
    return new_id()
