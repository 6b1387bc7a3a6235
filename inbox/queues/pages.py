"""A page of a view: filtered, in order, in two queries (to-sort, mine, all: three) however large the office.

Lists are plain column selects past the object layer, so each names its office itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlmodel import Session

from inbox import search
from inbox.queues import cursors
from inbox.queues.rows import QueueRow, fetch
from inbox.queues.views import CASE, OFFICE, Reader, View, parts_of, tables, values

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
    view: View | None,
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
    chosen, given = _chosen(session, filters), values(session, reader)
    start, bound = cursors.read(view, cursor)
    found: list[tuple[int, tuple[Any, ...]]] = []
    for part in range(start, len(parts_of(view))):
        narrow = chosen if part != start or bound is None else [*chosen, bound]
        lines = _keys(session, view, part, visible, narrow, limit + 1 - len(found), given)
        found += [(part, keys) for keys in lines]
        if len(found) > limit:
            break
    rows = fetch(session, [keys[-1] for _, keys in found[:limit]], reader, visible)
    return Page(rows, cursors.write(view, *found[limit - 1]) if len(found) > limit else None)


def _keys(
    session: Session, view: View | None, part: int, visible: ColumnElement[bool] | None,
    narrow: list[ColumnElement[bool]], count: int, given: Mapping[str, object],
) -> list[tuple[Any, ...]]:  # fmt: skip
    """The sort keys of the first `count` rows, the id last. What a view has besides is few, and merged
    here, because a union would keep the database from reading the rest in the order of an index."""
    main, besides = _statements(view, part, visible, count)
    found = [tuple(row) for row in session.connection().execute(_narrowed(main, narrow), given)]
    if besides is None:
        return found
    others = session.connection().execute(_narrowed(besides, narrow), given)
    merged = sorted({*found, *map(tuple, others)}, reverse=parts_of(view)[part].is_descending)
    return merged[:count]


@lru_cache(maxsize=1024)
def _statements(
    view: View | None, part: int, visible: ColumnElement[bool] | None, count: int
) -> tuple[Select[Any], Select[Any] | None]:
    """A view's first rows and what it has besides, built once: see `counting`."""
    shape = parts_of(view)[part]
    keys = select(*shape.keys).where(CASE.office_id == OFFICE)
    if visible is not None:
        keys = keys.where(visible)
    main = keys.where(shape.condition).order_by(*shape.ordered()).limit(count)
    if shape.also is None:
        return main, None
    return main, keys.where(shape.also).order_by(*shape.ordered()).limit(count)


def _narrowed(statement: Select[Any], narrow: list[ColumnElement[bool]]) -> Select[Any]:
    return statement.where(*narrow) if narrow else statement


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
