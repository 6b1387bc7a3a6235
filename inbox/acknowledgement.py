"""The one thing that leaves without a person: fixed words that say "we have it", with the status link.

Nothing that anybody typed is in it. Never to machines, never on risk words, never twice in a hurry.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors.contract import PERHAPS_AUTOMATIC, PUBLIC, Handle, Letter, PermanentFailure
from inbox import address_proofs, bodies, outbox, status_links
from inbox.database import find_or_none, savepoint
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    SENDING,
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Decision,
    Direction,
    EventKind,
    Message,
    MessageKind,
    OfficeKind,
)
from inbox.references import new_message_id, new_reference
from inbox.triage import Triage, language_of
from inbox.wording import letter
from routing.acknowledging import AcknowledgementFacts, may_acknowledge
from routing.words import Flag, Kind

_LETTER = {str(OfficeKind.MP): "acknowledgement", str(OfficeKind.DEPARTMENT): "acknowledgement-department"}
"""Whom an office can help is said by those that help their own constituents only."""
_ANOTHER = "the person chose another way to be answered"


@dataclass(frozen=True, slots=True)
class Judged:
    """What triage made of a message, as far as it bears on answering by machine."""

    kind: Kind | None
    flags: frozenset[Flag]
    ruled_out: bool
    is_disowned: bool


def acknowledge(
    session: Session, desk: Desk, case: Case, message: Message, person: Constituent, triage: Triage,
    *, is_disowned: bool, now: datetime, reply_by: str = "email",
) -> Message | None:  # fmt: skip
    """Queues the acknowledgement of a person's first message, or notes why there is none.

    `reply_by` is what they asked for with this message: whoever asks for a call or a letter gets no mail.

    An address that somebody only typed is first asked, in neutral words, whether it is theirs.
    """
    if reply_by != "email":
        record(
            session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id, because=_ANOTHER
        )
        return None
    judged = Judged(triage.verdict.kind, triage.verdict.flags, not triage.verdict.acknowledge, is_disowned)
    language = language_of(person, triage.assessment)
    return _acknowledge(session, desk, case, message, person, judged, language, now)


def ask_by_hand(
    session: Session, desk: Desk, case: Case, message: Message, *, now: datetime, actor: Actor
) -> Message:
    """Somebody of the office wants a typed address asked. Raises Refused where it may not be."""
    person = find_or_none(session, Constituent, message.constituent_id)
    channel = desk.carrier_of(message.channel_id)
    if (
        person is None
        or message.case_id != case.id
        or message.kind != MessageKind.FORM
        or address_proofs.is_proved(session, message.sender_handle)
    ):
        raise Refused("There is no address here that waits to be confirmed.")
    if channel is None or channel.mode not in SENDING:
        raise Refused("No mailbox of the office sends now.")
    if not address_proofs.may_ask(session, message.sender_handle, now):
        raise Refused("This address was asked often enough today. Ask again tomorrow, or ring them.")
    asked = _ask(session, desk, case, message, person, channel, person.language, now, actor)
    if asked is None:
        raise Refused("Nothing can be sent to this address.")
    return asked


def acknowledge_later(
    session: Session, desk: Desk, case: Case, message: Message, person: Constituent, *, now: datetime
) -> Message | None:
    """The same once the address is proved: by what the case is now, which may be more than it was."""
    decision = session.exec(select(Decision).where(Decision.message_id == message.id)).first()
    ruled_out = decision is not None and not decision.trace.get("acknowledge", True)
    kind, flags = Kind(case.kind), frozenset(Flag(flag) for flag in case.flags)
    judged = Judged(kind, flags, ruled_out, is_disowned=False)
    return _acknowledge(session, desk, case, message, person, judged, message.language, now)


def _acknowledge(
    session: Session, desk: Desk, case: Case, message: Message, person: Constituent, judged: Judged,
    language: str, now: datetime,
) -> Message | None:  # fmt: skip
    channel = desk.carrier_of(message.channel_id)
    reason = _why_not(session, desk, channel, case, message, person, judged, now)
    if reason or channel is None:
        record(session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id, because=reason)
        return None
    is_typed = channel.id != message.channel_id
    if is_typed and not address_proofs.is_proved(session, message.sender_handle):
        return _ask(session, desk, case, message, person, channel, language, now)
    try:
        with savepoint(session):
            token = status_links.issue(session, case, person, language=language, now=now)
            subject, text = letter(
                _LETTER[desk.office.kind], language, _values(session, desk, case, token, language, now)
            )
            if channel.mode == ChannelMode.REDIRECT and not is_typed:
                text = f"{channel.redirect_words}\n\n{text}"
            return send_automatic(
                session, desk, case, person, channel, to=message.sender_handle, subject=subject, text=text,
                secret=token, language=language, answers=message, now=now,
            )  # fmt: skip
    except PermanentFailure as failure:  # an address that nothing can be sent to must not hold up the case
        record(session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id,
               because=failure.reason)  # fmt: skip
        return None


def _ask(
    session: Session, desk: Desk, case: Case, message: Message, person: Constituent, channel: Channel,
    language: str, now: datetime, actor: Actor = SYSTEM,
) -> Message | None:  # fmt: skip
    """Asks a typed address whether it is its writer's. The letter tells nothing of message or writer."""
    address = message.sender_handle
    if not address_proofs.may_ask(session, address, now):
        record(session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id,
               because="this address was asked often enough today")  # fmt: skip
        return None
    try:
        with savepoint(session):
            token = address_proofs.ask(session, case, address, now, actor)
            welsh = "/cy" if language == "cy" else ""
            link = f"{desk.tools.base_url.rstrip('/')}{welsh}/contact/{desk.office.slug}/confirm/{token}"
            values = {"office": desk.office.name, "confirm_link": link, "phone": desk.office.phone or ""}
            subject, text = letter("confirm-address", language, values)
            return send_automatic(
                session, desk, case, person, channel, to=address, subject=subject, text=text, secret=token,
                language=language, answers=message, now=now, purpose=outbox.Purpose.PROOF,
            )  # fmt: skip
    except PermanentFailure as failure:
        record(session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id,
               because=failure.reason)  # fmt: skip
        return None


