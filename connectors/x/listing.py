"""Reads one listing of X from its newest page back to what is known, within limits and the day's budget."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Budget, TemporaryFailure
from connectors.x import fields, snowflakes
from connectors.x.api import Answer, Api, InvalidRequest
from connectors.x.backlog import Backlog, Page
from connectors.x.cursor import Gap, Reached
from connectors.x.spending import Purse

LATE = timedelta(minutes=2)
"""Things may appear this much after their id was made: what was younger at a look is looked at again."""
MOST_PAGES = 15
"""Asked for in one go: the mailbox is held by a lease meanwhile."""
MOST_RESTARTS = 2
PATIENCE = 3
"""Failures in a row, in the middle of a long walk, before it is given up."""
LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A listing. `pace` is the least time between two visits, counted for all nodes. `price`: what each thing
    in an answer costs, by its name. `first_page`: how much is asked for to see whether there is news at all,
    where X cannot be asked for news alone and the known costs again each day."""

    name: str
    polled: str
    path: str
    query: Mapping[str, str]
    price: Callable[[Answer], Mapping[str, float]]
    worst_price: float
    smallest_page: int
    takes_since: bool
    pace: timedelta | None = None
    first_page: int = LARGEST_PAGE


class Listing:
    """Walks from the newest page to the known, then hands out pages from the oldest.

    Where the day's money ends on the way, what was read is handed out and the rest is a gap. Once there is
    money again the newest come first, and every second walk is into the gap that has waited longest.
    """

    def __init__(
        self, kind: Kind, api: Api, budget: Budget, purse: Purse, clock: Callable[[], datetime]
    ) -> None:
        self.kind = kind
        self._clock = clock
        self._began = clock()
        self._api = api
        self._budget = budget
        self._purse = purse
        self._backlog = Backlog()
        self._token: str | None = None
        self._floor = 0
        self._below: int | None = None
        """Where the gap ends that is walked into; None: the walk is from the newest."""
        self._oldest = 0
        """The lowest id of this walk so far."""
        self._left: Gap | None = None
        """What this walk leaves unread: noted with the first page that is handed out."""
        self._is_walking = False
        self._is_gap_next = False
        self._asks_since = kind.takes_since
        self._rests_until = 0.0
        self._failures = 0
        self._restarts = 0

    def look(self, reached: Reached, since: int) -> bool:
        """Walks as far as it may go now; whether pages are ready. Raises what Api.get raises.

        What X asks us to wait for is waited for, and is no failure.
        """
        if not self._is_walking and not len(self._backlog) and not self._begin(reached, since):
            return False
        pages = 0
        while self._is_walking and pages < MOST_PAGES and time.monotonic() >= self._rests_until:
            self._step(reached)
            pages += 1
        if not self._is_walking:
            self._end(reached)
        return self.is_ready

    @property
    def is_ready(self) -> bool:
        """Whether pages wait to be taken."""
        return not self._is_walking and len(self._backlog) > 0

    def take(self) -> Page:
        """The oldest page that is not taken yet, oldest first."""
        return self._backlog.take()

    def took(self, reached: Reached, ids: list[str]) -> None:
        """Writes down how far that page reaches."""
        if self._left is not None:
            reached.leave(self._left)
            self._left = None
        reached.add(ids)
        if self._below is not None:
            reached.fill(self._below, max(map(int, ids)) if len(self._backlog) else self._below)

    def close(self) -> None:
        self._backlog.clear()

    def _begin(self, reached: Reached, since: int) -> bool:
        pace = self.kind.pace
        if pace is not None and self._budget.wait(f"{self.kind.name} pace") is not None:
            return False
        if pace is not None:
            self._budget.heard(f"{self.kind.name} pace", remaining=0, resets_in=pace)
        self._began = self._clock()
        self._token, self._is_walking, self._restarts = None, True, 0
        self._oldest, self._left = 0, None
        gap = reached.gaps[0] if reached.gaps and self._is_gap_next else None
        self._is_gap_next = gap is None
        if gap is not None:
            self._floor, self._below, self._token = max(since, gap.above), gap.below, gap.token or None
        else:
            settled = datetime.fromtimestamp(reached.looked, UTC) - LATE
            self._floor, self._below = max(since, min(reached.newest, snowflakes.first_of(settled))), None
        return True

    def _end(self, reached: Reached) -> None:
        """The walk is over: what it found waits to be taken."""
        if self._below is None:
            reached.looked = self._began.timestamp()
        elif not len(self._backlog):
            reached.fill(self._below, self._below)

    def _step(self, reached: Reached) -> None:
        try:
            is_first = self._below is None and self._token is None and reached.newest > 0
            most = self.kind.first_page if is_first else LARGEST_PAGE
            size = self._purse.affordable(self.kind.worst_price, self.kind.smallest_page, most)
        except TemporaryFailure:
            self._is_walking = False
            if not len(self._backlog):
                raise
            token = "" if self.kind.takes_since else self._token or ""
            self._left = Gap(self._floor, self._oldest, token)
            return  # what is paid for is not kept waiting
        try:
            answer = self._api.get(self.kind.name, self.kind.path, self._query(size))
        except InvalidRequest as refusal:
            self._start_again(refusal)
            return
        except TemporaryFailure as failure:
            self._pause(failure)
            return
        self._failures = 0
        self._purse.pay_for(self.kind.price(answer))
        self._put(answer, reached)

    def _put(self, answer: Answer, reached: Reached) -> None:
        found = [one for one in fields.objects(answer.data) if fields.id_of(one)]
        known = set(reached.recent)
        below = self._below
        fresh = [
            one for one in found
            if _id(one) > self._floor and (below is None or _id(one) < below) and str(_id(one)) not in known
        ]  # fmt: skip
        self._oldest = min([*map(_id, found), self._oldest or sys.maxsize])
        if fresh:
            self._backlog.put([_alone(one, answer, self.kind.polled) for one in fresh])
        meta = answer.body.get("meta")
        self._token = fields.words_of(meta, "next_token") if isinstance(meta, dict) else ""
        is_past = any(_id(one) <= self._floor for one in found)
        self._is_walking = bool(self._token) and not is_past

    def _query(self, size: int) -> dict[str, str]:
        query = {**self.kind.query, "max_results": str(size)}
        if self._token:
            query["pagination_token"] = self._token
        if self._asks_since and self._floor:
            query["since_id"] = str(self._floor)
        if self.kind.takes_since and self._below is not None:
            query["until_id"] = str(self._below)
        return query

    def _start_again(self, refusal: InvalidRequest) -> None:
        """X forgot the page, or finds the id too old: from the newest page, and stop where we know."""
        self._restarts += 1
        if "since_id" in refusal.words and self._asks_since:
            self._asks_since = False
        elif self._token is None or self._restarts > MOST_RESTARTS:
            self._is_walking, self._restarts = False, 0
            self._backlog.clear()
            raise refusal
        self._backlog.clear()
        self._token, self._oldest = None, 0

    def _pause(self, failure: TemporaryFailure) -> None:
        """In the middle of a walk what was read is kept; X's own wish to wait is no failure at all."""
        self._failures += 1
        if failure.after is None and (not len(self._backlog) or self._failures >= PATIENCE):
            self._is_walking, self._failures = False, 0
            self._backlog.clear()
            raise failure
        rest = failure.after or timedelta(seconds=5 * self._failures)
        self._rests_until = time.monotonic() + rest.total_seconds()


