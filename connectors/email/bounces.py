"""Tells reports about a delivery: the standard ones (RFC 3464, 3461) and the many that follow no standard."""

import re
from enum import Enum

from connectors.contract import Handle
from connectors.email.headers import Headers
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
REPLY = re.compile(r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b")
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


class Sender(Enum):
    """How likely nobody sits behind an address."""

    DAEMON = "a mail system"
    NOBODY = "the null sender, under an address that people may write from"
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
    if by is Sender.NOBODY:  # web forms leave so too: a person's "my claim was rejected" is no report
        is_proved = opens_like_one or _returns_headers(root, start) or REPLY.search(start) is not None
        return is_proved and _tells_of_failure(subject, start)
    is_automatic = bool(root.headers.automatic()) and _proves_failure(start)
    is_likely = (opens_like_one or is_automatic) and SUBJECT.search(subject) is not None
    return is_likely and _returns_headers(root, start)


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
    """MAILER-DAEMON and kin by address or name; a named postmaster may be a person."""
    if DAEMON.search(sender.name):
        return Sender.DAEMON
    local = sender.address.partition("@")[0].lower()
    from_nobody = headers.has_null_sender()
    if (
        local == "postmaster"
        and not from_nobody
        and sender.name
        and sender.name.lower() != sender.address.lower()
    ):
        return Sender.UNMANNED
    if DAEMON.search(local) or not (sender.address or sender.name):
        return Sender.DAEMON
    if from_nobody:
        return Sender.NOBODY
    return Sender.UNMANNED if UNMANNED.match(local) else Sender.ANYBODY


def _returns_headers(root: Part, text: str) -> bool:
    return (
        any(part.content_type in RETURNED_KINDS for part in root.parts) or QUOTED_ID.search(text) is not None
    )
