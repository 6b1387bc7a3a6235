"""What may have left is looked for on its platform, each in its turn."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from connectors.contract import OutboundMessage, SentReceipt
from inbox import outbox
from inbox.database import Database
from inbox.models import Channel, Delivery, DeliveryState
from inbox.worker.evidence import look_again_after, look_for_evidence
from tests.faults import simulation

MINUTE = timedelta(minutes=1)


def test_what_does_not_show_is_looked_for_less_and_less_often() -> None:
    at, looks = MINUTE, []
    while at < timedelta(days=1):
        looks.append(at)
        at += look_again_after(at)
    assert looks[:3] == [MINUTE, 2 * MINUTE, 3 * MINUTE]
    assert len(looks) < 25


def test_the_next_look_for_what_did_not_show_is_later(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def evidence(_: object, message: OutboundMessage) -> None:
        looked.append(message.message_id)

    simulation.install(monkeypatch, simulation.Platform())
    monkeypatch.setattr(simulation.SimulatedChannel, "evidence", evidence, raising=False)
    office = simulation.found(database.url, tmp_path, simulation.Platform())
    _unknown(office, 1)
    for _ in range(60):
        look_for_evidence(office.worker.node)
        office.wait(60)
    office.database.close()
    assert 5 < len(looked) < 15


def test_what_never_shows_keeps_nothing_else_from_being_found(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def evidence(_: object, message: OutboundMessage) -> SentReceipt | None:
        return SentReceipt(message.message_id, "there it is") if message.message_id == "40" else None

    simulation.install(monkeypatch, simulation.Platform())
    monkeypatch.setattr(simulation.SimulatedChannel, "evidence", evidence, raising=False)
    office = simulation.found(database.url, tmp_path, simulation.Platform())
    node = office.worker.node
    _unknown(office, 41)
    for _ in range(6):  # some more than it takes, should a minute pass meanwhile
        look_for_evidence(node)
        office.wait(60)
    with office.reading() as session:
        found = session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENT)).all()
    assert [one.outgoing_id for one in found] == ["40"]
    office.database.close()


def _unknown(office: simulation.Office, number: int) -> None:
    """So many deliveries of which nobody knows whether they left."""
    raw_hash = office.worker.node.store.put(office.id, b"Dear Donna, soon.")
    with office.writing() as session:
        channel = session.exec(select(Channel)).one()
        for one in range(number):
            delivery = outbox.queue(
                session, case=None, message=None, channel=channel, purpose=outbox.Purpose.NOTICE,
                recipients=["priya@example.org"], envelope_sender="", outgoing_id=str(one),
                raw_hash=raw_hash, now=office.now, not_before=office.now,
            )  # fmt: skip
            delivery.state = DeliveryState.UNKNOWN
