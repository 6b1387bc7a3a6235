"""A channel that touches no network: it gives what it was given and remembers what it was told."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import ClassVar

from connectors.contract import (
    Batch,
    Checked,
    ConnectorFailure,
    DeliveryReport,
    Handle,
    InboundMessage,
    Limits,
    OutboundMessage,
    OutcomeUnknown,
    RawArrival,
    SentReceipt,
)
from connectors.keys import Key


@dataclass(slots=True)
class FakeChannel:
    """All protocols that go out or poll. Put arrivals into `mailbox`; find what left in `sent`.

    `failures`: raised by the next calls of `send` and `fetch`, oldest first. An OutcomeUnknown comes after
    `committing()`, with the message in `sent`; every other failure comes before.
    """

    KEYS: ClassVar[Mapping[str, Key]] = {}
    limits: Limits = field(default_factory=Limits)
    batch_size: int = 50
    poll_seconds: float = 1
    mailbox: list[RawArrival] = field(default_factory=list)
    acknowledged: list[RawArrival] = field(default_factory=list)
    sent: list[OutboundMessage] = field(default_factory=list)
    copies: list[OutboundMessage] = field(default_factory=list)
    failures: deque[ConnectorFailure] = field(default_factory=deque)
    reader: Callable[[RawArrival], InboundMessage | DeliveryReport] | None = None
    closed: bool = False
    _news: Event = field(default_factory=Event)

    def deliver(self, *arrivals: RawArrival) -> None:
        """New arrivals; a waiting poll wakes up."""
        self.mailbox += arrivals
        self._news.set()

    def fetch(self, cursor: str | None) -> Batch:
        self._fail(OutcomeUnknown)
        start = int(cursor or 0)
        end = min(start + self.batch_size, len(self.mailbox))
        return Batch(tuple(self.mailbox[start:end]), str(end), more=end < len(self.mailbox))

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        self.acknowledged += arrivals

    def wait(self, seconds: float) -> bool:
        came = self._news.wait(seconds)
        self._news.clear()
        return came and not self.closed

    def close(self) -> None:
        self.closed = True
        self._news.set()

    def read(self, arrival: RawArrival) -> InboundMessage | DeliveryReport:
        if self.reader is not None:
            return self.reader(arrival)
        text = arrival.raw.decode("utf-8", "replace")
        return InboundMessage(
            channel=arrival.channel,
            account=arrival.account,
            external_id=arrival.external_id,
            sender=Handle(arrival.hints.get("name", ""), arrival.hints.get("from", "someone@example.org")),
            subject=arrival.hints.get("subject"),
            text=text,
            new_text=text,
            attachments=(),
            sent_at=arrival.received_at,
            content_key=arrival.external_id,
        )

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        if self.failures and not isinstance(self.failures[0], OutcomeUnknown):
            raise self.failures.popleft()
        committing()
        self.sent.append(message)
        if self.failures:
            raise self.failures.popleft()
        return SentReceipt(message.message_id, "taken by the fake channel")

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        kept = any(copy.message_id == message.message_id for copy in self.copies)
        return SentReceipt(message.message_id, "a copy was kept") if kept else None

    def keep_copy(self, message: OutboundMessage) -> None:
        self.copies.append(message)

    def check(self) -> Sequence[Checked]:
        return [Checked("Nothing to connect to", True, "this channel is only for tests")]

    def _fail(self, but_not: type[ConnectorFailure]) -> None:
        if self.failures and not isinstance(self.failures[0], but_not):
            raise self.failures.popleft()
