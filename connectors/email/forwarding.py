"""A mail that somebody the office trusts passed on: whose words are inside it, in the usual shapes.

Gmail, Outlook, Apple Mail, Thunderbird and Yahoo put the first mail below a mark and a few header lines; any
of them can attach it whole (message/rfc822). Nothing in here is proof of anything: it is what was passed on.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.contract import Attachment, Handle, InboundMessage, Machine, Verdict
from connectors.email import quote_marks as marks
from connectors.email.addresses import read_addresses
from connectors.email.mime import Mail, read_mail
from connectors.email.quoting import is_header_block, new_text
from connectors.email.subjects import answers_something
from connectors.forwarders import is_trusted

FORWARDED = "forwarded"
LONGEST_ADDRESS = 254
_MOST_LINES = 4000
_BLOCK = 20
_QUOTE = re.compile(r"\s{0,3}>\s?")
_MAILTO = re.compile(r"\[(?:mailto:)?([^\[\]\s<>]+@[^\[\]\s<>]+)\]", re.IGNORECASE)
_FORWARD_PREFIX = re.compile(r"\s*(?:fwd?|fw|wg|tr|rv|i|doorst|vb|enc|yml|ymlaen)\s*[::]", re.IGNORECASE)
_FORWARD_MARK = re.compile(
    r"[\s*>]*(?:[-_=—]{2,}\s*)?(?:begin |start of |dechrau'r )?(?:forwarded (?:message|e-?mail|by)"
    r"|neges (?:wedi'i hanfon ymlaen|a anfonwyd ymlaen)|anfon neges ymlaen)\b",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[^::]{0,30}[::][\s*_]*(.*)")


@dataclass(frozen=True, slots=True)
class Inner:
    """What was passed on. `remark`: what the one who passed it on wrote above it, for the office."""

    sender: Handle
    subject: str
    text: str
    remark: str
    sent_at: datetime | None = None
    attachments: tuple[Attachment, ...] | None = None


def passed_on(message: InboundMessage, mail: Mail, trusted: str, own: frozenset[str]) -> InboundMessage:
    """`message` as its first writer's, if somebody trusted passed it on; else as it is.

    It answers nothing and proves nothing: no reply address, no reference and no check of the outer mail
    speaks for the person inside.
    """
    forwarder = message.sender
    if message.machine is not None or message.authentication is Verdict.FAIL:
        return message
    if not is_trusted(trusted, forwarder.address):
        return message
    inner = _attached(mail) or _below(mail)
    if inner is None or inner.sender.address.lower() in own | {forwarder.address.lower()}:
        return message
    files = message.attachments if inner.attachments is None else inner.attachments
    return replace(
        message,
        sender=_lowered(inner.sender),
        subject=inner.subject or message.subject,
        new_text=inner.text,
        attachments=files,
        sent_at=inner.sent_at or message.sent_at,
        reply_to=(),
        in_reply_to=(),
        references=(),
        reply_tokens=(),
        authentication=Verdict.NEUTRAL,
        warnings=(FORWARDED,),
        source=FORWARDED,
        told={"forwarder": forwarder.name or forwarder.address, "remark": inner.remark},
        forwarded_by=forwarder.address.lower(),
    )


def _attached(mail: Mail) -> Inner | None:
    """The one mail that is attached whole."""
    mails = [one for one in mail.attachments if one.content_type in ("message/rfc822", "message/global")]
    if len(mails) != 1:
        return None  # several people's mail in one: a person sorts that out
    first = read_mail(mails[0].content)
    if first.machine not in (None, Machine.LIST) or not (first.sender.address or first.sender.name):
        return None
    words = first.text.strip()
    remark = "" if words and words in mail.text else _own(mail.text)  # a mail with no words shows the other's
    others = tuple(one for one in mail.attachments if one is not mails[0])
    return Inner(
        first.sender,
        first.subject,
        first.new_text,
        remark,
        first.sent_at,
        first.attachments + others,
    )


def _below(mail: Mail) -> Inner | None:
    """The mail below a mark and a few header lines."""
    lines = mail.text.split("\n")[:_MOST_LINES]
    prefixed = _FORWARD_PREFIX.match(mail.subject) is not None
    for number, line in enumerate(lines):
        is_mark = _FORWARD_MARK.match(line) is not None
        if is_mark or (prefixed and is_header_block(lines, number)):
            start = number + 1 if is_mark else number
            return _read(lines[:number], lines[start:])
    return None


def _read(above: list[str], below: list[str]) -> Inner | None:
    while below and not below[0].strip():
        below = below[1:]
    if below and _QUOTE.match(below[0]):
        below = [_QUOTE.sub("", line, count=1) for line in below]
    told, end = _headers(below)
    if "from" not in told or len(told) < 3:
        return None
    sender = _sender(told["from"])
    words = "\n".join(below[end:]).strip("\n")
    if sender is None or not words.strip():
        return None
    subject = told.get("subject", "")
    new = new_text(words, is_reply=answers_something(subject))
    return Inner(sender, subject, new, _own("\n".join(above)))


_KEYS = (
    ("from", marks.FROM_KEY), ("date", marks.DATE_KEY), ("to", marks.TO_KEY), ("subject", marks.SUBJECT_KEY)
)  # fmt: skip


def _headers(lines: list[str]) -> tuple[dict[str, str], int]:
    """The header lines at the top by name, and the line after them. A value may go on below its name."""
    told: dict[str, str] = {}
    current = ""
    for number, line in enumerate(lines[:_BLOCK]):
        name = next((key for key, mark in _KEYS if key not in told and mark.match(line)), "")
        if name:
            current = name
            found = _VALUE.match(line)
            told[name] = found[1].strip() if found else ""
        elif marks.OTHER_KEYS.match(line):
            current = "other"
        elif not line.strip():
            if len(told) >= 3 and "from" in told:
                return told, number
        elif current in told:
            told[current] = f"{told[current]} {line.strip()}"
        elif current != "other":
            break
    return told, min(len(lines), _BLOCK)


def _sender(value: str) -> Handle | None:
    """Who stands behind From; an address only where it is one."""
    found = read_addresses(_MAILTO.sub(r"<\1>", value).strip("* "))
    if not found:
        return None
    first = next((one for one in found if "@" in one.address), found[0])
    return first if "@" in first.address else Handle(" ".join(value.split())[:200], "")


def _own(above: str) -> str:
    """What the one who passed it on wrote above it, without their signature."""
    return new_text(above, is_reply=False).strip() if above.strip() else ""


def _lowered(handle: Handle) -> Handle:
    if len(handle.address) > LONGEST_ADDRESS:
        return Handle(handle.name or handle.address[:LONGEST_ADDRESS], "")
    return Handle(handle.name, handle.address.lower())
