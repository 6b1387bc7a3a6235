"""Sessions, transactions and the wall between offices. The only file that commits.

Every unit of work is opened here at the edge (`web/dependencies.py`, `worker.py`, `cli`), for one
office or for none. The wall: on both databases each query is narrowed to the session's office by
`_stay_in_office`, and each new row must belong to it; on PostgreSQL row-level security stands behind.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    column,
    create_engine,
    event,
    or_,
    text,
    true,
)
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, UOWTransaction, with_loader_criteria
from sqlmodel import Session, select

from inbox import database_trouble
from inbox.errors import NotFound, SetupProblem, Unavailable
from inbox.models import Arrival, Case, Delivery, Draft, Message, OfficeOwned
from inbox.plans import analyse

_MAKE_ONE = "run `inbox migrate` to make one, or put INBOX_DATABASE_URL right"
_WHOSE = "it must belong to the user that runs the program"
_LONGEST_WAIT_SECONDS = 30
_LONGEST_LOCK_SECONDS = 5
_LOOK_AGAIN_SECONDS = 0.001
_REOPENED_SECONDS = 600  # after so long a connection to SQLite learns what another process counted
_ENTER = text("SELECT set_config('inbox.office', :office, true)")
_BEGIN = text(
    "SELECT set_config('inbox.office', :office, true), "
    # Like SQLite's busy_timeout: who cannot have a row for so long is told to come again.
    f"set_config('lock_timeout', '{_LONGEST_LOCK_SECONDS}s', true)"
)
"""Asked by every session: built once, and past the object layer."""

_TURN = text("SELECT pg_advisory_xact_lock(one) FROM unnest(CAST(:names AS bigint[])) AS one")

Hook = Callable[[Session], None]
Found = TypeVar("Found", bound=OfficeOwned)
Query = TypeVar("Query", bound=Select[Any])

# The criteria below are tried out once on the base class itself, which has no table and so no columns.
type.__setattr__(OfficeOwned, "office_id", column("office_id"))


class Database:
    """One database: `read` and `write` give sessions; a write commits once, at its end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.file = _sqlite_file(url) if self.is_sqlite else None
        self._write_lock = threading.Lock()  # let go of by whichever thread ends the request
        if self.is_sqlite:
            self._reading = _sqlite_engine(url, query_only=True)
            self._writing = _sqlite_engine(url, query_only=False)
        elif url.startswith("postgresql+psycopg://"):
            self._reading = self._writing = create_engine(
                url, pool_size=10, max_overflow=20, pool_pre_ping=True
            )
        else:
            raise SetupProblem("INBOX_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")

    @property
    def is_missing(self) -> bool:
        """Whether this is an SQLite database whose file nobody has made yet."""
        return self.file is not None and not self.file.exists()

    def make(self) -> None:
        """Makes the file of an SQLite database, which only its owner may read; other databases are there."""
        if self.file is None or not self.is_missing:
            return
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
        except OSError as error:
            raise SetupProblem(f"{self.file} cannot be made ({error.strerror}): {_WHOSE}") from error

    @property
    def engine(self) -> Engine:
        return self._writing

    @contextmanager
    def read(self, office_id: str | None = None) -> Iterator[Session]:
        """A session that changes nothing. Without an office it sees only the tables outside the wall."""
        with _plainly(), _Session(self._reading, office_id) as session:
            yield session

    @contextmanager
    def write(self, office_id: str | None = None) -> Iterator[Session]:
        """One transaction, committed when the block ends and rolled back when it raises."""
        with _plainly(), self._one_writer(), _Session(self._writing, office_id) as session:
            session.info["writes"] = True
            yield session
            for hook in session.info.get("before_commit", ()):
                hook(session)
            session.commit()
            for follow in session.info.get("after_commit", ()):
                follow()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that reads one moment from first to last, for backups; see `enter_office`."""
        engine = self._reading
        if not self.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with _plainly(), _Session(engine, None) as session:
            yield session

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A bare connection for what is neither reading nor writing of cases (health, wake-up)."""
        with _plainly(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._write_lock.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise Unavailable("Another write takes very long. Nothing was changed. Try again in a moment.")
        try:
            yield
        finally:
            self._write_lock.release()

    def give_way(self) -> None:
        """Between two pieces of background work: whoever waits for SQLite's one writer's turn gets it."""
        if self.is_sqlite:
            time.sleep(2 * _LOOK_AGAIN_SECONDS)

    def look_over(self) -> None:
        """Counts anew what SQLite chooses its indexes by, and lets every further question use it."""
        if not self.is_sqlite:
            return
        with self.write() as session:
            analyse(session.connection())
        self.close()  # a connection reads the counts when it is opened

    def close(self) -> None:
        self._reading.dispose()
        self._writing.dispose()


class _Session(Session):
    def __init__(self, engine: Engine, office_id: str | None) -> None:
        super().__init__(engine, expire_on_commit=False, autoflush=False)
        self.info["office"] = office_id
        if engine.dialect.name == "postgresql":
            self.connection().execute(_BEGIN, {"office": office_id or ""})


def office_of(session: Session) -> str:
    """The office this session works for. Raises LookupError when it works for none."""
    office = session.info.get("office")
    if not office:
        raise LookupError("this session works for no office")
    return str(office)


def enter_office(session: Session, office_id: str) -> None:
    """Moves a session on to the next office. Only for backups, which read or fill all in one transaction, and
    for finding out whose request it is, where only the token tells the office."""
    session.expunge_all()
    session.info["office"] = office_id
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_ENTER, {"office": office_id})


