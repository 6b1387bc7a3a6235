"""What a channel can do: the protocols, of which each kind implements those that fit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from connectors.contract.envelopes import (
    Attachment,
    Batch,
    Checked,
    Letter,
    Limits,
    News,
    OutboundMessage,
    RawArrival,
    RemoteFile,
    SentReceipt,
    WebhookAnswer,
    WebhookRequest,
)


@runtime_checkable
class Polls(Protocol):
    """Collects by asking, every `poll_seconds` and whenever the platform hints at news."""

    poll_seconds: float

    def fetch(self, cursor: str | None) -> Batch:
        """The next arrivals after `cursor` (None: from `since`). Changes nothing on the server."""
        ...

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """Called only after the arrivals are durable: set flags or move, as the channel's settings say."""
        ...

    def wait(self, seconds: float) -> bool:
        """Blocks until the platform hints at news (True) or `seconds` pass (False). May return early."""
        ...

    def close(self) -> None:
        """Lets go of connections. Never raises."""
        ...


@runtime_checkable
class Receives(Protocol):
    """Is called by the platform."""

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        """Verifies and splits, over the raw bytes; understands nothing and touches no network.

        A handshake is answered with no arrivals. Raises WebhookRejected for what is not proved.
        """
        ...


@runtime_checkable
class HearsHints(Protocol):
    """Wants to know why it is asked early: the platform may have called about more than news."""

    def hinted(self) -> None:
        """The platform called since the last `fetch`. Never raises."""
        ...


@runtime_checkable
class Downloads(Protocol):
    """Fetches the files that messages point to."""

    def download(self, file: RemoteFile) -> Attachment:
        """The file, from a host where the platform keeps files. Raises TemporaryFailure, PermanentFailure."""
        ...


@runtime_checkable
class Reads(Protocol):
    """Understands. Pure: no network, no clock. Raises Unreadable for what it cannot make sense of."""

    def read(self, arrival: RawArrival) -> News: ...


@runtime_checkable
class Composes(Protocol):
    """Gives a letter the channel's form. Pure."""

    def compose(self, letter: Letter) -> bytes:
        """The exact bytes that will leave. Raises PermanentFailure when the letter cannot be expressed."""
        ...


@runtime_checkable
class Judges(Protocol):
    """Says what stands in the way of a letter while it is being written. Pure."""

    def problems(self, letter: Letter, now: datetime) -> Sequence[str]:
        """Sentences for the writer: too long, the reply window has closed. Empty when it may go."""
        ...


@runtime_checkable
class Advises(Protocol):
    """Says what a writer should know that stands in nobody's way. Pure."""

    def advice(self, letter: Letter, now: datetime) -> Sequence[str]:
        """Sentences: until when an answer is taken."""
        ...


@runtime_checkable
class Introduces(Protocol):
    """Can say who is behind addresses, where messages themselves do not tell."""

    def names_of(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """The name to show for each; words like "somebody" where the platform keeps it.

        Raises TemporaryFailure or CredentialsRejected where the platform cannot be asked now."""
        ...


@runtime_checkable
class Hides(Protocol):
    """Can take what strangers said under our own posts out of the public's sight."""

    def hide(self, external_id: str, *, is_hidden: bool) -> None:
        """Hides it, or shows it again; may be tried again. Raises as Polls.fetch does."""
        ...


@runtime_checkable
class Sends(Protocol):
    """Sends one message."""

    limits: Limits

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        """Hands `message` to the platform, once.

        Calls `committing()` immediately before the first byte that could make the platform deliver
        (SMTP: the final dot; HTTP: the request). Whatever fails before that is Temporary or Permanent;
        whatever fails after it without an answer is OutcomeUnknown.
        """
        ...

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        """Looks for proof that `message`, whose outcome is unknown, left: in the Sent folder, in the
        conversation. None: no proof either way. Raises as Polls.fetch does.
        """
        ...


@runtime_checkable
class KeepsCopies(Protocol):
    """Can keep a copy of what was sent where its people look for it."""

    def keep_copy(self, message: OutboundMessage) -> None:
        """Called after the send is settled; may be tried again: a second call makes no second copy."""
        ...


@runtime_checkable
class Tests(Protocol):
    """Can say what is wrong with its settings, in words."""

    def check(self) -> Sequence[Checked]: ...
