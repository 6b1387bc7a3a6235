"""Drafts and what leaves: replies, changes, files in one piece or many, JSON or MIME."""

import base64
import binascii
import email
import email.policy
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from connectors.standins.graph.mailbox import Mail, Mailbox, read
from connectors.standins.graph.sign_in import problem
from connectors.standins.server import Asked, Refusal

LARGEST_REQUEST = 4 * 1024 * 1024
LARGEST_FILE = 3 * 1024 * 1024
MOST_HEADERS = 5
MOST_RECIPIENTS = 500
_WRITABLE = {
    name.lower(): name
    for name in (
        "subject", "body", "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "importance",
        "internetMessageId", "isRead", "categories",
    )
}  # fmt: skip


@dataclass(slots=True)
class Upload:
    """A large file on its way, piece by piece."""

    mailbox: Mailbox
    mail: Mail
    name: str
    content_type: str
    size: int
    content: bytearray = field(default_factory=bytearray)


def lowered(value: Any) -> Any:
    """JSON with all names in lower case: the platform's clients write them as they like."""
    if isinstance(value, dict):
        return {str(name).lower(): lowered(inner) for name, inner in value.items()}
    return [lowered(one) for one in value] if isinstance(value, list) else value


def mime_of(asked: Asked) -> bytes:
    """The MIME message in a text/plain body. Raises Refusal."""
    try:
        return base64.b64decode(asked.body, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(
            problem(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
        ) from None


def is_mime(asked: Asked) -> bool:
    return asked.headers.get("content-type", "").lower().startswith("text/plain")


def limit(asked: Asked) -> None:
    """Raises Refusal (413) for a request that is too large."""
    if len(asked.body) > LARGEST_REQUEST:
        raise Refusal(problem(413, "RequestEntityTooLarge", "The request is too large."))


def change(mail: Mail, given: dict[str, Any]) -> None:
    """Writes what may be written. `given` has lower-case names. Raises Refusal."""
    headers = given.get("internetmessageheaders") or []
    if len(headers) > MOST_HEADERS:
        raise Refusal(problem(400, "InvalidInternetMessageHeaderCollection", "Too many internet headers."))
    for one in headers:
        if not str(one["name"]).lower().startswith("x-"):
            raise Refusal(
                problem(400, "InvalidInternetMessageHeader",
                        f"The internet message header name '{one['name']}' should start with 'x-' or 'X-'.")
            )  # fmt: skip
    mail.headers += [{"name": one["name"], "value": one["value"]} for one in headers]
    for one in given.get("singlevalueextendedproperties") or []:
        mail.extended[one["id"]] = one["value"]
    for name, value in given.items():
        if name in _WRITABLE:
            mail.shown[_WRITABLE[name]] = _proper(_WRITABLE[name], value)
    for one in given.get("attachments") or []:
        attach(mail, one)


def _proper(name: str, value: Any) -> Any:
    if name == "body":
        return {"contentType": value.get("contenttype", "text"), "content": value.get("content", "")}
    if name == "from":
        return {"emailAddress": dict(value["emailaddress"])}
    if name in {"toRecipients", "ccRecipients", "bccRecipients", "replyTo"}:
        return [{"emailAddress": dict(one["emailaddress"])} for one in value or []]
    return value


def reply(mailbox: Mailbox, original: Mail, given: dict[str, Any], now: datetime) -> Mail:
    """A draft that answers `original`, with its words below. Raises Refusal for words given twice."""
    message = given.get("message") or {}
    if given.get("comment") and message.get("body"):
        raise Refusal(problem(400, "ErrorInvalidRequest", "Both comment and body were given."))
    subject = str(original.shown.get("subject") or "")
    words, quoted = (escape(str(one)) for one in (given.get("comment", ""), _words(original)))
    earlier = str(original.shown["internetMessageId"])
    shown = {
        "subject": subject if subject.lower().startswith("re:") else f"RE: {subject}",
        "toRecipients": original.shown.get("replyTo") or [original.shown["from"]],
        "body": {"contentType": "html", "content": f"<html><body>{words}<hr>{quoted}</body></html>"},
        "conversationId": original.shown.get("conversationId"),
    }
    draft = mailbox.add("drafts", shown, now, is_draft=True)
    draft.answers = {"In-Reply-To": earlier, "References": earlier}
    change(draft, message)
    return draft


def answering(how: str, mailbox: Mailbox, original: Mail, given: dict[str, Any], now: datetime) -> Mail:
    """A draft that answers the writer, or all, or passes the message on. Raises Refusal."""
    draft = reply(mailbox, original, given, now)
    asked_for = (given.get("message") or {}).get("torecipients")
    if how.lower() == "replyall" and not asked_for:
        others = [*original.shown.get("toRecipients", ()), *original.shown.get("ccRecipients", ())]
        draft.shown["ccRecipients"] = [
            one for one in others if one["emailAddress"]["address"].lower() != mailbox.address
        ]
    if how.lower() == "forward":
        draft.answers = {}
        draft.shown["subject"] = f"FW: {original.shown.get('subject') or ''}"
        named = given.get("torecipients") or asked_for or []
        draft.shown["toRecipients"] = _proper("toRecipients", named)
        draft.attachments = [dict(one) for one in files_of(original)]
    return draft


def files_of(mail: Mail) -> list[dict[str, Any]]:
    """The files of a message, also of one that came as MIME."""
    if mail.attachments or mail.raw is None:
        return mail.attachments
    parsed = email.message_from_bytes(mail.raw, policy=email.policy.default)
    found = []
    for number, part in enumerate(parsed.iter_attachments()):
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else part.as_bytes()
        name = part.get_filename() or f"attachment {number + 1}"
        kind = part.get_content_type()
        found.append({"id": f"AAMkAtt{number:04d}", "name": name, "contentType": kind, "content": content})
    return found


def file_of(mail: Mail, identity: str) -> dict[str, Any]:
    """Raises Refusal."""
    found = next((one for one in files_of(mail) if one["id"] == identity), None)
    if found is None:
        raise Refusal(problem(404, "ErrorItemNotFound", "The specified object was not found in the store."))
    return found


def whole(file: dict[str, Any]) -> dict[str, Any]:
    """An attachment with its content."""
    return {**shown(file), "contentBytes": base64.b64encode(file["content"]).decode()}


def _words(mail: Mail) -> str:
    return str((mail.shown.get("body") or {}).get("content", ""))


def attach(mail: Mail, given: dict[str, Any]) -> dict[str, Any]:
    """A file of at most 3 MB, in one request. Raises Refusal."""
    content = base64.b64decode(given["contentbytes"])
    if len(content) > LARGEST_FILE:
        raise Refusal(problem(413, "ErrorMessageSizeExceeded", "The attachment is too large."))
    return keep(mail, given["name"], given.get("contenttype"), content)


def keep(mail: Mail, name: str, content_type: str | None, content: bytes) -> dict[str, Any]:
    file = {
        "id": f"AAMkAtt{len(mail.attachments):04d}", "name": name,
        "contentType": content_type or "application/octet-stream", "content": content,
    }  # fmt: skip
    mail.attachments.append(file)
    return shown(file)


def shown(file: dict[str, Any]) -> dict[str, Any]:
    """An attachment as the platform lists it."""
    return {
        "@odata.type": "#microsoft.graph.fileAttachment", "id": file["id"], "name": file["name"],
        "contentType": file["contentType"], "size": len(file["content"]), "isInline": False,
    }  # fmt: skip


class Uploads:
    """Upload sessions; their addresses carry their own permission, so no token goes with them."""

    def __init__(self) -> None:
        self.open: dict[str, Upload] = {}

    def begin(self, mailbox: Mailbox, mail: Mail, item: dict[str, Any]) -> str:
        token = secrets.token_urlsafe(16)
        content_type = item.get("contenttype") or "application/octet-stream"
        self.open[token] = Upload(mailbox, mail, item["name"], content_type, int(item["size"]))
        return token

    def take(self, token: str, asked: Asked) -> dict[str, Any] | None:
        """One piece; the attachment once all pieces are here. Raises Refusal."""
        upload = self.open.get(token)
        if upload is None or "authorization" in asked.headers:
            raise Refusal(problem(401, "InvalidUploadSession", "The upload session is not valid."))
        span, _, whole = asked.headers.get("content-range", "").removeprefix("bytes ").partition("/")
        start = int(span.partition("-")[0] or 0)
        if start != len(upload.content) or int(whole) != upload.size or len(asked.body) > LARGEST_REQUEST:
            raise Refusal(problem(416, "ErrorInvalidRange", "The range is not the next one."))
        upload.content += asked.body
        if len(upload.content) < upload.size:
            return None
        del self.open[token]
        return keep(upload.mail, upload.name, upload.content_type, bytes(upload.content))


def leave(mailbox: Mailbox, mail: Mail, now: datetime) -> bytes:
    """Sends a draft: it moves to Sent Items; the bytes that leave. Raises Refusal."""
    named = [
        one
        for name in ("toRecipients", "ccRecipients", "bccRecipients")
        for one in mail.shown.get(name) or ()
    ]
    if not named:
        raise Refusal(problem(400, "ErrorInvalidRecipients", "At least one recipient is required."))
    if len(named) > MOST_RECIPIENTS:
        raise Refusal(problem(400, "ErrorExceededMessageLimit", "Too many recipients."))
    mail.received = now
    raw = mail.mime()
    mail.raw, mail.is_draft = raw, False
    mail.shown["hasAttachments"] = bool(mail.attachments)
    mail.attachments = []
    mailbox.move(mail, "sentitems")
    return raw


def draft_of(mailbox: Mailbox, asked: Asked, now: datetime, of: Callable[[Any], Any]) -> Mail:
    """A new draft from MIME or JSON; `of` picks the message out of the JSON. Raises Refusal."""
    limit(asked)
    if is_mime(asked):
        raw = mime_of(asked)
        return mailbox.add("drafts", read(raw), now, is_draft=True, raw=raw)
    given = of(lowered(json.loads(asked.body or b"{}")))
    draft = mailbox.add("drafts", {}, now, is_draft=True)
    change(draft, given)
    return draft
