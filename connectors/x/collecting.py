"""Asks X for mentions, direct messages and what became of known mentions: in order of time, once each."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from connectors.contract import Batch, Budget, ConnectorFailure, RawArrival
from connectors.x import fields, snowflakes
from connectors.x.api import Answer, Api
from connectors.x.cursor import Cursor, Reached, read_cursor
from connectors.x.listing import Kind, Listing
from connectors.x.posts import KIND
from connectors.x.prices import PRICES
from connectors.x.registration import Registration, upkeep
from connectors.x.settings import XSettings
from connectors.x.spending import Purse, prices
from connectors.x.understanding import DIRECT, GONE, MENTION

POST_FIELDS = (
    "created_at,conversation_id,in_reply_to_user_id,referenced_tweets,attachments,entities,lang,edit_controls,"
    "note_tweet,author_id,edit_history_tweet_ids"
)
MENTION_QUERY = {
    "tweet.fields": POST_FIELDS,
    "expansions": "author_id,attachments.media_keys,referenced_tweets.id",
    "user.fields": "username,name",
    "media.fields": "url,preview_image_url,type,variants,alt_text",
}
DIRECT_QUERY = {
    "event_types": "MessageCreate",
    "dm_event.fields": "id,text,event_type,dm_conversation_id,created_at,sender_id,attachments,entities",
    "expansions": "attachments.media_keys,sender_id",
    "user.fields": "username,name",
    "media.fields": "url,preview_image_url,type,variants",
}
DIRECTS_PACE = timedelta(seconds=60)
"""Fifteen calls in fifteen minutes are all that X allows."""
RECHECK_EVERY = timedelta(days=1)
WATCHED_FOR = timedelta(days=30)


class Collector:
    """Implements the asking side of `Polls` for one account. `clock` tells the time."""

    def __init__(
        self, given: XSettings, api: Api, budget: Budget, registration: Registration, *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._given = given
        self._api = api
        self._clock = clock
        self.purse = Purse(budget, given.daily_cap, clock)
        self._mentions = Listing(_mentions(given.user_id), api, budget, self.purse, clock)
        self._directs = Listing(_directs(), api, budget, self.purse, clock)
        self._registration = registration
        self._woken = threading.Event()

    def fetch(self, words: str | None) -> Batch:
        """What is new, oldest first. A listing that fails does not keep the other one out."""
        cursor = read_cursor(words)
        since = snowflakes.first_of(self._given.since) if self._given.since else 0
        failures: list[ConnectorFailure] = []
        for listing, reached in ((self._mentions, cursor.posts), (self._directs, cursor.directs)):
            try:
                listing.look(reached, since)
            except ConnectorFailure as failure:
                failures.append(failure)
        arrivals = [
            *self._taken(self._mentions, cursor.posts, "post"),
            *self._taken(self._directs, cursor.directs, "dm"),
        ]
        if not arrivals and not failures:
            arrivals = self._gone(cursor)
        if failures and not arrivals:
            raise failures[0]
        arrivals.sort(key=lambda one: one.received_at)
        told = (*upkeep(self._registration, cursor, self._clock()), *self._notices(cursor))
        is_more = self._mentions.is_ready or self._directs.is_ready
        return Batch(tuple(arrivals), cursor.words(), more=is_more, notices=told)

    def wait(self, seconds: float) -> bool:
        self._woken.wait(seconds)
        return False

    def close(self) -> None:
        self._woken.set()
        self._mentions.close()
        self._directs.close()

    def _taken(self, listing: Listing, reached: Reached, prefix: str) -> list[RawArrival]:
        if not listing.is_ready:
            return []
        page = listing.take()
        ids = [fields.must_have_id(one["data"]) for one in page]
        listing.took(reached, ids)
        return [
            self._arrival(f"{prefix}/{one_id}", one_id, told) for one_id, told in zip(ids, page, strict=True)
        ]

    def _gone(self, cursor: Cursor) -> list[RawArrival]:
        """Mentions that we know and X does not have any more. Nothing else tells of these."""
        now = self._clock()
        if now.timestamp() - cursor.rechecked < RECHECK_EVERY.total_seconds():
            return []
        oldest = snowflakes.first_of(now - WATCHED_FOR)
        watched = [one for one in cursor.posts.recent if int(one) > oldest]
        watched = watched[-self._given.recheck :] if self._given.recheck else []
        if not watched:
            return []
        most = self.purse.affordable(PRICES.post, 1, len(watched))
        answer = self._api.get("lookup", "/2/tweets", {"ids": ",".join(watched[-most:])})
        self.purse.pay_for(prices("looked up", fields.objects(answer.data), PRICES.post))
        cursor.rechecked = now.timestamp()
        gone = [one for one in _missing(answer) if one in watched]
        cursor.posts.recent = [one for one in cursor.posts.recent if one not in gone]
        return [
            self._arrival(f"gone/{one}", one, {"polled": GONE, "data": {"id": one}}, at=now) for one in gone
        ]

    def _arrival(
        self, external_id: str, thing_id: str, told: object, at: datetime | None = None
    ) -> RawArrival:
        received_at = at or snowflakes.time_of(thing_id, self._clock())
        return RawArrival(KIND, self._given.user_id, external_id, json.dumps(told).encode(), received_at)

    def _notices(self, cursor: Cursor) -> tuple[str, ...]:
        """Said once a day, before reading stops."""
        today = self._clock().date().isoformat()
        if not self.purse.is_low or cursor.told_of_cost == today:
            return ()
        cursor.told_of_cost = today
        return (f"Reading from X has cost most of what it may today: {self.purse.words()}.",)


def _missing(answer: Answer) -> list[str]:
    return [
        str(one.get("resource_id") or one.get("value"))
        for one in answer.errors
        if str(one.get("type", "")).endswith("resource-not-found")
    ]


def _mentions(user_id: str) -> Kind:
    return Kind(
        name="mentions", polled=MENTION, path=f"/2/users/{user_id}/mentions", query=MENTION_QUERY,
        price=_price_of_mentions, worst_price=PRICES.mention + 2 * PRICES.post, smallest_page=5,
        takes_since=True,
    )  # fmt: skip


def _directs() -> Kind:
    return Kind(
        name="dm_events", polled=DIRECT, path="/2/dm_events", query=DIRECT_QUERY, price=_price_of_directs,
        worst_price=PRICES.direct, smallest_page=1, takes_since=False, pace=DIRECTS_PACE, first_page=20,
    )  # fmt: skip


def _price_of_mentions(answer: Answer) -> dict[str, float]:
    beside = answer.body.get("includes")
    along = beside if isinstance(beside, dict) else {}
    others = [*fields.objects(along.get("tweets")), *fields.objects(along.get("posts"))]
    return {
        **prices("post", others, PRICES.post),
        **prices("post", fields.objects(answer.data), PRICES.mention),
    }


def _price_of_directs(answer: Answer) -> dict[str, float]:
    return prices("message", fields.objects(answer.data), PRICES.direct)
