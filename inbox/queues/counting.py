"""How many are in each view that this reader may see, counted no further than a rail can show."""

from collections.abc import Mapping
from functools import lru_cache, reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlmodel import Session

from inbox.database import hidden_in
from inbox.models import AnswerState
from inbox.models.case import CAMPAIGN
from inbox.queues.aside import loose, quarantined
from inbox.queues.views import CASE, OFFICE, Reader, View, as_written, shape_of, tables, values

MOST = 1_000
"""A count of this many reads "999+"."""

_ANSWER = tables["campaign_answer"].c
UNCOUNTED = frozenset({View.ALL})
COUNTED = tuple(view for view in View if view not in UNCOUNTED)


def counts(
    session: Session, reader: Reader, visible: ColumnElement[bool] | None = None
) -> Mapping[View, int]:
    """For each view but `all` how many rows it has, at most `MOST`, in one query.

    `campaigns` counts piles, not copies; `to-approve` also answers to campaigns that wait. Restricted cases
    add nothing to any count the reader sees.
    """
    row = session.connection().execute(_all(visible, hidden_in(session)), values(session, reader)).one()
    return {view: min(int(number), MOST) for view, number in zip(COUNTED, row, strict=True)}


@lru_cache(maxsize=256)
def _all(visible: ColumnElement[bool] | None, hidden: frozenset[str]) -> Select[Any]:
    """Built once for each `visible`, which `access` makes once for each person."""
    numbers: list[Any] = [_number(view, visible, hidden).label(view.name) for view in COUNTED]
    return select(*numbers)


def _number(view: View, visible: ColumnElement[bool] | None, hidden: frozenset[str]) -> ColumnElement[int]:
    narrow = [CASE.office_id == OFFICE]
    if visible is not None:
        narrow.append(visible)
    if view is View.CAMPAIGNS:
        piles = select(func.count(distinct(func.coalesce(CASE.campaign, ""))))
        return piles.where(*narrow, as_written(CAMPAIGN)).scalar_subquery()
    shape = shape_of(view)
    cases = select(CASE.id).where(*narrow)
    parts: list[Select[Any]] = [cases.where(shape.condition).limit(MOST)]
    if shape.also is not None:
        parts.append(cases.where(shape.also).limit(MOST))
    if view is View.SET_ASIDE:
        parts += [part.limit(MOST) for part in (quarantined(OFFICE, hidden), loose(OFFICE, hidden))]
    if view is View.TO_APPROVE:
        parts.append(
            select(_ANSWER.id).where(_ANSWER.office_id == OFFICE, _ANSWER.state == AnswerState.SUBMITTED)
        )
    # No two parts hold the same row, so the database need not put them together to count them.
    return reduce(add, map(_size, parts))


def _size(part: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(part.subquery()).scalar_subquery()
