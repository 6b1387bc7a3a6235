"""The one thing that leaves without a person: fixed words that say "we have it", with the status link.

Nothing that anybody typed is in it. Never to machines, never on risk words, never twice in a hurry.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors.contract import PERHAPS_AUTOMATIC, PUBLIC, Handle, Letter, PermanentFailure
from inbox import address_proofs, bodies, outbox, sealed_letters, status_links
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


@dataclass(frozen=True, slots=True)
class _Turn:
    """A message that fixed words may answer: on which case, to whom, in which language, and when."""

    session: Session
    desk: Desk
    case: Case
    message: Message
    person: Constituent
    language: str
    now: datetime

    def link(self, path: str) -> str:
        """An address of ours, in the language of the letter."""
        welsh = "/cy" if self.language == "cy" else ""
        return f"{self.desk.tools.base_url.rstrip('/')}{welsh}{path}"

    def left_out(self, because: str | None) -> None:
        """Notes why nothing was sent."""
        record(self.session, self.case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=self.now,
               message=self.message.id, because=because)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Words:
    """Fixed words for one person, and why they leave.

    `secret`, the token of the link in them, leaves with the letter and is kept on no page, in no row and in
    no file that opens without our keys.
    """

    purpose: outbox.Purpose
    subject: str
    text: str
    secret: str

    @property
    def shown(self) -> str:
        return self.text.replace(self.secret, "…")

    @property
    def is_proof(self) -> bool:
        """A proof carries nothing that anybody typed but the address, and not even the case's reference."""
        return self.purpose is outbox.Purpose.PROOF


def acknowledge(
    session: Session, desk: Desk, case: Case, message: Message, person: Constituent, triage: Triage,
    *, is_disowned: bool, now: datetime, reply_by: str = "email",
) -> Message | None:  # fmt: skip
    """Queues the acknowledgement of a person's first message, or notes why there is none.

    `reply_by` is what they asked for with this message: whoever asks for a call or a letter gets no mail.

    An address that somebody only typed is first asked, in neutral words, whether it is theirs.
    """
    turn = _Turn(session, desk, case, message, person, language_of(person, triage.assessment), now)
    if reply_by != "email":
        turn.left_out(_ANOTHER)
        return None
    judged = Judged(triage.verdict.kind, triage.verdict.flags, not triage.verdict.acknowledge, is_disowned)
    return _acknowledge(turn, judged)


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
    turn = _Turn(session, desk, case, message, person, person.language, now)
    asked = _ask(turn, channel, actor)
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
    return _acknowledge(_Turn(session, desk, case, message, person, message.language, now), judged)


def _acknowledge(turn: _Turn, judged: Judged) -> Message | None:
    channel = turn.desk.carrier_of(turn.message.channel_id)
    reason = _why_not(turn, channel, judged)
    if reason or channel is None:
        turn.left_out(reason)
        return None
    is_typed = channel.id != turn.message.channel_id
    if is_typed and not address_proofs.is_proved(turn.session, turn.message.sender_handle):
        return _ask(turn, channel)
    try:
        with savepoint(turn.session):
            words = _acknowledgement(turn)
            if channel.mode == ChannelMode.REDIRECT and not is_typed:
                words = replace(words, text=f"{channel.redirect_words}\n\n{words.text}")
            return _send(turn, channel, words)
    except PermanentFailure as failure:  # an address that nothing can be sent to must not hold up the case
        turn.left_out(failure.reason)
        return None


def _ask(turn: _Turn, channel: Channel, actor: Actor = SYSTEM) -> Message | None:
    """Asks a typed address whether it is its writer's. The letter tells nothing of message or writer."""
    if not address_proofs.may_ask(turn.session, turn.message.sender_handle, turn.now):
        turn.left_out("this address was asked often enough today")
        return None
    try:
        with savepoint(turn.session):
            return _send(turn, channel, _question(turn, actor))
    except PermanentFailure as failure:
        turn.left_out(failure.reason)
        return None


