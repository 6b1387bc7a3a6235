"""A Microsoft 365 mailbox through the stages: collected, filed, answered, and what staff do in Outlook."""

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from inbox import channels, drafting, outbox, sealed_letters, signoff
from inbox.database import find
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import Case, Channel, ChannelMode, Delivery, DeliveryState, Direction, Message, MessageKind
from inbox.pipeline import Line, keep, process_due
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker.node import make_line
from tests.connectors.microsoft365 import MAILBOX, SECRETS, Account, settings_at
from tests.inbox.worlds import World
from tests.rigs.platforms import Platform, platform


@pytest.fixture(scope="module")
def graph() -> Iterator[Platform]:
    with platform("graph") as running:
        yield running


class Killed(BaseException):
    """The program ends here."""


class Office:
    """An office whose mail is in Microsoft 365, and the stages that carry it."""

    def __init__(self, world: World, folder: Path, graph: Platform) -> None:
        self.world, self.moment = world, datetime.now(UTC)
        graph.order("_reset")
        graph.order("_mailbox", mailbox=MAILBOX)
        self.account = Account(graph)
        self.settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST, smtp_timeout=2,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", _env_file=None,
            allowed_private_hosts="127.0.0.1",
        )  # fmt: skip
        made = make_line(self.settings, world.database, FolderStore(folder / "store"))
        self.line = Line(
            world.database, made.tools, made.readers, made.scan, lambda: self.moment, made.lease,
            lambda session: self.moment,
        )  # fmt: skip
        with world.database.write(world.office) as session:
            channel = channels.add(
                session, kind="microsoft365", name="Outlook", values=settings_at(graph.url), secrets=SECRETS,
                keys=self.line.tools.keys, settings=self.settings, now=self.moment, actor=SYSTEM,
                mode=ChannelMode.FULL,
            )  # fmt: skip
            self.channel = channel.id

    def connector(self) -> Any:
        with self.world.database.read(self.world.office) as session:
            channel = find(session, Channel, self.channel)
        return channels.connect(channel, self.line.tools.keys, self.settings, self.world.database)

    def collect(self) -> None:
        """Takes in all that waits in the mailbox, and files it."""
        connector, more = self.connector(), True
        while more:
            with self.world.database.read(self.world.office) as session:
                cursor = find(session, Channel, self.channel).cursor
            batch = connector.fetch(cursor)
            keep(self.line, self.channel, self.world.office, batch.arrivals, batch.cursor)
            more = batch.more
        while process_due(self.line):
            pass

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def said(self, direction: Direction) -> list[Message]:
        """What people said in this direction."""
        spoken = [one for one in self.all(Message) if one.kind != MessageKind.ACKNOWLEDGEMENT]
        return [one for one in spoken if one.direction == direction]

    def reply(self, text: str) -> Delivery:
        """Approves a reply to the newest case and lets it leave."""
        self.approve(text)
        return self.send()

    def approve(self, text: str) -> None:
        with self.world.database.write(self.world.office) as session:
            desk = open_desk(session, self.line.tools)
            case = session.exec(select(Case).order_by(col(Case.id).desc())).first()
            assert case is not None
            draft = drafting.begin(
                session, desk, case, author_id=None, now=self.moment, actor=SYSTEM, text=text
            )
            signoff.approve(
                session, desk, draft, staff_id=self.world.staff, digest=drafting.digest(session, draft),
                now=self.moment, actor=SYSTEM,
            )  # fmt: skip

    def send_and_die(self, point: str) -> None:
        """The program is killed at this point while it sends, and starts again much later."""

        def die(name: str) -> None:
            if name == point:
                raise Killed

        self.moment += timedelta(minutes=2)
        with self.world.database.write(self.world.office) as session:
            [one] = outbox.claim(session, self.moment, timedelta(seconds=60))

        def committing() -> None:
            with self.world.database.write(self.world.office) as session:
                outbox.mark_committed(session, one)

        connector = self.connector()
        connector._sender._hooks = die
        raw = sealed_letters.read(self.line.tools.store, self.line.tools.keys, one)
        with pytest.raises(Killed):
            outbox.attempt(one, raw, connector, committing=committing)
        self.moment += timedelta(minutes=2)
        with self.world.database.write(self.world.office) as session:
            outbox.recover(session, self.moment)

    def send(self) -> Delivery:
        """Everything that is due goes out; the newest delivery afterwards."""
        self.moment += timedelta(minutes=2)
        with self.world.database.write(self.world.office) as session:
            claimed = outbox.claim(session, self.moment, timedelta(seconds=60), limit=10)
        for one in claimed:
            raw = sealed_letters.read(self.line.tools.store, self.line.tools.keys, one)
            outcome = outbox.attempt(one, raw, self.connector(), committing=lambda: None)
            with self.world.database.write(self.world.office) as session:
                outbox.settle(session, one, outcome, self.moment)
        newest: Delivery = self.all(Delivery)[-1]
        return newest


@pytest.fixture
def office(world: World, tmp_path: Path, graph: Platform) -> Office:
    return Office(world, tmp_path, graph)


def test_mail_becomes_a_case_and_its_answer_is_a_reply_in_outlook(office: Office) -> None:
    office.account.deliver("My bins were not emptied.", subject="Bins", message_id="<first@example.net>")
    office.collect()
    [case] = office.all(Case)
    assert case.subject == "Bins"
    delivery = office.reply("We have asked the council.")
    assert (delivery.state, delivery.platform_id) == (DeliveryState.SENT, None)
    sent = email.message_from_string(office.account.left()[-1]["mime"], policy=email.policy.default)
    assert sent["In-Reply-To"] == "<first@example.net>"
    assert sent["Message-ID"] == f"<{delivery.outgoing_id}>"
    assert "We have asked the council." in sent.get_content()


