"""The counts that SQLite chooses its indexes by: it makes them only when asked, PostgreSQL by itself."""

from sqlalchemy import Connection

ANALYSIS = ("PRAGMA analysis_limit = 1000", "ANALYZE")
"""A thousand rows of each index are looked at, however many there are: a tenth of a second."""


def analyse(connection: Connection) -> None:
    """Counts anew. Without the counts SQLite walks all rows of an office for most lists."""
    if connection.dialect.name == "sqlite":
        for statement in ANALYSIS:
            connection.exec_driver_sql(statement)
