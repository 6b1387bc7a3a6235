"""Brings a database to this version, and refuses to run on any other.

The migration library is loaded only to migrate: a program that serves reads one row and some file names.
"""

from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import ProgrammingError

from inbox.database import Database
from inbox.errors import SetupProblem
from inbox.settings import Environment, Settings

_NO_OWNER = (
    "the database role may not make or change tables, and what was changed is taken back: "
    "set INBOX_MIGRATE_DATABASE_URL to the address of the role that owns them, then run `inbox migrate` again"
)


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


def upgrade(settings: Settings) -> str:
    """Runs what is missing, each migration in a transaction of its own; returns the version reached."""
    from alembic import command
    from alembic.config import Config

    url = settings.migrate_database_url or settings.database_url
    database = Database(url)  # refuses other kinds of database
    database.make()
    database.close()
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(data_folder("alembic")))
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            _grant(settings, connection)
    except ProgrammingError as error:
        if "permission denied" not in str(error.orig) and "must be owner" not in str(error.orig):
            raise
        raise SetupProblem(_NO_OWNER) from error
    finally:
        engine.dispose()
    return newest()


def check(database: Database, settings: Settings) -> None:
    """Raises SetupProblem unless the database is at this version and the walls stand."""
    if database.is_missing:
        with database.connect():  # says where it looked
            pass
    found, wanted = current(database), newest()
    if found is None:
        raise SetupProblem("the database is empty: run `inbox migrate`")
    if found != wanted:
        if found not in _versions():
            raise SetupProblem(
                f"the database is at version {found}, which this program does not know: install a newer one"
            )
        raise SetupProblem(
            f"the database is at version {found}, this program needs {wanted}: run `inbox migrate`"
        )
    if not database.is_sqlite and settings.env is Environment.PRODUCTION:
        _refuse_strong_role(database)


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
    connection.commit()
