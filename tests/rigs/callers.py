"""A platform of one's own that calls: signed lines in, and every kind of news an arrival can be."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from connectors.contract import (
    Attachment,
    Batch,
    Change,
    ChangeAction,
    DeliveryReport,
    Echo,
    Form,
    Handle,
    InboundMessage,
    Letter,
    Limits,
    News,
    Nothing,
    OutboundMessage,
    PermanentFailure,
    RawArrival,
    RemoteFile,
    ReportAction,
    SentReceipt,
    Surroundings,
    TemporaryFailure,
    Unreadable,
    WebhookAnswer,
    WebhookRejected,
    WebhookRequest,
)
from connectors.keys import Key

SECRET = b"a secret between two"
ACCOUNT = "page-1"


def signed(*events: Mapping[str, Any], secret: bytes = SECRET) -> tuple[bytes, dict[str, str]]:
    """A call as this platform makes it: body and headers."""
    body = json.dumps(events).encode()
    return body, {"x-signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}


class CallingChannel:
    """Every event is an object: `id`, `is` (message, edited, deleted, echo, read, typing), and its words."""

    KEYS: ClassVar[Mapping[str, Key]] = {}
    limits = Limits(characters=200, subject=False, forms=(Form.MESSAGE, Form.COMMENT))
    poll_seconds = 60.0
    files: ClassVar[dict[str, bytes]] = {}
    sent: ClassVar[list[OutboundMessage]] = []

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "CallingChannel":
        return cls()

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        return ACCOUNT

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        if request.method == "GET":
            return WebhookAnswer(body=request.query.get("challenge", "").encode())
        proof = hmac.new(SECRET, request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(proof, request.headers.get("x-signature", "")):
            raise WebhookRejected("not signed with our secret")
        return WebhookAnswer(
            arrivals=tuple(arrival_of(event) for event in json.loads(request.body)), hint=True
        )

    def fetch(self, cursor: str | None) -> Batch:
        return Batch((), cursor)

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """Nothing to say."""

    def wait(self, seconds: float) -> bool:
        return False

    def close(self) -> None:
        """Nothing to close."""

    def download(self, file: RemoteFile) -> Attachment:
        if file.url not in self.files:
            raise PermanentFailure("the link has expired")
        content = self.files[file.url]
        if content == b"later":
            raise TemporaryFailure("not now")
        return Attachment(file.filename, file.content_type, len(content), content)

    @staticmethod
    def compose(letter: Letter) -> bytes:
        return json.dumps([letter.form, letter.text]).encode()

    @staticmethod
    def problems(letter: Letter, now: datetime) -> Sequence[str]:
        return ["Too long for this platform."] if len(letter.text) > 200 else []

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        committing()
        self.sent.append(message)
        return SentReceipt(f"there-{len(self.sent)}", "201", thread="of-the-reply")

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        return None

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        event = json.loads(arrival.raw)
        match event["is"]:
            case "message":
                return _message(event, arrival)
            case "edited":
                edited = _message(event, arrival, key=f"edit of {event['id']}")
                return Change(arrival.channel, ACCOUNT, event["of"], ChangeAction.EDITED, None, edited)
            case "deleted":
                return Change(arrival.channel, ACCOUNT, event["of"], ChangeAction.DELETED, None)
            case "echo":
                return Echo(_message(event, arrival), event.get("ours"))
            case "read":
                return DeliveryReport(
                    arrival.channel,
                    ACCOUNT,
                    event["id"],
                    ReportAction.DELIVERED,
                    None,
                    None,
                    "read",
                    (event["of"],),
                )
            case "typing":
                return Nothing("typing")
        raise Unreadable("an event of a kind that nobody knows")


def arrival_of(event: Mapping[str, Any], at: datetime | None = None) -> RawArrival:
    at = at or datetime.now(UTC)
    return RawArrival("calling", ACCOUNT, event["id"], json.dumps(event).encode(), at)


def _message(event: Mapping[str, Any], arrival: RawArrival, key: str | None = None) -> InboundMessage:
    text = event.get("text", "")
    return InboundMessage(
        channel=arrival.channel, account=ACCOUNT, external_id=event.get("of", event["id"]),
        sender=Handle(event.get("name", "Wyn"), event.get("from", "27")), subject=None, text=text,
        new_text=text, attachments=(), sent_at=arrival.received_at,
        content_key=key or f"{arrival.channel} {event['id']}",
        in_reply_to=(event["answers"],) if "answers" in event else (), thread=event.get("thread"),
        form=Form(event.get("form", "message")),
        remote=tuple(RemoteFile(url, url.rpartition("/")[2]) for url in event.get("files", ())),
    )  # fmt: skip