def hide_channels(session: Session, channel_ids: frozenset[str]) -> None:
    """Whoever looks through this session may not read these channels.

    In a session that only reads, what came or leaves through them is not there at all. One that writes sees
    everything, so that nothing is left behind; what it shows goes through `shown_in`.
    """
    session.info["hidden_channels"] = channel_ids


def hidden_in(session: Session) -> frozenset[str]:
    """The channels that whoever looks through this session may not read."""
    return session.info.get("hidden_channels") or frozenset()


def shown_in(session: Session, channel_id: Any) -> ColumnElement[bool]:
    """The condition that rows with this column of channel ids may be shown to whoever looks."""
    hidden = hidden_in(session)
    return or_(channel_id.is_(None), channel_id.not_in(sorted(hidden))) if hidden else true()


def find(session: Session, kind: type[Found], key: str | None) -> Found:
    """The row of this office with that id. Raises NotFound, alike for absent and for another office's."""
    found = find_or_none(session, kind, key)
    if found is None:
        raise NotFound
    return found


def find_or_none(session: Session, kind: type[Found], key: str | None) -> Found | None:
    """The row of this office with that id, or None."""
    if key is None:
        return None
    return session.exec(select(kind).where(kind.id == key)).first()  # type: ignore[attr-defined]


def locked(session: Session, query: Query, *, fresh: bool = False) -> Query:
    """`query`, whose rows nobody else changes until this session's commit, if it writes.

    `fresh`: also rows that were read before are read again, after what was changed so far is written.
    """
    if not session.info.get("writes"):
        return query
    if fresh:
        session.flush()
    return query.with_for_update(key_share=True).execution_options(populate_existing=fresh)


def take_turn(session: Session, names: Iterable[str]) -> None:
    """To its commit, nobody else in the office takes a turn by these names; SQLite has one writer anyhow."""
    whole = {f"{office_of(session)}/{name}".encode() for name in names}
    if whole and session.get_bind().dialect.name == "postgresql":
        numbers = sorted(int.from_bytes(sha256(one).digest()[:8], signed=True) for one in whole)
        session.connection().execute(_TURN, {"names": numbers})


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Work that can fail alone: what it wrote and recorded is undone, the rest of the transaction stands."""
    session.flush()
    kept = {name: list(rows) for name, rows in session.info.get("held", {}).items()}
    try:
        with session.begin_nested():
            yield
            session.flush()
    except BaseException:
        for name, rows in session.info.get("held", {}).items():
            rows[:] = kept.get(name, ())
        raise


def held(session: Session, name: str) -> list[dict[str, Any]]:
    """Rows of one kind that a hook writes just before the commit; a failed savepoint takes back its own."""
    rows: list[dict[str, Any]] = session.info.setdefault("held", {}).setdefault(name, [])
    return rows


def before_commit(session: Session, hook: Hook) -> None:
    """Runs `hook` once, last thing before this session's commit."""
    hooks = session.info.setdefault("before_commit", [])
    if hook not in hooks:
        hooks.append(hook)


