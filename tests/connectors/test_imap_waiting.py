"""Waiting for mail: IDLE against a real server, and hosts without it."""

import threading
import time

from connectors.email.imap import ImapMailbox
from tests.connectors.mail import a_mail, imap_settings
from tests.connectors.mailboxes import a_mailbox
from tests.rigs.dovecot import Dovecot


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
