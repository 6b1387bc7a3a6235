"""An office with a mailbox that sends, people at their desks, and a case from a constituent's mail."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session, select

from inbox import clocks
from inbox.database import Database
from inbox.desk import Desk as Office
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import (
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Direction,
    Event,
    Handle,
    Message,
    Role,
    Staff,
)
from inbox.search import reindex_case
from routing.rules import ClockOrder
from routing.words import RISK_FLAGS, ClockKind
from tests.factories import a_case, a_channel, a_message, a_team
from tests.web.desks import Desk, House, World

ONCE = re.compile(r'name="once" value="([^"]+)"')


@dataclass(slots=True)
class Bench:
    """What a test of pages holds: the app, the office, and one case somebody wrote."""

    app: FastAPI
    database: Database
    house: House
    reference: str

    def sit(self, role: Role) -> Desk:
        """A browser at which the person of that role is signed in."""
        return Desk(self.app).sit(self.house.people[role])

    def read(self) -> Any:
        return self.database.read(self.house.office.id)

    def write(self) -> Any:
        return self.database.write(self.house.office.id)

    def case(self, reference: str | None = None) -> Case:
        with self.read() as session:
            return session.exec(select(Case).where(Case.reference == (reference or self.reference))).one()

    def events(self) -> list[str]:
        with self.read() as session:
            return [row.kind for row in session.exec(select(Event).order_by(Event.sequence))]

    def staff(self, role: Role) -> Staff:
        return self.house.people[role]

    def desk_now(self) -> Office:
        """The office ready to work, as it is now."""
        with self.read() as session:
            return self.desk(session)

    def desk(self, session: Session) -> Office:
        return open_desk(session, self.app.state.wiring.tools)


def a_bench(app: FastAPI, world: World, *, house: House | None = None, **office: Any) -> Bench:
    """An office with a sending mailbox and one new case with one message."""
    house = house or world.ours
    bench = Bench(app, world.database, house, "")
    with bench.write() as session:
        row = session.merge(house.office)
        for name, value in office.items():
            setattr(row, name, value)
        found = session.exec(select(Channel)).first() or a_channel(session)
        found.mode, found.name = ChannelMode.FULL, "Office mailbox"
        a_team(session, name="Housing")
    bench.reference = a_letter(bench)
    return bench


def a_letter(
    bench: Bench, *, name: str = "Donna Fretwell", address: str = "donna@example.org", **facts: Any
) -> str:
    """A case with a person who wrote on the mailbox just now; its reference."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    with bench.write() as session:
        channel = session.exec(select(Channel)).first()
        person = Constituent(office_id=bench.house.office.id, name=name, postcode="ZZ10 4AB", created_at=now)
        session.add(person)
        session.flush()
        session.add(
            Handle(
                office_id=person.office_id, constituent_id=person.id, channel_kind="email", address=address
            )
        )
        text = facts.pop("text", "black mould all over the kids room since October")
        risks = sorted(RISK_FLAGS & set(facts.get("flags", ())))
        facts.setdefault("is_title_hidden", "threat" in risks)
        case = a_case(session, constituent_id=person.id, channel_id=channel.id, received_at=now,
                      created_at=now, updated_at=now, message_count=1, **facts)  # fmt: skip
        a_message(session, case_id=case.id, channel_id=channel.id, constituent_id=person.id, sender_name=name,
                  sender_handle=address, external_id=f"{case.id}@example.org", received_at=now, text=text,
                  new_text=text, risks=risks)  # fmt: skip
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        clocks.start(session, bench.desk(session), case, order, received_at=now, now=now, actor=SYSTEM)
        session.flush()
        reindex_case(session, case.id)
        return case.reference


def inbound(session: Session, case: Case) -> list[Message]:
    return list(
        session.exec(
            select(Message).where(Message.case_id == case.id, Message.direction == Direction.INBOUND)
        )
    )
