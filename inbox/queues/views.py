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

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, and_, func, literal, literal_column, select, true
from sqlmodel import col

from inbox.errors import Refused
from inbox.models import Case, Delivery, Draft, DraftState, Message, UtcDateTime
from inbox.models.case import CAMPAIGN, DUE, OPEN, SPAM, TO_SORT, WAITING
from inbox.models.delivery import UNSETTLED
from inbox.models.draft import WAITING as DRAFT_WAITING

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
    """One view: any of `parts` puts a case in it; ordered by `keys`, all one way, the id last."""

    parts: tuple[ColumnElement[bool], ...]
    keys: tuple[Any, ...]
    is_descending: bool = False

    def ordered(self, keys: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        return [key.desc() if self.is_descending else key.asc() for key in keys]


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
            unanswered = and_(as_written(OPEN), _ID.in_(_unanswered(office)))
            return Shape((as_written(TO_SORT), unanswered), (col(Case.urgency), col(Case.received_at), _ID))
        case View.MINE:
            due = func.coalesce(col(Case.next_due_at), literal(NEVER, UtcDateTime))
            mine = and_(as_written(OPEN), col(Case.assignee_id) == (reader.staff_id or ""))
            return Shape((mine,), (col(Case.urgency), due, _ID))
        case View.WAITING:
            return Shape((as_written(WAITING),), _CHANGED)
        case View.LATE:
            late = and_(as_written(DUE), col(Case.next_due_at) < reader.now)
            return Shape((late,), (col(Case.next_due_at), _ID))
        case View.CAMPAIGNS:
            return Shape((as_written(CAMPAIGN),), _CHANGED, is_descending=True)
        case View.TO_APPROVE:
            return Shape((_ID.in_(_submitted(office)),), _CHANGED)
        case View.SENDING:
            return Shape((_ID.in_(_unsettled(office)),), _CHANGED, is_descending=True)
        case View.SET_ASIDE:
            return Shape((as_written(SPAM),), _CHANGED, is_descending=True)
        case View.ALL:
            return Shape((true(),), _CHANGED, is_descending=True)


def as_written(condition: str) -> ColumnElement[bool]:
    """The condition word for word, so that the partial index with the same words serves it."""
    return literal_column(condition, Boolean)


def _unanswered(office: str) -> Select[Any]:
    proposed = literal_column("proposed_case_id IS NOT NULL", Boolean)
    return select(col(Message.case_id)).where(col(Message.office_id) == office, proposed)


def _submitted(office: str) -> Select[Any]:
    waits = (as_written(DRAFT_WAITING), col(Draft.state) == DraftState.SUBMITTED)
    return select(col(Draft.case_id)).where(col(Draft.office_id) == office, *waits)


def _unsettled(office: str) -> Select[Any]:
    return select(col(Delivery.case_id)).where(col(Delivery.office_id) == office, as_written(UNSETTLED))


_ID = col(Case.id)
_CHANGED = (col(Case.updated_at), _ID)
