"""What an office's own corrections and closed cases teach, read from its history and kept as counts.

A job reads the history on from where it stopped (`news`, `study`); nothing else has to tell it anything. Each
case is one lesson, made from what people did with it and taken back when they take that back. The counts stay
in the office's own rows, bounded in size; `reset` forgets them. Restricted cases, copies of campaigns and
messages with a risk to life teach nothing.
"""

import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from inbox.database import locked, office_of
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    Case,
    ChainHead,
    Direction,
    Event,
    EventKind,
    Lesson,
    LessonSource,
    Message,
    OfficeLearning,
    Team,
)
from inbox.teaching import PEOPLE, TELLING, lesson_of
from routing.learning import (
    AGAINST,
    READS,
    Learned,
    LearningError,
    as_json,
    from_json,
    learn,
    lesson_words,
    unlearn,
)
from routing.wording import wording

FEWEST_SHOWN = 3
"""Messages in which a word must have stood to be shown: no name of one person is."""
MOST_LESSONS = 3_000
"""Cases that teach; past that the oldest are taken back."""
BATCH = 100
"""Cases read and lessons counted in one transaction."""
_MOST_KEPT = 8
_kept: dict[str, tuple[tuple[int, datetime | None], Learned]] = {}
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class News:
    """Cases that people did something with, and how far the history was read for them."""

    cases: tuple[str, ...]
    read_to: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The learning of an office as people see it."""

    learned: Learned
    version: int
    corrected: int
    closed: int
    waiting: int
    changed_at: datetime | None
    reset_at: datetime | None


def learned_by(session: Session) -> Learned | None:
    """The counts of the session's office, shared by all who read them; None where nothing was taught."""
    office = office_of(session)
    row = session.exec(
        select(OfficeLearning.version, OfficeLearning.changed_at, OfficeLearning.reads)
    ).first()
    if row is None or row[1] is None or row[2] != READS:
        return None
    mark = (row[0], row[1])
    known = _kept.get(office)
    if known is not None and known[0] == mark:
        return known[1]
    learned = _unpacked(session.exec(select(OfficeLearning.counts)).first()) or Learned()
    with _guard:
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[office] = (mark, learned)
    return learned


def news(session: Session) -> News | None:
    """What happened since the history was last read for lessons; None when there is nothing to do."""
    row = session.exec(select(OfficeLearning)).first()
    read_to = row.read_to if row else 0
    head = session.exec(select(ChainHead.sequence)).first() or 0
    waits = session.exec(select(Lesson.id).where(~col(Lesson.is_counted)).limit(1)).first()
    if head == read_to and waits is None:
        return None
    query = (
        select(Event.sequence, Event.case_id)
        .where(
            Event.sequence > read_to,
            Event.sequence <= head,
            col(Event.kind).in_(TELLING),
            col(Event.actor_kind).in_(PEOPLE),
            col(Event.case_id).is_not(None),
        )
        .order_by(col(Event.sequence))
    )
    found = session.exec(query.limit(BATCH)).all()
    reached = found[-1][0] if len(found) == BATCH else head
    return News(tuple(dict.fromkeys(case or "" for _, case in found)), reached)


def study(session: Session, told: News, *, now: datetime) -> int:
    """Makes lessons of those cases and counts what is not counted yet; returns how many lessons changed."""
    row = _row(session)
    learned = _unpacked(row.counts) if row.reads == READS or row.counts is None else None
    if learned is None:
        learned = _begin_again(session)
    for case in session.exec(select(Case).where(col(Case.id).in_(told.cases))):
        _note(session, row, case, now)
    row.read_to = max(row.read_to, told.read_to)
    session.flush()
    changed = _count(session, learned)
    if not changed:
        return 0
    row.version, row.reads, row.changed_at = row.version + 1, READS, now
    row.counts = zlib.compress(as_json(learned).encode(), 6)
    record(session, None, EventKind.LEARNED, SYSTEM, now=now, version=row.version, lessons=changed)
    return changed


def reset(session: Session, *, now: datetime, actor: Actor) -> int:
    """Forgets everything that this office taught; returns how many lessons that were. It begins anew from
    what people do from now on."""
    row = _row(session)
    count = session.exec(select(func.count()).select_from(Lesson)).one()
    session.execute(delete(Lesson).where(col(Lesson.office_id) == office_of(session)))
    row.begins_at = row.read_to = session.exec(select(ChainHead.sequence)).first() or 0
    row.version, row.counts, row.changed_at, row.reset_at = row.version + 1, None, now, now
    row.reads = READS
    record(session, None, EventKind.LEARNING_RESET, actor, now=now, version=row.version, lessons=count)
    return count


