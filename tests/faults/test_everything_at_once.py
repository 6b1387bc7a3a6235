"""F-20: any order of deliveries, repeats, crashes, edits, approvals, faults and restores keeps the promises.

`INBOX_STATE_EXAMPLES` asks for more examples than a test run has time for.
"""

import email
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from connectors.contract import ConnectorFailure, OutcomeUnknown, PermanentFailure, TemporaryFailure
from inbox import drafting, office_settings, outbox, signoff
from inbox.database import Database
from inbox.desk import open_desk
from inbox.errors import CaseworkError
from inbox.history import Actor, ActorKind, verify
from inbox.models import (
    EDITABLE,
    Approval,
    Arrival,
    ArrivalState,
    Case,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    Job,
    Message,
    Office,
)
from tests.faults import simulation
from tests.rigs.postgres import Postgres

EXAMPLES = int(os.environ.get("INBOX_STATE_EXAMPLES", "0"))
POINTS = (
    "imap.connected", "intake.fetched", "store.written", "store.renamed", "intake.row", "intake.kept",
    "intake.flagged", "intake.read", "intake.case", "intake.committed", "outbox.claimed",
    "outbox.attempting", "smtp.midbody", "outbox.committing", "smtp.dot", "outbox.answered",
)  # fmt: skip
FAULTS: dict[str, type[ConnectorFailure]] = {
    "later": TemporaryFailure, "never": PermanentFailure, "nobody knows": OutcomeUnknown,
}  # fmt: skip
people = st.sampled_from(("donna@example.org", "idris@example.org", "amina@example.org"))
words = st.sampled_from(("my bins", "mould on the wall", "a file for you", "no answer since May"))


