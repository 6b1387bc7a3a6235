"""A letter as an Internet message (RFC 5322): headers that thread, text that survives, nothing injected."""

import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from connectors.contract import Attachment, Handle, Letter, PermanentFailure

_POLICY = policy.SMTP.clone(max_line_length=78)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_ID = re.compile(r"[!-;=?-~]{1,900}")
_MOST_REFERENCES = 20


def compose(letter: Letter) -> bytes:
    """The message as bytes with CRLF line ends.

    Control characters in names and subjects become spaces, so no header can be added through them.
    Raises PermanentFailure when an address is not one.
    """
    message = EmailMessage(policy=_POLICY)
    message["Date"] = format_datetime(letter.date)
    message["From"] = _address(letter.sender)
    message["To"] = [_address(handle) for handle in letter.recipients]
    message["Subject"] = _line(letter.subject)
    if letter.reply_to is not None:
        message["Reply-To"] = _address(letter.reply_to)
    message["Content-Language"] = letter.language
    if letter.automatic:
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
    message.set_content(
        letter.text.replace("\x00", ""), subtype="plain", charset="utf-8", cte="quoted-printable"
    )
    for attachment in letter.attachments:
        _attach(message, attachment)
    return _identifiers(letter) + message.as_bytes()


def _identifiers(letter: Letter) -> bytes:
    """Message-ID, In-Reply-To and References, one id a line: the library would encode long ones to pieces."""
    lines = [f"Message-ID: <{letter.message_id}>"]
    if letter.in_reply_to and _ID.fullmatch(letter.in_reply_to):
        lines.append(f"In-Reply-To: <{letter.in_reply_to}>")
    references = [reference for reference in letter.references if _ID.fullmatch(reference)]
    if references:
        lines.append("References: " + "\r\n ".join(f"<{reference}>" for reference in _trimmed(references)))
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _address(handle: Handle) -> Address:
    local, at, domain = handle.address.rpartition("@")
    if not at or not local or not domain or _CONTROL.search(handle.address):
        raise PermanentFailure("This is not an email address we can write to.")
    try:
        return Address(display_name=_line(handle.name), username=local, domain=domain)
    except (ValueError, IndexError) as error:
        raise PermanentFailure("This is not an email address we can write to.") from error


def _line(words: str) -> str:
    return _CONTROL.sub(" ", words).strip()


def _trimmed(references: list[str]) -> list[str]:
    """The whole chain, or its first and its latest where it is very long."""
    if len(references) <= _MOST_REFERENCES:
        return references
    return [references[0], *references[1 - _MOST_REFERENCES :]]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    maintype, _, subtype = attachment.content_type.partition("/")
    if maintype in {"", "message", "multipart"} or not subtype:
        maintype, subtype = "application", "octet-stream"
    message.add_attachment(
        attachment.content, maintype=maintype, subtype=subtype, filename=_line(attachment.filename)
    )
