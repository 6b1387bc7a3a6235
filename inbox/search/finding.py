"""Answers a search, newest first, in bounded time whatever is asked.

What holds the words whole comes first; then, where the page is not full, each wider reading of them (see
`asking.readings`): a half-heard surname is found, and a name that is there as it was typed is not buried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, not_, or_, select
from sqlmodel import Session, col

from inbox.database import hidden_in, office_of, shown_in
from inbox.models import Case, CaseStatus, Channel, Message, SearchEntry
from inbox.search.asking import Question, readings
from inbox.search.drivers import (
    NEWEST,
    WINDOW,
    among,
    candidates,
    gathered,
    lately,
    looks_first,
    names_too_many,
    saying,
    walk,
)

EXCERPT = 200
FIRST = 400
"""Entries looked through before anything else: enough to know a common word, and a rare one costs no more."""
COMMON = FIRST // 50
_STEPS = 2
"""How many steps back through the index one page takes where each step alone names hundreds."""
_WIDER = "abcd"
"""The letter that begins a cursor says in which reading of the question the page goes on; none: the first."""
_MOST = 20
"""How many times a page's length of likely entries one page looks at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One case, by its newest matching entry. `message_id` None: found by the case's own facts."""

    number: int
    case_id: str
    reference: str
    subject: str
    is_title_hidden: bool
    status: str
    kind: str
    is_restricted: bool
    message_id: str | None
    risks: Sequence[str] | None
    sender_name: str
    excerpt: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A page, whole words before beginnings, each newest first. `next` not None: there may be more, also
    when this page is short or empty, because one page looks at a bounded number of entries."""

    hits: tuple[Hit, ...]
    next: str | None


def find(
    session: Session,
    query: str,
    *,
    visible: ColumnElement[bool] | None = None,
    cursor: str | None = None,
    limit: int = 50,
    is_exact: bool = False,
) -> Found:
    """What this office has that answers `query` (see `asking.understand`), each case once a page.

    `visible`: a condition on `Case` that says what the reader may see. `is_exact`: whole words only. Odd
    queries and cursors find something or nothing and never fail.
    """
    read = readings(query)[: 1 if is_exact else None]
    hits: dict[str, Hit] = {}
    before, level = _position(cursor)
    may = _who_may(session, visible)
    for at in range(level, len(read)):
        if at > level and len(hits) == limit:
            return Found(tuple(hits.values()), _cursor(at, NEWEST))
        seen = [not_(and_(*word_tests(one))) for one in read[:at] if one.tests]
        further = _fill(session, read[at], before, limit, hits, [*seen, *may])
        if further is not None:
            return Found(tuple(hits.values()), _cursor(at, further))
        before = NEWEST
    return Found(tuple(hits.values()), None)


def matching_cases(session: Session, question: Question, most: int) -> frozenset[str] | None:
    """The cases with an entry that has the question's words; None when there may be more than `most`."""
    found: set[str] = set()
    numbers = candidates(session, question, NEWEST, most)
    if numbers is None or len(numbers) == most:
        return None
    for start in range(0, len(numbers), 500):
        query = select(col(SearchEntry.case_id)).where(
            among(session, numbers[start : start + 500]), *word_tests(question)
        )
        found.update(session.execute(query).scalars())
    return frozenset(found)


def word_tests(question: Question) -> list[ColumnElement[bool]]:
    """What the words of an entry must hold."""
    return [col(SearchEntry.words).contains(test, autoescape=True) for test in question.tests]


def case_tests(question: Question) -> list[ColumnElement[bool]]:
    """What the entry's case must fulfil."""
    fields = [_field(name, value) for name, value in question.fields]
    return [*fields, *(_STATES[state] for state in question.states)]


def holds(column: Any, value: str) -> ColumnElement[bool]:
    """Whether a JSON list of words holds `value`: the same expression on both databases."""
    return cast(column, String).contains(f'"{value}"', autoescape=True)


def on_channel(value: str) -> ColumnElement[bool]:
    """Whether the case came by the channel of that kind, name or id."""
    channels = select(col(Channel.id)).where(
        col(Channel.office_id) == col(Case.office_id),
        or_(
            col(Channel.kind) == value,
            func.lower(col(Channel.name)) == value.lower(),
            col(Channel.id) == value,
        ),
    )
    return col(Case.channel_id).in_(channels)


def _fill(
    session: Session, question: Question, before: int, limit: int, hits: dict[str, Hit],
    also: Sequence[ColumnElement[bool]],
) -> int | None:  # fmt: skip
    """Adds to `hits` until there are `limit`; the position to go on from (None: that was all)."""
    further: int | None = None
    last = 0
    for numbers, reached in _likely(session, question, before, limit):
        further = reached
        for hit in _check(session, question, numbers, also):
            if len(hits) == limit and hit.case_id not in hits:
                return last or before
            hits.setdefault(hit.case_id, hit)
            last = hit.number
        if len(hits) == limit:
            break
    return further


