"""Makes durable what platforms bring, many calls in one commit: each caller waits for its own."""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from connectors.contract import RawArrival
from inbox import intake, pipeline
from inbox.database import Database
from inbox.errors import Unavailable
from inbox.storage import Store


@dataclass(slots=True, eq=False)
class _Load:
    """What one call brought, and how keeping it ended."""

    office_id: str
    channel_id: str
    kept: Sequence[intake.Kept]
    hint: bool
    is_done: bool = False
    failure: Exception | None = None


class Keeper:
    """Whoever comes while a commit is under way waits and goes with the next, so that load makes commits
    larger and not slower."""

    def __init__(
        self, database: Database, store: Store, now: Callable[[], datetime],
        shared_now: Callable[[Session], datetime],
    ) -> None:  # fmt: skip
        self._database = database
        self._store = store
        self._now = now
        self._shared_now = shared_now
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Load] = []

    def keep(self, office_id: str, channel_id: str, arrivals: Sequence[RawArrival], *, hint: bool) -> None:
        """Returns once everything is durable. Raises Unavailable when it cannot be: then nothing was kept."""
        # Each caller writes its own bytes, side by side, before it waits for its turn.
        mine = _Load(office_id, channel_id, intake.store_raw(self._store, office_id, arrivals), hint)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                self._commit()
        if mine.failure is not None:
            raise mine.failure

    def _commit(self) -> None:
        with self._guard:
            loads, self._waiting = self._waiting, []
        by_office: dict[str, list[_Load]] = defaultdict(list)
        for load in loads:
            by_office[load.office_id].append(load)
        for office_id, together in by_office.items():
            failure = self._keep(office_id, together)
            for load in together:
                # What one call brought must not cost the others theirs: each by itself then. A database that
                # is away is away for all of them.
                alone = failure is not None and len(together) > 1 and not isinstance(failure, Unavailable)
                load.failure = self._keep(office_id, [load]) if alone else failure
                load.is_done = True

    def _keep(self, office_id: str, loads: Sequence[_Load]) -> Exception | None:
        try:
            pipeline.keep_together(
                self._database,
                office_id,
                [(one.channel_id, one.kept, one.hint) for one in loads],
                now=self._now(),
                shared_now=self._shared_now,
            )
        except Exception as failure:  # each caller is told, whatever it was
            return failure
        return None
