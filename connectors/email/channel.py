"""The email channel: collects by IMAP, understands mail, sends by SMTP, keeps copies in the Sent folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar

from connectors import http
from connectors.contract import (
    Batch,
    Checked,
    DeliveryReport,
    InboundMessage,
    KeptSecrets,
    Letter,
    Limits,
    OutboundMessage,
    RawArrival,
    SentReceipt,
    Surroundings,
    nothing,
)
from connectors.email import settings as email_settings
from connectors.email.composing import compose
from connectors.email.imap import ImapMailbox
from connectors.email.sent_folder import SentFolder
from connectors.email.settings import EmailSettings
from connectors.email.smtp import SmtpSender
from connectors.email.understanding import formatted, understand
from connectors.keys import InMemory, Key
from connectors.oauth import OAuthClient, TokenProvider


class EmailChannel:
    """Polls, Reads, Composes, Sends, KeepsCopies and Tests of the contract, for one mailbox."""

    KEYS: ClassVar[Mapping[str, Key]] = email_settings.KEYS
    limits: Limits = SmtpSender.limits

    def __init__(self, given: EmailSettings, *, hooks: Callable[[str], None] = nothing) -> None:
        self.settings = given
        self.poll_seconds = given.imap.poll_seconds
        self._mailbox = ImapMailbox(given.imap, given.junk_folder, hooks)
        self._sender = SmtpSender(given.smtp, hooks)
        self._sent = SentFolder(given.imap) if given.imap.sent_folder else None

    @classmethod
    def from_settings(
        cls,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
        around: Surroundings,
    ) -> "EmailChannel":
        """A channel from what a person typed. Connects to nothing.

        Raises PermanentFailure with one plain sentence for settings that are unknown, missing or ill-formed.
        """
        given = email_settings.parse(
            settings, secrets, allow_private=around.allow_private, smtp_timeout=around.patience
        )
        if given.oauth is not None:
            kept = around.kept or InMemory(secrets)
            tokens = _tokens(given.oauth, kept, around.allow_private, given.imap.ca_file)
            given = email_settings.with_tokens(given, tokens)
        return cls(given, hooks=around.hooks)

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The address."""
        return settings.get("address", "").strip().lower()

    def fetch(self, cursor: str | None) -> Batch:
        return self._mailbox.fetch(cursor)

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        self._mailbox.acknowledge(arrivals)

    def wait(self, seconds: float) -> bool:
        return self._mailbox.wait(seconds)

    def close(self) -> None:
        self._mailbox.close()

    def read(self, arrival: RawArrival) -> InboundMessage | DeliveryReport:
        """What the mail says to this mailbox; see `understand`."""
        told = {"own_addresses": self.settings.imap.address, "authserv_id": self.settings.authserv_id or "",
                "forwarders": self.settings.forwarders}  # fmt: skip
        return self.understand(replace(arrival, hints={**told, **arrival.hints}))

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        return self._sender.send(message, committing=committing)

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        """Looks in the Sent folder, if the channel has one. Raises like `fetch`."""
        found = self._sent.find(message.message_id) if self._sent else None
        return SentReceipt(message.message_id, found) if found else None

    def keep_copy(self, message: OutboundMessage) -> None:
        """Puts what was sent into the Sent folder, if the channel has one, unless it is there already."""
        if self._sent:
            self._sent.append(message.raw, message.message_id)

    @staticmethod
    def compose(letter: Letter) -> bytes:
        return compose(letter)

    @staticmethod
    def understand(arrival: RawArrival) -> InboundMessage | DeliveryReport:
        """See `understanding.understand`. Raises Unreadable."""
        return understand(arrival)

    @staticmethod
    def formatted(raw: bytes) -> str | None:
        """See `understanding.formatted`."""
        return formatted(raw)

    def check(self) -> Sequence[Checked]:
        if self.settings.imap.sign_in.tokens is not None:
            self.settings.imap.sign_in.tokens.forget()  # what is tested is what was typed last
        return [*self._mailbox.check(), *self._sender.check()]


@lru_cache(maxsize=256)
def _tokens(
    who: OAuthClient, kept: KeptSecrets, allow_private: frozenset[str], ca_file: str | None
) -> TokenProvider:
    """One provider per account, however often it is opened: collecting and sending share its token."""
    return TokenProvider(who, kept, http.client(allow_private, ca_file=ca_file))
