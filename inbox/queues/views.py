"""The views: what each holds and in which order.

to-sort      new cases, open ones with a proposed match nobody answered, and open ones of a colleague who
             is away on which somebody has written since; no spam, no campaign copies; most points first,
             then who waits longest
mine         open cases given to the reader, and those that nobody has in a team of the reader, or in a
             team without people; most points first, then due first
waiting      for a body or for the constituent; most points first, then longest untouched
late         open cases whose next date has passed; most points first, then longest overdue
safeguarding open cases in which somebody may be in danger: threats, self-harm, safeguarding, abuse at home;
             those nobody has answered first, then most points, then who waits longest
campaigns    open campaign copies, one by one; most points first, then who waits longest
to-approve   cases with a draft that waits for sign-off; most points first, then longest untouched
sending      cases with something on its way, or gone wrong and not dealt with; newest change first
set-aside    spam (`set_aside_arrivals` and `set_aside_messages` are the rest); newest change first
all          every case: the open ones, most points first, then who waits longest; after them those that
             ended, newest change first

No view (None) is every case, newest change first: for programs that follow what changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlmodel import Session, SQLModel

from inbox.database import office_of
from inbox.errors import Refused
from inbox.models import CaseStatus, Direction, DraftState, UtcDateTime
from inbox.models.case import CAMPAIGN, DANGER, DUE, ENDED, OPEN, SPAM, TO_SORT, WAITING
from inbox.models.delivery import UNSETTLED
from inbox.models.draft import WAITING as DRAFT_WAITING

tables = SQLModel.metadata.tables
CASE = tables["case"].c
_CHANGED = (CASE.updated_at, CASE.id)

OFFICE: ColumnElement[str] = bindparam("office", type_=CASE.office_id.type)
_STAFF: ColumnElement[str] = bindparam("staff", type_=CASE.assignee_id.type)
_NOW: ColumnElement[datetime] = bindparam("now", type_=UtcDateTime())
_TODAY: ColumnElement[date] = bindparam("today", type_=Date())
"""What changes from reader to reader: a statement with these in place of values is built once for all."""

_IS_ANSWERED = case((CASE.answered_at.is_(None), 0), else_=1)
"""Sorts who still waits for an answer before whom we have answered."""
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Sorts a case without a date after all that have one."""


