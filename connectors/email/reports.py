"""What a delivery report says: of which mail, to whom, how it ended and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contract import ReportAction
from connectors.email.addresses import ANY_ADDRESS
from connectors.email.bounces import CODE, DAEMON, PHRASE, QUOTED_ID, RETURNED_KINDS, SEARCHED, STATUS_KINDS
from connectors.email.headers import Headers, identifiers, read_headers

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
PERMANENT = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|permanent|giving up", re.IGNORECASE)
QUOTED_TO = re.compile(
    r"^[>|\s]*(?:final-recipient|original-recipient"
    r"|x-failed-recipients)\s*:\s*(?:rfc822;)?\s*<?([^\s<>;,]+@[^\s<>;,]+)",
    re.IGNORECASE | re.MULTILINE,
)
OPENING_ADDRESS = re.compile(rf"^[ \t]*<?({ANY_ADDRESS.pattern})>?[ \t]*(?::|$)", re.MULTILINE)
"""An address that opens a line and is followed by its reason, or by nothing."""
COPY = re.compile(
    r"^[> \t]*(?:-{2,80}+[^\n]{0,80}(?:copy|original|below)|(?:return-path|received|message-id)\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
"""Where the returned mail begins in a text that holds it."""
REASON = 300


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says, joined from its machine-readable and its human part.

    `others` are further recipients that fared as `recipient` did, each with the reason given for it.
    """

    action: ReportAction
    recipient: str | None
    status: str | None
    reason: str
    original_ids: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


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
    action = _worst(rows, subject, start, reports)
    worst = [row for row in rows if _action(row) is action]
    diagnostics = _recipients_of(worst) or dict.fromkeys(_recipients_beside(headers, start, reports), "")
    recipient = next(iter(diagnostics), None)
    diagnostic = worst[0].first("diagnostic-code") if worst else ""
    return Report(
        action,
        recipient,
        _status(worst[0] if worst else None, diagnostic, start),
        _reason(diagnostic, recipient, start, subject),
        _original_ids(headers, start, reports),
        tuple((other, _reason(why, other, start, subject)) for other, why in [*diagnostics.items()][1:]),
    )


def _worst(
    rows: Sequence[Headers], subject: str, text: str, reports: Sequence[tuple[str, bytes]]
) -> ReportAction:
    """The worst that the rows say, else what the words say."""
    if rows:
        return min((_action(row) for row in rows), key=WORST_FIRST.index)
    if any(kind == "message/feedback-report" for kind, _ in reports):
        return ReportAction.DELIVERED  # a complaint is about a mail that did arrive
    is_delay = DELAYED.search(subject) is not None and PERMANENT.search(text) is None
    return ReportAction.DELAYED if is_delay else ReportAction.FAILED


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


def _recipients_of(rows: Sequence[Headers]) -> dict[str, str]:
    """Whom the rows are about, as the sender wrote to them before anybody forwarded it, each with its
    diagnostic."""
    found: dict[str, str] = {}
    for row in rows:
        for name in ("original-recipient", "final-recipient"):
            address = ANY_ADDRESS.search(row.first(name)[:1000])
            if address:
                found.setdefault(address[0].lower(), row.first("diagnostic-code"))
                break
    return found


def _recipients_beside(headers: Headers, text: str, reports: Sequence[tuple[str, bytes]]) -> dict[str, None]:
    """Whom a report without rows is about: as its header says, else its words, else the mail it returns."""
    copy = COPY.search(text)
    above = text[: copy.start()] if copy else text
    returned = _returned_recipients(reports)
    places = (
        ANY_ADDRESS.findall(headers.first("x-failed-recipients")[:1000]),
        QUOTED_TO.findall(text),
        OPENING_ADDRESS.findall(above),
        returned if len(returned) == 1 else (),
        ANY_ADDRESS.findall(text[:4000])[:20],
    )
    for place in places[:-1]:
        found = [one for one in place if not DAEMON.search(one.partition("@")[0])]
        if found:
            return dict.fromkeys(one.lower() for one in found[:100])
    first = next((one for one in places[-1] if not DAEMON.search(one.partition("@")[0])), None)
    return {first.lower(): None} if first else {}


def _returned_recipients(reports: Sequence[tuple[str, bytes]]) -> list[str]:
    """To whom the returned mail was addressed."""
    for kind, content in reports:
        if kind in RETURNED_KINDS:
            start = len(content) - len(content.lstrip())
            fields = read_headers(content, start)[0]
            written = ",".join((*fields.every("to"), *fields.every("cc")))
            return ANY_ADDRESS.findall(written[:4000])
    return []


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
