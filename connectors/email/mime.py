"""Bytes of a mail to what it says: the one public door of everything that understands mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import Attachment, Handle, Machine, Verdict
from connectors.email import limits
from connectors.email.addresses import ANY_ADDRESS, are_related, domain, read_addresses
from connectors.email.authentication import Authentication, read_authentication
from connectors.email.bodies import Body, gather
from connectors.email.cautions import Caution
from connectors.email.charsets import decode
from connectors.email.headers import Headers, identifiers, read_date
from connectors.email.machine import is_perhaps_automatic, list_addresses, machine_kind
from connectors.email.parts import split
from connectors.email.quoting import new_text
from connectors.email.reports import Report, read_report
from connectors.email.sanitising import is_simplified, loads_remote_content, paragraphs, sanitise
from connectors.email.subjects import answers_something
from connectors.email.texts import clean_lines

RECIPIENT_FIELDS = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-delivered-to",
    "apparently-to",
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, understood.

    Ids are written `<left@right>` (`reading.read` hands them on bare), addresses as their owner wrote them.
    `text` is all visible text with "\\n" line ends; `new_text` is for display and decisions only.
    `markup` is the HTML as it came and must never be shown; `html` is the harmless form, made when asked for.
    `authentication_results` are all such headers, topmost first, unjudged; `dmarc` is what the topmost says.
    `delivered_to` are all addresses in headers that name a recipient. `report` is set for bounces.
    """

    message_id: str | None
    sender: Handle
    to: tuple[Handle, ...]
    cc: tuple[Handle, ...]
    reply_to: tuple[Handle, ...]
    subject: str
    sent_at: datetime | None
    text: str
    new_text: str
    markup: str | None
    attachments: tuple[Attachment, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    machine: Machine | None
    warnings: tuple[str, ...]
    dmarc: Verdict = Verdict.NEUTRAL
    authentication_results: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    list_addresses: frozenset[str] = frozenset()
    report: Report | None = None
    stable: tuple[str, ...] = ()
    body_start: int = 0

    @property
    def html(self) -> str | None:
        """The formatted form: nothing in it runs, loads, submits or restyles. None without HTML."""
        return sanitise(self.markup) if self.markup else None


def read_mail(raw: bytes) -> Mail:
    """What `raw` says. Never raises, on any bytes: what cannot be understood is shown as the text it is.

    Standards: RFC 5322, 2045 to 2049, 2231, 3676, 3834, 3464, 8601; all of them tolerantly. Cost and size
    are bounded by `limits`; what lies past a limit is named in `warnings` and kept as an attachment.
    """
    try:
        return _read(raw)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        AssertionError,
    ):
        return _as_text(raw)


def _read(raw: bytes) -> Mail:
    tree = split(raw)
    headers = tree.root.headers
    body = gather(tree)
    text = body.text
    subject = headers.text("subject")
    senders = _senders(headers)
    sender = senders[0] if senders else Handle("", "")
    reply_to = read_addresses(", ".join(headers.every("reply-to")))
    sent_at = read_date(headers.first("date"))
    message_ids = identifiers(headers.first("message-id"))
    in_reply_to = identifiers(headers.first("in-reply-to"))
    references = identifiers(" ".join(headers.every("references")))
    results = tuple(headers.every("authentication-results"))
    authentication = read_authentication(results)
    is_reply = bool(in_reply_to or references) or answers_something(subject)
    own_words = new_text(text, is_reply=is_reply)
    machine = machine_kind(tree.root, sender, reply_to, subject, text, own_words)
    to, cc = (read_addresses(", ".join(headers.every(name))) for name in ("to", "cc"))
    if not message_ids:
        body.caution(Caution.NO_MESSAGE_ID)
    if sent_at is None:
        body.caution(Caution.NO_DATE)
    body.caution(*_cautions_about_the_sender(senders, reply_to, authentication))
    if machine is None and is_perhaps_automatic(tree.root):
        body.caution(Caution.PERHAPS_AUTOMATIC)
    return Mail(
        message_id=message_ids[0] if message_ids else None,
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        subject=subject,
        sent_at=sent_at,
        text=text,
        new_text=own_words,
        markup=_markup(body),
        attachments=tuple(body.attachments),
        in_reply_to=in_reply_to,
        references=references,
        machine=machine,
        warnings=tuple(body.cautions),
        dmarc=authentication.dmarc,
        authentication_results=results,
        delivered_to=_delivered_to(headers),
        list_addresses=list_addresses(headers, (*to, *cc)),
        report=read_report(headers, subject, text, body.reports) if machine is Machine.BOUNCE else None,
        stable=tuple(" ".join(headers.first(name).split()) for name in ("from", "to", "subject", "date")),
        body_start=tree.root.start,
    )


def _senders(headers: Headers) -> tuple[Handle, ...]:
    """Who wrote: From, or where there is none, who stands in for it."""
    for name in ("from", "sender", "reply-to", "return-path"):
        found = read_addresses(headers.first(name))
        if any(handle.address or handle.name for handle in found):
            return found
    return ()


def _cautions_about_the_sender(
    senders: Sequence[Handle], reply_to: Sequence[Handle], authentication: Authentication
) -> list[Caution]:
    if not senders:
        return [Caution.NO_SENDER]
    sender = senders[0]
    address, home = sender.address.lower(), domain(sender.address)
    found = [] if address else [Caution.NO_SENDER]
    if len(senders) > 1:
        found.append(Caution.SEVERAL_SENDERS)
    if any(reply.address and reply.address.lower() != address for reply in reply_to):
        found.append(Caution.REPLY_TO_DIFFERS)
    shown = ANY_ADDRESS.findall(sender.name[:1000])
    if any(other.lower() != address for other in shown):
        found.append(Caution.NAME_HOLDS_OTHER_ADDRESS)
    if authentication.dmarc is Verdict.FAIL:
        found.append(Caution.DMARC_FAIL)
    vouched = authentication.vouched
    is_doubtful = home and vouched and authentication.dmarc is not Verdict.PASS
    if is_doubtful and not any(are_related(home, other) for other in vouched):
        found.append(Caution.SENDER_DOMAIN_MISMATCH)
    return found


def _markup(body: Body) -> str | None:
    markup = body.markup
    if not markup.strip():
        return None
    if loads_remote_content(markup):
        body.caution(Caution.REMOTE_IMAGES)
    if is_simplified(markup):
        body.caution(Caution.HTML_SIMPLIFIED)
    return markup


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in RECIPIENT_FIELDS:
        for value in headers.every(name):
            found.update((handle.address.lower(), None) for handle in read_addresses(value) if handle.address)
    return tuple(found)


def _as_text(raw: bytes) -> Mail:
    """The last resort: somebody's words are in there, so they are shown as they came."""
    text = clean_lines(decode(raw[: limits.TEXT_BYTES], None)[0])
    whole = Attachment("message.eml", "message/rfc822", len(raw), raw)
    nobody = Handle("", "")
    return Mail(
        None,
        nobody,
        (),
        (),
        (),
        "",
        None,
        text,
        text,
        None,
        (whole,),
        (),
        (),
        None,
        (Caution.NOT_UNDERSTOOD,),
    )


__all__ = ["Mail", "paragraphs", "read_mail", "sanitise"]
