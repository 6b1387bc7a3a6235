"""Delivery reports: the standard ones (RFC 3464, 3461) and the many that follow no standard."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from connectors.contract import Handle, ReportAction
from connectors.email.addresses import ANY_ADDRESS
from connectors.email.headers import Headers, identifiers, read_headers
from connectors.email.parts import Part

DAEMON = re.compile(
    r"(?:mailer|mail|mta|smtp)[-_.]?d(?:a?e)?mon\b|\bmailer-?daemon|\bpostmaster\b"
    r"|^(?:double-?)?bounces?\b|mail delivery (?:sub)?system"
    r"|mail ?delivery (?:service|agent)|^mdaemon\b|system administrator|systemadministrator"
    r"|mail administrator|mail ?system\b"
    r"|microsoft (?:exchange|outlook)\b|internet mail delivery|^(?:non-?)?delivery[-_. ]?(?:report"
    r"|failure|status)",
    re.IGNORECASE,
)
UNMANNED = re.compile(r"(?:no-?_?reply|do-?not-?reply|admin|administrator)", re.IGNORECASE)
SUBJECT = re.compile(
    r"undeliver|not? ?deliver(?:ed|able|y)|non[- ]?(?:delivery|remise)|delivery (?:status|fail"
    r"|has failed|problem|error|report"
    r"|notif|delay|attempt|unsuccessful|final)|deliver(?:y|ing) (?:mail|of|your)|returned? (?:mail"
    r"|to sender|message|e-?mail)|mail (?:delivery|could not|returned|error|fail|system)"
    r"|message (?:could not|not deliver|delay|deliv|undeliv|status|you sent|returned|rejected"
    r"|notification)|failure notice|fail(?:ed|ure) (?:to deliver|delivery|mail)"
    r"|delivery\b.{0,20}\bfail|bounce|could not (?:be )?(?:deliver|send)|(?:can ?not"
    r"|unable to) (?:be )?(?:deliver|send)|rejected|(?:user|mailbox|recipient|address) (?:unknown"
    r"|not found|full|unavailable)|\bndn\b|\bndr\b|\bdsn\b|warning: (?:message|could)"
    r"|unzustellbar|zustell|nicht zugestellt|nicht zustellbar|échec|non remis|retour(?:né|ned)"
    r"|no (?:se )?(?:pudo )?entreg|mancato recapito|mancata consegna|onbestelbaar|kan inte levereras"
    r"|niedostarczon|não entregue"
    r"|heb ei (?:d|dd)anfon|methu (?:â )?danfon|no se puede entregar|配信|エラー|退信|returning message",
    re.IGNORECASE,
)
VAGUE_SUBJECT = re.compile(
    r"hinweis|problem|error|failed|failure|delay|warning|notice|notification", re.IGNORECASE
)
FORWARDED_SUBJECT = re.compile(r"\s*(?:re|fwd?|aw|wg|sv|tr|vs|doorst|rv|atb|yml)\s*[::]", re.IGNORECASE)
CODE = re.compile(r"(?<![\d£$€.,])(?:[45]\.\d{1,3}\.\d{1,3}\b|(?:4[2-5]\d[ -](?=\S)|5(?:0[0-4]|5\d)\b))")
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
PHRASE = re.compile(
    r"(?:could|can) ?not be delivered|(?:was|were|has|have) not (?:yet )?(?:been )?delivered"
    r"|undeliverable|unable to deliver|delivery (?:to|of)[^\n]{0,120}fail"
    r"|delivery (?:has )?failed|not able to deliver|wasn'?t able to deliver|couldn'?t be delivered"
    r"|permanent(?:ly)? (?:fatal )?(?:error|failure|fail)|fatal errors|failed (?:recipient|permanently)"
    r"|following (?:address|recipient|destination|user)|(?:user|recipient|mailbox|account"
    r"|address)[^\n]{0,40}(?:unknown|not found|doesn'?t exist|does not exist|unavailable|full|disabled"
    r"|rejected|exceeded|over quota|invalid|inactive)"
    r"|(?:unknown|no such|invalid|bad destination) (?:user|recipient|mailbox|address|local)|unrouteable"
    r"|host (?:not found|unknown)|no such (?:host|domain)|returned (?:to sender|message|mail|to you)"
    r"|retry time|giving up|mailbox (?:is )?full|over quota|quota exceeded|still being retried"
    r"|message (?:delayed|that you sent)|could not send|rejected|(?:not )?reach(?:ed)? the (?:following"
    r"|recipient)|transcript of session|bounce|unzustellbar|nicht zugestellt|konnte nicht|n'a pas pu"
    r"|nie mo[żz]na|no se (?:ha )?pudo|配信|送信できません",
    re.IGNORECASE,
)
TEMPLATE = re.compile(
    r"this is the (?:qmail-send|mail system|postfix)"
    r"|this message was created automatically by mail delivery|hi\. this is the"
    r"|your message (?:to [^\n]{1,100} )?(?:could not|was not|cannot|did not|has been delayed|wasn'?t)"
    r"|the following (?:address|recipient|message)[^\n]{0,80}(?:fail|could not|was undeliverable|cannot"
    r"|was not)"
    r"|this is an automatically generated delivery|delivery has failed to these"
    r"|i'm sorry to have to inform|a message (?:that )?you (?:have )?sent"
    r"|an error (?:has )?occurred while (?:trying|attempting) to deliver",
    re.IGNORECASE,
)
QUOTED_ID = re.compile(
    r"^[>|\s]*(?:x-)?(?:original-)?message-id\s*:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE
)
QUOTED_TO = re.compile(
    r"^[>|\s]*(?:final-recipient|original-recipient"
    r"|x-failed-recipients)\s*:\s*(?:rfc822;)?\s*<?([^\s<>;,]+@[^\s<>;,]+)",
    re.IGNORECASE | re.MULTILINE,
)
STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
REPORTS = (*STATUS_KINDS, "message/feedback-report")
REPORT_TYPES = ("delivery-status", "feedback-report")
RETURNED_KINDS = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
SEARCHED = 40_000
REASON = 300


class Sender(Enum):
    """How likely nobody sits behind an address."""

    DAEMON = "a mail system"
    UNMANNED = "an address that people seldom write from"
    ANYBODY = "anybody"


def is_bounce(root: Part, sender: Handle, subject: str, text: str) -> bool:
    """Whether the mail is a report about a delivery. A person who forwards a report sends no report."""
    if root.content_type == "multipart/report" and root.parts:
        kind = root.parameters.get("report-type", "").lower()
        if kind in REPORT_TYPES or any(part.content_type in REPORTS for part in root.parts):
            return True
        if kind == "disposition-notification":
            return False
    if FORWARDED_SUBJECT.match(subject):
        return False
    if "x-failed-recipients" in root.headers or any(part.content_type in STATUS_KINDS for part in root.parts):
        return True
    start = text[:SEARCHED]
    by = _sender_kind(root.headers, sender)
    if by is Sender.DAEMON:
        return TEMPLATE.search(start[:2000]) is not None or _tells_of_failure(subject, start)
    if by is Sender.UNMANNED:
        return SUBJECT.search(subject) is not None and _proves_failure(start)
    opens_like_one = TEMPLATE.match(start.lstrip()) is not None
    return opens_like_one and SUBJECT.search(subject) is not None and _returns_headers(root, start)


def _tells_of_failure(subject: str, text: str) -> bool:
    """The subject; else two of a vague subject, a phrase of failure, a reply code."""
    if SUBJECT.search(subject):
        return True
    is_vague = VAGUE_SUBJECT.search(subject) is not None
    return CODE.search(text) is not None and (is_vague or PHRASE.search(text) is not None)


def _proves_failure(text: str) -> bool:
    """A phrase of failure with a reply code or a mail system's opening words."""
    opens_like_one = TEMPLATE.match(text.lstrip()) is not None
    return PHRASE.search(text) is not None and (opens_like_one or CODE.search(text) is not None)


