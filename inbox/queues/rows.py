"""What one row of a queue shows, and the query that fetches it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlmodel import Session, col

from inbox.database import hidden_in, office_of, shown_in
from inbox.models import CaseStatus, Direction, DraftState, Message
from inbox.models.case import PAUSED
from inbox.points import reckoned
from inbox.queues.views import CASE, Reader, tables
from routing.priority import Points

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


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case as one line. `newest_*`: the last thing that came in; `match_*`: the case that a message may
    belong to, if the reader may see that case; `is_unread`: the reader has not looked since it came;
    `clock`: the next that can be missed, else one that is paused; `rank`: minus the points, in tenths."""

    case_id: str
    reference: str
    subject: str
    is_title_hidden: bool
    status: str
    kind: str
    priority: str
    rank: int
    waiting_days: int
    lateness: int
    is_ministerial: bool
    topics: Sequence[str]
    flags: Sequence[str]
    language: str
    is_restricted: bool
    campaign: str | None
    message_count: int
    version: int
    waiting_for: str | None
    held_by: str | None
    is_sent_back: bool
    is_submitted: bool
    received_at: datetime
    answered_at: datetime | None
    wrote_again_at: datetime | None
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
    newest_risks: Sequence[str]
    excerpt: str
    match_message_id: str | None
    match_because: str | None
    match_reference: str | None
    is_unread: bool
    clock: RowClock | None

    @property
    def points(self) -> Points:
        """What the row is ordered by, part by part."""
        return reckoned(
            self.priority, self.flags, self.waiting_days, self.lateness, is_ministerial=self.is_ministerial
        )

    @property
    def is_new(self) -> bool:
        """Whether nobody has sorted it yet."""
        return self.status == CaseStatus.NEW


def fetch(
    session: Session, cases: Sequence[str], reader: Reader, visible: ColumnElement[bool] | None
) -> tuple[QueueRow, ...]:
    """The rows of these cases of this office, in this order: one query, and one more when a row has a
    proposed match, to leave out what the reader may not see."""
    if not cases:
        return ()
    values = {"office": office_of(session), "cases": cases, "staff": reader.staff_id or ""}
    found = session.connection().execute(_DETAILS, values).all()
    lines: dict[str, list[Any]] = {row[0]: list(row) for row in found}
    proposed = {line[_PROPOSED] for line in lines.values()} - {None}
    references = _references(session, proposed, visible) if proposed else {}
    if hidden_in(session):
        _leave_out(session, lines.values())
    return tuple(_row(lines[case], references) for case in cases if case in lines)


def clocks(session: Session, cases: Sequence[str]) -> Mapping[str, tuple[RowClock, ...]]:
    """Every clock of these cases of this office, by case."""
    query = (
        select(_CLOCK.case_id, *_CLOCK_COLUMNS)
        .where(_CLOCK.office_id == office_of(session), _CLOCK.case_id.in_(cases))
        .order_by(_CLOCK.id)
    )
    found: dict[str, tuple[RowClock, ...]] = {}
    for case_id, *values in session.connection().execute(query):
        found[case_id] = (*found.get(case_id, ()), RowClock(*values))
    return found


def _leave_out(session: Session, lines: Collection[list[Any]]) -> None:
    """Takes out the newest message where it came through a channel that the reader may not read."""
    newest = [line[_NEWEST_ID] for line in lines if line[_NEWEST_ID]]
    query = select(col(Message.id)).where(col(Message.id).in_(newest))
    shown = set(session.execute(query.where(shown_in(session, col(Message.channel_id)))).scalars())
    for line in lines:
        if line[_NEWEST_ID] not in shown:
            line[_NEWEST_ID : _EXCERPT + 1] = [None] * (_EXCERPT + 1 - _NEWEST_ID)


def _row(line: list[Any], references: Mapping[str, str]) -> QueueRow:
    *values, proposed, is_seen = line[: -len(_CLOCK_COLUMNS)]
    clock = line[-len(_CLOCK_COLUMNS) :]
    values[_EXCERPT] = " ".join((values[_EXCERPT] or "").split())
    values[_NEWEST_RISKS] = values[_NEWEST_RISKS] or ()
    reference = references.get(proposed)
    if reference is None:
        values[-2:] = (None, None)
    is_unread = not is_seen and values[_NEWEST_ID] is not None
    values += (reference, is_unread, RowClock(*clock) if clock[0] is not None else None)
    return QueueRow(*values)


def _references(
    session: Session, cases: Collection[str], visible: ColumnElement[bool] | None
) -> Mapping[str, str]:
    query = select(CASE.id, CASE.reference).where(
        CASE.office_id == office_of(session), CASE.id.in_(sorted(cases))
    )
    if visible is not None:
        query = query.where(visible)
    return {row[0]: row[1] for row in session.connection().execute(query)}


