"""Tells mail that programs wrote from mail that people wrote (RFC 3834, RFC 3464, RFC 2919, and practice).

Doubt falls on the side of a person: a newsletter in the inbox costs one key, a constituent set aside costs
much more. So `X-Auto-Response-Suppress`, `X-Loop` and Exchange's inbox-rule mark prove nothing alone, and
`List-Unsubscribe` alone is no list when the platform writes on behalf of somebody at another domain.
"""

import re
from collections.abc import Sequence

from connectors.contract import Handle, Machine
from connectors.email.addresses import ANY_ADDRESS, are_related, domain
from connectors.email.bounces import is_bounce
from connectors.email.headers import Headers
from connectors.email.parts import Part

AUTO_SUBJECT = re.compile(
    r"\s*\[?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|autoreply|autoresponse"
    r"|auto-?mated reply"
    r"|ateb awtomatig|ymateb awtomatig|automatische antwort|réponse automatique|respuesta automática"
    r"|risposta automatica"
    r"|automatisch antwoord|automatiskt svar|autosvar|automatisk svar|automaattinen vastaus"
    r"|automatyczna odpowiedź"
    r"|resposta automática|abwesenheitsnotiz|automatická odpověď|自动回复|自動回覆|自動応答"
    r"|автоответ)\b\]?\s*(?:[::]|\Z)",
    re.IGNORECASE,
)
AWAY_SUBJECT = re.compile(
    r"\s*(?:auto\s*:|out of (?:the )?office\b|ooo\b\s*[::]|away from (?:the|my) (?:office|desk)\b"
    r"|allan o'?r swyddfa\b"
    r"|i am (?:away|out of)|on (?:annual )?leave\b|on holiday\b|vacation\b|abwesenheit|abwesend"
    r"|absence du bureau|absent\b"
    r"|fuera de (?:la )?oficina|fuori sede|fuori ufficio|afwezig|frånvarande|ikke til stede|poza biurem"
    r"|nieobecno)",
    re.IGNORECASE,
)
PROGRAMS_OWN = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
)
NULL_SENDER = re.compile(r"\s*<\s*>\s*\Z")


def machine_kind(
    root: Part, sender: Handle, reply_to: Sequence[Handle], subject: str, text: str
) -> Machine | None:
    """What kind of machine wrote this, or None for a person ("own" needs our addresses: see `reading`)."""
    headers = root.headers
    if is_bounce(root, sender, subject, text):
        return Machine.BOUNCE
    if _is_auto_reply(root, headers, subject):
        return Machine.AUTO_REPLY
    if _is_list(headers, sender, reply_to):
        return Machine.LIST
    if NULL_SENDER.match(headers.first("return-path") or "x"):
        return Machine.AUTO_REPLY
    return None


def _is_auto_reply(root: Part, headers: Headers, subject: str) -> bool:
    submitted = headers.first("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if root.content_type == "multipart/report":
        return True  # a report that is no bounce: a read receipt
    if any(headers.first(name).strip().lower() not in ("", "no", "false", "0") for name in PROGRAMS_OWN):
        return True
    if headers.first("precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return True
    if AUTO_SUBJECT.match(subject):
        return True
    return AWAY_SUBJECT.match(subject) is not None and _answers(headers)


def _answers(headers: Headers) -> bool:
    """Whether anything but the subject says that a program answered."""
    suppress = headers.first("x-auto-response-suppress").strip().lower()
    return bool(
        (suppress and suppress != "none")
        or headers.first("precedence").strip().lower() in ("bulk", "junk", "list")
        or "x-ms-exchange-inbox-rules-loop" in headers
        or "x-loop" in headers
        or NULL_SENDER.match(headers.first("return-path") or "x")
    )


def _is_list(headers: Headers, sender: Handle, reply_to: Sequence[Handle]) -> bool:
    if "list-id" in headers or "list-post" in headers:
        return True
    precedence = headers.first("precedence").strip().lower()
    if precedence == "list":
        return True
    if precedence not in ("bulk", "junk") and "list-unsubscribe" not in headers:
        return False
    return not _is_on_behalf_of_somebody(sender, reply_to)


def _is_on_behalf_of_somebody(sender: Handle, reply_to: Sequence[Handle]) -> bool:
    """A platform carries a person's own letter: the answer goes to an address elsewhere."""
    home = domain(sender.address)
    return any(reply.address and not are_related(domain(reply.address), home) for reply in reply_to)


def list_addresses(headers: Headers) -> set[str]:
    """The posting addresses a list names for itself; an office may be behind one of its own."""
    return {address.lower() for address in ANY_ADDRESS.findall(headers.first("list-post")[:2000])}
