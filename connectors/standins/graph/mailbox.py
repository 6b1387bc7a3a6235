"""What a Microsoft 365 mailbox holds: messages in folders, two kinds of id, and a record of every change."""

import base64
import email
import email.policy
import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote

from connectors.standins.graph.sign_in import problem
from connectors.standins.server import Refusal

FOLDERS = ("inbox", "sentitems", "drafts", "deleteditems", "junkemail", "archive")
NAMES = {
    "inbox": "Inbox", "sentitems": "Sent Items", "drafts": "Drafts", "deleteditems": "Deleted Items",
    "junkemail": "Junk Email", "archive": "Archive",
}  # fmt: skip
COMMON = "YWRmYTYzLWI4ZTQtNDc2OC1hOWQ5LTY0MzdlZmJlNzg1NABGAAAAAABb"
"""What all ids of a mailbox begin with, as on the real platform."""
_POLICY = email.policy.SMTP.clone(max_line_length=998)
_SHOWN = {"toRecipients": "To", "ccRecipients": "Cc", "replyTo": "Reply-To"}


@dataclass(slots=True, eq=False)
class Mail:
    """One message. `raw` is set for what came as MIME; what was built by JSON is rendered when asked for."""

    key: int
    folder: str
    is_draft: bool
    received: datetime
    shown: dict[str, Any]
    raw: bytes | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    extended: dict[str, str] = field(default_factory=dict)
    version: int = 0
    answers: dict[str, str] = field(default_factory=dict)

    def mime(self) -> bytes:
        """The message as the platform hands it out (`$value`) and delivers it."""
        if self.raw is not None and not self.attachments:
            return self.raw
        message = self._whole()
        for one in self.attachments:
            maintype, _, subtype = str(one.get("contentType") or "application/octet-stream").partition("/")
            message.add_attachment(
                one["content"], maintype=maintype, subtype=subtype or "octet-stream", filename=one["name"]
            )
        return message.as_bytes(policy=_POLICY)

    def _whole(self) -> EmailMessage:
        if self.raw is not None:
            parsed = email.message_from_bytes(self.raw, policy=_POLICY)
            assert isinstance(parsed, EmailMessage)
            return parsed
        message, shown = EmailMessage(_POLICY), self.shown
        message["Date"] = format_datetime(self.received)
        message["From"] = written(shown["from"])
        for name, header in _SHOWN.items():
            if shown.get(name):
                message[header] = ", ".join(map(written, shown[name]))
        message["Subject"] = shown.get("subject") or ""
        message["Message-ID"] = shown["internetMessageId"]
        for header, value in {**self.answers, **{one["name"]: one["value"] for one in self.headers}}.items():
            message[header] = value
        body = shown.get("body") or {}
        kind = "html" if str(body.get("contentType", "text")).lower() == "html" else "plain"
        message.set_content(str(body.get("content") or ""), subtype=kind)
        return message


def written(recipient: dict[str, Any]) -> str:
    """A recipient of the platform as an address in a header."""
    address = recipient["emailAddress"]
    name = str(address.get("name") or "").replace('"', "")
    return f'"{name}" <{address["address"]}>' if name else str(address["address"])


