"""Campaigns as piles: one line for each text that many people sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, distinct, func, select
from sqlmodel import Session, col

from inbox.database import office_of
from inbox.models import Case
from inbox.models.case import CAMPAIGN
from inbox.queues.views import as_written


@dataclass(frozen=True, slots=True)
class Pile:
    """Open copies of one campaign. `campaign` None: copies that no pile has taken yet."""

    campaign: str | None
    cases: int
    people: int
    messages: int
    subject: str
    newest_at: datetime


def piles(session: Session, visible: ColumnElement[bool] | None = None) -> tuple[Pile, ...]:
    """The open piles, newest change first."""
    query = (
        select(
            col(Case.campaign),
            func.count(),
            func.count(distinct(col(Case.constituent_id))),
            func.sum(col(Case.message_count)),
            func.max(col(Case.subject)),
            func.max(col(Case.updated_at)),
        )
        .where(col(Case.office_id) == office_of(session), as_written(CAMPAIGN))
        .group_by(col(Case.campaign))
        .order_by(func.max(col(Case.updated_at)).desc(), col(Case.campaign))
    )
    if visible is not None:
        query = query.where(visible)
    return tuple(Pile(*row) for row in session.execute(query))
