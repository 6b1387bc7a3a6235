"""A raw arrival of the email channel to the message or delivery report it is."""

import hashlib
import re
from collections.abc import Set

from connectors.contract import DeliveryReport, Handle, InboundMessage, Machine, RawArrival, Verdict
from connectors.email.addresses import are_related, domain
from connectors.email.authentication import read_authentication
from connectors.email.cautions import Caution
from connectors.email.forwarding import passed_on
from connectors.email.machine import speaks_as_a_program
from connectors.email.mime import Mail, read_mail

WRITETOTHEM = "writetothem.com"
LONGEST_ADDRESS = 254
TOKEN = re.compile(r"[a-z0-9._=-]{1,200}\Z")


def read(arrival: RawArrival) -> InboundMessage | DeliveryReport:
    """Understands one arrival. Pure: no network, no clock; never raises, whatever the bytes.

    Hints it knows: `authserv_id` (whose Authentication-Results count; without it the topmost),
    `own_addresses` (addresses of the office, separated by spaces), `forwarders` (whose forwards are
    taken for the mail inside), `direction` ("outbound": from the Sent
    folder, never told to be our own machine mail), `envelope_sender` ("" or "<>": the null sender).
    """
    mail = read_mail(arrival.raw)
    message = _message(arrival, mail)
    if mail.report is None or message.machine is not Machine.BOUNCE:
        return message
    report = mail.report
    return DeliveryReport(
        channel=arrival.channel,
        account=arrival.account,
        external_id=message.external_id,
        action=report.action,
        recipient=report.recipient,
        status=report.status,
        reason=report.reason,
        original_ids=_bare(report.original_ids),
        others=report.others,
        message=message,
    )


def content_key(mail: Mail, raw: bytes) -> str:
    """Equal for two deliveries of one mail: Message-ID with SHA-256 of body and stable headers (P-02).

    Received and other trace fields differ per delivery and are left out, line ends are made alike.
    """
    digest = hashlib.sha256("\0".join((mail.message_id or "", *mail.stable)).encode())
    body = memoryview(raw)[mail.body_start :].tobytes().replace(b"\r\n", b"\n").rstrip()
    digest.update(b"\0")
    digest.update(body)
    return digest.hexdigest()


def _message(arrival: RawArrival, mail: Mail) -> InboundMessage:
    hints = arrival.hints
    own = {address.lower() for address in hints.get("own_addresses", "").split()}
    verdict = read_authentication(mail.authentication_results, hints.get("authserv_id") or None).dmarc
    source = _source(mail, verdict)
    sender = _lowered(_constituent(mail) if source else mail.sender)
    key = content_key(mail, arrival.raw)
    message = InboundMessage(
        channel=arrival.channel,
        account=arrival.account,
        external_id=mail.message_id.strip("<>") if mail.message_id else f"sha256:{key}",
        sender=sender,
        subject=mail.subject or None,
        text=mail.text,
        new_text=mail.new_text,
        attachments=mail.attachments,
        sent_at=mail.sent_at,
        content_key=key,
        recipients=tuple(map(_lowered, mail.to)),
        copied=tuple(map(_lowered, mail.cc)),
        reply_to=tuple(map(_lowered, mail.reply_to)),
        in_reply_to=_bare(mail.in_reply_to),
        references=_bare(mail.references),
        reply_tokens=reply_tokens(mail.delivered_to),
        machine=_machine(arrival, mail, sender, own),
        authentication=verdict,
        warnings=_warnings(arrival, mail, own, verdict, source),
        source=source,
    )
    trusted = "" if hints.get("direction") == "outbound" else hints.get("forwarders", "")
    return passed_on(message, mail, trusted, frozenset(own)) if trusted else message


def _bare(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Message-IDs without their angle brackets, as the rest of the product keeps them."""
    return tuple(one.strip("<>") for one in ids)


def _lowered(handle: Handle) -> Handle:
    """Lower case; what is longer than an address can be (RFC 5321, 4.5.3.1.3) is only a name."""
    if len(handle.address) > LONGEST_ADDRESS:
        return Handle(handle.name or handle.address[:LONGEST_ADDRESS], "")
    return Handle(handle.name, handle.address.lower())


def reply_tokens(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """What stands after "+" in the local parts of recipient addresses: candidates, none of them verified."""
    found = (address.rpartition("@")[0].partition("+")[2] for address in addresses)
    return tuple(dict.fromkeys(token for token in found if TOKEN.match(token)))


def _source(mail: Mail, verdict: Verdict) -> str | None:
    """The relay that carries a letter: WriteToThem has its domain in From, the writer's in Reply-To."""
    home = domain(mail.sender.address)
    if mail.machine is Machine.BOUNCE or verdict is Verdict.FAIL or not home:
        return None
    theirs = home == WRITETOTHEM or home.endswith("." + WRITETOTHEM)
    answers = [reply for reply in mail.reply_to if reply.address]
    if theirs and len(answers) == 1 and not are_related(domain(answers[0].address), WRITETOTHEM):
        return "writetothem"
    return None


def _constituent(mail: Mail) -> Handle:
    reply = next(reply for reply in mail.reply_to if reply.address)
    return Handle(mail.sender.name or reply.name, reply.address)


def _machine(arrival: RawArrival, mail: Mail, sender: Handle, own: set[str]) -> Machine | None:
    outbound = arrival.hints.get("direction") == "outbound"
    if mail.machine is Machine.BOUNCE:
        return mail.machine
    if sender.address in own and not outbound:
        return Machine.OWN
    if mail.machine is Machine.LIST and _writes_to_us(mail, own):
        return None
    if mail.machine is None and _has_null_envelope(arrival) and not outbound:
        return Machine.AUTO_REPLY if speaks_as_a_program(mail.subject, mail.new_text) else None
    return mail.machine


def _writes_to_us(mail: Mail, own: set[str]) -> bool:
    """Whether list mail is a person's to the office: the office stands behind a list of its own, or the
    writer named us beside the list."""
    return _is_our_list(mail, own) or (_names(mail, own) and _names(mail, mail.list_addresses))


def _is_our_list(mail: Mail, own: set[str]) -> bool:
    return bool(own & mail.list_addresses)


def _names(mail: Mail, addresses: Set[str]) -> bool:
    return any(handle.address.lower() in addresses for handle in (*mail.to, *mail.cc))


def _has_null_envelope(arrival: RawArrival) -> bool:
    envelope = arrival.hints.get("envelope_sender")
    return envelope is not None and envelope.strip() in ("", "<>")


def _warnings(
    arrival: RawArrival, mail: Mail, own: set[str], verdict: Verdict, source: str | None
) -> tuple[str, ...]:
    dropped = {str(Caution.DMARC_FAIL)}
    if source:  # the relay is known, and its writer is the one who is answered
        dropped |= {str(Caution.REPLY_TO_DIFFERS), str(Caution.PERHAPS_AUTOMATIC)}
    kept = [warning for warning in mail.warnings if warning not in dropped]
    if verdict is Verdict.FAIL:
        kept.append(str(Caution.DMARC_FAIL))
    through_a_list = mail.machine is Machine.LIST and not _is_our_list(mail, own)
    if not source and (through_a_list or _has_null_envelope(arrival)):
        kept.append(str(Caution.PERHAPS_AUTOMATIC))
    return tuple(dict.fromkeys(kept))
