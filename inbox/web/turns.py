"""How many requests may hold the database at once. Who waits, waits on the event loop and holds no thread.

A request needs a worker thread again after its transaction has begun. If waiting requests took all threads,
the one they wait for could never finish.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi.concurrency import contextmanager_in_threadpool
from sqlmodel import Session

from inbox.database import Database
from inbox.errors import Unavailable

LONGEST_WAIT_SECONDS = 10.0
_READERS = 20  # below the pool's 30 connections, so that looking up who asks never waits for them
_WRITERS = 8


class Turns:
    """The turns of one app. SQLite has one writer, so one request writes at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading = asyncio.Semaphore(_READERS)
        self._writing = asyncio.Semaphore(1 if database.is_sqlite else _WRITERS)

    @asynccontextmanager
    async def read(self, office_id: str) -> AsyncIterator[Session]:
        """A reading session in its turn. Raises Unavailable when that takes ten seconds to come."""
        async with (
            _turn(self._reading),
            contextmanager_in_threadpool(self._database.read(office_id)) as session,
        ):
            yield session

    @asynccontextmanager
    async def write(self, office_id: str) -> AsyncIterator[Session]:
        """One transaction in its turn, committed when the block ends and rolled back when it raises."""
        async with (
            _turn(self._writing),
            contextmanager_in_threadpool(self._database.write(office_id)) as session,
        ):
            yield session


@asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            await turns.acquire()
    except TimeoutError:
        raise Unavailable("Many people are at work just now. Nothing was changed. Try again.") from None
    try:
        yield
    finally:
        turns.release()
