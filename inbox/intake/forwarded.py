"""Mail that somebody trusted passed on: who did is in the history, and what they said is an office note."""

from datetime import datetime

from sqlmodel import Session

from connectors.contract import InboundMessage, storable
from inbox import casefile
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import Case, Direction, EventKind, Message, MessageKind, new_id


def passed_on(
    session: Session, desk: Desk, case: Case, message: Message, incoming: InboundMessage, now: datetime
) -> None:
    """Notes that it was passed on; the remark above it is for the office and never leaves."""
    record(session, case, EventKind.FORWARDED, SYSTEM, now=now, message=message.id)
    remark = storable(incoming.told.get("remark", "")).strip()
    if not remark:
        return
    address = incoming.forwarded_by or ""
    colleague = next((one for one in desk.staff.values() if one.email == address), None)
    note = Message(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        direction=Direction.NOTE,
        kind=MessageKind.MESSAGE,
        sender_name=storable(incoming.told.get("forwarder", address)),
        text=remark,
        new_text=remark,
        author_id=colleague.id if colleague else None,
        received_at=message.received_at,
    )
    session.add(note)
    session.flush()
    case.message_count += 1
    casefile.index(session, case, note)
    record(session, case, EventKind.NOTED, SYSTEM, now=now, message=note.id)