def _likely(
    session: Session, question: Question, before: int, limit: int
) -> Iterator[tuple[list[int], int | None]]:
    """Batches of entries that may answer, each with the position to go on from (None: that was all)."""
    position: int | None = before
    has_index = bool(question.indexed or gathered(question))
    if looks_first(session) or not question.indexed:
        numbers, position = walk(session, question.tests, before, FIRST)
        yield from _batches(numbers, position, limit)
        if position is not None and (len(numbers) >= COMMON or _is_vague(session, question, before)):
            # So common that an index would name a large part of all there is: look on a little instead.
            numbers, position = walk(session, question.tests, position, 2 * WINDOW - FIRST)
            yield from _batches(numbers, position, limit)
            return
    if position is None:
        return
    most = _MOST * limit
    if looks_first(session) and has_index:
        for _ in range(_STEPS):
            numbers, position = lately(session, question, position, most)
            is_common = len(numbers) >= most // 4
            yield from _batches(_saying(session, question, numbers), position, limit)
            if position is None:
                return
            if not is_common:
                break
        else:
            return  # the whole index would name very many: the next page goes on from here
    found = candidates(session, question, position, most)
    if found is None:
        numbers, position = walk(session, question.tests, position, 2 * WINDOW)
    else:
        numbers, position = _saying(session, question, found), found[-1] if len(found) == most else None
    yield from _batches(numbers, position, limit)


def _is_vague(session: Session, question: Question, before: int) -> bool:
    """Whether a beginning would have the index name nearly everything."""
    return looks_first(session) and names_too_many(session, gathered(question), before, FIRST, COMMON)


def _saying(session: Session, question: Question, numbers: list[int]) -> list[int]:
    """Words in a row are rarer than entries that have them all: those go before cases are read."""
    return saying(session, question.tests, numbers) if question.phrases and numbers else numbers


def _batches(numbers: list[int], position: int | None, limit: int) -> Iterator[tuple[list[int], int | None]]:
    """The first two pages' worth, then four times as much each time: most searches end with the first."""
    size = 2 * limit
    while len(numbers) > size:
        yield numbers[:size], numbers[size - 1]
        numbers, size = numbers[size:], 4 * size
    yield numbers, position


def _check(
    session: Session, question: Question, numbers: Sequence[int], also: Sequence[ColumnElement[bool]]
) -> Iterator[Hit]:
    if not numbers:
        return
    query = (
        select(
            col(SearchEntry.number), col(Case.id), col(Case.reference), col(Case.subject),
            col(Case.is_title_hidden), col(Case.status),
            col(Case.kind), col(Case.is_restricted), col(SearchEntry.message_id),
            col(Message.risks),
            func.coalesce(col(Message.sender_name), ""),
            func.coalesce(func.substr(col(Message.new_text), 1, EXCERPT), ""),
            func.coalesce(col(Message.received_at), col(Case.received_at)),
        )
        .join(Case, col(Case.id) == col(SearchEntry.case_id))
        .outerjoin(Message, col(Message.id) == col(SearchEntry.message_id))
        .where(
            among(session, numbers),
            col(SearchEntry.office_id) == office_of(session),
            *word_tests(question),
            *case_tests(question),
            *also,
        )
        .order_by(col(SearchEntry.number).desc())
    )  # fmt: skip
    for row in session.execute(query):
        yield Hit(*row)


def _who_may(session: Session, visible: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    """What this reader may see of what is found."""
    may = [] if visible is None else [visible]
    if hidden_in(session):  # an entry whose message is not shown must not answer by that message's words
        shown = and_(col(Message.id).is_not(None), shown_in(session, col(Message.channel_id)))
        may.append(or_(col(SearchEntry.message_id).is_(None), shown))
    return may


def _position(cursor: str | None) -> tuple[int, int]:
    """Where a page goes on, and in which reading of the question."""
    cursor = cursor or ""
    level = _WIDER.find(cursor[:1]) if cursor else 0
    digits = cursor[1:] if level > 0 else cursor
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 20
    return (min(int(digits), NEWEST), max(level, 0)) if is_number else (NEWEST, 0)


def _cursor(level: int, position: int) -> str:
    return f"{_WIDER[level] if level else ''}{position}"


def _field(name: str, value: str) -> ColumnElement[bool]:
    if name == "topic":
        return holds(Case.topics, value)
    if name == "flag":
        return holds(Case.flags, value)
    if name == "channel":
        return on_channel(value)
    return {"status": col(Case.status), "kind": col(Case.kind), "priority": col(Case.priority)}[name] == value


_STATES: dict[str, ColumnElement[bool]] = {
    "new": col(Case.status) == CaseStatus.NEW,
    "open": col(Case.status).not_in([CaseStatus.RESOLVED, CaseStatus.CLOSED]),
    "closed": col(Case.status).in_([CaseStatus.RESOLVED, CaseStatus.CLOSED]),
    "unassigned": col(Case.assignee_id).is_(None),
    "restricted": col(Case.is_restricted).is_(True),
    "campaign": col(Case.kind) == "campaign",
    "spam": col(Case.kind) == "spam",
}
