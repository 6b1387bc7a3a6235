"""How SQLite would go about what the program asks, in a database that nobody ever took statistics of."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from inbox.database import Database


@dataclass(slots=True)
class Asked:
    """The statements of a stretch of work, in their order, with what was bound to them."""

    database: Database
    statements: list[tuple[str, Any]] = field(default_factory=list)

    def of(self, *words: str) -> list[str]:
        """The statements in which all of these stand."""
        return [text for text, _ in self.statements if all(word in text for word in words)]

    def plan(self, *words: str) -> list[str]:
        """How the one statement is worked off in which all of these words stand."""
        found = {text: bound for text, bound in self.statements if all(word in text for word in words)}
        assert len(found) == 1, f"{words} stand in {len(found)} statements: {list(found) or self.of()}"
        [(text, bound)] = found.items()
        with closing(_same_tables(self.database)) as connection:
            return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", bound)]


@contextmanager
def asked(database: Database) -> Iterator[Asked]:
    """What is asked of any database meanwhile; plans are those of `database`, which is SQLite's."""
    said = Asked(database)

    def note(connection: object, cursor: object, statement: str, bound: Sequence[Any], *_: object) -> None:
        said.statements.append((statement, bound))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _same_tables(database: Database) -> sqlite3.Connection:
    """An empty database in memory, with the tables and indexes of this one and no statistics."""
    assert database.file is not None, "only SQLite's plans are read"
    copy = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(database.file)) as real:
        made = real.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index') "
            "AND name NOT LIKE 'sqlite%' AND tbl_name NOT LIKE 'search_index%' ORDER BY rowid"
        )
        for (statement,) in made:
            copy.execute(statement)
    return copy
