"""A status link lies nowhere in the open: what carries it is sealed until it leaves."""

import re
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlmodel import select

from connectors.contract import (
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    SentReceipt,
    TemporaryFailure,
)
from inbox import key_rotation, outbox
from inbox.database import Database, find
from inbox.history import SYSTEM
from inbox.models import Delivery, DeliveryState, Office
from inbox.schema import upgrade
from inbox.secrets import SecretKeys
from inbox.worker.evidence import look_for_evidence
from inbox.worker.timetable import keep_sent_copies
from tests.databases import EmptyDatabases
from tests.faults import simulation

LINK = re.compile(r"/s/(\S{43})")
KEY, OTHER_KEY = "A" * 43 + "=", "B" * 43 + "="


@pytest.fixture
def office(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[simulation.Office]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    office = simulation.found(database.url, tmp_path / "var", platform)
    yield office
    office.database.close()


def hear(office: simulation.Office) -> None:
    """Somebody writes for the first time; their acknowledgement leaves, or not."""
    office.platform.deliver("damp@example.org", "donna@example.org", "mould in the kids room", office.now)
    office.work()


def later(office: simulation.Office) -> None:
    office.wait(120)
    office.work()


def links_sent(office: simulation.Office) -> list[str]:
    letters = [message_from_bytes(one.raw, policy=policy.default) for one in office.platform.inside.sent]
    return [found for one in letters for found in LINK.findall(one.get_content())]


def acknowledgement(office: simulation.Office) -> Delivery:
    with office.reading() as session:
        [found] = session.exec(select(Delivery).where(Delivery.purpose == outbox.Purpose.ACKNOWLEDGEMENT))
        return found


def files(office: simulation.Office) -> list[bytes]:
    """What lies in the store, long lines of mail joined again."""
    store = office.settings.data_dir / "store"
    return [one.read_bytes().replace(b"=\r\n", b"") for one in store.rglob("*") if one.is_file()]


def use_keys(office: simulation.Office, *keys: str) -> None:
    office.settings.secret_keys = keys
    office.begin_anew()


def rotate(office: simulation.Office) -> key_rotation.Rotated:
    return key_rotation.rotate(
        office.database, office.worker.node.store, SecretKeys(office.settings.keys),
        now=office.now + timedelta(seconds=1), progress=lambda words: None,
    )  # fmt: skip


def test_the_person_gets_the_link_and_no_file_of_ours_shows_it(office: simulation.Office) -> None:
    hear(office)
    [link] = links_sent(office)
    assert len(files(office)) == 2  # what came and what left
    assert not any(link.encode() in one for one in files(office))


def test_a_letter_that_could_not_leave_leaves_later_with_its_link(office: simulation.Office) -> None:
    office.platform.sending.append(TemporaryFailure("busy"))
    hear(office)
    assert links_sent(office) == []
    later(office)
    assert len(links_sent(office)) == 1


def test_evidence_and_the_copy_in_sent_see_the_letter_as_it_left(
    office: simulation.Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def look(_: object, message: OutboundMessage) -> SentReceipt:
        seen.append(message.raw)
        return SentReceipt(message.message_id, "there it is")

    monkeypatch.setattr(simulation.SimulatedChannel, "evidence", look, raising=False)
    monkeypatch.setattr(simulation.SimulatedChannel, "keep_copy", look, raising=False)
    office.platform.sending.append(OutcomeUnknown("cut off"))
    hear(office)
    look_for_evidence(office.worker.node)
    with office.writing() as session:
        find(session, Delivery, acknowledgement(office).id).needs_sent_copy = True
    keep_sent_copies(office.worker.node)
    [letter] = office.platform.inside.sent
    assert seen == [letter.raw, letter.raw]


def test_after_the_keys_were_rotated_the_letter_leaves_without_the_old_one(office: simulation.Office) -> None:
    office.platform.sending.append(TemporaryFailure("busy"))
    hear(office)
    before = files(office)
    use_keys(office, OTHER_KEY, KEY)
    assert (rotate(office).sealed_anew, rotate(office).sealed_anew) == (1, 0)
    assert len(files(office)) == len(before) and files(office) != before  # the old one is gone
    use_keys(office, OTHER_KEY)
    later(office)
    assert len(links_sent(office)) == 1


def test_rotating_seals_what_was_kept_in_the_open_before(office: simulation.Office) -> None:
    hear(office)
    [link], [letter] = links_sent(office), office.platform.inside.sent
    with office.writing() as session:
        row = find(session, Delivery, acknowledgement(office).id)
        row.raw_hash = office.worker.node.store.put(office.id, letter.raw)
    assert any(link.encode() in one for one in files(office))
    assert rotate(office).sealed_anew == 1
    assert not any(link.encode() in one for one in files(office))


def test_without_its_key_a_letter_waits_and_says_why(office: simulation.Office) -> None:
    office.platform.sending.append(TemporaryFailure("busy"))
    hear(office)
    use_keys(office, OTHER_KEY)
    office.wait(60)
    office.work()
    waiting = acknowledgement(office)
    assert waiting.state == DeliveryState.RETRYING and "put the key back" in str(waiting.trouble)
    assert rotate(office).sealed_anew == 0  # nor does it hold up the others
    use_keys(office, KEY)
    office.wait(600)
    later(office)
    assert len(links_sent(office)) == 1


def test_a_backup_shows_no_link_and_a_restored_office_can_send_the_letter(
    office: simulation.Office, empty_databases: EmptyDatabases, tmp_path: Path
) -> None:
    office.platform.sending.append(PermanentFailure("no such mailbox"))
    hear(office)
    office.back_up(tmp_path / "b.tar.gz")
    addresses = empty_databases()
    upgrade(addresses.settings())
    fresh = Database(addresses.url)
    restored = office.restored(tmp_path / "b.tar.gz", fresh, tmp_path / "second" / "var")
    with restored.writing() as session:
        session.exec(select(Office)).one().sending_paused = None
        outbox.retry(session, find(session, Delivery, acknowledgement(restored).id), now=office.now,
                     actor=SYSTEM)  # fmt: skip
    restored.work()
    [link] = links_sent(office)
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        members = [archive.extractfile(one) for one in archive.getmembers()]
        held = [one.read().replace(b"=\r\n", b"") for one in members if one is not None]
    assert held and not any(link.encode() in one for one in held)
    fresh.close()
