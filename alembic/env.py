"""Runs the numbered migrations on the database that `inbox migrate` hands over."""

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

import inbox.models  # noqa: F401  (makes every table known)
from inbox.settings import load_settings


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """The search index belongs to the database itself, so the drift test does not look at it."""
    return name is None or not name.startswith("search_index")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        include_name=is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    settings = load_settings()
    with create_engine(settings.migrate_database_url or settings.database_url).connect() as connection:
        run(connection)
