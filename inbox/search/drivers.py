"""Where likely entries come from, newest first, on each database. What they give is checked again.

SQLite: FTS5, whose lists are kept in the order of `number`, so it stops after the first few.
PostgreSQL: the newest entries are looked through first (that finds common words); only if they do not
fill the page is the GIN index asked, first for the newest stretches, then for all, whose answer is then
short. (It names every hit in no order, and each hit costs a page read.) The planner is not asked to choose.
The GIN index lies in a table outside row-level security, because PostgreSQL uses no index for a search
on a table with policies (the operator is not leakproof); it holds hashes made with the office's id. Words in
a row have a short hash of each two of them too, or a phrase of common words would name every entry with them.
"""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    any_,
    bindparam,
    cast,
    func,
    null,
    select,
    text,
    union_all,
)
from sqlmodel import Session, SQLModel

from inbox.database import office_of
from inbox.search.asking import SHORTEST_BEGINNING, Question, is_long, letters_from

_ENTRY = SQLModel.metadata.tables["search_entry"].c

NEWEST = 2**62
WINDOW = 1_000
_STRETCH_BITS = 16
"""A stretch is 65,536 entries; the migration's trigger gives each entry the code of its stretch."""

_FTS = text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :match AND rowid < :before "
    "ORDER BY rowid DESC LIMIT :count"
)
_GIN = text(
    "WITH hits AS MATERIALIZED (SELECT number FROM search_index "
    "WHERE codes @@ CAST(:match AS tsquery) AND number < :before) "
    "SELECT number FROM hits ORDER BY number DESC LIMIT :count"
)


def looks_first(session: Session) -> bool:
    """Whether common words are found by looking through the newest entries instead of the index."""
    return session.get_bind().dialect.name != "sqlite"


def candidates(session: Session, question: Question, before: int, count: int) -> list[int] | None:
    """Numbers of at most `count` entries before number `before`, newest first, that may answer.

    None when the index cannot help (no whole word, and only short beginnings): walk the newest instead.
    """
    words, beginnings = question.indexed, gathered(question)
    if not words and not beginnings:
        return None
    if session.get_bind().dialect.name == "sqlite":
        query, match = _FTS, _fts_match(office_of(session), words, beginnings)
    else:
        query, match = _GIN, _gin_match(office_of(session), words, beginnings, question.phrases)
    found = session.connection().execute(query, {"match": match, "before": before, "count": count})
    return [int(number) for (number,) in found]


def gathered(question: Question) -> list[str]:
    """The beginning that the index is asked for: the longest, and only where no longer word stands beside
    it, for a beginning gathers many lists into one."""
    if any(is_long(word) for word in question.indexed):
        return []
    return sorted(filter(is_long, question.beginnings), key=len, reverse=True)[:1]


def among(session: Session, numbers: Sequence[int]) -> ColumnElement[bool]:
    """Whether an entry is one of these: one array on PostgreSQL, which is prepared once for any length."""
    if session.get_bind().dialect.name == "sqlite":
        return _ENTRY.number.in_(numbers)
    return _ENTRY.number == any_(bindparam(None, list(numbers), type_=ARRAY(BigInteger)))


def lately(session: Session, question: Question, before: int, count: int) -> tuple[list[int], int | None]:
    """`candidates` of the stretch that ends at `before` and the one before it (PostgreSQL), and the
    position to go on from (None: there is nothing earlier)."""
    newest = max(before - 1, 0)
    start = max((newest >> _STRETCH_BITS) - 1, 0) << _STRETCH_BITS
    words = _gin_match(office_of(session), question.indexed, gathered(question), question.phrases)
    match = f"{words} & ({stretch_of(start)} | {stretch_of(newest)})"
    rows = session.connection().execute(_GIN, {"match": match, "before": before, "count": count})
    numbers = [int(number) for (number,) in rows]
    return numbers, numbers[-1] if len(numbers) == count else start or None


def stretch_of(entry: int) -> str:
    """The code of the stretch that an entry lies in, as the migration's trigger makes it."""
    return f"n{entry >> _STRETCH_BITS}"


def walk(session: Session, tests: Sequence[str], before: int, size: int) -> tuple[list[int], int | None]:
    """Looks through the newest `size` entries before `before`: those that pass, newest first, and the
    last one looked at (None when there are no more)."""
    newest = (
        select(_ENTRY.number, _ENTRY.words)
        .where(_ENTRY.office_id == office_of(session), _ENTRY.number < before)
        .order_by(_ENTRY.number.desc())
    )
    window = newest.limit(size).cte("window").c
    tested = (window.words.contains(test, autoescape=True) for test in tests)
    passing = select(window.number, cast(null(), BigInteger)).where(*tested)
    rows = session.connection().execute(
        union_all(passing, select(func.min(window.number), func.count(window.number)))
    )
    found: list[int] = []
    last = None
    for number, looked_at in rows:
        if looked_at is None:
            found.append(number)
        elif looked_at == size:
            last = number
    return sorted(found, reverse=True), last


def names_too_many(session: Session, beginnings: Sequence[str], before: int, size: int, most: int) -> bool:
    """Whether the PostgreSQL index would name a large part of all there is for a beginning: it keeps only
    the first letters, and `with` of `withers` stands in every other letter."""
    newest = select(_ENTRY.words).where(_ENTRY.office_id == office_of(session), _ENTRY.number < before)
    window = newest.order_by(_ENTRY.number.desc()).limit(size).cte("window").c
    heads = (window.words.contains(f" {_kept_of(each)}", autoescape=True) for each in beginnings)
    count = select(func.count()).select_from(window.words.table).where(*heads)
    return bool(beginnings) and session.connection().execute(count).scalar_one() >= most


def saying(session: Session, tests: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """Which of these entries pass, in their order: many are asked at once, before anything else is read."""
    query = select(_ENTRY.number).where(
        among(session, numbers), *(_ENTRY.words.contains(test, autoescape=True) for test in tests)
    )
    passing = set(session.connection().execute(query).scalars())
    return [number for number in numbers if number in passing]


def _fts_match(office: str, words: Sequence[str], beginnings: Sequence[str]) -> str:
    terms = [f'"office:{office}"', *(f'"{word}"' for word in words), *(f'"{word}"*' for word in beginnings)]
    return " AND ".join(terms)


def _gin_match(office: str, words: Sequence[str], beginnings: Sequence[str], phrases: Sequence[str]) -> str:
    exact = [f"'{code(office, word)}'" for word in words]
    pairs = [f"'{one}'" for phrase in phrases for one in pair_codes(office, phrase.split())]
    return " & ".join([*exact, *pairs, *(f"'{_head(office, each)}':*" for each in beginnings)])


def code(office: str, word: str) -> str:
    """A word as the PostgreSQL index has it: the same as the function `search_code` of the migration."""
    return _head(office, word) + _hash(office + word)


def pair_codes(office: str, words: Sequence[str]) -> list[str]:
    """Neighbouring words as the PostgreSQL index has them: as the migration's function `search_pairs`."""
    return [_hash(f"{office}{first} {second}")[:4] for first, second in pairwise(words)]


def _head(office: str, word: str) -> str:
    return _hash(office + _kept_of(word))


def _kept_of(word: str) -> str:
    return word[: SHORTEST_BEGINNING + letters_from(word)]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
