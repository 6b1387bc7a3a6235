"""All bodies that an office waits for, the latest first, as rows for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, tuple_
from sqlmodel import Session, col

from inbox.database import office_of
from inbox.errors import Refused
from inbox.models import Body, Case, Clock, Constituent, Draft, Enquiry, EnquiryStep
from inbox.models.case import PAUSED

MOST = 100
_FACTS = (
    "enquiry_id", "body", "body_id", "asked_at", "next_step_at", "without_consent", "reference", "subject",
    "is_restricted", "constituent", "assignee_id", "due_at", "warn_at", "is_paused",
)  # fmt: skip
"""The columns of the query, as `Waiting` names them."""


class Filter(StrEnum):
    """Which of them: past their date, near it, or with time left (as while it stands still)."""

    ALL = "all"
    LATE = "late"
    DUE = "due"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One body that has not answered. `rung`, `draft_number`: the step that came up and is not done yet (no
    draft: somebody has to ring); `done`: the newest step that was done."""

    enquiry_id: str
    body: str
    body_id: str | None
    asked_at: datetime
    next_step_at: datetime | None
    without_consent: bool
    reference: str
    subject: str
    is_restricted: bool
    constituent: str | None
    assignee_id: str | None
    due_at: datetime
    warn_at: datetime | None
    is_paused: bool
    rung: str | None
    draft_number: int | None
    draft_state: str | None
    done: str | None
    done_at: datetime | None

    @property
    def cursor(self) -> str:
        return f"{self.due_at.isoformat()}|{self.enquiry_id}"


def waiting(
    session: Session, visible: ColumnElement[bool], now: datetime, *, which: Filter = Filter.ALL,
    words: str = "", mine: str | None = None, cursor: str | None = None, limit: int = MOST,
) -> tuple[tuple[Waiting, ...], str | None]:  # fmt: skip
    """The rows of a page, the latest first, and the cursor of what follows. Raises Refused for a bad one.

    `words` are looked for in the body's name, the reference and the person's name; `mine`: whose cases.
    """
    query: Any = (
        select(
            col(Enquiry.id), col(Enquiry.body), col(Enquiry.body_id), col(Enquiry.asked_at),
            col(Enquiry.next_step_at), col(Enquiry.without_consent).is_not(None), col(Case.reference),
            col(Case.subject), col(Case.is_restricted), col(Constituent.name), col(Case.assignee_id),
            col(Clock.due_at), col(Clock.warn_at), PAUSED,
        )
        .select_from(Clock)
        .join(Enquiry, col(Enquiry.id) == col(Clock.enquiry_id))
        .join(Case, col(Case.id) == col(Enquiry.case_id))
        .outerjoin(Constituent, col(Constituent.id) == col(Case.constituent_id))
        .where(_open(session), visible, _which(which, now), _worded(words), _whose(mine), _after(cursor))
        .order_by(col(Clock.due_at), col(Enquiry.id))
        .limit(limit + 1)
    )  # fmt: skip
    found = session.execute(query).all()
    steps = _steps(session, [row[0] for row in found[:limit]])
    rows = tuple(_row(row, steps.get(row[0], ())) for row in found[:limit])
    return rows, rows[-1].cursor if len(found) > limit else None


def counts(session: Session, visible: ColumnElement[bool], now: datetime) -> Mapping[Filter, int]:
    """How many there are under each filter."""

    def number(which: Filter) -> ColumnElement[int]:
        return func.count().filter(_which(which, now))

    query: Any = (
        select(*(number(which) for which in Filter))
        .select_from(Clock)
        .join(Enquiry, col(Enquiry.id) == col(Clock.enquiry_id))
        .join(Case, col(Case.id) == col(Enquiry.case_id))
        .where(_open(session), visible)
    )
    return dict(zip(Filter, session.execute(query).one(), strict=True))


def bodies_asked(session: Session, limit: int = 30) -> list[Body]:
    """The bodies of the directory that this office asked last, the newest first."""
    newest = func.max(col(Enquiry.id))
    query = (
        select(col(Enquiry.body_id))
        .where(col(Enquiry.office_id) == office_of(session), col(Enquiry.body_id).is_not(None))
        .group_by(col(Enquiry.body_id))
        .order_by(newest.desc())
        .limit(limit)
    )
    keys = list(session.execute(query).scalars())
    rows = select(Body).where(col(Body.id).in_(keys), col(Body.retired_at).is_(None))
    found = {row.id: row for row in session.execute(rows).scalars()}
    return [found[key] for key in keys if key in found]


def _open(session: Session) -> ColumnElement[bool]:
    return and_(
        col(Clock.office_id) == office_of(session),
        col(Clock.enquiry_id).is_not(None),
        col(Clock.met_at).is_(None),
        col(Clock.cancelled_at).is_(None),
        col(Enquiry.answered_at).is_(None),
        col(Enquiry.withdrawn_at).is_(None),
        col(Enquiry.asked_at).is_not(None),
    )


def _which(which: Filter, now: datetime) -> ColumnElement[bool]:
    late = and_(col(Clock.due_at) < now, ~PAUSED)
    warned = and_(func.coalesce(col(Clock.warn_at), col(Clock.due_at)) <= now, ~PAUSED)
    match which:
        case Filter.LATE:
            return late
        case Filter.DUE:
            return and_(~late, warned)
        case Filter.ASKED:
            return and_(~late, ~warned)
    return true()


def _worded(words: str) -> ColumnElement[bool]:
    parts = words.lower().split()[:10]
    columns = (col(Enquiry.body), col(Case.reference), col(Constituent.name))
    open_to_all = col(Case.is_restricted).is_(False)
    return and_(
        true(),
        *(
            or_(
                func.lower(columns[0]).contains(part, autoescape=True),
                func.lower(columns[1]).contains(part, autoescape=True),
                and_(open_to_all, func.lower(columns[2]).contains(part, autoescape=True)),
            )
            for part in parts
        ),
    )


def _whose(staff_id: str | None) -> ColumnElement[bool]:
    return true() if staff_id is None else col(Case.assignee_id) == staff_id


def _after(cursor: str | None) -> ColumnElement[bool]:
    if not cursor:
        return true()
    moment, _, key = cursor.partition("|")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not (key.isascii() and key.isalnum() and len(key) <= 32):
        raise Refused("This link to a page of a list is damaged. Start from the first page.")
    return tuple_(col(Clock.due_at), col(Enquiry.id)) > tuple_(at, key)


def _steps(session: Session, keys: Sequence[str]) -> dict[str, list[Any]]:
    query = (
        select(
            col(EnquiryStep.enquiry_id), col(EnquiryStep.rung), col(EnquiryStep.done_at), col(Draft.number),
            col(Draft.state),
        )
        .outerjoin(Draft, col(Draft.id) == col(EnquiryStep.draft_id))
        .where(col(EnquiryStep.enquiry_id).in_(keys) if keys else false())
        .where(col(EnquiryStep.office_id) == office_of(session))
        .order_by(col(EnquiryStep.id))
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(row)
    return found


def _row(row: Any, steps: Sequence[Any]) -> Waiting:
    waits = next((step for step in steps if step[2] is None), None)
    done = [step for step in steps if step[2] is not None]
    return Waiting(
        **dict(zip(_FACTS, row, strict=True)),
        rung=waits[1] if waits else None,
        draft_number=waits[3] if waits else None,
        draft_state=waits[4] if waits else None,
        done=done[-1][1] if done else None,
        done_at=done[-1][2] if done else None,
    )