def _sender_kind(headers: Headers, sender: Handle) -> Sender:
    """MAILER-DAEMON and kin by address or name, or the null sender; a named postmaster may be a person."""
    path = headers.first("return-path").strip()
    if DAEMON.search(sender.name) or (path.startswith("<") and not path.strip("<> ")):
        return Sender.DAEMON
    local = sender.address.partition("@")[0].lower()
    if local == "postmaster" and sender.name and sender.name.lower() != sender.address.lower():
        return Sender.UNMANNED
    if DAEMON.search(local) or not (sender.address or sender.name):
        return Sender.DAEMON
    return Sender.UNMANNED if UNMANNED.match(local) else Sender.ANYBODY


def _returns_headers(root: Part, text: str) -> bool:
    return (
        any(part.content_type in RETURNED_KINDS for part in root.parts) or QUOTED_ID.search(text) is not None
    )


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says, joined from its machine-readable and its human part."""

    action: ReportAction
    recipient: str | None
    status: str | None
    reason: str
    original_ids: tuple[str, ...]


ACTIONS = {
    "failed": ReportAction.FAILED,
    "delayed": ReportAction.DELAYED,
    "delivered": ReportAction.DELIVERED,
    "relayed": ReportAction.DELIVERED,
    "expanded": ReportAction.DELIVERED,
}
WORST_FIRST = (ReportAction.FAILED, ReportAction.DELAYED, ReportAction.DELIVERED)
DELAYED = re.compile(
    r"delay|still being (?:retried|attempted)|will (?:be retried|keep trying|continue to try)|warning",
    re.IGNORECASE,
)


def read_report(headers: Headers, subject: str, text: str, reports: Sequence[tuple[str, bytes]]) -> Report:
    """Reads a mail that `is_bounce`; `reports` are its message/* parts as (type, bytes)."""
    start = text[:SEARCHED]
    rows = [row for kind, content in reports if kind in STATUS_KINDS for row in _recipient_rows(content)]
    best = min(rows, key=lambda row: WORST_FIRST.index(_action(row)), default=None)
    if best is not None:
        action = _action(best)
    elif any(kind == "message/feedback-report" for kind, _ in reports):
        action = ReportAction.DELIVERED  # a complaint is about a mail that did arrive
    else:
        action = (
            ReportAction.DELAYED
            if DELAYED.search(subject) and not PERMANENT.search(start)
            else ReportAction.FAILED
        )
    diagnostic = best.first("diagnostic-code") if best else ""
    recipient = _recipient(best, headers, start)
    return Report(
        action,
        recipient,
        _status(best, diagnostic, start),
        _reason(diagnostic, recipient, start, subject),
        _original_ids(headers, start, reports),
    )


PERMANENT = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|permanent|giving up", re.IGNORECASE)


def _recipient_rows(content: bytes) -> list[Headers]:
    """The per-recipient groups of a delivery-status part; the first group is about the message."""
    rows: list[Headers] = []
    position = 0
    while position < len(content) and len(rows) < 100:
        fields, after = read_headers(content, position)
        if after <= position:
            break
        position = after
        if fields and ("action" in fields or "final-recipient" in fields or "status" in fields):
            rows.append(fields)
    return rows


def _action(row: Headers) -> ReportAction:
    word = row.first("action").partition("(")[0].strip().lower()
    if word in ACTIONS:
        return ACTIONS[word]
    return ReportAction.DELAYED if row.first("status").startswith("4") else ReportAction.FAILED


def _recipient(row: Headers | None, headers: Headers, text: str) -> str | None:
    candidates = [row.first(name) for name in ("final-recipient", "original-recipient")] if row else []
    candidates.append(headers.first("x-failed-recipients"))
    for candidate in candidates:
        found = ANY_ADDRESS.search(candidate[:1000])
        if found:
            return found[0].lower()
    quoted = QUOTED_TO.search(text)
    if quoted:
        return quoted[1].lower()
    for found in ANY_ADDRESS.finditer(text[:4000]):
        if not DAEMON.search(found[0].partition("@")[0]):
            return found[0].lower()
    return None


def _status(row: Headers | None, diagnostic: str, text: str) -> str | None:
    for place in ((row.first("status") if row else ""), diagnostic, text):
        found = STATUS.search(place)
        if found:
            return found[1]
    return None


def _reason(diagnostic: str, recipient: str | None, text: str, subject: str) -> str:
    """One plain sentence: the diagnostic, else what stands beside the address, else a line of failure."""
    if diagnostic:
        return " ".join(diagnostic.partition(";")[2].split() or diagnostic.split())[:REASON]
    lines = text.splitlines()
    if beside := recipient and _beside(recipient, lines):
        return beside[:REASON]
    for line in lines:
        if CODE.search(line) or PHRASE.search(line):
            return " ".join(line.split())[:REASON]
    return subject[:REASON] or "The message could not be delivered."


def _beside(recipient: str, lines: Sequence[str]) -> str:
    """What Exim, qmail and others write after a line's opening address and below it, up to an empty line."""
    opens = re.compile(rf"[ \t<]*{re.escape(recipient)}[ \t>]*(?::(?P<rest>.*))?", re.IGNORECASE)
    for number, line in enumerate(lines):
        found = opens.match(line)
        if found is None:
            continue
        words = (found["rest"] or "").split()
        for below in lines[number + 1 :]:
            if not below.strip():
                break
            words += below.split()
        if words:
            return " ".join(words)
    return ""


def _original_ids(headers: Headers, text: str, reports: Sequence[tuple[str, bytes]]) -> tuple[str, ...]:
    found: list[str] = []
    for kind, content in reports:
        if kind in RETURNED_KINDS:
            start = len(content) - len(content.lstrip())
            found += identifiers(read_headers(content, start)[0].first("message-id"))
        elif kind == "message/feedback-report" or kind in STATUS_KINDS:
            found += QUOTED_ID.findall(content[:SEARCHED].decode("latin-1"))
    found += QUOTED_ID.findall(text)
    for name in ("in-reply-to", "references"):
        found += reversed(identifiers(headers.first(name)))
    return tuple(dict.fromkeys(found))
