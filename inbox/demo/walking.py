"""Walks the offices through their stories, step by step, with the clock where the story is.

Everything goes the way of the real thing: mails as raw bytes through the reader and the stages, acts through
the stages that pages call, deliveries claimed, attempted and settled. No row of a case is written by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from connectors.contract import ConnectorFailure, OutcomeUnknown, PermanentFailure, RawArrival
from inbox import bulk, departures, enquiries, outbox, sealed_letters
from inbox.database import Database, find
from inbox.demo import acts, letters
from inbox.demo.founding import UNDO_SECONDS, mailbox_of
from inbox.demo.outgoing import Postbox
from inbox.demo.stories import Step
from inbox.desk import Desk, open_desk
from inbox.history import SYSTEM
from inbox.models import Arrival, Case, Channel, Direction, Message
from inbox.pipeline import Line

_LEAVES_AFTER = timedelta(seconds=UNDO_SECONDS + 2)
_TROUBLES: Mapping[str, ConnectorFailure] = {
    "refused": PermanentFailure("the mail server would not take it: 550 5.1.1 the mailbox does not exist"),
    "unknown": OutcomeUnknown("127.0.0.1 took the message but did not say whether it will deliver it"),
}


@dataclass(slots=True)
class Clock:
    """The time in the story."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Office:
    """One office as the walk knows it."""

    id: str
    desk: Desk
    channel: Channel


@dataclass(slots=True)
class Walk:
    """The walk so far: which case each story is about."""

    database: Database
    line: Line
    clock: Clock
    postbox: Postbox
    offices: dict[str, Office] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def enter(self, office_ids: Mapping[str, str]) -> None:
        """Opens a desk in every office."""
        for key, office_id in office_ids.items():
            with self.database.read(office_id) as session:
                desk, channel = open_desk(session, self.line.tools), mailbox_of(session)
            self.offices[key] = Office(office_id, desk, channel)

    def go(self, steps: Iterable[Step]) -> None:
        """Takes every step in its time; what it sends leaves before the next."""
        for step in steps:
            self.clock.at = max(step.at, self.clock.at)
            self._take(step)
            self.clock.at += _LEAVES_AFTER
            self._deliver(self.offices[step.office], step.words.get("ends"))

    def bring_up_chases(self, now: datetime) -> None:
        """What the worker does each minute: the next step of each ladder, for bodies that are late."""
        for office in self.offices.values():
            with self.database.read(office.id) as session:
                late = enquiries.due(session, now)
            for enquiry_id in late:
                with self.database.write(office.id) as session:
                    enquiries.bring_up(session, office.desk, enquiry_id, now=now, actor=SYSTEM)

    def _take(self, step: Step) -> None:
        office = self.offices[step.office]
        if step.mail is not None:
            self._receive(office, step)
        elif step.do == "bounce":
            self._bounce(office, step)
        else:
            with self.database.write(office.id) as session:
                self._act(session, office, step)

    def _act(self, session: Session, office: Office, step: Step) -> None:
        staff, now = acts.staff_called(office.desk, step.by), self.clock.at
        if step.do in acts.BY_HAND:
            case = acts.open_by_hand(session, office.desk, step, staff, now)
            self.cases[step.story] = case.id
            return
        case = find(session, Case, self.cases[step.story])
        acts.ACTS[step.do](acts.Turn(session, office.desk, case, step, staff, now))

    def _receive(self, office: Office, step: Step) -> None:
        mail = step.mail
        if mail is None:
            return
        if step.do == "answer":
            chain = self._chain(office, step.words.get("to_story", step.story))
            mail = letters.answering(mail, chain)
        self._import(office, step, letters.raw(mail))

    def _bounce(self, office: Office, step: Step) -> None:
        """The last message of the story comes back."""
        sent = self._newest_outbound(office, step.story)
        raw = letters.bounce(
            sent.external_id or "", sent.recipients[0], at=self.clock.at, to=office.channel.account,
            message_id=f"bounce.{step.story}@mx.example.net",
        )  # fmt: skip
        self._import(office, step, raw)

    def _import(self, office: Office, step: Step, raw: bytes) -> None:
        """Keeps and processes one mail, as the worker does; the story's first case is remembered."""
        hints = {"own_addresses": " ".join(sorted(office.desk.own_addresses)), "folder": "INBOX"}
        if step.words.get("unreadable"):
            hints["unreadable"] = "1"
        kind, account = office.channel.kind, office.channel.account
        external_id = f"stories/{step.story}/{int(step.at.timestamp())}"
        arrival = RawArrival(kind, account, external_id, raw, self.clock.at, hints)
        tally = bulk.Tally()
        bulk.import_batch(self.line, office.desk, office.channel, [arrival], tally, acknowledging=True)
        if bool(tally.quarantined) != bool(step.words.get("unreadable")):
            raise RuntimeError(f"the mail of the story {step.story} was not read: {self._trouble(office)}")
        for case_id in tally.case_ids:
            self.cases.setdefault(step.story, case_id)

    def _trouble(self, office: Office) -> str | None:
        with self.database.read(office.id) as session:
            query = select(Arrival.trouble).where(Arrival.channel_id == office.channel.id)
            return session.exec(query.order_by(col(Arrival.id).desc()).limit(1)).first()

    def _chain(self, office: Office, story: str) -> tuple[str, ...]:
        """The ids of a story's conversation, oldest first, ending with what we last sent."""
        last = self._newest_outbound(office, story)
        with self.database.read(office.id) as session:
            query = select(Message.external_id).where(Message.case_id == last.case_id, Message.id <= last.id)
            return tuple(one for one in session.exec(query.order_by(Message.id)) if one)

    def _newest_outbound(self, office: Office, story: str) -> Message:
        with self.database.read(office.id) as session:
            query = select(Message).where(
                Message.case_id == self.cases[story], Message.direction == Direction.OUTBOUND
            )
            return session.exec(query.order_by(col(Message.id).desc()).limit(1)).one()

    def _deliver(self, office: Office, ends: str | None) -> None:
        with self.database.read(office.id) as session:
            if not outbox.has_due(session, self.clock.at):
                return
        with self.database.write(office.id) as session:
            claimed = outbox.claim(session, self.clock.at, self.line.lease, limit=20)
        for one in claimed:
            self.postbox.troubles = dict.fromkeys(one.recipients, _TROUBLES[ends]) if ends else {}
            self._send(office, one)

    def _send(self, office: Office, claimed: outbox.Claimed) -> None:
        def mark() -> None:
            with self.database.write(office.id) as session:
                outbox.mark_committed(session, claimed)

        raw, now = sealed_letters.read(self.line.tools.store, self.line.tools.keys, claimed), self.clock.at
        outcome = outbox.attempt(claimed, raw, self.postbox, committing=mark)
        with self.database.write(office.id) as session:
            delivery = outbox.settle(session, claimed, outcome, now)
            if outcome.result is outbox.Result.SENT:
                departures.left(session, office.desk, delivery, now=now, actor=SYSTEM)
