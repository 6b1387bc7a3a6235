"""Small mails and settings for the wire tests."""

import dataclasses

from connectors.contract import OutboundMessage
from connectors.email.accounts import After, AfterKind, Auth, ImapSettings, SignIn, SmtpSettings, Tls
from tests.rigs.dovecot import PASSWORD, USER, Dovecot
from tests.rigs.exim import Exim
from tests.rigs.smtp_sink import SmtpSink

LOOPBACK = frozenset({"localhost", "127.0.0.1"})


def a_mail(
    subject: str = "Damp again", *, body: str = "The wall is wet.", message_id: str | None = None
) -> bytes:
    identity = message_id or f"<{subject.replace(' ', '-')}@example.net>"
    lines = [
        "From: Wyn Pryce <wyn@example.net>",
        f"To: {USER}",
        f"Subject: {subject}",
        f"Message-ID: {identity}",
        "",
        body,
        "",
    ]
    return "\r\n".join(lines).encode()


def an_outbound(
    *recipients: str,
    raw: bytes | None = None,
    envelope_sender: str = USER,
    message_id: str = "<reply-1@example.org>",
) -> OutboundMessage:
    text = raw if raw is not None else a_mail("Your letter", message_id=message_id)
    return OutboundMessage(message_id, recipients or ("wyn@example.net",), envelope_sender, text)


def imap_settings(server: Dovecot, **changes: object) -> ImapSettings:
    settings = ImapSettings(
        address=USER,
        host=server.host,
        port=server.tls_port,
        tls=Tls.IMPLICIT,
        sign_in=SignIn(USER, Auth.PASSWORD, PASSWORD),
        ca_file=str(server.certificates.authority),
        timeout=5,
        allow_private=LOOPBACK,
    )
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def smtp_settings(server: SmtpSink | Exim, **changes: object) -> SmtpSettings:
    authority = str(server.certificates.authority) if server.certificates else None
    settings = SmtpSettings(
        address=USER,
        host=server.host,
        port=server.port,
        tls=Tls.STARTTLS,
        sign_in=SignIn(USER, Auth.PASSWORD, server.password),
        ca_file=authority,
        timeout=5,
        data_timeout=5,
        allow_private=LOOPBACK,
    )
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def moved_to(folder: str) -> After:
    return After(AfterKind.MOVE, folder)


class Tokens:
    """Gives one token after the other, each until it is forgotten."""

    def __init__(self, *tokens: str) -> None:
        self.left = list(tokens)

    def __call__(self) -> str:
        return self.left[0]

    def forget(self) -> None:
        self.left = self.left[1:] or self.left