def _id(told: dict[str, Any]) -> int:
    return int(fields.id_of(told) or 0)


def _alone(told: dict[str, Any], answer: Answer, polled: str) -> dict[str, Any]:
    """One thing with only what belongs to it: each arrival can be read by itself."""
    beside = answer.body.get("includes")
    return {
        "polled": polled,
        "data": told,
        "includes": _belonging(told, beside if isinstance(beside, dict) else {}),
    }


def _belonging(told: dict[str, Any], beside: dict[str, Any]) -> dict[str, Any]:
    references = fields.either(told, "referenced_tweets", "referenced_posts")
    targets = {fields.id_of(one) for one in fields.objects(references)}
    posts = [
        one
        for name in ("tweets", "posts")
        for one in fields.objects(beside.get(name))
        if fields.id_of(one) in targets
    ]
    writers = {fields.id_of(one, name) for one in (told, *posts) for name in ("author_id", "sender_id")}
    attached = told.get("attachments")
    keys = attached.get("media_keys", []) if isinstance(attached, dict) else []
    whole = {
        "users": [one for one in fields.objects(beside.get("users")) if fields.id_of(one) in writers],
        "tweets": posts,
        "media": [one for one in fields.objects(beside.get("media")) if one.get("media_key") in keys],
    }
    return {name: found for name, found in whole.items() if found}
