"""Live updates: what was committed is told to every open page that may know of it, as ids and nothing more.

One thread per process waits for the database's pulse, reads the new lines of the history once per office, and
hands each line to the streams of that office whose person may know the case now. The same thread looks every
few seconds whether the session behind each stream still lives.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sql
import structlog
from sqlmodel import Session, col

from inbox.access import Person, may_know
from inbox.database import Database
from inbox.errors import TooMany, Unavailable
from inbox.models import Case, ChainHead, Event, EventKind, Presence
from inbox.pulse import Pulse
from inbox.sign_in import sessions

STREAMS_PER_PERSON = 6
RECHECK_SECONDS = 3.0
LONGEST_REPLAY = 500
_log = structlog.get_logger("inbox.web")

ARRIVED = frozenset({EventKind.ARRIVED, EventKind.CASE_OPENED, EventKind.CASE_REOPENED})
DELIVERY = frozenset(
    {
        EventKind.ACKNOWLEDGED,
        EventKind.QUEUED,
        EventKind.STOPPED,
        EventKind.SENT,
        EventKind.DELIVERED,
        EventKind.NOT_DELIVERED,
        EventKind.DELIVERY_UNKNOWN,
        EventKind.DELIVERY_SETTLED,
        EventKind.SENT_ELSEWHERE,
    }
)


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell: `arrived`, `changed`, `delivery` or `presence`, and the case's reference."""

    kind: str
    case: str
    sequence: int | None = None


@dataclass(slots=True, eq=False)
class Stream:
    """One open page. `queue` gets News, and None when the stream must end."""

    person: Person
    session_key: str
    queue: asyncio.Queue[News | None]
    loop: asyncio.AbstractEventLoop
    seen: int = 0
    is_over: bool = False

    def put(self, news: News | None) -> None:
        if not self.is_over:
            self.loop.call_soon_threadsafe(self._add, news)

    def _add(self, news: News | None) -> None:
        if news is None:
            self.is_over = True
        if self.queue.full():  # a page that reads nothing: it reconnects and is told what it missed
            self.is_over = True
            self.queue.get_nowait()
            news = None
        self.queue.put_nowait(news)


@dataclass(slots=True)
class _Office:
    streams: set[Stream] = field(default_factory=set)
    sequence: int = 0
    present: frozenset[tuple[str, str, str]] = frozenset()


class Live:
    """All open streams of this process and the thread that feeds them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._pulse = Pulse(database)
        self._offices: dict[str, _Office] = {}
        self._guard = threading.Lock()
        self._someone = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends every stream and the thread. May be called twice."""
        self._stopping = True
        self._pulse.stop()
        self._someone.set()
        for stream in self._all():
            stream.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._pulse.close()

    def join(
        self, person: Person, session_key: str, after: int | None, loop: asyncio.AbstractEventLoop
    ) -> Stream:
        """A new stream, from the history's line `after` or from now. Raises TooMany beyond six per person."""
        stream = Stream(person, session_key, asyncio.Queue(maxsize=1000), loop)
        with self._database.read(person.office_id) as session:
            newest = _newest(session)
            stream.seen = newest if after is None else max(after, newest - LONGEST_REPLAY)
            missed, _ = _lines(session, stream.seen, newest)
        with self._guard:
            if self._stopping:
                raise Unavailable("This server is about to restart.")
            office = self._offices.setdefault(person.office_id, _Office(sequence=newest))
            if (
                sum(other.person.staff_id == person.staff_id for other in office.streams)
                >= STREAMS_PER_PERSON
            ):
                raise TooMany("Too many pages are open. Close some.", 60)
            office.streams.add(stream)
            office.sequence = min(office.sequence, newest)
            self._someone.set()
        _tell([stream], missed)
        return stream

    def leave(self, stream: Stream) -> None:
        """The page is gone."""
        stream.is_over = True
        with self._guard:
            office = self._offices.get(stream.person.office_id)
            if office is not None:
                office.streams.discard(stream)
                if not office.streams:
                    del self._offices[stream.person.office_id]
            if not self._offices and not self._stopping:
                self._someone.clear()

    def _run(self) -> None:
        checked = 0.0
        while not self._stopping:
            if not self._someone.is_set():
                self._pulse.close()
                self._someone.wait()
                continue
            found = self._pulse.wait(RECHECK_SECONDS)
            is_due = time.monotonic() - checked >= RECHECK_SECONDS
            try:
                if is_due:
                    self._recheck()
                    checked = time.monotonic()
                if found or is_due:
                    self._look()
            except Unavailable:
                continue  # streams stay open; the next look makes it good

    def _recheck(self) -> None:
        """Ends the streams whose session ended or whose person was disabled; reads rights anew."""
        now = self._clock()
        for stream in self._all():
            with self._database.read() as session:
                seat = sessions.find_by_key(session, stream.session_key, now)
            person = None
            if seat is not None and seat.is_full:
                with self._database.read(seat.office_id) as session:
                    person = sessions.person_of(session, seat.staff_id)
            if person is None:
                stream.put(None)
            else:
                stream.person = person

    def _look(self) -> None:
        with self._guard:
            offices = list(self._offices.items())
        for office_id, office in offices:
            while self._tell_next(office_id, office) and not self._stopping:
                pass  # one commit may hold more lines than are read at once

    def _tell_next(self, office_id: str, office: _Office) -> bool:
        """Tells the pages of an office what is new; whether there is more."""
        with self._database.read(office_id) as session:
            newest = _newest(session)
            lines, told = _lines(session, office.sequence, newest)
            moved = self._present(session, office)
        with self._guard:
            streams = list(office.streams)
            office.sequence = max(told, office.sequence)
        _tell(streams, [*lines, *moved])
        return told < newest

    def _present(self, session: Session, office: _Office) -> list["Line"]:
        """Cases at which somebody came, left or began to write."""
        query = sql.select(col(Presence.case_id), col(Presence.staff_id), col(Presence.doing))
        office_id = session.info["office"]
        now = frozenset(
            tuple(row) for row in session.execute(query.where(col(Presence.office_id) == office_id))
        )
        moved = {case_id for case_id, _, _ in now ^ office.present}
        office.present = now
        return _with_cases(session, [("presence", case_id, None, None) for case_id in sorted(moved)])

    def _all(self) -> list[Stream]:
        with self._guard:
            return [stream for office in self._offices.values() for stream in office.streams]


