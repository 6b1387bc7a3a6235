"""F-13, F-14: two workers on one database, one of them stopped or killed: each thing happens once."""

import signal
from collections import Counter

import pytest
from sqlmodel import col, func, select

from inbox.models import (
    Arrival,
    ArrivalState,
    Case,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Lease,
    Message,
)
from tests.faults.sites import Site, a_mail
from tests.rigs.forks import Fork
from tests.rigs.product import until

MANY = 500
PATIENT = {"INBOX_LEASE_SECONDS": "60"}
"""Nobody dies here, so a busy machine must not make it look so: the product's own default."""


def test_two_workers_make_one_case_of_each_of_many_mails_and_answer_each_once(site: Site) -> None:
    mails = [a_mail() for _ in range(MANY)]
    for mail in mails:
        site.deliver(mail)
    workers = [site.worker(**PATIENT), site.worker(**PATIENT)]
    expected = Counter(mail.sender for mail in mails)
    until(lambda: len(site.sink.messages) >= MANY, seconds=240)
    until(lambda: _count(site, DeliveryState.SENT) == MANY, seconds=60)
    assert Counter(one.recipients[0] for one in site.sink.messages) == expected
    with site.reading() as session:
        arrivals = Counter(session.exec(select(Arrival.state)).all())
        subjects = Counter(session.exec(select(Case.subject)).all())
        external = Counter(
            session.exec(select(Message.external_id).where(Message.direction == "inbound")).all()
        )
    assert arrivals == {ArrivalState.DONE: MANY}
    assert subjects == Counter(f"Bins {mail.number}" for mail in mails)
    assert external == Counter(mail.message_id for mail in mails)
    assert site.chain_is_whole()
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def test_a_mailbox_moves_to_the_other_worker_when_its_reader_is_killed(site: Site) -> None:
    workers = [site.worker(), site.worker()]
    first = site.deliver()
    until(lambda: site.message_of(first), seconds=60)
    reader = until(lambda: next((one for one in workers if f":{one.pid}:" in _holder(site)), None))
    reader.kill()
    second = site.deliver()
    until(lambda: site.message_of(second), seconds=30)
    assert f":{reader.pid}:" not in _holder(site)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)


@pytest.mark.parametrize("point", ["intake.fetched", "intake.kept", "intake.read"])
def test_a_worker_that_slept_past_its_lease_does_not_file_a_second_time(site: Site, point: str) -> None:
    mail = site.deliver()
    sleeper = _asleep_at(site, point)
    until(lambda: site.work() or site.acknowledgements(mail), seconds=60)
    _wake_up(site, sleeper)
    message = site.message_of(mail)
    assert message is not None
    with site.reading() as session:
        arrived = session.exec(
            select(Event).where(Event.case_id == message.case_id, Event.kind == EventKind.ARRIVED)
        ).all()
    assert len(arrived) == 1
    assert [one.state for one in site.arrivals_of(mail)] == [ArrivalState.DONE]
    assert site.acknowledgements(mail) == 1
    assert site.chain_is_whole()


@pytest.mark.parametrize(
    ("point", "ends_as"),
    [("outbox.claimed", "sent"), ("smtp.data", "sent"), ("smtp.midbody", "sent"), ("smtp.dot", "unknown")],
)
def test_a_sender_that_slept_past_its_lease_sends_no_second_copy(
    site: Site, point: str, ends_as: str
) -> None:
    """It wakes up with the conversation still open; before the point of no return it must not go on."""
    delivery = site.approved_reply()
    sleeper = _asleep_at(site, point)
    until(lambda: site.work() or site.state_of(delivery) == ends_as, seconds=60)
    before = site.delivery(delivery["id"])
    _wake_up(site, sleeper)
    when_looked_at = {"next_at": before["next_at"]}  # evidence of an unknown one is looked for meanwhile
    assert site.delivery(delivery["id"]) | when_looked_at == before
    assert site.copies(delivery) == 1


def _asleep_at(site: Site, point: str) -> Fork:
    """A worker that was stopped there, as if its machine slept.

    It works in one thread: another one, stopped inside a transaction, would hold SQLite's one write lock.
    """
    worker = site.begin_work(INBOX_FAILPOINT=f"{point}:stop", INBOX_LEASE_SECONDS="3")
    until(worker.is_stopped, seconds=60)
    return worker


def _wake_up(site: Site, sleeper: Fork) -> None:
    """It goes on with what it had begun and ends well; new work goes on too."""
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.wait(60) == 0
    mail = site.deliver()
    until(lambda: site.work() or site.acknowledgements(mail), seconds=60)


def _count(site: Site, state: DeliveryState) -> int:
    with site.reading() as session:
        return session.exec(select(func.count()).select_from(Delivery).where(Delivery.state == state)).one()


def _holder(site: Site) -> str:
    """The name of the worker that reads the mailbox; it holds the number of its process."""
    with site.database.read() as session:
        found = session.exec(select(Lease.holder).where(col(Lease.name).startswith("mailbox:"))).first()
    return str(found or "")