def send_automatic(
    session: Session, desk: Desk, case: Case, person: Constituent, channel: Channel, *, to: str, subject: str,
    text: str, secret: str, language: str, answers: Message, now: datetime,
    purpose: outbox.Purpose = outbox.Purpose.ACKNOWLEDGEMENT,
) -> Message:  # fmt: skip
    """Queues fixed words as automatic mail: null envelope sender, marked as automatic (RFC 3834).

    `secret`, the token of the status link, leaves with the letter and is kept on no page and in no row.
    A proof carries nothing that anybody typed but the address, and not even the case's own reference.
    """
    is_proof = purpose is outbox.Purpose.PROOF
    reference = new_reference(desk.office.prefix) if is_proof else case.reference
    shown = text.replace(secret, "…")
    outgoing_id = new_message_id(reference, channel.account.rpartition("@")[2], desk.keys)
    raw = desk.tools.composers[channel.kind].compose(
        Letter(
            message_id=outgoing_id,
            sender=Handle(desk.office.name, channel.account),
            recipients=(Handle("" if is_proof else person.name, to),),
            subject=subject,
            text=text,
            date=now,
            language=language,
            automatic=True,
            in_reply_to=answers.external_id,
            heard_at=answers.received_at,
            references=(answers.external_id,) if answers.external_id else (),
        )
    )
    sent = Message(
        office_id=case.office_id,
        case_id=case.id,
        channel_id=channel.id,
        direction=Direction.OUTBOUND,
        kind=MessageKind.MESSAGE if is_proof else MessageKind.ACKNOWLEDGEMENT,
        external_id=outgoing_id,
        sender_name=desk.office.name,
        sender_handle=channel.account,
        recipients=[to],
        subject=subject,
        text=shown,
        new_text=shown,
        language=language,
        constituent_id=person.id,
        received_at=now,
    )
    session.add(sent)
    session.flush()
    case.message_count += 1
    outbox.queue(
        session, case=case, message=sent, channel=channel, purpose=purpose,
        recipients=[to], envelope_sender="", outgoing_id=outgoing_id,
        raw_hash=desk.store.put(case.office_id, raw), now=now, not_before=now,
    )  # fmt: skip
    return sent


def _why_not(
    session: Session, desk: Desk, channel: Channel | None, case: Case, message: Message, person: Constituent,
    judged: Judged, now: datetime,
) -> str | None:  # fmt: skip
    if channel is None or channel.mode not in SENDING or channel.kind not in desk.tools.composers:
        return "channel_listens"
    if desk.mode_of(message.channel_id) not in SENDING:
        return "channel_listens"
    if desk.office.sending_paused:
        return "sending_paused"
    if desk.office.restored_at and message.received_at <= desk.office.restored_at:
        return "restored"
    if message.kind in PUBLIC:
        return "public"
    if message.forwarded_by:
        return "forwarded"
    if message.kind == MessageKind.FORM and person.safe_contact.get("reply_by", "email") != "email":
        return _ANOTHER
    allowed, reason = may_acknowledge(
        AcknowledgementFacts(
            received_at=message.received_at,
            address=message.sender_handle,
            kind=judged.kind,
            flags=judged.flags,
            perhaps_automatic=PERHAPS_AUTOMATIC in message.warnings,
            dmarc_failed=judged.is_disowned,
            own_addresses=desk.own_addresses,
            ruled_out=judged.ruled_out,
            sent_today=_lately(session, person, now),
        ),
        now,
    )
    if allowed and bodies.is_at(session, message.sender_handle):
        return "it came from an organisation that we ask: a person's private link is none of its business"
    return None if allowed else reason


def _lately(session: Session, person: Constituent, now: datetime) -> int:
    """How many acknowledgements this person was sent within a day, on any case."""
    query = (
        select(func.count())
        .select_from(Message)
        .join(Case, col(Case.id) == Message.case_id)
        .where(
            Case.constituent_id == person.id,
            Message.kind == MessageKind.ACKNOWLEDGEMENT,
            Message.received_at > now - timedelta(days=1),
        )
    )
    return session.exec(query).one()


def _values(
    session: Session, desk: Desk, case: Case, token: str, language: str, now: datetime
) -> dict[str, str | None]:
    office, promised = desk.office, status_links.next_word(session, case, now)
    welsh = "/cy" if language == "cy" else ""
    return {
        "office": office.name,
        "member": office.member or office.name,
        "constituency": office.constituency or "",
        "reference": case.reference,
        "received_on": local_date(case.received_at, office.time_zone, language),
        "next_update": local_date(promised, office.time_zone, language) if promised else None,
        "status_link": f"{desk.tools.base_url.rstrip('/')}{welsh}/s/{token}",
        "phone": office.phone or None,
    }
