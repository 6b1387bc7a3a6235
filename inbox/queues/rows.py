"""What one row of a queue shows, and the two queries that fetch a page of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from inbox.models import Case, CaseStatus, Channel, Clock, Constituent, Direction, Message, Staff, Team, View
from inbox.queues.views import Reader

EXCERPT = 200


@dataclass(frozen=True, slots=True)
class RowClock:
    """One clock as a row shows it. `due_at` and `warn_at` are as last worked out by `clocks`."""

    kind: str
    due_at: datetime
    warn_at: datetime | None
    is_paused: bool
    met_at: datetime | None
    cancelled_at: datetime | None

    @property
    def can_be_missed(self) -> bool:
        return self.met_at is None and self.cancelled_at is None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case as one line. `newest_*`: the last thing that came in; `match_*`: the case that its message
    may belong to, if the reader may see that case; `is_unread`: the reader has not looked since it came."""

    case_id: str
    reference: str
    subject: str
    status: str
    kind: str
    priority: str
    topics: Sequence[str]
    flags: Sequence[str]
    language: str
    is_restricted: bool
    campaign: str | None
    message_count: int
    version: int
    waiting_for: str | None
    received_at: datetime
    created_at: datetime
    updated_at: datetime
    constituent_id: str | None
    constituent_name: str | None
    postcode: str | None
    constituency: str | None
    channel_kind: str | None
    channel_name: str | None
    assignee_id: str | None
    assignee: str | None
    team: str | None
    newest_id: str | None
    newest_kind: str | None
    newest_at: datetime | None
    sender_name: str | None
    sender_handle: str | None
    excerpt: str
    match_message_id: str | None
    match_because: str | None
    match_reference: str | None
    is_unread: bool
    clocks: tuple[RowClock, ...]

    @property
    def is_new(self) -> bool:
        """Whether nobody has sorted it yet."""
        return self.status == CaseStatus.NEW

    @property
    def clock(self) -> RowClock | None:
        """The one to show: the next that can be missed, else one that is paused."""
        open_ones = [clock for clock in self.clocks if clock.can_be_missed]
        return min(open_ones, key=lambda clock: (clock.is_paused, clock.due_at), default=None)


def details(
    page: Subquery, keys: Sequence[str], reader: Reader, visible: ColumnElement[bool] | None
) -> Select[Any]:
    """The rows of `page` (sort keys named `keys`, the id last) with all that `QueueRow` shows."""
    newest, match = aliased(Message), aliased(Message)
    shown = aliased(Case)
    case_id = col(shown.id)
    newest_id = _last_message(case_id, col(Message.direction) == Direction.INBOUND)
    match_id = _last_message(case_id, col(Message.proposed_case_id).is_not(None))
    columns: tuple[Any, ...] = (
        *(page.c[key] for key in keys),
        shown.id, shown.reference, shown.subject, shown.status, shown.kind, shown.priority, shown.topics,
        shown.flags, shown.language, shown.is_restricted, shown.campaign, shown.message_count,
        shown.version, shown.waiting_for, shown.received_at, shown.created_at, shown.updated_at,
        Constituent.id, Constituent.name, Constituent.postcode, Constituent.constituency,
        Channel.kind, Channel.name, shown.assignee_id, Staff.name, Team.name,
        newest.id, newest.kind, newest.received_at, newest.sender_name, newest.sender_handle,
        func.substr(newest.new_text, 1, EXCERPT),
        match.id, match.proposed_because, _matched(match, visible), _is_unread(shown, newest, reader),
    )  # fmt: skip
    return (
        select(*columns)
        .join(shown, case_id == page.c.id)
        .outerjoin(Constituent, col(Constituent.id) == col(shown.constituent_id))
        .outerjoin(Channel, col(Channel.id) == col(shown.channel_id))
        .outerjoin(Staff, col(Staff.id) == col(shown.assignee_id))
        .outerjoin(Team, col(Team.id) == col(shown.team_id))
        .outerjoin(newest, col(newest.id) == newest_id)
        .outerjoin(match, col(match.id) == match_id)
    )


def with_clocks(session: Session, office: str, rows: Iterable[tuple[Any, ...]]) -> tuple[QueueRow, ...]:
    """Database rows without their sort keys, as queue rows: fetches the clocks of all in one query."""
    rows = list(rows)
    clocks = _clocks(session, office, [row[0] for row in rows])
    return tuple(_row(list(row), clocks.get(row[0], ())) for row in rows)


def _row(values: list[Any], clocks: tuple[RowClock, ...]) -> QueueRow:
    values[_EXCERPT] = " ".join((values[_EXCERPT] or "").split())
    if values[_REFERENCE] is None:  # nothing of a proposed match whose case the reader may not see
        values[_REFERENCE - 2 : _REFERENCE] = (None, None)
    values[-1] = bool(values[-1])
    values.append(clocks)
    return QueueRow(*values)


_EXCERPT = QueueRow.__slots__.index("excerpt")
_REFERENCE = QueueRow.__slots__.index("match_reference")


def _last_message(case_id: Any, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    query = select(col(Message.id)).where(col(Message.case_id) == case_id, condition)
    return query.order_by(col(Message.id).desc()).limit(1).correlate_except(Message).scalar_subquery()


def _matched(match: type[Message], visible: ColumnElement[bool] | None) -> ColumnElement[Any]:
    query = select(col(Case.reference)).where(col(Case.id) == col(match.proposed_case_id))
    if visible is not None:
        query = query.where(visible)
    return query.correlate(match).scalar_subquery()


def _is_unread(shown: type[Case], newest: type[Message], reader: Reader) -> ColumnElement[bool]:
    if reader.staff_id is None:
        return literal(False)
    seen = exists().where(
        col(View.case_id) == col(shown.id),
        col(View.staff_id) == reader.staff_id,
        col(View.at) >= col(newest.received_at),
    )
    return and_(col(newest.id).is_not(None), ~seen)


def _clocks(session: Session, office: str, cases: Sequence[str]) -> Mapping[str, tuple[RowClock, ...]]:
    if not cases:
        return {}
    query = (
        select(
            col(Clock.case_id), col(Clock.kind), col(Clock.due_at), col(Clock.warn_at), col(Clock.pauses),
            col(Clock.met_at), col(Clock.cancelled_at),
        )
        .where(col(Clock.office_id) == office, col(Clock.case_id).in_(cases))
        .order_by(col(Clock.id))
    )  # fmt: skip
    found: dict[str, tuple[RowClock, ...]] = {}
    for case_id, kind, due_at, warn_at, pauses, met_at, cancelled_at in session.execute(query):
        is_paused = any(pause.get("end") is None for pause in pauses)
        clock = RowClock(kind, due_at, warn_at, is_paused, met_at, cancelled_at)
        found[case_id] = (*found.get(case_id, ()), clock)
    return found
