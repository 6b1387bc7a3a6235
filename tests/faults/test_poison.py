"""F-12: a mail that ends, hangs or swells the program is set aside after three tries; the next goes on."""

import functools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.contract import RawArrival
from connectors.email import child, understanding
from connectors.email.channel import EmailChannel
from inbox import pipeline
from inbox.database import Database
from inbox.models import Arrival, ArrivalState, Case, Channel, Job, Lease, Message
from tests.faults import simulation
from tests.faults.sites import Site, a_mail
from tests.rigs.product import until

POISONS = {
    "an exception": "raise RecursionError",
    "an endless loop": "while True: pass",
    "four gigabytes": "held = [bytearray(1 << 28) for _ in range(16)]",
    "a crash": "import ctypes; ctypes.string_at(0)",
    "a kill": "import os; os.kill(os.getpid(), 9)",
}
READER = """
import connectors.email.child as child
plain = child.read
def read(arrival):
    if b"poison" in arrival.raw:
        {poison}
    return plain(arrival)
child.read = read
child.main()
"""


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisonous_mail_is_set_aside_with_its_bytes_and_the_next_one_is_filed(
    poison: str, office: simulation.Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not ordinary is read in a child with caps; here the child is the one that breaks."""
    program = READER.format(poison=POISONS[poison])
    monkeypatch.setattr(child, "COMMAND", (sys.executable, "-c", program))
    monkeypatch.setattr(understanding, "is_ordinary", lambda raw: False)
    bounded = functools.partial(child.read_in_child, seconds=4.0, megabytes=256)
    monkeypatch.setattr(understanding, "read_in_child", bounded)
    monkeypatch.setattr(simulation.SimulatedChannel, "understand", staticmethod(EmailChannel.understand))

    _deliver(office, "poison", "1")
    _deliver(office, "a plain mail", "2")
    tries = 0
    while ArrivalState.WAITING in _states(office).values():
        tries += pipeline.process_due(office.worker.node.line)
        office.wait(3)
        assert tries <= 4
    assert _states(office) == {"1": ArrivalState.QUARANTINED, "2": ArrivalState.DONE}
    with office.reading() as session:
        aside = session.exec(select(Arrival).where(Arrival.state == ArrivalState.QUARANTINED)).one()
        assert aside.trouble and aside.attempts == 3
        raw = office.worker.node.store.get(office.id, aside.raw_hash)
        assert [one.subject for one in session.exec(select(Case))] == ["a plain mail"]
    assert b"poison" in raw


def test_a_mail_that_ends_the_whole_program_is_set_aside_and_can_be_run_again(site: Site) -> None:
    """Worse than any child: the process itself dies, three times, each time it reads this mail."""
    poison = site.deliver()
    site.dies_at("intake.read")
    for _ in range(2):
        until(lambda: _is_free(site), seconds=30)
        site.dies_at("intake.read")
    innocent = site.deliver()
    until(lambda: site.work() or site.message_of(innocent), seconds=60)
    until(lambda: site.work() or site.client.get("/arrivals?state=quarantined").json()["items"], seconds=60)
    assert site.message_of(poison) is None
    [aside] = site.client.get("/arrivals?state=quarantined").json()["items"]
    assert "ended the program 3 times" in aside["trouble"]
    assert site.stored(poison)

    assert site.client.post(f"/arrivals/{aside['id']}/retry").status_code == 202
    assert site.client.post(f"/arrivals/{aside['id']}/retry").status_code == 409
    until(lambda: site.work() or site.message_of(poison), seconds=60)
    with site.reading() as session:
        filed = session.exec(select(Message).where(Message.external_id == poison.message_id)).one()
    assert filed.case_id is not None
    assert site.client.get("/arrivals?state=quarantined").json()["items"] == []
    assert site.chain_is_whole()


def test_mails_that_only_waited_behind_it_are_not_blamed(site: Site) -> None:
    site.deliver()
    behind = [site.deliver(a_mail()) for _ in range(4)]
    site.dies_at("intake.read")
    for _ in range(2):
        until(lambda: _is_free(site), seconds=30)
        site.dies_at("intake.read")
    until(lambda: site.work() or all(site.message_of(mail) for mail in behind), seconds=60)
    for mail in behind:
        assert [one.state for one in site.arrivals_of(mail)] == [ArrivalState.DONE]


@pytest.fixture
def office(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[simulation.Office]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    made = simulation.found(sqlite_database.url, tmp_path, platform)
    yield made
    made.database.close()


def _deliver(office: simulation.Office, text: str, number: str) -> None:
    raw = f"From: d@example.org\r\nSubject: {text}\r\nMessage-ID: <{number}@example.org>\r\n\r\n{text}\r\n"
    arrival = RawArrival("simulated", simulation.ADDRESS, number, raw.encode(), office.now)
    office.platform.inside.deliver(arrival)
    with office.reading() as session:
        channel = session.exec(select(Channel)).one()
    pipeline.keep(office.worker.node.line, channel.id, office.id, [arrival], None)


def _states(office: simulation.Office) -> dict[str, str]:
    with office.reading() as session:
        return {one.external_id: one.state for one in session.exec(select(Arrival))}


def _is_free(site: Site) -> bool:
    """Whether the dead worker's claims have run out, so that the next one takes its work up at once."""
    now = datetime.now(UTC)
    with site.database.read() as session:
        jobs = session.exec(select(Job.lease_until).where(col(Job.finished_at).is_(None)))
        leases = session.exec(select(Lease.until))
        return all(ends is None or ends < now for ends in (*jobs, *leases))
