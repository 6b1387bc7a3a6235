"""What passes between a channel and the rest of the product: arrivals, messages, letters, receipts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.contract.storable import storable, storable_key


class Machine(StrEnum):
    """Why a message was not written by a person to us."""

    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"


PERHAPS_AUTOMATIC = "perhaps-automatic"
"""In `warnings`: a program may have written or carried this. It is a person's until somebody says otherwise,
and nothing automatic answers it."""
ENCRYPTED_ELSEWHERE, NOT_TOLD = "encrypted-elsewhere", "not-told"
WORDLESS = frozenset({ENCRYPTED_ELSEWHERE, NOT_TOLD})
"""In `warnings`: the platform kept the words to itself. What stands in `text` is ours, for people; nothing
reads it as what somebody said."""


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
    """An address of a person on a channel. `address` is lower-cased where the channel ignores case.

    Whatever a platform gives here (a name cut within an emoji), both are such as can be stored.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", storable(self.name))
        object.__setattr__(self, "address", storable(self.address))


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

    Whatever a platform names a thing, `external_id` is such as can be stored, and no two of them are one.
    """

    channel: str
    account: str
    external_id: str
    raw: bytes
    received_at: datetime
    hints: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "external_id", storable_key(self.external_id))


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing a person (or a machine) said, in channel-neutral form.

    Names, addresses, ids and what was `told` are made such as can be stored; the words are when they are.

    `text` is all visible text; `new_text` is `text` without quoted history and signature, for display
    and decisions only. `external_id` is the platform's own id of the message (Message-ID for email).
    `reply_token` is a candidate found in a recipient address, not yet verified. `content_key` is equal
    for two deliveries of the same message and different for different messages.

    `thread` names the conversation on the platform, for channels whose answers name no message: what one
    person says in one thread belongs together. `reached_by` is the kind of channel on which the sender's
    address is reached where that is another kind (a web form's writer is reached by email). `told` is what
    the person typed beside the words: `postcode`, `address`, `phone`, `topic`, `language`. `remote` are
    files to fetch. `link` is where the platform shows it. `forwarded_by` is the address of somebody trusted
    who passed it on: then nothing proves that `sender` wrote it.
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
    forwarded_by: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "external_id", storable(self.external_id))
        object.__setattr__(self, "in_reply_to", tuple(map(storable, self.in_reply_to)))
        object.__setattr__(self, "references", tuple(map(storable, self.references)))
        told = {name: storable(words) for name, words in self.told.items()}
        object.__setattr__(self, "told", told)

    @property
    def said(self) -> str:
        """What its writer said, without what is repeated; nothing where the platform kept it to itself."""
        return "" if WORDLESS & set(self.warnings) else self.new_text or self.text


class ReportAction(StrEnum):
    """What a delivery report says happened to one recipient (RFC 3464, section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """News about what we sent. `original_ids` are the ids it names, ours or the platform's, best first.
    `others` are further recipients that fared as `recipient` did, each with its reason.

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
    others: tuple[tuple[str, str], ...] = ()


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "external_id", storable(self.external_id))


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
    until: datetime | None = None
    """When this ends by itself, where the platform says so: a sign-in."""
    sends: bool = False
    """Whether this tried what only sending needs, so that collecting proves nothing of it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a place asks for beside words and place before it takes something. `choices`: what it takes as an
    answer, with its words; empty: anything. `is_number`: digits only."""

    code: str
    words: str
    choices: tuple[tuple[str, str], ...] = ()
    is_number: bool = False

    def refusal(self, answer: str) -> str | None:
        """What is wrong with an answer, in words; None for one that is taken."""
        if not answer.strip():
            return f"Answer what the council asks: {self.words}"
        if self.choices and answer.strip() not in dict(self.choices):
            return f"Choose one of the council’s answers: {self.words}"
        if self.is_number and not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", answer.strip(), re.ASCII):
            return f"Answer with a number: {self.words}"
        return None
