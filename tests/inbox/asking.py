"""An office that asks bodies: letters leave when the test says so, and the clock stands where it says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from connectors.contract import DeliveryReport, ReportAction
from inbox import bodies, consents, departures, drafting, enquiries, outbox, signoff
from inbox.database import find
from inbox.desk import Desk, open_desk
from inbox.history import OPERATOR, Actor, ActorKind
from inbox.intake import own_mail
from inbox.models import (
    Body,
    Case,
    Channel,
    ChannelMode,
    ConsentKind,
    Delivery,
    Draft,
    Enquiry,
    EnquiryStep,
    Event,
    EventKind,
)
from inbox.outbox.endings import Outcome, Result
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker.node import make_line
from tests.inbox.worlds import World

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""A working day in an ordinary week."""

HOMES = {
    "name": "Marl Homes", "other_names": "Marl Housing; MHA", "email": "letters@marl-homes.example",
    "escalation": "director@marl-homes.example", "hotline": "01632 960 111",
    "minister": "Minister for Homes", "minister_email": "minister@homes.example", "consent": "deemed",
    "target": "10",
}  # fmt: skip


class Office:
    """One office with a mailbox, a case, and what people do at it, each in a transaction."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.now = world, MONDAY
        self.settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", _env_file=None,
        )  # fmt: skip
        self.store = FolderStore(folder / "store")
        self.line = make_line(self.settings, world.database, self.store)
        self.actor = Actor(ActorKind.STAFF, world.staff, "Priya")
        with world.database.write(world.office) as session:
            find(session, Channel, world.channel).mode = ChannelMode.FULL
        self.case = world.case("black mould all over the kids room", address="donna@example.org")

    def writing(self) -> Any:
        return self.world.database.write(self.world.office)

    def reading(self) -> Any:
        return self.world.database.read(self.world.office)

    def desk(self, session: Session) -> Desk:
        return open_desk(session, self.line.tools)

    def keeps(self, **typed: str) -> Body:
        """A line of the directory, by hand."""
        with self.writing() as session:
            return bodies.write(session, None, {**HOMES, **typed}, version=None, now=self.now, actor=OPERATOR,
                                staff_id=None)  # fmt: skip

    def asks(self, body: str = "Marl Homes", **given: Any) -> Enquiry:
        """A letter that is written and not signed off yet."""
        facts = {"address": "", "question": "When will the mould be treated?", "working_days": None} | given
        with self.writing() as session:
            enquiry, _ = enquiries.ask(
                session, self.desk(session), find(session, Case, self.case.id), body=body,
                author_id=self.world.staff, now=self.now, actor=self.actor, **facts,
            )  # fmt: skip
        return enquiry

    def agrees(self, kind: ConsentKind = ConsentKind.WRITTEN, **given: Any) -> None:
        facts = {"given_by": "Donna Fretwell", "given_at": self.now, "note": "By email, today."} | given
        with self.writing() as session:
            consents.write_down(session, find(session, Case, self.case.id), consents.Given(kind, **facts),
                                now=self.now, actor=self.actor, staff_id=self.world.staff)  # fmt: skip

    def signs(self, draft: Draft) -> None:
        """Approves a draft and lets it leave."""
        with self.writing() as session:
            mine = find(session, Draft, draft.id)
            signoff.approve(
                session, self.desk(session), mine, staff_id=self.world.staff,
                digest=drafting.digest(session, mine), now=self.now, actor=self.actor,
            )  # fmt: skip
        self.leaves()

    def leaves(self) -> None:
        """What waits in the outbox is taken by the mail server."""
        later = self.now + timedelta(minutes=2)
        with self.writing() as session:
            [claimed] = outbox.claim(session, later, timedelta(seconds=60))
        with self.writing() as session:
            delivery = outbox.settle(session, claimed, Outcome(Result.SENT, "250 taken"), later)
            departures.left(session, self.desk(session), delivery, now=later, actor=self.actor)

    def comes_back(self, draft: Draft) -> Delivery:
        """The mail server of the recipient says that nobody has that address."""
        with self.writing() as session:
            delivery = session.exec(select(Delivery).where(Delivery.draft_id == draft.id)).one()
            report = DeliveryReport(
                channel="email", account="ashby@example.org", external_id="report@mx.example",
                original_ids=(delivery.outgoing_id,), action=ReportAction.FAILED,
                recipient=delivery.recipients[0], status="5.1.1", reason="550 no such mailbox",
            )  # fmt: skip
            message = self.world.message(None, "Your mail was not delivered.")
            own_mail.reported(session, self.desk(session), report, message, self.now)
        return delivery

    def is_tried_again(self, delivery: Delivery) -> None:
        with self.writing() as session:
            row = find(session, Delivery, delivery.id)
            outbox.retry(session, row, now=self.now, actor=self.actor)
        self.leaves()

    def has_asked(self, body: str = "Marl Homes", **given: Any) -> Enquiry:
        enquiry = self.asks(body, **given)
        self.signs(self.letter(enquiry))
        return enquiry

    def goes_to(self, day: int, month: int = 6, hour: int = 9) -> None:
        self.now = datetime(2026, month, day, hour, 30, tzinfo=UTC)

    def sweeps(self) -> list[str]:
        """What the worker does each minute; the rungs that came up."""
        came = []
        with self.reading() as session:
            passed, waiting = enquiries.put_away_by_hand(session), enquiries.due(session, self.now)
        for step_id in passed:
            with self.writing() as session:
                enquiries.pass_over(session, self.desk(session), step_id, now=self.now)
        for enquiry_id in waiting:
            with self.writing() as session:
                step = enquiries.bring_up(
                    session, self.desk(session), enquiry_id, now=self.now, actor=OPERATOR
                )
                came += [step.rung] if step else []
        return came

    def does(self, act: Any, enquiry: Enquiry, *, with_desk: bool = False) -> None:
        """One of the acts of `enquiries` on a case and an enquiry."""
        with self.writing() as session:
            case = find(session, Case, self.case.id)
            mine = enquiries.find_enquiry(session, case, enquiry.id)
            first = (session, self.desk(session)) if with_desk else (session,)
            act(*first, case, mine, now=self.now, actor=self.actor)

    def letter(self, enquiry: Enquiry) -> Draft:
        """The newest letter to the body."""
        with self.reading() as session:
            query = select(Draft).where(Draft.enquiry_id == enquiry.id).order_by(col(Draft.number).desc())
            return session.exec(query.limit(1)).one()

    def updates(self) -> list[Draft]:
        """What was laid ready for the person, oldest first."""
        with self.reading() as session:
            rows = session.exec(select(Draft).where(Draft.case_id == self.case.id).order_by(Draft.number))
            return [row for row in rows if row.provenance.get("source") == "update"]

    def steps(self, enquiry: Enquiry) -> list[EnquiryStep]:
        return self.steps_of(enquiry.id)

    def steps_of(self, enquiry_id: str) -> list[EnquiryStep]:
        with self.reading() as session:
            return enquiries.steps_of(session, find(session, Enquiry, enquiry_id))

    def drafts(self, source: str) -> int:
        """How many drafts came up by themselves for that reason."""
        with self.reading() as session:
            return sum(row.provenance.get("source") == source for row in session.exec(select(Draft)))

    def events(self, kind: EventKind) -> int:
        with self.reading() as session:
            return len(session.exec(select(Event).where(Event.kind == kind)).all())

    def the_case(self) -> Case:
        with self.reading() as session:
            return find(session, Case, self.case.id)
