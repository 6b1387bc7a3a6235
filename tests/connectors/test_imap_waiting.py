"""Waiting for mail: IDLE against a real server, and hosts without it."""

import threading
import time

import pytest

from connectors.email.accounts import Tls
from connectors.email.imap import ImapMailbox
from tests.connectors.mail import a_mail, imap_settings
from tests.connectors.mailboxes import Proxies, a_mailbox
from tests.rigs.dovecot import Dovecot
from tests.rigs.faulty_proxy import Cut


def _wait_in_background(
    mailbox: ImapMailbox, seconds: float
) -> tuple[threading.Thread, list[tuple[bool, float]]]:
    results: list[tuple[bool, float]] = []

    def work() -> None:
        started = time.monotonic()
        results.append((mailbox.wait(seconds), time.monotonic() - started))

    thread = threading.Thread(target=work)
    thread.start()
    return thread, results


def test_waiting_ends_as_soon_as_mail_comes(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        thread, results = _wait_in_background(mailbox, 30)
        dovecot.deliver(a_mail())
        thread.join(20)
        assert results
        assert results[0][0] is True
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_mail_that_came_between_looking_and_waiting_ends_the_wait_at_once(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot, sent_folder="Sent") as mailbox:
        mailbox.fetch(None)
        dovecot.deliver(a_mail())
        assert mailbox.wait(20) is True


def test_a_quiet_wait_ends_in_time_and_the_connection_still_works(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        assert mailbox.wait(0.2) is False
        dovecot.deliver(a_mail())
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_a_long_wait_renews_itself_and_still_hears(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.email.imap.REISSUE", 0.05)
    with a_mailbox(dovecot) as mailbox:
        mailbox.fetch(None)
        assert mailbox.wait(0.3) is False
        thread, results = _wait_in_background(mailbox, 30)
        dovecot.deliver(a_mail())
        thread.join(20)
        assert results
        assert results[0][0] is True


def test_mail_that_others_remove_is_no_news(dovecot: Dovecot) -> None:
    for subject in ("One", "Two"):
        dovecot.deliver(a_mail(subject))
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        dovecot.remove(b"Subject: One")
        assert mailbox.wait(0.3) is False
        dovecot.deliver(a_mail("Three"))
        assert mailbox.wait(20) is True
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_a_line_that_died_in_silence_ends_the_wait_in_time(
    dovecot: Dovecot, proxy: Proxies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.email.imap.PAUSE", 0.01)
    between = proxy(dovecot.port)
    with a_mailbox(dovecot, port=between.port, tls=Tls.NONE, timeout=0.3) as mailbox:
        cursor = mailbox.fetch(None).cursor
        between.cut(b"idling", how=Cut.HANG)
        started = time.monotonic()
        assert mailbox.wait(0.2) is False
        assert time.monotonic() - started < 5
        between.behave()
        dovecot.deliver(a_mail())
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_closing_ends_a_wait(dovecot: Dovecot) -> None:
    mailbox = ImapMailbox(imap_settings(dovecot))
    mailbox.fetch(None)
    thread, results = _wait_in_background(mailbox, 60)
    mailbox.close()
    thread.join(10)
    assert results
    assert results[0][0] is False


def test_a_host_without_idle_is_simply_asked_again(mean_dovecot: Dovecot) -> None:
    with a_mailbox(mean_dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        assert mailbox.wait(0.05) is False
        mean_dovecot.deliver(a_mail())
        assert len(mailbox.fetch(cursor).arrivals) == 1
