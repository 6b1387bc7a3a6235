"""What may be written a moment after the answer: who looked at which case, when a session was used.

So that reading a page never waits for a writer, and works while nothing can be written at all. A thread
writes every two seconds and once more at the end; what a killed process had not written yet is lost.
"""

import threading
from collections import defaultdict
from datetime import datetime

import structlog

from inbox.database import Database
from inbox.errors import Unavailable
from inbox.history import record_views
from inbox.sign_in import sessions

_EVERY_SECONDS = 2.0
_log = structlog.get_logger("inbox.web")

Look = tuple[str, str, datetime]


class Afterwards:
    """A small buffer with a thread. `flush` writes now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looks: dict[str, list[Look]] = defaultdict(list)
        self._used: dict[str, datetime] = {}
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="afterwards", daemon=True)

    def looked(self, office_id: str, staff_id: str, case_id: str, now: datetime) -> None:
        """Somebody opened a case. Goes to the log of views, which is no change to anything."""
        with self._guard:
            self._looks[office_id].append((staff_id, case_id, now))

    def used(self, session_key: str, now: datetime) -> None:
        """A browser session was used, so its idle time begins again."""
        with self._guard:
            self._used[session_key] = now

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left and ends the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._try()

    def flush(self) -> None:
        """Writes everything noted so far. What cannot be written now is kept for the next time."""
        with self._writing:
            with self._guard:
                looks, self._looks = self._looks, defaultdict(list)
                used, self._used = self._used, {}
            try:
                self._write_used(used)
                used = {}
                for office_id in list(looks):
                    with self._database.write(office_id) as session:
                        record_views(session, looks[office_id])
                    del looks[office_id]
            except Unavailable:
                self._take_back(looks, used)
                raise

    def _write_used(self, used: dict[str, datetime]) -> None:
        if not used:
            return
        with self._database.write() as session:
            for now in set(used.values()):
                sessions.touch(session, [key for key, at in used.items() if at == now], now)

    def _take_back(self, looks: dict[str, list[Look]], used: dict[str, datetime]) -> None:
        with self._guard:
            for office_id, lines in looks.items():
                self._looks[office_id] = lines + self._looks[office_id]
            self._used = used | self._used

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_SECONDS):
            self._try()

    def _try(self) -> None:
        try:
            self.flush()
        except Unavailable:
            _log.warning("views_wait", why="the database takes no writes just now")
