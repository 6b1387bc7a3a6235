"""Claims on work: one holder at a time, told apart by fences, and not lost only because work was slow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from connectors.contract import ConnectorFailure, PermanentFailure, TemporaryFailure
from inbox import drafting, jobs, outbox, signoff
from inbox.database import Database
from inbox.desk import open_desk
from inbox.errors import Conflict
from inbox.history import Actor, ActorKind
from inbox.models import Case, Channel, ChannelMode, Delivery, DeliveryState, Draft, DraftState
from inbox.models import Office as OfficeRow
from tests.faults import simulation
from tests.faults.simulation import Office

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_mailbox_that_is_slow_to_read_is_still_its_readers_until_another_takes_it(
    database: Database,
) -> None:
    with database.write() as session:
        assert jobs.hold(session, "mailbox:1", "slow", NOW, MINUTE)
        assert not jobs.hold(session, "mailbox:1", "other", NOW, MINUTE)
    later = NOW + 10 * MINUTE
    with database.write() as session:
        assert jobs.still_holds(session, "mailbox:1", "slow"), "else slow mail would never be kept"
        assert jobs.hold(session, "mailbox:1", "other", later, MINUTE)
        assert not jobs.still_holds(session, "mailbox:1", "slow")


def test_work_that_was_tried_before_is_claimed_by_itself(database: Database) -> None:
    with database.write() as session:
        jobs.add(session, jobs.JobKind.PROCESS, "office", ["1", "2", "3"], NOW)
    first = _claim(database, NOW)
    assert [job.subject_id for job in first] == ["1", "2", "3"]
    assert _claim(database, NOW) == []
    later = NOW + 2 * MINUTE
    assert [(job.subject_id, job.attempts) for job in _claim(database, later)] == [("1", 2)]
    assert [(job.subject_id, job.attempts) for job in _claim(database, later)] == [("2", 2)]


def test_a_worker_that_lost_its_claim_can_neither_finish_nor_put_off(database: Database) -> None:
    with database.write() as session:
        jobs.add(session, jobs.JobKind.PROCESS, "office", ["1"], NOW)
    [slow] = _claim(database, NOW)
    [quick] = _claim(database, NOW + 2 * MINUTE)
    with database.write() as session:
        assert not jobs.finish(session, slow, NOW)
        assert not jobs.put_off(session, slow, NOW, "late")
        assert jobs.finish(session, quick, NOW)
        assert not jobs.finish(session, quick, NOW)


def test_two_people_who_send_it_again_at_the_same_moment_send_it_once(office: Office) -> None:
    delivery = _failed(office)
    with office.reading() as session:
        seen_late = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
        outbox.retry(session, row, now=office.now, actor=_actor(office))
    with pytest.raises(Conflict), office.writing() as session:
        outbox.retry(session, session.merge(seen_late), now=office.now, actor=_actor(office))
    office.work()
    assert office.platform.copies()[delivery.outgoing_id] == 1


def test_a_message_that_ends_the_program_three_times_waits_for_a_person(office: Office) -> None:
    delivery = _queued(office)
    for _ in range(3):
        office.wait(3600)
        assert office.work(dies_at="smtp.midbody")
    office.wait(3600)
    assert not office.work(dies_at="smtp.midbody")
    failed = _now(office, delivery)
    assert (failed.state, failed.attempts) == (DeliveryState.FAILED, 3)
    assert failed.trouble == "Sending it ended the program 3 times. Nothing has left."
    assert office.platform.copies()[delivery.outgoing_id] == 0

    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
        outbox.retry(session, row, now=office.now, actor=_actor(office))
    assert office.work(dies_at="smtp.midbody"), "three times more, after a person's word"
    office.wait(3600)
    office.work()
    assert _now(office, delivery).state == DeliveryState.SENT
    assert office.platform.copies()[delivery.outgoing_id] == 1


@pytest.mark.parametrize("broken", [{"kind": "unheard-of"}, {"sealed": "00000000.AAAA"}])
def test_what_leaves_by_a_channel_whose_settings_are_broken_waits_until_they_are_put_right(
    office: Office, broken: dict[str, str]
) -> None:
    delivery = _queued(office)
    with office.writing() as session:
        channel = session.exec(select(Channel)).one()
        whole = {name: getattr(channel, name) for name in broken}
    _set(office, broken)
    office.wait(90)
    office.work()
    assert _now(office, delivery).state == DeliveryState.RETRYING
    with office.reading() as session:
        assert session.exec(select(Channel.sending_trouble)).one(), "the channel's page says why"
    _set(office, whole)
    office.wait(1200)
    office.work()
    assert _now(office, delivery).state == DeliveryState.SENT
    with office.reading() as session:
        assert session.exec(select(Channel.sending_trouble)).one() is None


def test_nothing_is_due_where_nothing_may_leave(office: Office) -> None:
    """So no sender asks for the database's one writer's turn, however long that lasts."""
    _queued(office)
    office.wait(90)
    assert _is_due(office)
    for row, name, value in (
        (Channel, "mode", ChannelMode.LISTEN),
        (Channel, "removed_at", office.now),
        (OfficeRow, "sending_paused", "Restored from a backup."),
    ):
        with office.writing() as session:
            found = session.exec(select(row)).one()
            before = getattr(found, name)
            setattr(found, name, value)
        assert not _is_due(office), name
        with office.writing() as session:
            setattr(session.exec(select(row)).one(), name, before)
    assert _is_due(office)


def test_ends_of_the_program_count_only_in_a_row(office: Office) -> None:
    delivery = _queued(office)
    office.wait(3600)
    for _ in range(2):
        assert office.work(dies_at="smtp.midbody")
        office.wait(3600)
    office.platform.sending.append(TemporaryFailure("451 later"))
    office.work()
    for _ in range(2):
        office.wait(1200)
        assert office.work(dies_at="smtp.midbody")
    office.wait(3600)
    office.work()
    assert _now(office, delivery).state == DeliveryState.SENT


@pytest.mark.parametrize("failure", [TemporaryFailure("it is away"), PermanentFailure("no such folder")])
def test_a_mailbox_that_fails_here_is_free_for_another_node(
    office: Office, failure: ConnectorFailure
) -> None:
    office.platform.inside.failures.append(failure)
    collector = office.worker._collector
    [channel] = collector._channels()
    assert not collector.collect(channel)
    with office.database.write() as session:
        assert jobs.hold(session, f"mailbox:{channel.id}", "another node", office.now, MINUTE)


def test_what_was_stopped_leaves_only_with_a_new_yes(office: Office) -> None:
    delivery = _queued(office)
    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
        outbox.stop(session, row, now=office.now, actor=_actor(office))
    with pytest.raises(Conflict), office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
        outbox.retry(session, row, now=office.now, actor=_actor(office))
    office.wait(3600)
    office.work()
    assert office.platform.copies()[delivery.outgoing_id] == 0
    with office.reading() as session:
        assert session.exec(select(Draft.state)).one() == DraftState.DRAFT


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """With one case to write on."""
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    made = simulation.found(database.url, tmp_path, platform)
    platform.deliver("bins-1@example.org", "donna@example.org", "my bins", made.now)
    made.work()
    yield made
    made.database.close()


def _claim(database: Database, now: datetime) -> list[jobs.ClaimedJob]:
    with database.write() as session:
        return jobs.claim(session, jobs.JobKind.PROCESS, now, MINUTE, limit=20)


def _queued(office: Office) -> Delivery:
    with office.writing() as session:
        desk = open_desk(session, office.worker.node.line.tools)
        draft = drafting.begin(
            session, desk, session.exec(select(Case)).one(), author_id=office.staff, now=office.now,
            actor=_actor(office), text="Dear Donna, soon.",
        )  # fmt: skip
        return signoff.approve(
            session, desk, draft, staff_id=office.staff, digest=drafting.digest(session, draft),
            now=office.now, actor=_actor(office),
        )  # fmt: skip


def _now(office: Office, delivery: Delivery) -> Delivery:
    with office.reading() as session:
        return session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()


def _failed(office: Office) -> Delivery:
    delivery = _queued(office)
    office.platform.sending.append(PermanentFailure("550 no"))
    office.wait(60)
    office.work()
    with office.reading() as session:
        row = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
    assert row.state == DeliveryState.FAILED
    return row


def _actor(office: Office) -> Actor:
    return Actor(ActorKind.STAFF, office.staff, "Priya Nair")


def _set(office: Office, values: dict[str, str]) -> None:
    with office.writing() as session:
        channel = session.exec(select(Channel)).one()
        for name, value in values.items():
            setattr(channel, name, value)


def _is_due(office: Office) -> bool:
    with office.reading() as session:
        return outbox.has_due(session, office.now)
