"""The lines of To approve and Sending: drafts that wait for a yes, deliveries that are not settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from inbox.database import office_of
from inbox.models import Case, Channel, Constituent, Delivery, Draft, DraftState, Staff
from inbox.models.delivery import UNSETTLED
from inbox.models.draft import WAITING
from inbox.queues.cursors import before_id
from inbox.queues.rows import EXCERPT
from inbox.queues.views import as_written


@dataclass(frozen=True, slots=True)
class Submitted:
    """A draft that waits for sign-off. `identity`: `office`, or the staff id of a person."""

    draft_id: str
    number: int
    case_id: str
    reference: str
    is_restricted: bool
    constituent: str | None
    subject: str
    excerpt: str
    identity: str
    author_id: str | None
    author: str | None
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery on its way, or gone wrong and not dealt with. `case_id` None: a notice to staff."""

    delivery_id: str
    state: str
    purpose: str
    recipients: Sequence[str]
    channel_kind: str
    channel_name: str
    case_id: str | None
    reference: str | None
    is_restricted: bool
    queued_at: datetime
    next_at: datetime
    attempts: int
    trouble: str | None
    evidence: str | None


def submitted(session: Session, visible: ColumnElement[bool] | None = None) -> tuple[Submitted, ...]:
    """Every draft that waits for sign-off, by the points of its case, then longest waiting; at most 500."""
    author = aliased(Staff)
    query = (
        select(
            col(Draft.id), col(Draft.number), col(Draft.case_id), col(Case.reference),
            col(Case.is_restricted), col(Constituent.name), col(Draft.subject),
            func.substr(col(Draft.text), 1, EXCERPT), col(Draft.identity), col(Draft.author_id),
            col(author.name), col(Draft.submitted_at),
        )
        .join(Case, col(Case.id) == col(Draft.case_id))
        .outerjoin(Constituent, col(Constituent.id) == col(Case.constituent_id))
        .outerjoin(author, col(author.id) == col(Draft.author_id))
        .where(
            col(Draft.office_id) == office_of(session),
            as_written(f"draft.{WAITING}"),
            col(Draft.state) == DraftState.SUBMITTED,
        )
        .order_by(col(Case.rank), col(Draft.submitted_at), col(Draft.id))
        .limit(500)
    )  # fmt: skip
    if visible is not None:
        query = query.where(visible)
    return tuple(Submitted(*row) for row in session.execute(query))


def outgoing(
    session: Session,
    visible: ColumnElement[bool] | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[tuple[Outgoing, ...], str | None]:
    """Deliveries not settled, newest first, and the cursor of what follows. Raises Refused for a bad one."""
    open_ones = select(col(Delivery.id)).where(
        col(Delivery.office_id) == office_of(session), as_written(UNSETTLED)
    )
    query = (
        select(
            col(Delivery.id), col(Delivery.state), col(Delivery.purpose), col(Delivery.recipients),
            col(Channel.kind), col(Channel.name), col(Case.id), col(Case.reference),
            func.coalesce(col(Case.is_restricted), False), col(Delivery.queued_at), col(Delivery.next_at),
            col(Delivery.attempts), col(Delivery.trouble), col(Delivery.evidence),
        )
        .join(Channel, col(Channel.id) == col(Delivery.channel_id))
        .outerjoin(Case, col(Case.id) == col(Delivery.case_id))
        .where(col(Delivery.id).in_(open_ones), before_id(Delivery, cursor))
        .order_by(col(Delivery.id).desc())
    )  # fmt: skip
    if visible is not None:
        query = query.where(col(Delivery.case_id).is_(None) | visible)
    found = session.execute(query.limit(limit + 1)).all()
    rows = tuple(Outgoing(*row) for row in found[:limit])
    return rows, rows[-1].delivery_id if len(found) > limit else None
