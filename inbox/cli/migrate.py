"""`inbox migrate`: brings the database to this version."""

import typer

from inbox.cli.printing import as_json, tell
from inbox.cli.words import Json, example


def register(program: typer.Typer) -> None:
    program.command(epilog=example("inbox migrate"))(migrate)


def migrate(json: Json = False) -> None:
    """Bring the database to this version. Safe to run again, also after it was broken off.

    An SQLite database that holds cases is copied first, into `before-migrating` of the data folder; the
    newest two copies stay, for 30 days. Of PostgreSQL take a dump.
    """
    from inbox import schema
    from inbox.database import Database
    from inbox.failpoints import arm
    from inbox.settings import load_settings

    settings = load_settings()
    database = Database(settings.migrate_database_url or settings.database_url)
    try:
        before = schema.current(database)
    finally:
        database.close()
    if settings.failpoint:
        arm(settings.failpoint)
    after = schema.upgrade(settings, tell)
    if json:
        as_json({"before": before, "after": after})
    elif before == after:
        tell(f"The database is at version {after} already.")
    else:
        tell(f"The database is now at version {after}.")