class View(StrEnum):
    """The queues of an office, in the order of the rail."""

    TO_SORT = "to-sort"
    MINE = "mine"
    WAITING = "waiting"
    LATE = "late"
    SAFEGUARDING = "safeguarding"
    CAMPAIGNS = "campaigns"
    TO_APPROVE = "to-approve"
    SENDING = "sending"
    SET_ASIDE = "set-aside"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, and when. `staff_id` None: an integration, for which nothing is its own. `today` is the date
    at the office."""

    staff_id: str | None
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Shape:
    """One view: what meets `condition`, in the order of `keys`, all one way, the id last. `also` names
    cases besides that do not meet it, few and found by another index; `then` is a second list that follows
    the first, in an order of its own."""

    condition: ColumnElement[bool]
    keys: tuple[Any, ...]
    is_descending: bool = False
    also: ColumnElement[bool] | None = None
    then: "Shape | None" = None

    def ordered(self) -> list[ColumnElement[Any]]:
        return [key.desc() if self.is_descending else key.asc() for key in self.keys]


def view_named(name: str) -> View:
    """Raises Refused for a name that is no view."""
    try:
        return View(name)
    except ValueError:
        raise Refused(f"There is no view called {name[:40]}. Choose one of: {', '.join(View)}.") from None


def values(session: Session, reader: Reader) -> Mapping[str, object]:
    """Who asks, of which office and when, for a statement made of shapes."""
    return {
        "office": office_of(session),
        "staff": reader.staff_id or "",
        "now": reader.now,
        "today": reader.today,
    }


@cache
def shape_of(view: View | None) -> Shape:
    """What `view` holds, over the columns of `Case`; whoever runs it gives the `values`."""
    match view:
        case None:
            return Shape(true(), _CHANGED, is_descending=True)
        case View.TO_SORT:
            besides = (as_written(OPEN), as_written(f"NOT ({TO_SORT})"))
            unanswered = and_(*besides, CASE.id.in_(union_all(_unanswered(), _of_who_is_away())))
            keys = (CASE.rank, CASE.received_at, CASE.id)
            return Shape(as_written(TO_SORT), keys, also=unanswered)
        case View.MINE:
            due = func.coalesce(CASE.next_due_at, literal(NEVER, UtcDateTime))
            mine = and_(as_written(OPEN), CASE.assignee_id == _STAFF)
            return Shape(mine, (CASE.rank, due, CASE.id), also=_untaken())
        case View.WAITING:
            return Shape(as_written(WAITING), (CASE.rank, *_CHANGED))
        case View.LATE:
            late = and_(as_written(DUE), CASE.next_due_at < _NOW)
            return Shape(late, (CASE.rank, CASE.next_due_at, CASE.id))
        case View.SAFEGUARDING:
            return Shape(as_written(DANGER), (_IS_ANSWERED, CASE.rank, CASE.received_at, CASE.id))
        case View.CAMPAIGNS:
            return Shape(as_written(CAMPAIGN), (CASE.rank, CASE.received_at, CASE.id))
        case View.TO_APPROVE:
            return Shape(CASE.id.in_(_submitted()), (CASE.rank, *_CHANGED))
        case View.SENDING:
            return Shape(CASE.id.in_(_unsettled()), _CHANGED, is_descending=True)
        case View.SET_ASIDE:
            return Shape(as_written(SPAM), _CHANGED, is_descending=True)
        case View.ALL:
            ended = Shape(as_written(ENDED), _CHANGED, is_descending=True)
            return Shape(as_written(OPEN), (CASE.rank, CASE.received_at, CASE.id), then=ended)


@cache
def parts_of(view: View | None) -> tuple[Shape, ...]:
    """The lists that `view` shows one after the other; nearly always one."""
    first = shape_of(view)
    return (first,) if first.then is None else (first, first.then)


def as_written(condition: str) -> ColumnElement[bool]:
    """The condition word for word, so that the partial index with the same words serves it."""
    return cast("ColumnElement[bool]", text(condition))


def _unanswered() -> Select[Any]:
    message = tables["message"].c
    return select(message.case_id).where(
        message.office_id == OFFICE, message.proposed_case_id.is_not(None), message.case_id.is_not(None)
    )


def _of_who_is_away() -> Select[Any]:
    """Open cases of colleagues who are away today, on which somebody wrote since they left and which nobody
    has answered since: their own list is read by nobody.

    The colleagues are named in a list of their own: joined, SQLite looks through every open case for them.
    """
    staff, held, letter = tables["staff"].c, tables["case"].alias().c, tables["message"].c
    away = select(staff.id).where(
        staff.office_id == OFFICE, staff.away_from <= _TODAY,
        or_(staff.away_until.is_(None), staff.away_until >= _TODAY),
    )  # fmt: skip
    left = select(staff.away_from).where(staff.id == held.assignee_id).scalar_subquery()
    came = exists().where(
        letter.case_id == held.id, letter.direction == Direction.INBOUND, letter.machine.is_(None),
        letter.received_at >= left,
        or_(held.answered_at.is_(None), letter.received_at > held.answered_at),
    )  # fmt: skip
    return select(held.id).where(
        held.office_id == OFFICE, as_written(OPEN), held.assignee_id.in_(away), came
    )  # fmt: skip


def _untaken() -> ColumnElement[bool]:
    """Sorted, and given to a team but to nobody in it: without this no working view would hold it."""
    member = tables["team_member"].c
    staffed = select(member.team_id).where(member.office_id == OFFICE)
    return and_(
        as_written(DUE),
        _STAFF != "",
        CASE.assignee_id.is_(None),
        CASE.status == CaseStatus.OPEN,
        or_(
            CASE.team_id.is_(None),
            CASE.team_id.in_(staffed.where(member.staff_id == _STAFF)),
            CASE.team_id.not_in(staffed),
        ),
    )


def _submitted() -> Select[Any]:
    draft = tables["draft"].c
    waits = (as_written(DRAFT_WAITING), draft.state == DraftState.SUBMITTED)
    return select(draft.case_id).where(draft.office_id == OFFICE, *waits)


def _unsettled() -> Select[Any]:
    delivery = tables["delivery"].c
    return select(delivery.case_id).where(
        delivery.office_id == OFFICE, delivery.case_id.is_not(None), as_written(UNSETTLED)
    )
