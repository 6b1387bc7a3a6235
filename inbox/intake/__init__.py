"""What came in, kept first and understood second: from raw bytes to a message on a case.

`keep` commits the promise that nothing is lost; only then may the mail server be told. `process` runs
once per arrival in one transaction; what cannot be read is set aside with its bytes and can be run again.
"""

from datetime import datetime

from sqlmodel import Session

from connectors.contract import Change, DeliveryReport, Echo, InboundMessage, Machine, News
from inbox import matching, staff_answers
from inbox.database import find
from inbox.desk import Desk
from inbox.failpoints import reach
from inbox.history import SYSTEM, record
from inbox.intake.changes import changed, is_another_wording, note_overtaking, overtaken_by
from inbox.intake.filing import Filing
from inbox.intake.forwarded import passed_on
from inbox.intake.from_people import file_from_person
from inbox.intake.keeping import Kept, keep, kept_last, store_raw
from inbox.intake.messages import message_of
from inbox.intake.own_mail import echoed, receipted, reported, sent_elsewhere
from inbox.intake.understanding import Filed, Understood, put, understand
from inbox.models import (
    ARRIVAL_MOVES,
    Arrival,
    ArrivalState,
    Case,
    Direction,
    EventKind,
    Message,
    Staff,
    move,
)
from inbox.recall import Recall

__all__ = [
    "Filed",
    "Kept",
    "Understood",
    "keep",
    "kept_last",
    "process",
    "put",
    "set_aside",
    "store_raw",
    "understand",
]


def process(
    session: Session, desk: Desk, arrival: Arrival, understood: Understood, known: Recall, *, now: datetime,
    acknowledging: bool = True, patient: bool = False,
) -> Case | None:  # fmt: skip
    """One arrival, in the caller's transaction: its case, or None for what belongs to no case.

    Raises NotYet, where the caller is `patient`, for news about a message that is still on its way.
    """
    if understood.told is None:
        _note(session, desk, understood.news, now, patient=patient)
        arrival.state = move(arrival.state, ArrivalState.DONE, ARRIVAL_MOVES, "message")
        return None
    incoming = understood.message
    is_edit = isinstance(understood.news, Change)
    is_new = is_edit and is_another_wording(session, incoming)
    if not is_new and _is_repeat(session, arrival, incoming, known, now):
        return None
    if not isinstance(understood.news, Change) and _is_older(session, desk, arrival, incoming, now):
        return None
    message = message_of(arrival, incoming)
    case = _file(Filing(session, desk, arrival, understood, message, known, now, acknowledging))
    if incoming.forwarded_by and case is not None:
        passed_on(session, desk, case, message, incoming, now)
    known.remember(message, case)
    arrival.state = move(arrival.state, ArrivalState.DONE, ARRIVAL_MOVES, "message")
    arrival.message_id, arrival.trouble = message.id, None
    reach("intake.case")
    return case


def set_aside(session: Session, arrival: Arrival, why: str, now: datetime) -> None:
    """It could not be read: kept in sight of the staff, with its bytes and a way to run it again."""
    arrival.state = move(arrival.state, ArrivalState.QUARANTINED, ARRIVAL_MOVES, "message")
    arrival.trouble = why
    record(session, None, EventKind.SET_ASIDE, SYSTEM, now=now, arrival=arrival.id)


def _file(filing: Filing) -> Case | None:
    """Each kind of news by its own way to its case, if it has one."""
    session, desk, message, now = filing.session, filing.desk, filing.message, filing.now
    news, incoming, known = filing.understood.news, filing.incoming, filing.known
    if isinstance(news, Echo):
        return echoed(session, desk, news, message, known, now)
    if isinstance(news, Change) and (edited := changed(session, news, message, now)) is not None:
        filing.add_to(edited, because="edited")
        filing.heed(edited)
        return edited
    if isinstance(news, Change):
        note_overtaking(filing.arrival)
    if filing.arrival.hints.get("direction") == "outbound":
        return sent_elsewhere(session, desk, message, incoming, known, now)
    if isinstance(news, DeliveryReport):
        return reported(session, desk, news, message, now)
    if (staffs := staff_answers.writer_of(session, desk, incoming)) is not None:
        return _answer_of_staff(filing, *staffs)
    if incoming.machine is not None:
        return _machine(filing)
    return file_from_person(filing)


def _note(session: Session, desk: Desk, news: News, now: datetime, *, patient: bool) -> None:
    """What holds no message of its own: a receipt for ours, a deletion, or nothing to keep."""
    if isinstance(news, DeliveryReport):
        receipted(session, desk, news, now, patient=patient)
    elif isinstance(news, Change):
        changed(session, news, None, now, patient=patient)


def _answer_of_staff(filing: Filing, staff: Staff, case: Case) -> Case:
    """One of the staff answered the mail that handed them a message: a note, and a draft for sign-off."""
    session, message = filing.session, filing.message
    message.direction, message.author_id = Direction.NOTE, staff.id
    filing.add_to(case, because="staff_answer", is_public=False)
    session.flush()
    staff_answers.keep(session, filing.desk, case, staff, filing.incoming, message, now=filing.now)
    return case


def _machine(filing: Filing) -> Case | None:
    """Machine mail makes no case, stops no clock and is answered by nobody."""
    session, message, incoming = filing.session, filing.message, filing.incoming
    hit = None
    if incoming.machine is not Machine.OWN:
        hit = matching.match(session, filing.desk, incoming, None, filing.known)
    if hit is not None:
        filing.add_to(hit.case, because="machine")
        return hit.case
    session.add(message)
    session.flush()
    record(session, None, EventKind.ARRIVED, SYSTEM, now=filing.now, message=message.id,
           machine=message.machine)  # fmt: skip
    return None


def _is_repeat(
    session: Session, arrival: Arrival, incoming: InboundMessage, known: Recall, now: datetime
) -> bool:
    """Whether this very message is here already: then nothing new, and it is noted on the first."""
    if incoming.content_key not in known.contents:
        return False
    known.see(session, known.contents[incoming.content_key])
    first = find(session, Message, known.contents[incoming.content_key])
    first.copies += 1
    _came_again(session, arrival, first, now)
    return True


def _is_older(
    session: Session, desk: Desk, arrival: Arrival, incoming: InboundMessage, now: datetime
) -> bool:
    """Whether an edit of this message was here first: then these words are no longer so, and only noted."""
    channel = desk.channels.get(arrival.channel_id)
    if channel is None or desk.can_mail(channel) or not incoming.external_id:
        return False
    edit = overtaken_by(session, incoming)
    if edit is None:
        return False
    _came_again(session, arrival, edit, now)
    return True


def _came_again(session: Session, arrival: Arrival, first: Message, now: datetime) -> None:
    arrival.state = move(arrival.state, ArrivalState.DUPLICATE, ARRIVAL_MOVES, "message")
    arrival.message_id = first.id
    record(session, first.case_id, EventKind.ARRIVED_AGAIN, SYSTEM, now=now, message=first.id,
           arrival=arrival.id)  # fmt: skip
