"""Letters that staff handed in: which wait to be compared with their pages, and a person's reading of one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from inbox import casefile, facts, points, triage
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import (
    Arrival,
    ArrivalState,
    Attachment,
    Case,
    CaseStatus,
    Channel,
    Constituent,
    Direction,
    EventKind,
    Message,
    MessageKind,
    Scan,
    new_id,
)
from inbox.titles import first_words
from routing.words import Flag

LONGEST = 200_000
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class InTray:
    """A letter that nobody has compared with its pages yet; `case` is None while it is being read."""

    arrival: Arrival
    message: Message | None
    case: Case | None


def unchecked(session: Session, channel: Channel | None, visible: ColumnElement[bool]) -> list[InTray]:
    """The letters of the tray, oldest first; of cases this reader may know."""
    if channel is None:
        return []
    confirmed = aliased(Message)
    is_checked = exists().where(col(confirmed.edit_of) == col(Message.id))
    read = (
        select(Arrival, Message, Case)
        .join(Message, col(Message.id) == Arrival.message_id)
        .join(Case, col(Case.id) == Message.case_id)
        .where(Arrival.channel_id == channel.id, Arrival.state == ArrivalState.DONE, visible, ~is_checked)
        .order_by(col(Arrival.id))
    )
    coming = select(Arrival).where(
        Arrival.channel_id == channel.id, Arrival.state == ArrivalState.WAITING
    ).order_by(col(Arrival.id))  # fmt: skip
    found = [InTray(*row) for row in session.exec(read.limit(MOST_SHOWN))]
    return found + [InTray(row, None, None) for row in session.exec(coming.limit(MOST_SHOWN))]


def find_letter(session: Session, case: Case, message_id: str) -> Message:
    """A letter that was handed in, as it was first read. Raises NotFound."""
    query = select(Message).where(
        Message.id == message_id, Message.case_id == case.id, Message.kind == MessageKind.LETTER,
        col(Message.arrival_id).is_not(None), col(Message.edit_of).is_(None),
    )  # fmt: skip
    letter = session.exec(query).first()
    if letter is None:
        raise NotFound
    return letter


def checked_reading(session: Session, letter: Message) -> Message | None:
    """What a person made of the letter; None while nobody has."""
    return session.exec(select(Message).where(Message.edit_of == letter.id).limit(1)).first()


def pages_of(session: Session, letter: Message) -> list[Attachment]:
    """The letter's files in order, and the pictures made of its pages; none that may be harmful."""
    query = select(Attachment).where(Attachment.message_id == letter.id).order_by(col(Attachment.id))
    return [one for one in session.exec(query) if one.scan not in (Scan.INFECTED, Scan.HELD)]


def confirm(
    session: Session, desk: Desk, case: Case, letter: Message, words: str, who: facts.PersonFacts, *,
    email: str, subject: str, author_id: str | None, now: datetime, actor: Actor,
) -> Message:  # fmt: skip
    """A person compared the letter with its pages: their reading stands beside the machine's, which stays.

    Raises Refused and Conflict with a sentence for the person; the caller undoes what was done till then.
    """
    words = words.replace("\r\n", "\n").replace("\x00", "").strip()
    if not words:
        raise Refused("Type what the letter says.")
    if checked_reading(session, letter) is not None:
        raise Conflict("Somebody has checked this letter already.")
    facts.change_person(session, desk, case, who, now=now, actor=actor)
    if email.strip():
        facts.add_address(session, case, email, now=now, actor=actor)
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    reading = _reading(case, letter, person, words[:LONGEST], author_id)
    session.add(reading)
    session.flush()
    is_title_theirs = _title(session, case, letter, subject, words, now=now, actor=actor)
    case.message_count += 1
    case.version += 1
    case.updated_at = now
    casefile.index(session, case, reading)
    _weigh(session, desk, case, letter, reading, person, now)
    case.is_title_hidden = case.is_title_hidden or (is_title_theirs and Flag.THREAT in reading.risks)
    record(session, case, EventKind.LETTER_CHECKED, actor, now=now, message=reading.id, before=letter.id)
    return reading


def _reading(
    case: Case, letter: Message, person: Constituent | None, words: str, author_id: str | None
) -> Message:
    return Message(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        channel_id=letter.channel_id,
        direction=Direction.INBOUND,
        kind=MessageKind.LETTER,
        sender_name=person.name if person else letter.sender_name,
        subject=letter.subject,
        text=words,
        new_text=words,
        language=letter.language,
        author_id=author_id,
        constituent_id=case.constituent_id,
        edit_of=letter.id,
        received_at=letter.received_at,
    )


def _title(
    session: Session, case: Case, letter: Message, subject: str, words: str, *, now: datetime, actor: Actor
) -> bool:
    """A case that is called after its envelope gets the name of its matter; whether that is their words."""
    if subject.strip():
        facts.rename(session, case, subject, now=now, actor=actor)
        return False
    if case.subject == letter.subject:
        facts.rename(session, case, first_words(words), now=now, actor=actor)
        return True
    return False


def _weigh(
    session: Session, desk: Desk, case: Case, letter: Message, reading: Message, person: Constituent | None,
    now: datetime,
) -> None:  # fmt: skip
    """The rules read the words anew: they place a case that had none, and else may only raise the alarm."""
    seen = triage.consider(session, desk, reading, case, person, attachment_types=(), now=now)
    if person is not None:
        casefile.learn(person, seen.assessment)
    if letter.new_text.strip() or case.status != CaseStatus.NEW:
        triage.heed(session, case, seen, reading, now=now)
        return
    before = list(case.flags)
    triage.place(session, desk, case, seen, reading, now=now)
    case.flags = sorted({*case.flags, *before})
    points.settle(case)
