"""Which case a message belongs to: our signed reply address, then what it answers, never its subject.

A hit is not yet leave to join: the sender must be known on the case and not disowned by their own
domain. Otherwise the message waits beside the case for a person to say.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from connectors.contract import Form, InboundMessage, Verdict
from inbox.database import locked
from inbox.desk import Desk
from inbox.models import Case, CaseStatus, Constituent, Direction, Handle, Message
from inbox.recall import Recall, answered_ids
from inbox.references import compact_of, reference_in_message_id, reference_in_token, thread_of

_MOST_IDS = 60
THREAD_RESTS = timedelta(days=30)
"""A conversation on a platform never ends: after so long, what follows a finished case is a new matter."""


class Because(StrEnum):
    """Why a message is thought to belong to a case, or held beside it."""

    REPLY_ADDRESS = "reply_address"
    REFERENCES = "references"
    THREAD = "thread"
    SAME_PERSON = "same_person"
    UNKNOWN_SENDER = "unknown_sender"
    DISOWNED = "failed_dmarc"


@dataclass(frozen=True, slots=True)
class Match:
    """`case` was hit. `is_sure`: it may join; otherwise it is proposed, `because` says why not."""

    case: Case
    is_sure: bool
    because: Because


def match(
    session: Session, desk: Desk, message: InboundMessage, person: Constituent | None, known: Recall
) -> Match | None:
    """The case that `message` answers, or None. `person` is who its address belongs to, if known."""
    case, because = _by_reply_address(session, desk, message), Because.REPLY_ADDRESS
    if case is None:
        case, because = by_references(session, desk, message, known), Because.REFERENCES
    if case is None:
        case, because = _by_thread(session, message, known), Because.THREAD
    if case is None:
        return None
    known.see(session, case.id, case.constituent_id)
    if message.authentication is Verdict.FAIL:
        return Match(case, False, Because.DISOWNED)
    if because is Because.THREAD and message.form is Form.REPORT:
        return Match(case, True, because)  # whoever keeps the report says which one it is about
    if not _knows(session, case, message, person):
        return Match(case, False, Because.UNKNOWN_SENDER)
    return Match(case, True, because)


def _by_reply_address(session: Session, desk: Desk, message: InboundMessage) -> Case | None:
    for token in message.reply_tokens[:_MOST_IDS]:
        compact = reference_in_token(token, desk.keys)
        case = by_compact(session, desk, compact)
        if case is not None:
            return living(session, case)
    return None


def by_references(session: Session, desk: Desk, message: InboundMessage, known: Recall) -> Case | None:
    """The case that a message answers: In-Reply-To, then References from the newest, as we know them."""
    for one in answered_ids(message):
        if one in known.answered:
            known.see(session, known.answered[one])
            case = session.exec(locked(session, select(Case).where(Case.id == known.answered[one]))).first()
        else:
            case = by_compact(session, desk, reference_in_message_id(one, desk.keys))
        if case is not None:
            return living(session, case)
    return None


def conversation(session: Session, desk: Desk, message: InboundMessage, known: Recall) -> Case | None:
    """The case that something of ours belongs to: by what it answers, else by its thread."""
    return by_references(session, desk, message, known) or _by_thread(session, message, known)


def _by_thread(session: Session, message: InboundMessage, known: Recall) -> Case | None:
    """The case of the newest message of this conversation, unless that is finished and long ago.

    A report to somebody, and what becomes of it, is one matter however long it takes.
    """
    thread = thread_of(message)
    if thread is None:
        return None
    known.see_thread(session, thread)
    query = (
        select(Message)
        .where(Message.thread == thread, col(Message.case_id).is_not(None))
        .order_by(col(Message.id).desc())
    )
    newest = session.exec(query.limit(1)).first()
    if newest is None:
        return None
    case = living(session, session.exec(locked(session, select(Case).where(Case.id == newest.case_id))).one())
    is_over = case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED) and message.form is not Form.REPORT
    said_at = message.sent_at or newest.received_at
    return None if is_over and said_at - newest.received_at > THREAD_RESTS else case


def by_compact(session: Session, desk: Desk, compact: str | None) -> Case | None:
    """The case of this office whose reference a token carried."""
    prefix = desk.office.prefix
    if compact is None or not compact.startswith(prefix):
        return None
    middle, check = compact[len(prefix) : -2], compact[-2:]
    query = select(Case).where(Case.reference == f"{prefix}-{middle}-{check}")
    case = session.exec(locked(session, query)).first()
    return case if case is not None and compact_of(case.reference) == compact else None


def living(session: Session, case: Case) -> Case:
    """The case that this one was merged into, and so on."""
    seen = {case.id}
    while case.merged_into and case.merged_into not in seen:
        seen.add(case.merged_into)
        case = session.exec(locked(session, select(Case).where(Case.id == case.merged_into))).one()
    return case


def _knows(session: Session, case: Case, message: InboundMessage, person: Constituent | None) -> bool:
    """Whether the sender is the case's person, has written on it, or was written to on it."""
    address = message.sender.address.lower()
    if not address:
        return False
    if person is not None and case.constituent_id == person.id:
        return True
    owner = select(Handle.id).where(Handle.constituent_id == case.constituent_id, Handle.address == address)
    # An auto-reply is filed on a case whoever it came from, so it introduces nobody.
    wrote = select(Message.id).where(Message.case_id == case.id, Message.sender_handle == address,
                                     Message.direction == Direction.INBOUND,
                                     col(Message.machine).is_(None))  # fmt: skip
    if session.exec(owner.limit(1)).first() or session.exec(wrote.limit(1)).first():
        return True
    written_to = select(Message.recipients).where(
        Message.case_id == case.id, Message.direction == Direction.OUTBOUND
    )
    return any(address in recipients for recipients in session.exec(written_to))
