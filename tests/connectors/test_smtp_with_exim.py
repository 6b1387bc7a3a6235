"""Sending through a mail server that others wrote: what it takes, refuses and sends back."""

from datetime import UTC, datetime

import pytest

from connectors.contract import (
    CredentialsRejected,
    DeliveryReport,
    PermanentFailure,
    RawArrival,
    ReportAction,
)
from connectors.email.accounts import Auth, SignIn
from connectors.email.smtp import SmtpSender
from connectors.email.understanding import understand
from tests.connectors.mail import a_mail, an_outbound, smtp_settings
from tests.rigs.dovecot import USER
from tests.rigs.exim import Exim
from tests.rigs.product import until

WYN = "wyn@example.org"


def _send(exim: Exim, *recipients: str, raw: bytes | None = None, **changes: object) -> str:
    """Hands it in; what the server said."""
    sender = SmtpSender(smtp_settings(exim, **changes))
    return sender.send(an_outbound(*recipients, raw=raw), committing=lambda: None).evidence


@pytest.mark.parametrize("address", [WYN, "ŵyn@example.org"])
def test_a_letter_arrives_once_under_its_envelope_and_unchanged(exim: Exim, address: str) -> None:
    exim.open_mailbox(address)
    body = "Annwyl Ŵyn,\r\n.\r\n..\r\n" + "x" * 900 + "\r\nFrom here on all is well.\r\n\r\n"
    raw = a_mail("Llythyr", body=body)
    assert "250 OK id=" in _send(exim, address, raw=raw)
    [mail] = until(lambda: exim.delivered(address))
    assert (mail.sender, mail.recipient) == (USER, address)
    assert "with utf8esmtpsa" in mail.came if not address.isascii() else "with esmtpsa" in mail.came
    assert mail.raw.endswith(raw.replace(b"\r\n", b"\n"))


def test_several_recipients_get_one_copy_each(exim: Exim) -> None:
    people = (WYN, "idris@example.org", "amina@example.org")
    for person in people:
        exim.open_mailbox(person)
    _send(exim, *people)
    until(lambda: all(exim.delivered(person) for person in people))
    assert [len(exim.delivered(person)) for person in people] == [1, 1, 1]


def test_a_wrong_password_and_a_missing_one_are_told_apart(exim: Exim) -> None:
    with pytest.raises(CredentialsRejected):
        _send(exim, WYN, sign_in=SignIn(USER, Auth.PASSWORD, "three-brass-buttons"))
    with pytest.raises(PermanentFailure, match="relay not permitted"):
        _send(exim, "wyn@example.net", sign_in=None)


def test_what_cannot_be_delivered_comes_back_as_a_report_on_that_letter(exim: Exim) -> None:
    _send(exim, "moved-away@example.org")
    [back] = until(lambda: exim.delivered(USER))
    arrival = RawArrival("email", USER, "1", back.raw, datetime.now(UTC), {"own_addresses": USER})
    report = understand(arrival)
    assert isinstance(report, DeliveryReport)
    assert (report.action, report.recipient) == (ReportAction.FAILED, "moved-away@example.org")
    assert report.original_ids == ("reply-1@example.org",)
    assert report.reason == "Unrouteable address"
