"""A page of a view: filtered, in order, in two queries whatever the size of the office."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, select, union
from sqlmodel import Session, col

from inbox import search
from inbox.database import office_of
from inbox.models import Case, SearchEntry
from inbox.queues import cursors
from inbox.queues.rows import QueueRow, details, with_clocks
from inbox.queues.views import Reader, Shape, View, shape_of

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
    narrow = [col(Case.office_id) == office, *_chosen(session, filters)]
    if visible is not None:
        narrow.append(visible)
    if cursor is not None:
        narrow.append(cursors.after(view, shape, cursor))
    names = [*(f"key{number}" for number in range(len(shape.keys) - 1)), "id"]
    keys = _keys(shape, names, narrow, limit + 1).subquery("page")
    query = details(keys, names, reader, visible).order_by(*shape.ordered(keys.c[name] for name in names))
    found = [tuple(row) for row in session.execute(query)]
    rows = with_clocks(session, office, (row[len(names) :] for row in found[:limit]))
    more = len(found) > limit
    return Page(rows, cursors.write(view, found[limit - 1][: len(names)]) if more else None)


def _keys(
    shape: Shape, names: list[str], narrow: list[ColumnElement[bool]], count: int
) -> Select[tuple[object]]:
    """The sort keys of the page. Each part is read in the order of its own index, then both are merged."""
    columns = [key.label(name) for key, name in zip(shape.keys, names, strict=True)]
    parts = [
        select(*columns).where(*narrow, part).order_by(*shape.ordered(shape.keys)).limit(count)
        for part in shape.parts
    ]
    if len(parts) == 1:
        return parts[0]
    merged = union(*(part.subquery().select() for part in parts)).subquery()
    return select(merged).order_by(*shape.ordered(merged.c[name] for name in names)).limit(count)


def _chosen(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    equal = (
        (Case.status, filters.status), (Case.kind, filters.kind), (Case.priority, filters.priority),
        (Case.campaign, filters.campaign), (Case.team_id, filters.team),
    )  # fmt: skip
    chosen: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    if filters.channel is not None:
        chosen.append(search.on_channel(filters.channel))
    if filters.topic is not None:
        chosen.append(search.holds(Case.topics, filters.topic))
    if filters.flag is not None:
        chosen.append(search.holds(Case.flags, filters.flag))
    if filters.assignee is not None:
        assignee = col(Case.assignee_id)
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
            chosen.append(col(Case.id).in_(sorted(cases)))
        else:
            words = (col(SearchEntry.case_id) == col(Case.id), *search.word_tests(question))
            chosen.append(exists().where(*words).correlate(Case))
    return chosen
