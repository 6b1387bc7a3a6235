"""What a constituent adds on the status page: one more message on their case, kept like any other."""

from datetime import datetime, timedelta

from sqlmodel import Session, func, select

from inbox import casefile, triage
from inbox.database import find_or_none
from inbox.desk import Desk
from inbox.errors import Refused, TooMany
from inbox.history import CONSTITUENT, record
from inbox.models import Case, Constituent, Direction, EventKind, Message, MessageKind, StatusLink, new_id

LONGEST = 20_000
MOST_A_DAY = 10


def add_information(
    session: Session, desk: Desk, case: Case, link: StatusLink, text: str, *, language: str, now: datetime
) -> Message:
    """Puts the words on the case, where the rules read them for alarm. At most ten a day on one case."""
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not words:
        raise Refused("Write your message first.")
    today = select(func.count()).where(
        Message.case_id == case.id,
        Message.kind == MessageKind.FORM,
        Message.received_at > now - timedelta(days=1),
    )
    if session.exec(today).one() >= MOST_A_DAY:
        call = f" Call us instead on {desk.office.phone}." if desk.office.phone else ""
        raise TooMany(f"That was much for one day.{call}", 3600)
    person = find_or_none(session, Constituent, link.constituent_id or case.constituent_id)
    message = Message(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        direction=Direction.INBOUND,
        kind=MessageKind.FORM,
        sender_name=person.name if person else "",
        text=words[:LONGEST],
        new_text=words[:LONGEST],
        language=language,
        constituent_id=person.id if person else None,
        received_at=now,
    )
    session.add(message)
    session.flush()
    case.message_count += 1
    case.version += 1
    case.updated_at = now
    casefile.index(session, case, message)
    casefile.wake(session, desk, case, message, now=now)
    seen = triage.consider(session, desk, message, case, person, attachment_types=(), now=now)
    triage.heed(session, case, seen, message, now=now)
    record(session, case, EventKind.INFORMATION_ADDED, CONSTITUENT, now=now, message=message.id, link=link.id)
    record(session, case, EventKind.ARRIVED, CONSTITUENT, now=now, public=True, message=message.id)
    return message
