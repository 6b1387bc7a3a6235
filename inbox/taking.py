"""Take the next case: the one with the most points that this person may have, never given to two people."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sql
from sqlmodel import Session, col, select

from inbox import casework, points
from inbox.access import Person, visible_cases
from inbox.database import office_of
from inbox.dates import long_date
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import Case, CaseStatus, EventKind, Staff
from inbox.models.case import DUE, OPEN
from inbox.queues.views import as_written
from routing.taking import WELSH, Waiting, is_away, may_take
from routing.words import Topic

AT_A_TIME = 100
SKILLS = frozenset({*map(str, Topic), WELSH})
"""What can be somebody's."""

_FREE = (CaseStatus.NEW, CaseStatus.OPEN)


class Away(Refused):
    """Whoever asks for a case is marked as away; they can say that they are back."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A case that is somebody's now. `event` is what undo takes; `passed`: how many free cases that stand
    before it, by points and then by age, are for other teams or skills."""

    case: Case
    event: str
    passed: int


def take_next(session: Session, desk: Desk, person: Person, *, now: datetime) -> Taken | None:
    """Gives `person` the first free case that is one for them; the event says by which points it was next.

    None when there is none. A case that somebody else is being given at this moment is passed over: its row
    is locked, and who comes second sees that it has an owner. Raises Away for somebody who is.
    """
    today = desk.calendar.day_of(now)
    everybody = [desk.worker(staff) for staff in desk.staff.values() if staff.is_active]
    me = next((one for one in everybody if one.id == person.staff_id), None)
    if me is None:
        raise Refused("Only somebody who works here can take a case.")
    if is_away(me, today):
        raise Away(_away(me.away_until))
    passed = 0
    for case_id, waiting in _free(session, person):
        if not may_take(waiting, me, everybody, today):
            passed += 1
        elif (case := _lock(session, case_id)) is not None:
            parts = [[part.why, part.points] for part in points.of_case(case).parts]
            why = {"parts": parts, "passed": passed}
            event = casework.assign(session, case, me.id, now=now, actor=person.actor, next_because=why)
            return Taken(case, event, passed)
    return None


def set_availability(
    session: Session, staff: Staff, *, skills: Collection[str], away_from: date | None,
    away_until: date | None, now: datetime, actor: Actor,
) -> None:  # fmt: skip
    """Says what is somebody's, and when they are away. Raises Refused for words or days that cannot be."""
    if set(skills) - SKILLS:
        raise Refused("Choose skills from the list.")
    staff.skills = sorted(set(skills))
    set_away(session, staff, away_from, away_until, now=now, actor=actor)


def set_away(
    session: Session, staff: Staff, away_from: date | None, away_until: date | None, *, now: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """When somebody is away, and nothing else of them; two empty days: they are here."""
    if away_until is not None and (away_from is None or away_until < away_from):
        raise Refused("The last day away comes after the first.")
    staff.away_from, staff.away_until = away_from, away_until
    record(session, None, EventKind.STAFF_CHANGED, actor, now=now, staff=staff.id, what="availability")


def kept(session: Session, staff_id: str) -> int:
    """How many open cases are somebody's, and stay theirs while they are away."""
    query = sql.select(sql.func.count()).where(
        col(Case.assignee_id) == staff_id, as_written(OPEN), col(Case.office_id) == office_of(session)
    )
    return int(session.execute(query).scalar_one())


def _free(session: Session, person: Person) -> Iterator[tuple[str, Waiting]]:
    """Cases that nobody has, most points first, by the index of who has what."""
    query = (
        sql.select(
            col(Case.id), col(Case.topics), col(Case.language), col(Case.team_id), col(Case.priority),
            col(Case.flags),
        )
        .where(as_written(DUE), col(Case.assignee_id).is_(None), col(Case.status).in_(_FREE))
        .where(visible_cases(person))
        .order_by(col(Case.rank), col(Case.received_at), col(Case.id))
    )  # fmt: skip
    start = 0
    while rows := session.execute(query.offset(start).limit(AT_A_TIME)).all():
        for case_id, topics, language, team, priority, flags in rows:
            yield case_id, Waiting(tuple(topics), language, team, priority, frozenset(flags))
        start += AT_A_TIME


def _lock(session: Session, case_id: str) -> Case | None:
    """The case, ours until this transaction ends; None when somebody else has it or is being given it."""
    session.flush()
    query = select(Case).where(
        Case.id == case_id, col(Case.assignee_id).is_(None), col(Case.status).in_(_FREE)
    )
    mine = query.with_for_update(key_share=True, skip_locked=True)
    return session.exec(mine.execution_options(populate_existing=True)).first()


def _away(until: date | None) -> str:
    back = f"until {long_date(until)}" if until else "with no day of return"
    return f"You are marked as away {back}. Say under Settings, Away, that you are back, then take a case."
