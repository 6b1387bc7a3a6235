"""A composed message in Graph's terms: as JSON for an answer, as slim MIME for all else, files beside it."""

import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from connectors.contract import Attachment, Letter, OutboundMessage
from connectors.email import composing

OUR_HEADER = "X-Casework-Message"
"""Carries our own id of a message wherever it goes; Graph lets us set headers that begin so."""
OUR_PROPERTY = "String {7d8c3b52-4f0e-4c39-9a53-20c2a6a6b1d4} Name CaseworkMessage"
"""The same as a named property, by which drafts can be found (Graph filters no headers)."""
_OURS = re.compile(rb"^" + OUR_HEADER.encode() + rb":[ \t]*(?:\r\n[ \t]+)?<?([!-;=?-~]{1,900})", re.I | re.M)
_HEADERS = 256 * 1024
_POLICY = email.policy.SMTP.clone(refold_source="none")


def compose(letter: Letter) -> bytes:
    """The message as bytes, our id in a header of its own. Raises like `composing.compose`."""
    return f"{OUR_HEADER}: {letter.message_id}\r\n".encode("ascii") + composing.compose(letter)


def our_id(raw: bytes) -> str | None:
    """Our own id of a message that we composed, from its headers."""
    found = _OURS.search(raw[:_HEADERS].partition(b"\r\n\r\n")[0])
    return found.group(1).decode("ascii") if found else None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What `compose` wrote, taken apart again. Ids are bare."""

    message_id: str
    subject: str
    text: str
    recipients: tuple[dict[str, Any], ...]
    reply_to: tuple[dict[str, Any], ...]
    in_reply_to: str | None
    is_automatic: bool
    is_addressed_alike: bool
    files: tuple[Attachment, ...]
    slim: bytes

    def as_json(self) -> dict[str, Any]:
        """All of it that a draft can be told."""
        return {
            "subject": self.subject,
            "body": {"contentType": "text", "content": self.text},
            "toRecipients": list(self.recipients),
            "ccRecipients": [],
            "bccRecipients": [],
            "replyTo": list(self.reply_to),
        }


def read(message: OutboundMessage) -> Outgoing:
    """`message.raw` as `compose` wrote it, to whom the envelope says."""
    parsed = BytesParser(EmailMessage, policy=_POLICY).parsebytes(message.raw)
    body = parsed.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    named = {one["emailAddress"]["address"].lower(): one for one in _people(parsed, "To")}
    to = [named.get(each.lower(), _person("", each)) for each in message.recipients]
    files = tuple(_file(part) for part in parsed.iter_attachments())
    return Outgoing(
        message_id=message.message_id.strip("<>"),
        subject=str(parsed["Subject"] or ""),
        text=text,
        recipients=tuple(to),
        reply_to=tuple(_people(parsed, "Reply-To")),
        in_reply_to=str(parsed["In-Reply-To"]).strip().strip("<>") if parsed["In-Reply-To"] else None,
        is_automatic=parsed["Auto-Submitted"] is not None,
        is_addressed_alike={each.lower() for each in message.recipients} == set(named),
        files=files,
        slim=_without_files(parsed, text) if files else message.raw,
    )


def _without_files(parsed: EmailMessage, text: str) -> bytes:
    parsed.clear_content()
    parsed.set_content(text, subtype="plain", charset="utf-8", cte="quoted-printable")
    return parsed.as_bytes()


def _people(parsed: EmailMessage, header: str) -> list[dict[str, Any]]:
    found = parsed[header]
    return [_person(one.display_name, one.addr_spec) for one in found.addresses] if found else []


def _person(name: str, address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": name, "address": address} if name else {"address": address}}


def _file(part: Any) -> Attachment:
    content = part.get_payload(decode=True) or b""
    return Attachment(part.get_filename() or "file", part.get_content_type(), len(content), content)