def shown(session: Session) -> Shown:
    """What the office taught, to be looked at."""
    row = session.exec(select(OfficeLearning)).first()
    query = select(Lesson.source, Lesson.is_counted, func.count()).group_by(
        col(Lesson.source), col(Lesson.is_counted)
    )
    numbers = {(source, counted): count for source, counted, count in session.exec(query)}
    return Shown(
        learned=learned_by(session) or Learned(),
        version=row.version if row else 0,
        corrected=numbers.get((LessonSource.CORRECTED, True), 0),
        closed=numbers.get((LessonSource.CLOSED, True), 0),
        waiting=sum(count for (_, counted), count in numbers.items() if not counted),
        changed_at=row.changed_at if row else None,
        reset_at=row.reset_at if row else None,
    )


def names(session: Session) -> dict[str, str]:
    """What people call the labels that stand for a team."""
    teams = session.exec(select(Team.id, Team.name)).all()
    found = {f"team {key}": f"team {name}" for key, name in teams}
    return found | {f"{AGAINST}{label}": f"{AGAINST}{name}" for label, name in found.items()}


def _row(session: Session) -> OfficeLearning:
    """The office's row, locked; made the first time."""
    found = session.exec(locked(session, select(OfficeLearning), fresh=True)).first()
    if found is None:
        found = OfficeLearning(office_id=office_of(session))
        session.add(found)
        session.flush()
    return found


def _unpacked(counts: bytes | None) -> Learned | None:
    """The counts as they were packed; None where they cannot be read and are to be made anew."""
    try:
        return from_json(zlib.decompress(counts).decode()) if counts else Learned()
    except (zlib.error, UnicodeDecodeError, LearningError):
        return None


def _begin_again(session: Session) -> Learned:
    """Every lesson is to be counted anew."""
    for lesson in session.exec(select(Lesson)):
        lesson.is_counted, lesson.counted, lesson.counted_as = False, [], None
    return Learned()


def _note(session: Session, row: OfficeLearning, case: Case, now: datetime) -> None:
    """What one case teaches now, beside what it taught before."""
    lesson = session.exec(select(Lesson).where(Lesson.case_id == case.id)).first()
    source, labels = lesson_of(session, case, since=row.begins_at)
    if lesson is None:
        message = _first_message(session, case) if labels else None
        if message is not None:
            session.add(
                Lesson(office_id=case.office_id, case_id=case.id, message_id=message, source=source,
                       labels=labels, at=now)
            )  # fmt: skip
    elif (lesson.labels, lesson.source) != (labels, source):
        lesson.labels, lesson.source, lesson.at, lesson.is_counted = labels, source, now, False


def _first_message(session: Session, case: Case) -> str | None:
    query = select(Message.id).where(
        Message.case_id == case.id, Message.direction == Direction.INBOUND, col(Message.machine).is_(None)
    )
    return session.exec(query.order_by(col(Message.id)).limit(1)).first()


def _count(session: Session, learned: Learned) -> int:
    """Brings the counts up to the lessons, a batch at a time, and takes back what is too many."""
    query = select(Lesson).where(~col(Lesson.is_counted)).order_by(col(Lesson.id)).limit(BATCH)
    pending = list(session.exec(query).all())
    number = session.exec(select(func.count()).select_from(Lesson)).one()
    if number > MOST_LESSONS:
        pending += _oldest(session, min(number - MOST_LESSONS, BATCH), pending)
    for lesson in pending:
        _count_one(session, learned, lesson)
    return len(pending)


def _oldest(session: Session, count: int, without: Sequence[Lesson]) -> list[Lesson]:
    query = select(Lesson).where(col(Lesson.id).not_in([one.id for one in without]))
    found = list(session.exec(query.order_by(col(Lesson.id)).limit(count)).all())
    for lesson in found:
        lesson.labels = []
    return found


def _count_one(session: Session, learned: Learned, lesson: Lesson) -> None:
    message = session.exec(select(Message).where(Message.id == lesson.message_id)).first()
    words = lesson_words(wording(message.subject or "", message.said)) if message else frozenset[str]()
    if lesson.counted:
        was = lesson.counted_as == LessonSource.CORRECTED
        unlearn(learned, words, lesson.counted, corrected=was)
    if lesson.labels and message is not None:
        learn(learned, words, lesson.labels, corrected=lesson.source == LessonSource.CORRECTED)
        lesson.counted, lesson.counted_as, lesson.is_counted = lesson.labels, lesson.source, True
    else:
        session.delete(lesson)