_EXCERPT = QueueRow.__slots__.index("excerpt")
_NEWEST_RISKS = QueueRow.__slots__.index("newest_risks")
_NEWEST_ID = QueueRow.__slots__.index("newest_id")
_CASES = tables["case"]
_CLOCK = tables["clock"].c
_ASKED: Any = bindparam("cases", expanding=True)
_CLOCK_COLUMNS = (
    _CLOCK.kind, _CLOCK.due_at, _CLOCK.warn_at, PAUSED, _CLOCK.met_at, _CLOCK.cancelled_at
)  # fmt: skip


def _newest(table: FromClause, *conditions: ColumnElement[bool]) -> Any:
    """The newest row in `table` of each case asked for, by `case_id` and `id`. Not asked case by case, or
    PostgreSQL would rather read the whole table once."""
    here = table.c
    mine = (here.office_id == bindparam("office"), here.case_id.in_(_ASKED), *conditions)
    return select(here.case_id, func.max(here.id).label("id")).where(*mine).group_by(here.case_id).subquery()


def _first(table: FromClause, *conditions: ColumnElement[bool], order: Sequence[Any]) -> Any:
    """The same for the first row in an order of its own."""
    here = table.c
    place = func.row_number().over(partition_by=here.case_id, order_by=order).label("place")
    ranked = (
        select(here.case_id, here.id, place)
        .where(here.office_id == bindparam("office"), here.case_id.in_(_ASKED), *conditions)
        .subquery()
    )
    return select(ranked.c.case_id, ranked.c.id).where(ranked.c.place == literal_column("1")).subquery()


def _all_that_a_row_shows() -> Select[Any]:
    """Built once: what changes are the cases, the office and the reader."""
    person, channel, staff, team, seen, draft = (
        tables[name].c for name in ("constituent", "channel", "staff", "team", "view", "draft")
    )
    newest, match, message = tables["message"].alias(), tables["message"].alias(), tables["message"].alias()
    office: ColumnElement[str] = bindparam("office")

    def of_case(one: Any) -> ColumnElement[bool]:
        same_case: ColumnElement[bool] = one.c.case_id == CASE.id
        return same_case

    def same(columns: Any, key: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(columns.id == key, columns.office_id == office)

    latest = _newest(message, message.c.direction == Direction.INBOUND)
    proposal = _newest(message, message.c.proposed_case_id.is_not(None))
    clock = _first(
        tables["clock"], _CLOCK.met_at.is_(None), _CLOCK.cancelled_at.is_(None),
        order=[PAUSED, _CLOCK.due_at, _CLOCK.id],
    )  # fmt: skip
    is_sent_back, is_submitted = (
        exists().where(draft.case_id == CASE.id, draft.office_id == office, draft.state == state)
        for state in (DraftState.RETURNED, DraftState.SUBMITTED)
    )
    is_seen = exists().where(
        seen.case_id == CASE.id, seen.office_id == office, seen.staff_id == bindparam("staff"),
        seen.at >= newest.c.received_at,
    )  # fmt: skip
    return (
        select(
            CASE.id, CASE.reference, CASE.subject, CASE.is_title_hidden, CASE.status, CASE.kind,
            CASE.priority, CASE.rank,
            CASE.waiting_days, CASE.lateness, CASE.is_ministerial, CASE.topics, CASE.flags,
            CASE.language, CASE.is_restricted, CASE.campaign, CASE.message_count, CASE.version,
            CASE.waiting_for, CASE.held_by, is_sent_back, is_submitted, CASE.received_at, CASE.answered_at,
            CASE.wrote_again_at, CASE.created_at, CASE.updated_at,
            person.id, person.name, person.postcode, person.constituency, channel.kind, channel.name,
            CASE.assignee_id, staff.name, team.name, newest.c.id, newest.c.kind, newest.c.received_at,
            newest.c.sender_name, newest.c.sender_handle, newest.c.risks,
            func.substr(newest.c.new_text, 1, EXCERPT),
            match.c.id, match.c.proposed_because, match.c.proposed_case_id, is_seen, *_CLOCK_COLUMNS,
        )
        .select_from(_CASES)
        .outerjoin(tables["constituent"], same(person, CASE.constituent_id))
        .outerjoin(tables["channel"], same(channel, CASE.channel_id))
        .outerjoin(tables["staff"], same(staff, CASE.assignee_id))
        .outerjoin(tables["team"], same(team, CASE.team_id))
        .outerjoin(latest, of_case(latest))
        .outerjoin(newest, same(newest.c, latest.c.id))
        .outerjoin(proposal, of_case(proposal))
        .outerjoin(match, same(match.c, proposal.c.id))
        .outerjoin(clock, of_case(clock))
        .outerjoin(tables["clock"], same(_CLOCK, clock.c.id))
        .where(CASE.office_id == office, CASE.id.in_(_ASKED))
    )  # fmt: skip


_DETAILS = _all_that_a_row_shows()
_PROPOSED = len(_DETAILS.selected_columns) - len(_CLOCK_COLUMNS) - 2
