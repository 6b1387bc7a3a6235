"""The demo's mail servers, spoken to by our own connector: one is collected from, one keeps what leaves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import CredentialsRejected, OutboundMessage
from inbox import channels
from inbox.demo.mailbox import Account, Mailbox, MailServer
from inbox.demo.outgoing import Outbox, Receiver
from inbox.demo.place import open_place

NOW = datetime.now(UTC).replace(microsecond=0)
MAIL = b"From: Donna <donna@example.org>\r\nSubject: Damp\r\nMessage-ID: <1@example.org>\r\n\r\nmould\r\n"
ADDRESS = "help@rowanashby.example"


@contextmanager
def _connector(tmp_path: Path, mailbox: Mailbox, password: str = "right") -> Iterator[Any]:
    """Our email channel, pointed at both servers."""
    incoming = MailServer({ADDRESS: Account("right", mailbox)})
    outgoing = Receiver(Outbox(tmp_path / "outbox"))
    incoming.start()
    outgoing.start()
    settings = open_place(tmp_path / "demo", reset=False).settings("http://127.0.0.1:8000")
    values = {
        "address": ADDRESS, "after": "seen",
        "imap_host": "127.0.0.1", "imap_port": str(incoming.port), "imap_tls": "none",
        "smtp_host": "127.0.0.1", "smtp_port": str(outgoing.port), "smtp_tls": "none",
    }  # fmt: skip
    since = NOW - timedelta(days=1)
    connector = channels.build("email", values, {"password": password}, since, settings)
    try:
        yield connector
    finally:
        connector.close()
        incoming.stop()
        outgoing.stop()


def test_mail_is_collected_byte_for_byte_and_once(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    mailbox.deliver(MAIL, NOW)
    with _connector(tmp_path, mailbox) as connector:
        first = connector.fetch(None)
        assert [one.raw for one in first.arrivals] == [MAIL]
        assert first.arrivals[0].received_at == NOW
        mailbox.deliver(MAIL.replace(b"mould", b"more mould"), NOW)
        second = connector.fetch(first.cursor)
        assert [one.raw for one in second.arrivals] == [MAIL.replace(b"mould", b"more mould")]
        assert not connector.fetch(second.cursor).arrivals
        connector.acknowledge(first.arrivals)
    assert mailbox.seen == {1}


def test_mail_that_is_older_than_the_channel_stays_where_it_is(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    mailbox.deliver(MAIL, NOW - timedelta(days=9))
    with _connector(tmp_path, mailbox) as connector:
        assert not connector.fetch(None).arrivals


def test_whoever_waits_hears_of_new_mail_at_once(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    with _connector(tmp_path, mailbox) as connector:
        cursor = connector.fetch(None).cursor
        later = threading.Timer(0.3, mailbox.deliver, (MAIL, NOW))
        later.start()
        assert connector.wait(30)
        later.join()
        assert len(connector.fetch(cursor).arrivals) == 1


def test_a_mailbox_opened_again_goes_on_where_it_was(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    mailbox.deliver(MAIL, NOW)
    with _connector(tmp_path, mailbox) as connector:
        cursor = connector.fetch(None).cursor
    again = Mailbox(tmp_path / "mail")
    again.deliver(MAIL.replace(b"<1@", b"<2@"), NOW)
    with _connector(tmp_path, again) as connector:
        batch = connector.fetch(cursor)
    assert [b"<2@" in one.raw for one in batch.arrivals] == [True]
    assert not batch.notices


def test_a_wrong_password_opens_nothing(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    with _connector(tmp_path, mailbox, "wrong") as connector, pytest.raises(CredentialsRejected):
        connector.fetch(None)


def test_the_channels_own_test_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    with _connector(tmp_path, Mailbox(tmp_path / "mail")) as connector:
        assert all(step.ok for step in connector.check())


def test_what_is_sent_is_kept_to_the_letter(tmp_path: Path) -> None:
    raw = b"Subject: reply\r\n\r\n.a line with a dot\r\n..two\r\n\r\n.\r\nend\r\n"
    committed: list[bool] = []
    with _connector(tmp_path, Mailbox(tmp_path / "mail")) as connector:
        message = OutboundMessage("1@rowanashby.example", ("donna@example.org",), ADDRESS, raw)
        receipt = connector.send(message, committing=lambda: committed.append(True))
    files = list((tmp_path / "outbox").iterdir())
    assert [file.name for file in files] == ["0001-to-donna@example.org.eml"]
    assert files[0].read_bytes() == raw
    assert "0001" in receipt.evidence
    assert committed == [True]


def test_an_outbox_opened_again_overwrites_nothing(tmp_path: Path) -> None:
    Outbox(tmp_path).keep(("a@example.org",), b"first")
    assert Outbox(tmp_path).keep(("a@example.org",), b"second") == 2
    assert sorted(file.read_bytes() for file in tmp_path.iterdir()) == [b"first", b"second"]


def test_an_address_cannot_lead_out_of_the_outbox(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox").keep(("../../evil/x@example.org",), b"held")
    assert [file.parent.name for file in tmp_path.rglob("*.eml")] == ["outbox"]
