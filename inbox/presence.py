"""Who else is at a case just now, in a sentence. A courtesy, never a lock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sql
from sqlalchemy import delete
from sqlmodel import Session, col

from inbox.access import Person
from inbox.database import office_of
from inbox.models import Presence, Staff

FRESH = timedelta(seconds=45)
"""Pages say so every 20 s; two missed words and somebody is gone."""


class Doing(StrEnum):
    """What somebody is at."""

    READING = "reading"
    WRITING = "writing"


def tell(session: Session, person: Person, case_id: str, doing: Doing, now: datetime) -> None:
    """Notes that `person` is at the case. The case must be one they may know of."""
    if person.staff_id is None:
        return
    office = office_of(session)
    stale = (col(Presence.office_id) == office) & (col(Presence.at) < now - FRESH)
    session.execute(delete(Presence).where(stale))
    session.merge(Presence(staff_id=person.staff_id, case_id=case_id, office_id=office, doing=doing, at=now))
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql.text("SELECT pg_notify('inbox', :office)"), {"office": office})


def others(session: Session, person: Person, case_id: str, now: datetime) -> str:
    """ "Tom is writing a reply. Asha and Ben are reading this too.", or nothing."""
    query = (
        sql.select(col(Staff.name), col(Presence.doing))
        .join(Presence, col(Presence.staff_id) == col(Staff.id))
        .where(
            col(Presence.case_id) == case_id,
            col(Presence.at) >= now - FRESH,
            col(Presence.staff_id) != (person.staff_id or ""),
        )
        .order_by(col(Staff.name))
    )
    found = session.execute(query).all()
    writing = [name for name, doing in found if doing == Doing.WRITING]
    reading = [name for name, doing in found if doing != Doing.WRITING]
    sentences = []
    if writing:
        sentences.append(f"{_names(writing)} writing a reply.")
    if reading:
        sentences.append(f"{_names(reading)} reading this too.")
    return " ".join(sentences)


_ELSEWHERE = (
    sql.select(col(Presence.case_id), col(Staff.name), col(Presence.doing))
    .join(Staff, col(Staff.id) == col(Presence.staff_id))
    .where(
        col(Presence.office_id) == sql.bindparam("office"), col(Staff.office_id) == sql.bindparam("office"),
        col(Presence.at) >= sql.bindparam("since"), col(Presence.staff_id) != sql.bindparam("staff"),
    )
)  # fmt: skip


def elsewhere(session: Session, staff_id: str, now: datetime) -> dict[str, tuple[str, Doing]]:
    """By case id who else is at it, and at what: one of them, if they are several."""
    asked = {"office": office_of(session), "since": now - FRESH, "staff": staff_id}
    found = session.connection().execute(_ELSEWHERE, asked)
    return {case_id: (name, Doing(doing)) for case_id, name, doing in found}


def _names(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} is"
    return f"{', '.join(names[:-1])} and {names[-1]} are"