@dataclass(frozen=True, slots=True)
class Line:
    """News with what the policy needs to know of its case."""

    news: News
    office_id: str
    is_restricted: bool
    assignee_id: str | None
    channel_id: str | None
    through: str | None = None
    """The channel that the news itself came through, where it did."""


def _tell(streams: Iterable[Stream], lines: list[Line]) -> None:
    for stream in streams:
        for line in lines:
            sequence = line.news.sequence
            if sequence is not None and sequence <= stream.seen:
                continue
            if sequence is not None:
                stream.seen = sequence
            if may_know(stream.person, line) and line.through not in stream.person.hidden_channels:
                stream.put(line.news)


def _newest(session: Session) -> int:
    query = sql.select(col(ChainHead.sequence)).where(col(ChainHead.office_id) == session.info["office"])
    return session.execute(query).scalar() or 0


def _lines(session: Session, after: int, to: int) -> tuple[list[Line], int]:
    """The oldest lines of the history between these numbers, and the number up to which they are all."""
    if to <= after:
        return [], to
    query = (
        sql.select(col(Event.kind), col(Event.case_id), col(Event.sequence), col(Event.detail))
        .where(col(Event.sequence) > after, col(Event.sequence) <= to, col(Event.case_id).is_not(None))
        .order_by(col(Event.sequence))
        .limit(LONGEST_REPLAY)
    )
    rows = session.execute(query).all()
    lines = _with_cases(
        session,
        [(_told_as(kind), case_id, sequence, _through(detail)) for kind, case_id, sequence, detail in rows],
    )
    return lines, to if len(rows) < LONGEST_REPLAY else rows[-1].sequence


def _through(detail: dict[str, object]) -> str | None:
    channel = detail.get("channel")
    return channel if isinstance(channel, str) else None


def _with_cases(session: Session, found: list[tuple[str, str | None, int | None, str | None]]) -> list[Line]:
    ids = {case_id for _, case_id, _, _ in found}
    if not ids:
        return []
    query = sql.select(
        col(Case.id),
        col(Case.reference),
        col(Case.office_id),
        col(Case.is_restricted),
        col(Case.assignee_id),
        col(Case.channel_id),
    ).where(col(Case.id).in_(ids))
    cases = {row[0]: Line(News("", row[1]), *row[2:]) for row in session.execute(query)}
    return [
        replace(cases[case_id], news=News(kind, cases[case_id].news.case, sequence), through=through)
        for kind, case_id, sequence, through in found
        if case_id in cases
    ]


def _told_as(kind: str) -> str:
    if kind in ARRIVED:
        return "arrived"
    return "delivery" if kind in DELIVERY else "changed"
