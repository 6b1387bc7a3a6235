"""Sends one message by SMTP (RFC 5321), phase by phase, so that it is always known whether it may have left.

Before the final dot nothing can have been delivered: every failure is Temporary or Permanent. After it a
clear refusal is still a refusal; silence, a broken line or a broken answer is OutcomeUnknown.
"""

import contextlib
import smtplib
from collections.abc import Callable, Mapping, Sequence

from connectors.contract import (
    Checked,
    ConnectorFailure,
    Limits,
    OutboundMessage,
    OutcomeUnknown,
    PartlyRefused,
    PermanentFailure,
    SentReceipt,
    TemporaryFailure,
    nothing,
)
from connectors.email.accounts import SmtpSettings
from connectors.email.smtp_connection import connected, expect, in_full, in_words
from connectors.email.smtp_text import canonical, path, stuffed

DOT = b".\r\n"
CHUNK = 64 * 1024
USUAL_LIMIT = 25 * 1024 * 1024
"""Bytes of attachments that nearly every server takes once base64 has added its third."""


class SmtpSender:
    """One connection per message. `hooks` hears smtp.mail, .rcpt, .data, .midbody, .dot and .answered."""

    limits = Limits(attachment_bytes=USUAL_LIMIT, recipients=100)

    def __init__(self, settings: SmtpSettings, hooks: Callable[[str], None] = nothing) -> None:
        self._settings = settings
        self._hooks = hooks

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        """See `Sends.send`. All recipients or none: a refused one ends it before any text is sent.

        So one attempt has one truth for everybody in it; PartlyRefused says whom the next ones are for.
        """
        text = canonical(message.raw)
        with connected(self._settings) as client:
            with in_words(self._settings):
                self._envelope(client, message, text)
                self._body(client, stuffed(text))
            committing()
            answer = self._finish(client)
            self._hooks("smtp.answered")
            receipt = SentReceipt(message.message_id, in_full(answer, self._settings))
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.putcmd("QUIT")
            return receipt

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        """SMTP keeps no record that could be asked."""
        return None

    def check(self) -> Sequence[Checked]:
        """Tries to connect and sign in; sends nothing."""
        step = "Sign in to the outgoing server"
        try:
            with connected(self._settings):
                ready = f"ready at {self._settings.host}:{self._settings.port}"
                return [Checked(step, True, ready, sends=True)]
        except ConnectorFailure as failure:
            return [Checked(step, False, failure.reason, sends=True)]

    def _envelope(self, client: smtplib.SMTP, message: OutboundMessage, text: bytes) -> None:
        if not message.recipients:
            raise PermanentFailure("the message has no recipient")
        utf8 = client.has_extn("smtputf8")
        recipients = [path(each, utf8=utf8) for each in message.recipients]
        sender = path(message.envelope_sender, utf8=utf8) if message.envelope_sender else ""
        fallback = path(self._settings.address, utf8=utf8)
        needs_utf8 = not all(each.isascii() for each in (*recipients, sender or fallback))
        options = _options(client, text, needs_utf8)
        answer = _mail(client, sender, options)
        if not sender and 500 <= answer[0] <= 599:
            # Some servers take no null sender; the answer to an automatic mail then comes back to us.
            client.rset()
            answer = _mail(client, fallback, options)
        expect(answer, (250,), "take mail from us", self._settings)
        self._hooks("smtp.mail")
        self._recipients(client, dict(zip(message.recipients, recipients, strict=True)))
        self._hooks("smtp.rcpt")
        expect(client.docmd("DATA"), (354,), "take the message", self._settings)
        self._hooks("smtp.data")

    def _recipients(self, client: smtplib.SMTP, paths: Mapping[str, str]) -> None:
        """Names each recipient. `paths`: the address on the wire by the address of the message."""
        answers = {each: client.docmd("RCPT", f"TO:<{wire}>") for each, wire in paths.items()}
        refused = {each: answer for each, answer in answers.items() if answer[0] not in (250, 251)}
        if not refused:
            return
        said = {each: in_full(answer, self._settings) for each, answer in refused.items()}
        never = {each: said[each] for each, (code, _) in refused.items() if 500 <= code <= 599}
        later = {each: words for each, words in said.items() if each not in never}
        named = "; ".join(f"{each}: {words}" for each, words in said.items())
        reason = f"{self._settings.host} refused {named}"
        if len(later) == len(answers):
            raise TemporaryFailure(reason)
        if len(never) == len(answers):
            raise PermanentFailure(reason)
        raise PartlyRefused(reason, later, never)

    def _body(self, client: smtplib.SMTP, body: bytes) -> None:
        """Everything but the final dot. `body` ends with CRLF: the dot stands on a line of its own."""
        half = len(body) // 2
        for start, end in ((0, half), (half, len(body))):
            for position in range(start, end, CHUNK):
                client.send(body[position : min(position + CHUNK, end)])
            if start == 0:
                self._hooks("smtp.midbody")

    def _finish(self, client: smtplib.SMTP) -> tuple[int, bytes]:
        """The final dot and its answer. From here on only the server's word says that it did not leave."""
        host = self._settings.host
        try:
            if client.sock is not None:
                client.sock.settimeout(self._settings.data_timeout)
            client.send(DOT)
            self._hooks("smtp.dot")
            answer = client.getreply()
        except (smtplib.SMTPException, OSError, EOFError):
            raise OutcomeUnknown(
                f"{host} took the message but did not say whether it will deliver it"
            ) from None
        code = answer[0]
        if 400 <= code <= 599:
            expect(answer, (250,), "take the message", self._settings)
        if not 200 <= code <= 299:
            raise OutcomeUnknown(f"{host} took the message and gave an answer we do not understand")
        return answer


def _mail(client: smtplib.SMTP, sender: str, options: Sequence[str]) -> tuple[int, bytes]:
    """MAIL FROM with the address as it is: smtplib's own would parse it again, and may send another one."""
    client.command_encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
    return client.docmd("MAIL", " ".join((f"FROM:<{sender}>", *options)))


def _options(client: smtplib.SMTP, text: bytes, needs_utf8: bool) -> list[str]:
    """What MAIL FROM announces. Raises PermanentFailure for a message that this server cannot carry."""
    options = list[str]()
    if client.has_extn("size"):
        limit = client.esmtp_features["size"]
        if limit.isdigit() and 0 < int(limit) < len(text):
            size, most = (f"{number / 1_000_000:.1f} MB" for number in (len(text), int(limit)))
            raise PermanentFailure(f"the message has {size}; our mail server takes no more than {most}")
        options.append(f"SIZE={len(text)}")
    if not text.isascii():
        if not client.has_extn("8bitmime"):
            raise PermanentFailure("our mail server takes only messages in plain 7-bit form")
        options.append("BODY=8BITMIME")
    if needs_utf8:
        options.append("SMTPUTF8")
    return options
