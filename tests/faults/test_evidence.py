"""What may have left is looked for on its platform, each in its turn."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from connectors.contract import OutboundMessage, SentReceipt
from inbox import outbox
from inbox.database import Database
from inbox.models import Channel, Delivery, DeliveryState
from inbox.worker.evidence import look_for_evidence, turn_of
from tests.faults import simulation

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("number", [1, 20, 21, 47, 200])
def test_each_has_its_turn(number: int) -> None:
    waiting = [str(one) for one in range(number)]
    turns = [turn_of(waiting, NOON + minute * MINUTE) for minute in range(-(-number // 20))]
    assert {one for turn in turns for one in turn} == set(waiting)
    assert all(len(turn) == min(20, number) for turn in turns)


def test_nothing_waits_and_nobody_has_a_turn() -> None:
    assert turn_of([], NOON) == []


def test_what_never_shows_keeps_nothing_else_from_being_found(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def evidence(_: object, message: OutboundMessage) -> SentReceipt | None:
        return SentReceipt(message.message_id, "there it is") if message.message_id == "40" else None

    simulation.install(monkeypatch, simulation.Platform())
    monkeypatch.setattr(simulation.SimulatedChannel, "evidence", evidence, raising=False)
    office = simulation.found(database.url, tmp_path, simulation.Platform())
    node = office.worker.node
    raw_hash = node.store.put(office.id, b"Dear Donna, soon.")
    with office.writing() as session:
        channel = session.exec(select(Channel)).one()
        for number in range(41):
            delivery = outbox.queue(
                session, case=None, message=None, channel=channel, purpose=outbox.Purpose.NOTICE,
                recipients=["priya@example.org"], envelope_sender="", outgoing_id=str(number),
                raw_hash=raw_hash, now=office.now, not_before=office.now,
            )  # fmt: skip
            delivery.state = DeliveryState.UNKNOWN
    for _ in range(6):  # some more than it takes, should a minute pass meanwhile
        look_for_evidence(node)
        office.wait(60)
    with office.reading() as session:
        found = session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENT)).all()
    assert [one.outgoing_id for one in found] == ["40"]
    office.database.close()