def after_commit(session: Session, follow: Callable[[], None]) -> None:
    """Runs `follow` once, first thing after this session's commit; never when it rolls back."""
    session.info.setdefault("after_commit", []).append(follow)


def shared_clock(offset: Callable[[], float]) -> Callable[[Session], datetime]:
    """The database's clock, by which leases are counted on all nodes; the offset in seconds is for tests."""
    return lambda session: database_now(session) + timedelta(seconds=offset())


def database_now(session: Session) -> datetime:
    """The database's clock, which all nodes share. Leases are counted by it."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)  # one machine, one clock
    moment = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)  # type: ignore[no-any-return]


@event.listens_for(_Session, "do_orm_execute")
def _stay_in_office(state: ORMExecuteState) -> None:
    office = state.session.info.get("office")
    if state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(_within(office))
    hidden = state.session.info.get("hidden_channels")
    if hidden and not state.session.info.get("writes"):
        state.statement = state.statement.options(*_without(hidden))


@lru_cache(maxsize=1024)
def _within(office: str | None) -> LoaderCriteriaOption:
    """The wall around one office, made once: it stands in every query of the object layer."""
    return with_loader_criteria(OfficeOwned, lambda row: row.office_id == office, include_aliases=True)


@lru_cache(maxsize=256)
def _without(hidden: frozenset[str]) -> tuple[LoaderCriteriaOption, ...]:
    """The wall before channels: on everything that came or leaves through one."""
    ids = sorted(hidden)
    return tuple(
        with_loader_criteria(
            kind,
            or_(kind.channel_id.is_(None), kind.channel_id.not_in(ids)),  # type: ignore[union-attr]
            include_aliases=True,
        )
        for kind in (Arrival, Case, Delivery, Draft, Message)
    )


@event.listens_for(_Session, "before_flush")
def _write_in_office(session: Session, context: UOWTransaction, instances: object) -> None:
    office = session.info.get("office")
    for row in (*session.new, *session.dirty):
        if isinstance(row, OfficeOwned) and row.office_id != office:
            raise LookupError(f"a {type(row).__name__.lower()} of another office was about to be written")


def _sqlite_file(url: str) -> Path | None:
    """Where an SQLite database lies; None for one in memory."""
    path = url.removeprefix("sqlite:///").removeprefix("sqlite://")
    return Path(path) if path and path != ":memory:" else None


def _sqlite_engine(url: str, *, query_only: bool) -> Engine:
    file = _sqlite_file(url)
    engine = create_engine(
        url, connect_args={"timeout": _LONGEST_LOCK_SECONDS, "check_same_thread": False}, pool_size=20,
        pool_recycle=_REOPENED_SECONDS,
    )  # fmt: skip

    @event.listens_for(engine, "do_connect")
    def _never_make_one_by_the_way(*_: object) -> None:
        if file is not None and not file.exists():
            raise SetupProblem(f"there is no database at {file}: {_MAKE_ONE}")

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       f"busy_timeout={_LONGEST_LOCK_SECONDS * 1000}", "temp_store=MEMORY",
                       f"query_only={int(query_only)}"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if query_only:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_to_write(connection)

    return engine


def _begin_to_write(connection: Connection) -> None:
    """Takes the write lock within a millisecond of another process giving it back.

    SQLite's own waiting looks again only every 25 to 100 ms, so that beside a busy worker, which frees the
    lock for a few milliseconds at a time, a web process could wait for seconds.
    """
    import sqlite3  # PostgreSQL does without it

    driver: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    ends = time.monotonic() + _LONGEST_LOCK_SECONDS
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < ends:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as failure:
                if failure.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(_LOOK_AGAIN_SECONDS)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # to fail as every statement does
    finally:
        driver.execute(f"PRAGMA busy_timeout={_LONGEST_LOCK_SECONDS * 1000}")


@contextmanager
def _plainly() -> Iterator[None]:
    """Turns a database that cannot answer just now into a 503 that says so."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(database_trouble.why(error)) from error
    except DatabaseError as error:
        if not database_trouble.is_damage(error):
            raise
        raise Unavailable(database_trouble.why(error)) from error