def _acknowledgement(turn: _Turn) -> _Words:
    """The words that say we have it, with a status link made for them."""
    case, office = turn.case, turn.desk.office
    token = status_links.issue(turn.session, case, turn.person, language=turn.language, now=turn.now)
    promised = status_links.next_word(turn.session, case, turn.now)
    subject, text = letter(_LETTER[office.kind], turn.language, {
        "office": office.name,
        "member": office.member or office.name,
        "constituency": office.constituency or "",
        "reference": case.reference,
        "received_on": local_date(case.received_at, office.time_zone, turn.language),
        "next_update": local_date(promised, office.time_zone, turn.language) if promised else None,
        "status_link": turn.link(f"/s/{token}"),
        "phone": office.phone or None,
    })  # fmt: skip
    return _Words(outbox.Purpose.ACKNOWLEDGEMENT, subject, text, token)


def _question(turn: _Turn, actor: Actor) -> _Words:
    """The words that ask whether an address is its writer's, with a link made for them."""
    office = turn.desk.office
    token = address_proofs.ask(turn.session, turn.case, turn.message.sender_handle, turn.now, actor)
    subject, text = letter("confirm-address", turn.language, {
        "office": office.name,
        "confirm_link": turn.link(f"/contact/{office.slug}/confirm/{token}"),
        "phone": office.phone or "",
    })  # fmt: skip
    return _Words(outbox.Purpose.PROOF, subject, text, token)


def _send(turn: _Turn, channel: Channel, words: _Words) -> Message:
    """Puts fixed words on the case and in the outbox. Raises PermanentFailure for an unusable address."""
    case, desk = turn.case, turn.desk
    reference = new_reference(desk.office.prefix) if words.is_proof else case.reference
    outgoing_id = new_message_id(reference, channel.account.rpartition("@")[2], desk.keys)
    raw = _composed(turn, channel, words, outgoing_id)
    raw_hash = sealed_letters.keep(desk.store, desk.keys, case.office_id, outgoing_id, raw)
    sent = _filed(turn, channel, words, outgoing_id)
    outbox.queue(
        turn.session, case=case, message=sent, channel=channel, purpose=words.purpose,
        recipients=list(sent.recipients), envelope_sender="", outgoing_id=outgoing_id,
        raw_hash=raw_hash, now=turn.now, not_before=turn.now,
    )  # fmt: skip
    return sent


def _composed(turn: _Turn, channel: Channel, words: _Words, outgoing_id: str) -> bytes:
    """The letter as bytes, marked as automatic (RFC 3834)."""
    answers = turn.message
    return turn.desk.tools.composers[channel.kind].compose(
        Letter(
            message_id=outgoing_id,
            sender=Handle(turn.desk.office.name, channel.account),
            recipients=(Handle("" if words.is_proof else turn.person.name, answers.sender_handle),),
            subject=words.subject,
            text=words.text,
            date=turn.now,
            language=turn.language,
            automatic=True,
            in_reply_to=answers.external_id,
            heard_at=answers.received_at,
            references=(answers.external_id,) if answers.external_id else (),
            answered_warnings=tuple(answers.warnings),
        )
    )


def _filed(turn: _Turn, channel: Channel, words: _Words, outgoing_id: str) -> Message:
    """What the case shows of the letter: its words without the secret."""
    message = Message(
        office_id=turn.case.office_id,
        case_id=turn.case.id,
        channel_id=channel.id,
        direction=Direction.OUTBOUND,
        kind=MessageKind.MESSAGE if words.is_proof else MessageKind.ACKNOWLEDGEMENT,
        external_id=outgoing_id,
        sender_name=turn.desk.office.name,
        sender_handle=channel.account,
        recipients=[turn.message.sender_handle],
        subject=words.subject,
        text=words.shown,
        new_text=words.shown,
        language=turn.language,
        constituent_id=turn.person.id,
        received_at=turn.now,
    )
    turn.session.add(message)
    turn.session.flush()
    turn.case.message_count += 1
    return message


def _why_not(turn: _Turn, channel: Channel | None, judged: Judged) -> str | None:
    """What keeps a machine from answering, as the history says it; None where it may."""
    desk, message, person, now = turn.desk, turn.message, turn.person, turn.now
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
            sent_today=_lately(turn.session, person, now),
        ),
        now,
    )
    if allowed and bodies.is_at(turn.session, message.sender_handle):
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
