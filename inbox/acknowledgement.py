"""The one thing that leaves without a person: fixed words that say "we have it", with the status link.

Nothing that anybody typed is in it. Never to machines, never on risk words, never twice in a hurry.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors.contract import PUBLIC, Handle, Letter, PermanentFailure
from inbox import outbox, status_links
from inbox.database import savepoint
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import (
    SENDING,
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Direction,
    EventKind,
    Message,
    MessageKind,
)
from inbox.references import new_message_id
from inbox.triage import Triage, language_of
from inbox.wording import letter
from routing.acknowledging import AcknowledgementFacts, may_acknowledge


def acknowledge(
    session: Session, desk: Desk, case: Case, message: Message, person: Constituent, triage: Triage,
    *, is_disowned: bool, now: datetime,
) -> Message | None:  # fmt: skip
    """Queues the acknowledgement of a person's first message, or notes why there is none."""
    channel = desk.channels.get(message.channel_id or "")
    reason = _why_not(session, desk, channel, case, message, person, triage, is_disowned, now)
    if reason or channel is None:
        record(session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id, because=reason)
        return None
    language = language_of(person, triage.assessment)
    try:
        with savepoint(session):
            token = status_links.issue(session, case, person, language=language, now=now)
            subject, text = letter("acknowledgement", language, _values(desk, case, token, language))
            if channel.mode == ChannelMode.REDIRECT:
                text = f"{channel.redirect_words}\n\n{text}"
            return send_automatic(
                session, desk, case, person, channel, to=message.sender_handle, subject=subject, text=text,
                secret=token, language=language, answers=message, now=now,
            )  # fmt: skip
    except PermanentFailure as failure:  # an address that nothing can be sent to must not hold up the case
        record(session, case, EventKind.NOT_ACKNOWLEDGED, SYSTEM, now=now, message=message.id,
               because=failure.reason)  # fmt: skip
        return None


def send_automatic(
    session: Session, desk: Desk, case: Case, person: Constituent, channel: Channel, *, to: str, subject: str,
    text: str, secret: str, language: str, answers: Message, now: datetime,
) -> Message:  # fmt: skip
    """Queues fixed words as automatic mail: null envelope sender, marked as automatic (RFC 3834).

    `secret`, the token of the status link, leaves with the letter and is kept on no page and in no row.
    """
    shown = text.replace(secret, "…")
    outgoing_id = new_message_id(case.reference, channel.account.rpartition("@")[2], desk.keys)
    raw = desk.tools.composers[channel.kind].compose(
        Letter(
            message_id=outgoing_id,
            sender=Handle(desk.office.name, channel.account),
            recipients=(Handle(person.name, to),),
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
        kind=MessageKind.ACKNOWLEDGEMENT,
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
        session, case=case, message=sent, channel=channel, purpose=outbox.Purpose.ACKNOWLEDGEMENT,
        recipients=[to], envelope_sender="", outgoing_id=outgoing_id,
        raw_hash=desk.store.put(case.office_id, raw), now=now, not_before=now,
    )  # fmt: skip
    return sent


def _why_not(
    session: Session, desk: Desk, channel: Channel | None, case: Case, message: Message, person: Constituent,
    triage: Triage, is_disowned: bool, now: datetime,
) -> str | None:  # fmt: skip
    if channel is None or channel.mode not in SENDING or channel.kind not in desk.tools.composers:
        return "channel_listens"
    if desk.office.sending_paused:
        return "sending_paused"
    if message.kind in PUBLIC:
        return "public"
    allowed, reason = may_acknowledge(
        AcknowledgementFacts(
            received_at=message.received_at,
            address=message.sender_handle,
            kind=triage.verdict.kind,
            flags=triage.verdict.flags,
            dmarc_failed=is_disowned,
            own_addresses=desk.own_addresses,
            ruled_out=not triage.verdict.acknowledge,
            sent_today=_lately(session, person, now),
        ),
        now,
    )
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


def _values(desk: Desk, case: Case, token: str, language: str) -> dict[str, str]:
    office = desk.office
    welsh = "/cy" if language == "cy" else ""
    return {
        "office": office.name,
        "member": office.member or office.name,
        "constituency": office.constituency or "",
        "reference": case.reference,
        "received_on": local_date(case.received_at, office.time_zone, language),
        "next_update": local_date(case.next_due_at, office.time_zone, language) if case.next_due_at else "",
        "status_link": f"{desk.tools.base_url.rstrip('/')}{welsh}/s/{token}",
        "phone": office.phone or "",
    }
