"""Brings a database to this version, and refuses to run on any other.

The migration library is loaded only to migrate: a program that serves reads one row and some file names.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from inbox import database_trouble, safe_copies
from inbox.database import Database
from inbox.errors import SetupProblem, Unavailable
from inbox.failpoints import reach
from inbox.plans import analyse
from inbox.settings import Environment, Settings

_NO_OWNER = (
    "the database role may not make or change tables, and what was changed is taken back: "
    "set INBOX_MIGRATE_DATABASE_URL to the address of the role that owns them, then run `inbox migrate` again"
)

_LOCK = 0x1B0C5
"""PostgreSQL's advisory lock of whoever migrates."""

_PATIENCE_SECONDS = 60
"""How long one migration waits for another, or for a program that still writes (SQLite)."""


def data_folder(name: str) -> Path:
    """`templates` or `alembic`: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).parent
    for place in (here / "_data" / name, here.parent / name):
        if place.is_dir():
            return place
    raise SetupProblem(f"the folder {name} is missing from this installation; install it again")


def newest() -> str:
    """The version this program needs."""
    return _versions()[-1]


def current(database: Database) -> str | None:
    """The version the database has; None for an empty one, and for one that is not there."""
    if database.is_missing:
        return None
    with database.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> str:
    """Runs what is missing, all in one transaction; returns the version reached.

    Killed halfway, the database stays as it was. Two at once run one after the other. `tell` hears what
    becomes of what the database held. Raises SetupProblem.
    """
    url = settings.migrate_database_url or settings.database_url
    database = Database(url)  # refuses other kinds of database
    try:
        database.make()
        _refuse_unknown(current(database))
        _keep_safe(database, settings, tell)
    finally:
        database.close()
    engine = _migrating_engine(url)
    try:
        with engine.begin() as connection:
            _migrate(connection)
            _grant(settings, connection)
            analyse(connection)
    except ProgrammingError as error:
        if "permission denied" not in str(error.orig) and "must be owner" not in str(error.orig):
            raise
        raise SetupProblem(_NO_OWNER) from error
    except OperationalError as error:
        raise Unavailable(database_trouble.why(error)) from error
    finally:
        engine.dispose()
    return newest()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(data_folder("alembic")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _keep_safe(database: Database, settings: Settings, tell: Callable[[str], None]) -> None:
    """Before cases are changed: a copy of them on SQLite, a word on PostgreSQL, whose copies are dumps."""
    found = current(database)
    if found is None or found == newest() or not _holds_data(database):
        return
    if database.file is None:
        tell(
            "PostgreSQL is not copied by this command: keep a dump of each version you leave, "
            f"`pg_dump --format=custom --file=inbox-{found}.dump …`."
        )
        return
    tell(f"The database as it was lies in {safe_copies.copy(database.file, found, settings.data_dir)}.")


def _holds_data(database: Database) -> bool:
    with database.connect() as connection:
        return connection.execute(text("SELECT 1 FROM office LIMIT 1")).first() is not None


def _migrating_engine(url: str) -> Engine:
    """SQLite's driver begins no transaction for changes of tables unless it is told to."""
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(url, connect_args={"timeout": _PATIENCE_SECONDS} if is_sqlite else {})
    if is_sqlite:

        @event.listens_for(engine, "connect")
        def _leave_transactions_to_us(connection: Any, record: object) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "after_cursor_execute")
    def _note(*_: object) -> None:
        reach("migrate.statement")

    return engine


def check(database: Database, settings: Settings) -> None:
    """Raises SetupProblem unless the database is at this version and the walls stand."""
    if database.is_missing:
        with database.connect():  # says where it looked
            pass
    found, wanted = current(database), newest()
    if found is None:
        raise SetupProblem("the database is empty: run `inbox migrate`")
    _refuse_unknown(found)
    if found != wanted:
        raise SetupProblem(
            f"the database is at version {found}, this program needs {wanted}: run `inbox migrate`"
        )
    if not database.is_sqlite and settings.env is Environment.PRODUCTION:
        _refuse_strong_role(database)


def _refuse_unknown(found: str | None) -> None:
    """An older program leaves a newer database as it is."""
    if found is not None and found not in _versions():
        raise SetupProblem(
            f"the database is at version {found}, which this program does not know: install a newer one"
        )


def _versions() -> list[str]:
    """Every version there is, oldest first: the numbers that the files of the migrations begin with."""
    files = (data_folder("alembic") / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _refuse_strong_role(database: Database) -> None:
    query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    with database.connect() as connection:
        if connection.execute(query).scalar():
            raise SetupProblem(
                "the database role may pass the walls between offices: "
                "use one without SUPERUSER and BYPASSRLS"
            )


def _grant(settings: Settings, connection: Connection) -> None:
    """Lets the role that runs the program use what another role owns. History it may only add to.

    A restore sets the sequences on, hence UPDATE there.
    """
    runner = make_url(settings.database_url).username
    if connection.dialect.name != "postgresql" or not settings.migrate_database_url or not runner:
        return
    role = connection.dialect.identifier_preparer.quote_identifier(runner)
    for statement in (
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO",
        "GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO",
        "REVOKE UPDATE, DELETE ON event FROM",
    ):
        connection.execute(text(f"{statement} {role}"))
