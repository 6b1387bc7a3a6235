"""Our copies in the Sent folder, and the proof they give."""

import pytest

from connectors.contract import PermanentFailure, TemporaryFailure
from connectors.email.sent_folder import SentFolder
from tests.connectors.mail import a_mail, imap_settings
from tests.rigs.dovecot import Dovecot


def sent_folder(server: Dovecot, folder: str = "Sent") -> SentFolder:
    return SentFolder(imap_settings(server, sent_folder=folder))


def test_a_copy_is_kept_once_marked_as_read_and_found_by_its_exact_id(dovecot: Dovecot) -> None:
    raw = a_mail("Your letter", message_id="<a.1@example.org>")
    sent = sent_folder(dovecot)
    assert sent.find("<a.1@example.org>") is None
    sent.append(raw, "<a.1@example.org>")
    sent.append(raw, "<a.1@example.org>")
    ((name, kept),) = dovecot.messages("Sent").items()
    assert kept == raw
    assert name.endswith("S")
    words = sent.find("<a.1@example.org>")
    assert words is not None
    assert "Sent" in words


def test_an_id_that_only_begins_the_same_is_no_proof(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail(message_id="<a.12@example.org>"), "Sent")
    dovecot.deliver(a_mail(body="about <a.1@example.org>", message_id="<x@example.org>"), "Sent")
    assert sent_folder(dovecot).find("<a.1@example.org>") is None
    assert sent_folder(dovecot).find('"<a.1@example.org>') is None


def test_a_copy_that_staff_sent_themselves_is_proof_too(mean_dovecot: Dovecot) -> None:
    mean_dovecot.deliver(a_mail(message_id="<a.1@example.org>"), "Sent")
    assert sent_folder(mean_dovecot).find("<a.1@example.org>") is not None


def test_failures_are_told_apart(dovecot: Dovecot) -> None:
    with pytest.raises(PermanentFailure, match="Gesendet"):
        sent_folder(dovecot, "Gesendet").append(a_mail(), "<a@example.org>")
    with dovecot.stopped(), pytest.raises(TemporaryFailure):
        sent_folder(dovecot).find("<a@example.org>")
