"""What every channel promises: envelopes, protocols, limits and failures. The only file `inbox` needs.

ConnectorFailure
├── TemporaryFailure      nothing left us, or the platform said "later": try again
├── PermanentFailure      this will never work as it stands: a person decides
├── OutcomeUnknown        perhaps it was sent: no machine sends it again
├── CredentialsRejected   the account must be signed in again
├── Unreadable            what arrived could not be understood in its time and memory: set it aside, raw
└── WebhookRejected       the call was not proved to come from the platform
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Machine(StrEnum):
    """Why a message was not written by a person to us."""

    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"


class Verdict(StrEnum):
    """What the receiving boundary said of the sender's domain (DMARC, RFC 7489)."""

    PASS = "pass"
    FAIL = "fail"
    NEUTRAL = "neutral"


class Form(StrEnum):
    """What form something said took, or shall take. `comment` and `post` are public."""

    MESSAGE = "message"
    COMMENT = "comment"
    POST = "post"
    FORM = "form"
    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"
    REPORT = "report"


PUBLIC = frozenset({Form.COMMENT, Form.POST})
"""Forms that strangers can read."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An address of a person on a channel. `address` is lower-cased where the channel ignores case."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `filename` is safe to show and store under; `content` is untouched."""

    filename: str
    content_type: str
    size: int
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a message only points to. Fetched once, soon, through the guarded client: links expire."""

    url: str
    filename: str
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class RawArrival:
    """What came in, exactly as it came.

    `(channel, account, external_id)` is the idempotency key; `channel` is the kind ("email").
    For IMAP `external_id` is "FOLDER/UIDVALIDITY/UID". `hints` holds small facts the wire knew
    (folder, envelope sender, "direction": "outbound" for a Sent folder); never content.
    """

    channel: str
    account: str
    external_id: str
    raw: bytes
    received_at: datetime
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing a person (or a machine) said, in channel-neutral form.

    `text` is all visible text; `new_text` is `text` without quoted history and signature, for display
    and decisions only. `external_id` is the platform's own id of the message (Message-ID for email).
    `reply_token` is a candidate found in a recipient address, not yet verified. `content_key` is equal
    for two deliveries of the same message and different for different messages.

    `thread` names the conversation on the platform, for channels whose answers name no message: what one
    person says in one thread belongs together. `reached_by` is the kind of channel on which the sender's
    address is reached where that is another kind (a web form's writer is reached by email). `told` is what
    the person typed beside the words: `postcode`, `address`, `phone`, `topic`, `language`. `remote` are
    files to fetch. `link` is where the platform shows it.
    """

    channel: str
    account: str
    external_id: str
    sender: Handle
    subject: str | None
    text: str
    new_text: str
    attachments: tuple[Attachment, ...]
    sent_at: datetime | None
    content_key: str
    recipients: tuple[Handle, ...] = ()
    copied: tuple[Handle, ...] = ()
    reply_to: tuple[Handle, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    reply_tokens: tuple[str, ...] = ()
    machine: Machine | None = None
    authentication: Verdict = Verdict.NEUTRAL
    warnings: tuple[str, ...] = ()
    source: str | None = None
    form: Form = Form.MESSAGE
    thread: str | None = None
    reached_by: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    remote: tuple[RemoteFile, ...] = ()
    link: str | None = None


class ReportAction(StrEnum):
    """What a delivery report says happened to one recipient (RFC 3464, section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """News about what we sent. `original_ids` are the ids it names, ours or the platform's, best first.

    `message` is the report as a message, where it is one (a bounce); a platform's receipt is none, and then
    every id it names is meant. A receipt that names none says: all that went to `thread` by `until`.
    """

    channel: str
    account: str
    external_id: str
    action: ReportAction
    recipient: str | None
    status: str | None
    reason: str
    original_ids: tuple[str, ...]
    message: InboundMessage | None = None
    thread: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Echo:
    """Something that went out in our name, as the platform tells it back.

    `outgoing_id` is our own id of it where the platform carried that along; without one, and with an
    external id that no delivery has, it was written in the platform's own program.
    """

    message: InboundMessage
    outgoing_id: str | None = None


class ChangeAction(StrEnum):
    """What became of a message after it was said."""

    EDITED = "edited"
    DELETED = "deleted"
    HIDDEN = "hidden"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Change:
    """A message that we may have already was edited, taken back, hidden or shown again on the platform.

    `external_id` is that message's. For an edit `message` is all of it as it reads now, with the same
    external id and a content key of its own, so that it can stand alone if the first wording never came.
    """

    channel: str
    account: str
    external_id: str
    action: ChangeAction
    at: datetime | None
    message: InboundMessage | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A call of the platform that says nothing to keep (somebody is typing). `why`: in one word."""

    why: str


News = InboundMessage | DeliveryReport | Echo | Change | Nothing
"""What an arrival can turn out to be."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Words on their way out, before the channel gives them its form.

    `message_id` is bare (no angle brackets). `automatic` marks what no person wrote (RFC 3834).
    `form` is how it shall go out: a `comment` is public. `in_reply_to` is the platform's id of what it
    answers, `answered_form` the form of that, `answered_at` when that was said, `answered_warnings` what was
    to be heeded about it, and `is_second` says that something has gone out in answer to it in the same form
    already. `heard_at` is when the person last spoke to us privately on this channel, from which reply
    windows count. `told` is what goes beside the words, where the channel takes it: service and place.
    """

    message_id: str
    sender: Handle
    recipients: tuple[Handle, ...]
    subject: str
    text: str
    date: datetime
    language: str = "en"
    automatic: bool = False
    reply_to: Handle | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    form: Form = Form.MESSAGE
    answered_form: Form = Form.MESSAGE
    answered_at: datetime | None = None
    is_second: bool = False
    heard_at: datetime | None = None
    answered_warnings: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """What leaves. `raw`, when set, is the whole message as stored before the first attempt.

    `message_id` is ours and fixed before the first attempt, so that evidence can be found later.
    `envelope_sender` "" means the null sender (RFC 3834) for automatic mail.
    """

    message_id: str
    recipients: tuple[str, ...]
    envelope_sender: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class SentReceipt:
    """The platform took it. `evidence` is its own words ("250 2.0.0 Ok: queued as 4F2").

    `external_id` is the platform's id of it (ours, where it has none); `thread` its conversation.
    """

    external_id: str
    evidence: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the channel takes. `None` means no limit we know of. `forms`: how an answer can go out, the
    usual one first. `subject`: whether a letter has a subject there. `addresses`: the kind of channel whose
    addresses it writes to, where that is another kind (several kinds carry email)."""

    characters: int | None = None
    attachment_bytes: int | None = None
    recipients: int | None = None
    reply_window: timedelta | None = None
    idempotent: bool = False
    subject: bool = True
    forms: tuple[Form, ...] = (Form.MESSAGE,)
    addresses: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrivals in order, and the cursor that is true once all are kept. `more`: call again at once."""

    arrivals: tuple[RawArrival, ...]
    cursor: str | None
    more: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A platform's call, untouched: verification needs the raw bytes."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What to tell a platform that called, once `arrivals` are durable.

    `hint`: something is waiting on the platform, so poll soon.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    arrivals: tuple[RawArrival, ...] = ()
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of a channel's test: what was tried, whether it worked, and in words what to do if not."""

    step: str
    ok: bool
    detail: str


class KeptSecrets(Hashable, Protocol):
    """A channel's secrets where they are kept, for platforms that replace one each time it is used.

    Such a platform ends the old secret as it gives the new one (RFC 6749, section 6), so that a second use
    of the old one, or the loss of the new one, signs the account out. `from_settings` hands this to the
    connector; `keys.InMemory` serves where nothing is kept. Two are equal when they keep the same secrets.
    """

    def renew(self, name: str, use: Callable[[str | None], str | None]) -> None:
        """Calls `use` once with the secret as it stands now; what it returns takes its place.

        One caller at a time among all processes of this installation. `use` may talk to the platform for up
        to a minute: no transaction is open meanwhile. It returns None when the secret stands. Once `renew`
        returns, the new secret is durable; one that a person typed meanwhile is left as it is. Raises what
        `use` raises, and TemporaryFailure when the turn does not come or the secret cannot be saved: keep
        the new one in memory then, and return it again from the next `use`.
        """
        ...


@runtime_checkable
class Polls(Protocol):
    """Collects by asking."""

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
    """Can say who is behind an address, where messages themselves do not tell."""

    def name_of(self, address: str) -> str:
        """The name to show; words like "somebody" where the platform keeps it. Never raises."""
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


class Budget(Protocol):
    """What a platform still lets us do, counted once for all nodes. Each name is a limit of its own."""

    def wait(self, name: str) -> timedelta | None:
        """How long to leave the platform alone before the next call of `name`; None: go on, it is counted."""
        ...

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        """What the platform said is left of `name` until it counts anew."""
        ...

    def spent(self, name: str) -> float:
        """US dollars spent on `name` since midnight UTC."""
        ...

    def spend(self, name: str, dollars: float) -> None:
        """Money that a call just cost."""
        ...


class Boundless:
    """A budget that never says no, for channels without limits and for tests."""

    def wait(self, name: str) -> timedelta | None:
        return None

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        return None

    def spent(self, name: str) -> float:
        return 0.0

    def spend(self, name: str, dollars: float) -> None:
        return None


def nothing(_: str) -> None:
    """The hook that hears each step of a conversation and does nothing."""


@dataclass(frozen=True, slots=True)
class SentBefore:
    """What left through this channel, or may have. `external_id`: the platform's, once it is known."""

    message_id: str
    external_id: str | None
    at: datetime


def no_sent() -> Sequence[SentBefore]:
    """Where nothing is kept of what was sent."""
    return ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector is given of the place it works in.

    `allow_private`: hosts that may lie at private addresses and may be spoken to without TLS. `patience`:
    seconds to wait for the word of a server that may have delivered. `hooks` hears each named step (fault
    tests stop the program there). `kept`: where the secrets lie, once they do; two channels made with equal
    `kept` share their sign-in. `budget` is this channel's, shared by all nodes. `webhook_url` is where its
    platform can call it, once it has an address.
    """

    allow_private: frozenset[str] = frozenset()
    patience: float = 600
    hooks: Callable[[str], None] = nothing
    kept: KeptSecrets | None = None
    budget: Budget = field(default_factory=Boundless)
    webhook_url: str | None = None
    sent: Callable[[], Sequence[SentBefore]] = no_sent


@runtime_checkable
class Tests(Protocol):
    """Can say what is wrong with its settings, in words."""

    def check(self) -> Sequence[Checked]: ...


class ConnectorFailure(Exception):
    """Something on the wire did not work. `reason` is one plain sentence, free of secrets and content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TemporaryFailure(ConnectorFailure):
    """Nothing left us, or the platform said later. `after`: how long it asked us to wait, if it did."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class PermanentFailure(ConnectorFailure):
    """Never will work as it stands; a person decides. SMTP 5xx, a closed reply window."""


class OutcomeUnknown(ConnectorFailure):
    """Perhaps sent. No machine sends it again; a person settles it with the evidence."""


class CredentialsRejected(ConnectorFailure):
    """The platform refused our sign-in. Trying again soon may lock the account."""


class Unreadable(ConnectorFailure):
    """Reading an arrival died, or took more time or memory than it may. The raw bytes are untouched."""


class WebhookRejected(ConnectorFailure):
    """The call was not proved to come from the platform."""