def test_their_answer_to_our_reply_joins_the_case(office: Office) -> None:
    office.account.deliver("My bins were not emptied.", subject="Bins")
    office.collect()
    delivery = office.reply("We have asked the council.")
    office.account.deliver("Thank you.", subject="Re: Bins", in_reply_to=f"<{delivery.outgoing_id}>")
    office.collect()
    assert len(office.all(Case)) == 1
    assert len(office.said(Direction.INBOUND)) == 2


def test_an_unknown_outcome_is_settled_by_the_sent_items_and_sent_once(office: Office) -> None:
    office.account.deliver("My bins were not emptied.")
    office.collect()
    office.send()
    office.account.platform.order("_faults", on="POST .*/send", act="lose")
    assert office.reply("We have asked the council.").state == DeliveryState.UNKNOWN
    office.collect()
    assert [one.state for one in office.all(Delivery)] == [DeliveryState.SENT] * 2
    assert len(office.account.left()) == 2
    assert len(office.said(Direction.OUTBOUND)) == 1


def test_an_unknown_outcome_is_settled_though_the_platform_gave_it_another_id(office: Office) -> None:
    office.account.platform.order("_keep_ids")
    office.account.deliver("My bins were not emptied.")
    office.collect()
    office.send()
    office.account.platform.order("_faults", on="POST .*/send", act="lose")
    assert office.reply("We have asked the council.").state == DeliveryState.UNKNOWN
    office.collect()
    assert office.all(Delivery)[-1].state == DeliveryState.SENT


def test_an_answer_to_the_platforms_own_id_joins_the_case(office: Office) -> None:
    office.account.platform.order("_keep_ids")
    office.account.deliver("My bins were not emptied.", subject="Bins")
    office.collect()
    delivery = office.reply("We have asked the council.")
    assert delivery.platform_id
    office.account.deliver("Thank you.", subject="Hello", in_reply_to=f"<{delivery.platform_id}>")
    office.collect()
    assert len(office.all(Case)) == 1


def test_a_reply_written_in_outlook_joins_its_case_as_outbound(office: Office) -> None:
    office.account.deliver("My bins were not emptied.", message_id="<first@example.net>")
    office.collect()
    office.account.platform.order(
        "_sent_from_outlook", mailbox=MAILBOX, to="wyn@example.net", text="I rang them.",
        in_reply_to="<first@example.net>", subject="Re: Bins",
    )  # fmt: skip
    office.collect()
    [case] = office.all(Case)
    [outbound] = office.said(Direction.OUTBOUND)
    assert (outbound.case_id, "I rang them." in outbound.text) == (case.id, True)


def test_a_forgotten_place_opens_no_case_twice(office: Office) -> None:
    office.account.deliver("My bins were not emptied.")
    office.collect()
    office.account.platform.order("_expire")
    office.account.deliver("The road is flooded.", **{"from": "someone@example.net"})
    office.collect()
    assert len(office.all(Case)) == len(office.said(Direction.INBOUND)) == 2


def test_one_person_by_two_mailboxes_of_different_kinds_is_one_person(office: Office) -> None:
    office.world.case(address="wyn@example.net")
    office.account.deliver("My bins were not emptied.")
    office.collect()
    newest = office.all(Case)[-1]
    assert newest.constituent_id == office.all(Case)[0].constituent_id
    assert office.reply("We have asked.").recipients == ["wyn@example.net"]


def test_the_acknowledgement_leaves_as_automatic_mail(office: Office) -> None:
    office.account.deliver("My bins were not emptied.", message_id="<first@example.net>")
    office.collect()
    office.send()
    [left] = office.account.left()
    mail = email.message_from_string(left["mime"], policy=email.policy.default)
    assert (mail["Auto-Submitted"], mail["In-Reply-To"]) == ("auto-replied", "<first@example.net>")


@pytest.mark.parametrize("point", ["graph.drafted", "graph.completed"])
def test_killed_before_it_could_leave_it_leaves_once_and_leaves_no_draft_behind(
    office: Office, point: str
) -> None:
    _ready_to_answer(office)
    office.send_and_die(point)
    assert office.send().state == DeliveryState.SENT
    assert len(office.account.left()) == 2
    assert office.account.state()["folders"].get("drafts", 0) == 0


@pytest.mark.parametrize(("point", "left", "settled"), [
    ("graph.sending", 1, DeliveryState.UNKNOWN), ("graph.answered", 2, DeliveryState.SENT),
])  # fmt: skip
def test_killed_when_it_may_have_left_it_is_unknown_until_the_sent_items_tell(
    office: Office, point: str, left: int, settled: DeliveryState
) -> None:
    _ready_to_answer(office)
    office.send_and_die(point)
    assert office.send().state == DeliveryState.UNKNOWN
    office.collect()
    assert (office.all(Delivery)[-1].state, len(office.account.left())) == (settled, left)


def _ready_to_answer(office: Office) -> None:
    """A case that was acknowledged, and an approved answer to it."""
    office.account.deliver("My bins were not emptied.")
    office.collect()
    office.send()
    office.approve("We have asked the council.")
