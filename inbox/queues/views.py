"""The views: what each holds and in which order.

to-sort      new cases, and open ones with a proposed match nobody answered; no spam, no campaign
             copies; most urgent first, then who waits longest
mine         open cases given to the reader; most urgent first, then due first
waiting      for a body or for the constituent; longest untouched first
late         open cases whose next date has passed; longest overdue first
campaigns    open campaign copies (`piles` groups them); newest change first
to-approve   cases with a draft that waits for sign-off; longest untouched first
sending      cases with something on its way, or gone wrong and not dealt with; newest change first
set-aside    spam (`set_aside_arrivals` and `set_aside_messages` are the rest); newest change first
all          every case; newest change first
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, text, true
from sqlmodel import SQLModel

from inbox.errors import Refused
from inbox.models import DraftState, UtcDateTime
from inbox.models.case import CAMPAIGN, DUE, OPEN, SPAM, TO_SORT, WAITING
from inbox.models.delivery import UNSETTLED
from inbox.models.draft import WAITING as DRAFT_WAITING

tables = SQLModel.metadata.tables
CASE = tables["case"].c
_CHANGED = (CASE.updated_at, CASE.id)

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Sorts a case without a date after all that have one."""


class View(StrEnum):
    """The queues of an office, in the order of the rail."""

    TO_SORT = "to-sort"
    MINE = "mine"
    WAITING = "waiting"
    LATE = "late"
    CAMPAIGNS = "campaigns"
    TO_APPROVE = "to-approve"
    SENDING = "sending"
    SET_ASIDE = "set-aside"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, and when. `staff_id` None: an integration, for which nothing is its own."""

    staff_id: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Shape:
    """One view: what meets `condition`, in the order of `keys`, all one way, the id last. `also` names
    cases besides, few and found by another index."""

    condition: ColumnElement[bool]
    keys: tuple[Any, ...]
    is_descending: bool = False
    also: ColumnElement[bool] | None = None

    def ordered(self) -> list[ColumnElement[Any]]:
        return [key.desc() if self.is_descending else key.asc() for key in self.keys]


def view_named(name: str) -> View:
    """Raises Refused for a name that is no view."""
    try:
        return View(name)
    except ValueError:
        raise Refused(f"There is no view called {name[:40]}. Choose one of: {', '.join(View)}.") from None


def shape_of(view: View, office: str, reader: Reader) -> Shape:
    """What `view` of `office` holds for `reader`, over the columns of `Case`."""
    match view:
        case View.TO_SORT:
            unanswered = and_(as_written(OPEN), CASE.id.in_(_unanswered(office)))
            keys = (CASE.urgency, CASE.received_at, CASE.id)
            return Shape(as_written(TO_SORT), keys, also=unanswered)
        case View.MINE:
            due = func.coalesce(CASE.next_due_at, literal(NEVER, UtcDateTime))
            mine = and_(as_written(OPEN), CASE.assignee_id == (reader.staff_id or ""))
            return Shape(mine, (CASE.urgency, due, CASE.id))
        case View.WAITING:
            return Shape(as_written(WAITING), _CHANGED)
        case View.LATE:
            late = and_(as_written(DUE), CASE.next_due_at < reader.now)
            return Shape(late, (CASE.next_due_at, CASE.id))
        case View.CAMPAIGNS:
            return Shape(as_written(CAMPAIGN), _CHANGED, is_descending=True)
        case View.TO_APPROVE:
            return Shape(CASE.id.in_(_submitted(office)), _CHANGED)
        case View.SENDING:
            return Shape(CASE.id.in_(_unsettled(office)), _CHANGED, is_descending=True)
        case View.SET_ASIDE:
            return Shape(as_written(SPAM), _CHANGED, is_descending=True)
        case View.ALL:
            return Shape(true(), _CHANGED, is_descending=True)


def as_written(condition: str) -> ColumnElement[bool]:
    """The condition word for word, so that the partial index with the same words serves it."""
    return cast("ColumnElement[bool]", text(condition))


def _unanswered(office: str) -> Select[Any]:
    message = tables["message"].c
    return select(message.case_id).where(
        message.office_id == office, message.proposed_case_id.is_not(None), message.case_id.is_not(None)
    )


def _submitted(office: str) -> Select[Any]:
    draft = tables["draft"].c
    waits = (as_written(DRAFT_WAITING), draft.state == DraftState.SUBMITTED)
    return select(draft.case_id).where(draft.office_id == office, *waits)


def _unsettled(office: str) -> Select[Any]:
    delivery = tables["delivery"].c
    return select(delivery.case_id).where(
        delivery.office_id == office, delivery.case_id.is_not(None), as_written(UNSETTLED)
    )
