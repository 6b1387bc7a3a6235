"""A page of a view: filtered, in order, in two queries whatever the size of the office.

Lists are plain column selects past the object layer, so each names its office itself.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, union
from sqlmodel import Session

from inbox import search
from inbox.database import office_of
from inbox.queues import cursors
from inbox.queues.rows import QueueRow, fetch
from inbox.queues.views import CASE, Reader, Shape, View, shape_of, tables

NOBODY = "nobody"
_MOST_FOUND = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What to leave in; None leaves all. `channel`: kind, name or id; `assignee`: a staff id or `nobody`;
    `team`: a team id; `q`: as typed into the search box."""

    status: str | None = None
    kind: str | None = None
    channel: str | None = None
    topic: str | None = None
    priority: str | None = None
    flag: str | None = None
    campaign: str | None = None
    assignee: str | None = None
    team: str | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a view, and the cursor of what follows (None: nothing does)."""

    rows: tuple[QueueRow, ...]
    next: str | None


def page(
    session: Session,
    view: View,
    reader: Reader,
    *,
    filters: Filters = Filters(),
    visible: ColumnElement[bool] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """The `limit` rows of `view` behind `cursor`. `visible`: what the reader may see, over `Case`.

    Raises Refused for a damaged cursor.
    """
    office = office_of(session)
    shape = shape_of(view, office, reader)
    narrow = [CASE.office_id == office, *_chosen(session, filters)]
    if visible is not None:
        narrow.append(visible)
    if cursor is not None:
        narrow.append(cursors.after(view, shape, cursor))
    found = session.connection().execute(_keys(shape, narrow, limit + 1)).all()
    rows = fetch(session, [keys[-1] for keys in found[:limit]], reader, visible)
    return Page(rows, cursors.write(view, tuple(found[limit - 1])) if len(found) > limit else None)


def _keys(shape: Shape, narrow: list[ColumnElement[bool]], count: int) -> Select[Any]:
    """The sort keys of the page, the id last."""
    names = [f"key{number}" for number in range(len(shape.keys))]
    columns = [key.label(name) for key, name in zip(shape.keys, names, strict=True)]
    query = select(*columns).where(*narrow, shape.condition)
    query = query.order_by(*shape.ordered(shape.keys)).limit(count)
    if shape.also is None:
        return query
    others = select(*columns).where(*narrow, shape.also)
    both = union(select(query.subquery()), others).subquery()
    return select(both).order_by(*shape.ordered(both.c[name] for name in names)).limit(count)


def _chosen(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    equal = (
        (CASE.status, filters.status), (CASE.kind, filters.kind), (CASE.priority, filters.priority),
        (CASE.campaign, filters.campaign), (CASE.team_id, filters.team),
    )  # fmt: skip
    chosen: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if filters.channel is not None:
        chosen.append(search.on_channel(filters.channel))
    if filters.topic is not None:
        chosen.append(search.holds(CASE.topics, filters.topic))
    if filters.flag is not None:
        chosen.append(search.holds(CASE.flags, filters.flag))
    if filters.assignee is not None:
        assignee = CASE.assignee_id
        chosen.append(assignee.is_(None) if filters.assignee == NOBODY else assignee == filters.assignee)
    if filters.q and filters.q.strip():
        chosen += _found(session, filters.q)
    return chosen


def _found(session: Session, query: str) -> list[ColumnElement[bool]]:
    """Rare words name their cases; common ones are looked for on each case in turn, and soon found."""
    question = search.understand(query)
    chosen = search.case_tests(question)
    if question.tests:
        cases = search.matching_cases(session, question, _MOST_FOUND)
        if cases is not None:
            chosen.append(CASE.id.in_(sorted(cases)))
        else:
            words = (tables["search_entry"].c.case_id == CASE.id, *search.word_tests(question))
            chosen.append(exists().where(*words).correlate(tables["case"]))
    return chosen