def recipient(name: str, address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": name or address, "address": address}}


def read(raw: bytes) -> dict[str, Any]:
    """The properties that the platform shows of a MIME message."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    body = parsed.get_body(("plain", "html"))
    content = body.get_content() if body is not None else ""
    is_html = body is not None and body.get_content_subtype() == "html"
    return {
        "subject": str(parsed["Subject"] or ""),
        "internetMessageId": str(parsed["Message-ID"] or make_msgid(domain="prod.stand-in.example")).strip(),
        "from": (_people(parsed, "From") or [recipient("", "nobody@stand-in.example")])[0],
        "toRecipients": _people(parsed, "To"),
        "ccRecipients": _people(parsed, "Cc"),
        "bccRecipients": _people(parsed, "Bcc"),
        "replyTo": _people(parsed, "Reply-To"),
        "body": {"contentType": "html" if is_html else "text", "content": content},
        "hasAttachments": any(True for _ in parsed.iter_attachments()),
    }


def _people(parsed: EmailMessage, header: str) -> list[dict[str, Any]]:
    found = parsed[header]
    return [recipient(one.display_name, one.addr_spec) for one in found.addresses] if found else []


@dataclass(slots=True, eq=False)
class Mailbox:
    """One mailbox. `changes` are (folder, key, what happened), oldest first; a delta link is a place there.

    `issued` begins anywhere, so that no id is used again after a restart.
    """

    address: str
    mails: dict[int, Mail] = field(default_factory=dict)
    changes: list[tuple[str, int, str]] = field(default_factory=list)
    issued: int = field(default_factory=lambda: int(time.time() * 4) % 30_000_000)
    folders: dict[str, str] = field(default_factory=lambda: dict(NAMES))

    def named(self, folder: str) -> str:
        """A folder by its well-known name, its shown name or its id. Raises Refusal."""
        wanted = unquote(folder).lower().removeprefix("aqmk")
        for name, shown in self.folders.items():
            if wanted in (name, shown.lower()):
                return name
        words = "The specified folder could not be found in the store."
        raise Refusal(problem(404, "ErrorItemNotFound", words))

    def add(self, folder: str, shown: dict[str, Any], received: datetime, **more: Any) -> Mail:
        self.issued += 1
        key = more.pop("key", self.issued)
        shown.setdefault("internetMessageId", make_msgid(domain="prod.stand-in.example"))
        shown.setdefault("from", recipient("", self.address))
        shown.setdefault("conversationId", f"AAQk{COMMON}{key:08d}")
        mail = Mail(key, folder, more.pop("is_draft", False), received, shown, **more)
        self.mails[mail.key] = mail
        self.changes.append((folder, mail.key, "created"))
        return mail

    def move(self, mail: Mail, folder: str) -> None:
        self.changes.append((mail.folder, mail.key, "removed"))
        mail.folder = folder
        self.touch(mail, "created")

    def touch(self, mail: Mail, what: str = "updated") -> None:
        mail.version += 1
        self.changes.append((mail.folder, mail.key, what))

    def delete(self, mail: Mail) -> None:
        self.changes.append((mail.folder, mail.key, "removed"))
        del self.mails[mail.key]

    def id_of(self, key: int, folder: str, *, is_immutable: bool) -> str:
        """Immutable ids stay; default ones change with the folder. Both tell case apart."""
        prefix = "AAkALgAAAAAA" if is_immutable else f"AAMkA{list(self.folders).index(folder):02d}"
        owner = base64.urlsafe_b64encode(self.address.encode()).decode().rstrip("=")
        return f"{prefix}{COMMON}{owner}-{key:08d}="

    def find(self, identity: str) -> Mail | None:
        digits = identity.rstrip("=").rpartition("-")[2]
        mail = self.mails.get(int(digits)) if digits.isdigit() else None
        if mail is None:
            return None
        known = {self.id_of(mail.key, mail.folder, is_immutable=each) for each in (True, False)}
        return mail if identity in known else None

    def as_json(
        self, mail: Mail, *, is_immutable: bool, select: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """A message as the platform shows it, cut to `select` where that is given."""
        stamp = f"{mail.received:%Y-%m-%dT%H:%M:%SZ}"
        body = mail.shown.get("body") or {"contentType": "text", "content": ""}
        whole: dict[str, Any] = {
            "createdDateTime": stamp, "lastModifiedDateTime": stamp, "receivedDateTime": stamp,
            "sentDateTime": stamp, "changeKey": f"CQAAABYAAAD{mail.version}", "categories": [],
            "importance": "normal", "parentFolderId": f"AQMk{mail.folder}", "isRead": False,
            "isDraft": mail.is_draft, "bodyPreview": str(body.get("content", ""))[:255],
            "webLink": "https://outlook.stand-in.example/owa/", "inferenceClassification": "focused",
            "flag": {"flagStatus": "notFlagged"}, "hasAttachments": bool(mail.attachments),
            "conversationIndex": "AQHZ", "sender": mail.shown.get("from"),
            "toRecipients": [], "ccRecipients": [], "bccRecipients": [],
            "replyTo": [], "subject": "", "body": body, **mail.shown,
        }  # fmt: skip
        if select:
            whole = {name: value for name, value in whole.items() if name.lower() in select}
        identity = self.id_of(mail.key, mail.folder, is_immutable=is_immutable)
        return {
            "@odata.etag": f'W/"CQAAABYAAAD{mail.version}"',
            "id": identity,
            **json.loads(json.dumps(whole)),
        }