class Promises(RuleBasedStateMachine):
    """P-01, P-02, P-04, P-06, P-07, P-12, P-14 and the chain of the history, after every step."""

    template: ClassVar[Path]
    server: ClassVar[Postgres]

    def __init__(self) -> None:
        super().__init__()
        self.patches = pytest.MonkeyPatch()
        self.folder = Path(tempfile.mkdtemp(prefix="promises-"))
        self.platform = simulation.Platform()
        simulation.install(self.patches, self.platform)
        self.clones = ExitStack()
        self.office = simulation.found(self._url(), self.folder, self.platform)
        self.staff = Actor(ActorKind.STAFF, self.office.staff, "Priya Nair")
        self.mails: list[tuple[str, str, str]] = []
        self.by_hand: Counter[str] = Counter()
        """How often a person sent a message once more."""
        self.approved: dict[str, str] = {}
        """Our id of a message to the exact words that somebody said yes to."""
        self.backups: list[Path] = []
        self.sent_at_restore: int | None = None
        """What had left when a backup was put in place, until a person lets mail leave again."""

    def _url(self) -> str:
        for old in self.folder.glob("inbox.db*"):
            old.unlink()
        shutil.copyfile(self.template, self.folder / "inbox.db")
        return f"sqlite:///{self.folder}/inbox.db"

    # --- the world

    @rule(sender=people, text=words)
    def a_mail_arrives(self, sender: str, text: str) -> None:
        mail = (f"mail-{len(self.mails)}@example.org", sender, text)
        self.mails.append(mail)
        self.platform.deliver(*mail, self.office.now)

    @precondition(lambda self: self.mails)
    @rule(data=st.data())
    def a_mail_arrives_once_more(self, data: st.DataObject) -> None:
        self.platform.deliver(*data.draw(st.sampled_from(self.mails)), self.office.now)

    @precondition(lambda self: self.mails)
    @rule(data=st.data(), sender=people)
    def an_answer_arrives(self, data: st.DataObject, sender: str) -> None:
        """To one of our messages, or to somebody's mail, from the person or from a stranger."""
        known = [one.message_id for one in self.platform.inside.sent] + [mail[0] for mail in self.mails]
        answers = data.draw(st.sampled_from(known))
        mail = (f"mail-{len(self.mails)}@example.org", sender, "thank you, but")
        self.mails.append(mail)
        self.platform.deliver(*mail, self.office.now, answers=answers)

    @rule(sender=people)
    def an_answer_arrives_before_what_it_answers(self, sender: str) -> None:
        first, second = (f"mail-{len(self.mails) + step}@example.org" for step in (0, 1))
        self.mails += [(first, sender, "about my bins"), (second, sender, "and another thing")]
        self.platform.deliver(*self.mails[-1], self.office.now, answers=first)
        self.platform.deliver(*self.mails[-2], self.office.now)

    @rule(seconds=st.sampled_from((1, 61, 400, 4000, 20_000)))
    def time_passes(self, seconds: int) -> None:
        self.office.wait(seconds)

    @rule(fault=st.sampled_from(sorted(FAULTS)))
    def sending_will_fail(self, fault: str) -> None:
        self.platform.sending.append(FAULTS[fault](fault))

    # --- the program

    @rule()
    def the_program_works(self) -> None:
        assert not self.office.work()

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 2))
    def the_program_dies(self, point: str, nth: int) -> None:
        self.office.work(f"{point}:{nth}")

    # --- the staff

    @rule(data=st.data(), text=words)
    def somebody_begins_a_reply(self, data: st.DataObject, text: str) -> None:
        with self.office.writing() as session:
            cases = session.exec(select(Case).order_by(col(Case.id))).all()
            if not cases:
                return
            drafting.begin(
                session, open_desk(session, self.office.worker.node.line.tools),
                data.draw(st.sampled_from(cases)), author_id=self.office.staff, now=self.office.now,
                actor=self.staff, text=f"Dear friend, {text}.",
            )  # fmt: skip

    @rule(data=st.data(), text=words)
    def somebody_edits(self, data: st.DataObject, text: str) -> None:
        """Also what is submitted, approved or gone: then it voids the yes or is refused."""
        with self.office.writing() as session:
            draft = _one(session.exec(select(Draft).order_by(col(Draft.id))).all(), data)
            if draft is None:
                return
            was, may = draft.text, draft.state in EDITABLE
            changes = drafting.Changes(text=f"Dear friend, {text} again.")
            desk = open_desk(session, self.office.worker.node.line.tools)
            try:
                drafting.save(
                    session, desk, draft, changes, version=draft.version, author_id=self.office.staff,
                    now=self.office.now, actor=self.staff,
                )  # fmt: skip
            except CaseworkError:
                assert not may
            else:
                assert may and (draft.text == was or draft.state != DraftState.APPROVED)

    @rule(data=st.data(), is_stale=st.booleans())
    def somebody_approves(self, data: st.DataObject, is_stale: bool) -> None:
        wanted = (DraftState.DRAFT, DraftState.SUBMITTED)
        with self.office.writing() as session:
            query = select(Draft).where(col(Draft.state).in_(wanted)).order_by(col(Draft.id))
            draft = _one(session.exec(query).all(), data)
            if draft is None:
                return
            digest = "0" * 64 if is_stale else drafting.digest(session, draft)
            desk = open_desk(session, self.office.worker.node.line.tools)
            try:
                delivery = signoff.approve(
                    session, desk, draft, staff_id=self.office.staff, digest=digest, now=self.office.now,
                    actor=self.staff, read_newest=True,
                )  # fmt: skip
            except CaseworkError:
                assert is_stale
                return
            assert not is_stale
            self.approved[delivery.outgoing_id] = draft.text

    @rule(data=st.data())
    def somebody_stops_it(self, data: st.DataObject) -> None:
        with self.office.writing() as session:
            delivery = _one(session.exec(select(Delivery).order_by(col(Delivery.id))).all(), data)
            if delivery is None:
                return
            may = delivery.state in (DeliveryState.QUEUED, DeliveryState.RETRYING)
            try:
                outbox.stop(session, delivery, now=self.office.now, actor=self.staff)
            except CaseworkError:
                assert not may

    @rule(data=st.data(), was_sent=st.booleans())
    def somebody_settles_it(self, data: st.DataObject, was_sent: bool) -> None:
        with self.office.writing() as session:
            query = select(Delivery).where(Delivery.state == DeliveryState.UNKNOWN)
            delivery = _one(session.exec(query.order_by(col(Delivery.id))).all(), data)
            if delivery is not None:
                outbox.settle_by_hand(
                    session, delivery, was_sent=was_sent, now=self.office.now, actor=self.staff
                )

    @rule(data=st.data())
    def somebody_sends_it_again(self, data: st.DataObject) -> None:
        with self.office.writing() as session:
            delivery = _one(session.exec(select(Delivery).order_by(col(Delivery.id))).all(), data)
            if delivery is None:
                return
            try:
                outbox.retry(session, delivery, now=self.office.now, actor=self.staff)
            except CaseworkError:
                return
            self.by_hand[delivery.outgoing_id] += 1

    # --- the operator

    @rule()
    def a_backup_is_made(self) -> None:
        self.backups.append(self.folder / f"{len(self.backups)}.tar.gz")
        self.office.back_up(self.backups[-1])

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def a_backup_is_put_in_the_place_of_all_there_is(self, data: st.DataObject) -> None:
        self.office.database.close()
        database = Database(self._url())
        archive = data.draw(st.sampled_from(self.backups))
        self.office = self.office.restored(archive, database, self.office.settings.data_dir)
        self.platform.inside.acknowledged.clear()
        self.sent_at_restore = len(self.platform.inside.sent)

    @precondition(lambda self: self.sent_at_restore is not None)
    @rule()
    def somebody_lets_mail_leave_again(self) -> None:
        with self.office.writing() as session:
            office_settings.change(session, session.exec(select(Office)).one(), {"sending": "on"})
        self.sent_at_restore = None

    # --- the promises

    @invariant()
    def no_arrival_is_lost_and_none_has_two_effects(self) -> None:
        with self.office.reading() as session:
            arrivals = session.exec(select(Arrival)).all()
            messages = session.exec(select(Message).where(Message.direction == "inbound")).all()
            waiting = set(session.exec(select(Job.subject_id).where(col(Job.finished_at).is_(None))))
        ids = {message.id for message in messages}
        keys = Counter(message.content_key for message in messages)
        assert all(count == 1 for count in keys.values()), keys
        assert all(message.case_id for message in messages)
        for arrival in arrivals:
            if arrival.state == ArrivalState.WAITING:
                assert arrival.id in waiting, "kept, and nobody will look at it"
            elif arrival.state != ArrivalState.QUARANTINED:
                assert arrival.message_id in ids
        kept = {arrival.external_id for arrival in arrivals}
        assert {one.external_id for one in self.platform.inside.acknowledged} <= kept

    @invariant()
    def nothing_leaves_twice_without_a_person(self) -> None:
        for message_id, copies in self.platform.copies().items():
            assert copies <= 1 + self.by_hand[message_id], message_id

    @invariant()
    def what_left_is_what_was_approved(self) -> None:
        with self.office.reading() as session:
            yes = {one.digest for one in session.exec(select(Approval).where(col(Approval.is_yes)))}
            drafts = session.exec(select(Draft)).all()
            left = [one for one in drafts if one.state in (DraftState.QUEUED, DraftState.SENT)]
            gone = {drafting.digest(session, one) for one in left}
        assert gone <= yes
        for sent in self.platform.inside.sent:
            letter = email.message_from_bytes(sent.raw, policy=policy.default)
            if sent.message_id in self.approved:
                assert letter.get_content().strip() == self.approved[sent.message_id]
            else:
                assert letter["Auto-Submitted"] == "auto-replied"

    @invariant()
    def nobody_s_mail_is_acknowledged_twice(self) -> None:
        answered = Counter(
            str(email.message_from_bytes(sent.raw, policy=policy.default)["In-Reply-To"])
            for sent in {one.message_id: one for one in self.platform.inside.sent}.values()
            if sent.message_id not in self.approved
        )
        assert all(count == 1 for count in answered.values()), answered

    @invariant()
    def nothing_leaves_after_a_restore_before_a_person_says_so(self) -> None:
        if self.sent_at_restore is not None:
            assert len(self.platform.inside.sent) == self.sent_at_restore

    @invariant()
    def the_history_is_whole(self) -> None:
        with self.office.reading() as session:
            assert verify(session) is None

    def teardown(self) -> None:
        """Left in peace, everything comes to its end."""
        try:
            self.platform.sending.clear()
            if self.sent_at_restore is not None:
                self.somebody_lets_mail_leave_again()
            for _ in range(4):
                self.office.wait(timedelta(hours=2).total_seconds())
                assert not self.office.work()
            with self.office.reading() as session:
                states = set(session.exec(select(Arrival.state)))
                found = session.exec(select(Message.external_id).where(Message.direction == "inbound")).all()
                under_way = set(session.exec(select(Delivery.state)))
            assert states <= {ArrivalState.DONE, ArrivalState.DUPLICATE}
            assert sorted(found) == sorted({mail[0] for mail in self.mails})
            assert not under_way & {DeliveryState.SENDING, DeliveryState.RETRYING, DeliveryState.QUEUED}
            self.nothing_leaves_twice_without_a_person()
            self.nobody_s_mail_is_acknowledged_twice()
        finally:
            self.office.database.close()
            self.patches.undo()
            self.clones.close()
            shutil.rmtree(self.folder, ignore_errors=True)


class PromisesOnPostgres(Promises):
    """The same on the other database."""

    def _url(self) -> str:
        self.clones.close()
        return self.clones.enter_context(self.server.database("migrated")).app_url


def test_the_promises_hold_on_sqlite(sqlite_template: Path) -> None:
    Promises.template = sqlite_template
    run_state_machine_as_test(Promises, settings=_profile(EXAMPLES or 12, steps=30))


@pytest.mark.usefixtures("postgresql_database")  # which makes the template to clone
def test_the_promises_hold_on_postgresql(postgres: Postgres) -> None:
    PromisesOnPostgres.server = postgres
    run_state_machine_as_test(PromisesOnPostgres, settings=_profile(EXAMPLES // 4 or 4, steps=25))


@pytest.fixture(autouse=True)
def _no_armed_point_is_left() -> Iterator[None]:
    yield
    simulation.failpoints._armed.clear()


def _profile(examples: int, *, steps: int) -> settings:
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def _one(rows: Any, data: st.DataObject) -> Any:
    return data.draw(st.sampled_from(rows)) if rows else None
