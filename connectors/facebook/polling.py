"""Looks at a Page for what no call told us: conversations, posts, comments, and whether calls come at all."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.contract import Batch, PermanentFailure, RawArrival
from connectors.facebook import arrivals
from connectors.facebook.arrivals import moment_of
from connectors.facebook.cursor import Cursor
from connectors.facebook.graph import Graph
from connectors.facebook.settings import FacebookSettings
from connectors.facebook.shapes import listed, words_of
from connectors.facebook.subscription import kept_subscribed

Json = dict[str, Any]
_CONVERSATIONS = "conversations"
_WALL = ("feed", "visitor_posts", "tagged")
_OLDEST_POST = timedelta(days=60)
"""Comments under older posts come by call only: a Page's wall can be years long."""
_POST_FIELDS = "id,from,message,created_time,updated_time,permalink_url,attachments"
_COMMENT_FIELDS = "id,parent,from,message,created_time,attachment,permalink_url,is_hidden"
_CHECK_EVERY = timedelta(minutes=15)
_WORDS = {
    "feed": "its posts", "visitor_posts": "what visitors post", "tagged": "posts that name it",
    _CONVERSATIONS: "its messages",
}  # fmt: skip


class Poller:
    """Polls of the contract, for one Page. Each fetch is one page of one list; a round walks all lists."""

    def __init__(self, given: FacebookSettings, graph: Graph) -> None:
        self._given = given
        self._graph = graph
        self._ended = threading.Event()

    def fetch(self, cursor: str | None) -> Batch:
        """The next list's next page, oldest first. Raises as Graph.get."""
        at = Cursor.read(cursor)
        edges = (_CONVERSATIONS, *(_WALL if self._given.reads_comments else ()))
        edge = at.edge if at.edge in edges else edges[0]
        notices = self._check(at) if not at.after and edge == edges[0] else ()
        try:
            found, after = self._conversations(at) if edge == _CONVERSATIONS else self._wall(edge, at)
            at.told = [one for one in at.told if one != edge]
        except PermanentFailure as refusal:
            if edge == _CONVERSATIONS:
                raise
            found, after = [], ""
            notices = (
                *notices,
                *_once(at, edge, f"Facebook does not let us read {_WORDS[edge]}: {refusal.reason}"),
            )
        at.give((one.external_id, one.received_at) for one in found)
        at.after, at.edge = after, edge
        if not after:
            at.finish(edge)
            at.edge = edges[(edges.index(edge) + 1) % len(edges)]
        is_whole = not after and at.edge == edges[0]
        if is_whole:
            at.forget()
        return Batch(tuple(found), at.write(), more=not is_whole, notices=notices)

    def wait(self, seconds: float) -> bool:
        self._ended.wait(seconds)
        return False

    def close(self) -> None:
        self._ended.set()

    def _check(self, at: Cursor) -> tuple[str, ...]:
        """Facebook stops calling for a Page whose calls failed for an hour: look, and begin anew."""
        checked_at, now = moment_of(at.checked_at), datetime.now(UTC)
        if self._given.verify_token is None or (checked_at and now - checked_at < _CHECK_EVERY):
            return ()
        at.checked_at = now.isoformat()
        try:
            return kept_subscribed(self._graph, self._given)
        except PermanentFailure as refusal:
            return _once(at, "subscription", f"Facebook does not let us ask for calls: {refusal.reason}")

    def _conversations(self, at: Cursor) -> tuple[list[RawArrival], str]:
        floor = at.seen_until(_CONVERSATIONS, self._given.since)
        told = self._graph.get(
            f"{self._given.page_id}/conversations", platform="messenger",
            fields="id,updated_time,participants", limit="25", **_after(at),
        )  # fmt: skip
        found: list[RawArrival] = []
        for one in listed(told):
            updated_at = moment_of(one.get("updated_time"))
            if updated_at is not None and updated_at < floor:
                return found, ""  # they come newest first: the rest is known
            _note_newest(at, updated_at)
            found += self._new(at, self._messages(words_of(one.get("id"))), floor, self._said)
        return found, _next(told)

    def _messages(self, conversation: str) -> Iterator[list[Json]]:
        return self._pages(f"{conversation}/messages", "id,created_time,from,to,message,attachments")

    def _wall(self, edge: str, at: Cursor) -> tuple[list[RawArrival], str]:
        floor = at.seen_until(edge, self._given.since)
        told = self._graph.get(f"{self._given.page_id}/{edge}", fields=_POST_FIELDS, limit="50", **_after(at))
        found: list[RawArrival] = []
        posts = listed(told)
        for post in posts:
            changed_at = moment_of(post.get("updated_time") or post.get("created_time"))
            if changed_at is None or changed_at < floor:
                continue  # a wall is in order of writing: an older post may have a newer comment
            _note_newest(at, changed_at)
            found += self._new(at, iter([[post]]), floor, self._post)
            name = words_of(post.get("id"))
            comments = self._pages(
                f"{name}/comments", _COMMENT_FIELDS, filter="stream", order="reverse_chronological"
            )
            found += self._new(at, comments, floor, partial(self._comment, post=name))
        written_at = moment_of(posts[-1].get("created_time")) if posts else None
        is_old = written_at is not None and written_at < datetime.now(UTC) - _OLDEST_POST
        return found, "" if is_old else _next(told)

    def _new(
        self, at: Cursor, pages: Iterator[list[Json]], floor: datetime, made: Callable[[Json], RawArrival]
    ) -> list[RawArrival]:
        """What a list, newest first, holds since `floor` and was not given yet; oldest first."""
        found: list[RawArrival] = []
        for page in pages:
            for one in page:
                said_at = moment_of(one.get("created_time"))
                if said_at is not None and said_at < floor:
                    return found[::-1]
                arrival = made(one)
                if at.is_new(arrival.external_id):
                    found.append(arrival)
        return found[::-1]

    def _pages(self, path: str, fields: str, **query: str) -> Iterator[list[Json]]:
        after = ""
        while True:
            more = {"after": after} if after else {}
            told = self._graph.get(path, fields=fields, limit="100", **query, **more)
            yield listed(told)
            before, after = after, _next(told)
            if not after or after == before:
                return

    def _said(self, message: Json) -> RawArrival:
        envelope = {"page": self._given.page_id, "message": message}
        key = arrivals.message_key(words_of(message.get("id")))
        return self._arrival(key, envelope, message)

    def _post(self, post: Json) -> RawArrival:
        name = words_of(post.get("id"))
        value = {**post, "item": "post", "verb": "add", "post_id": name}
        return self._arrival(arrivals.post_key(name), self._change(value), post)

    def _comment(self, comment: Json, post: str) -> RawArrival:
        name, parent = words_of(comment.get("id")), comment.get("parent")
        value = {
            **comment, "item": "comment", "verb": "add", "comment_id": name, "post_id": post,
            "parent_id": words_of(parent.get("id")) if isinstance(parent, dict) else post,
        }  # fmt: skip
        return self._arrival(arrivals.comment_key(post, name), self._change(value), comment)

    def _change(self, value: Json) -> Json:
        return {"page": self._given.page_id, "field": "feed", "value": value}

    def _arrival(self, key: str, envelope: Json, told: Json) -> RawArrival:
        return arrivals.arrival(
            self._given.page_id, key, envelope, told.get("created_time"), datetime.now(UTC)
        )


def _after(at: Cursor) -> dict[str, str]:
    return {"after": at.after} if at.after else {}


def _next(told: Json) -> str:
    """The cursor of the next page. Facebook may give an empty page and a next one all the same."""
    paging = told.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return words_of(cursors.get("after")) if isinstance(cursors, dict) else ""


def _note_newest(at: Cursor, moment: datetime | None) -> None:
    if moment is not None and moment.isoformat() > at.newest:
        at.newest = moment.isoformat()


def _once(at: Cursor, name: str, words: str) -> tuple[str, ...]:
    """A notice the first time; it is not told again at each round."""
    if name in at.told:
        return ()
    at.told = [*at.told, name]
    return (words,)
