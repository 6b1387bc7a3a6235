"""What X lets an account read: itself, mentions, its own posts, posts by id, messages, media."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.standins.server import Asked, Route, Told
from connectors.standins.x import words
from connectors.standins.x.signing_in import SigningIn
from connectors.standins.x.state import PROBLEMS, Direct, Post, invalid, problem

DIRECTS_LAST = timedelta(days=30)
SEARCH_LASTS = timedelta(days=7)


class Reading(SigningIn):
    """GET."""

    def reading_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("GET", "/2/users/me", self._me),
            ("GET", r"/2/users/(\d+)/mentions", self._mentions),
            ("GET", r"/2/users/(\d+)/tweets", self._timeline),
            ("GET", "/2/tweets", self._look_up),
            ("GET", "/2/tweets/search/recent", self._search),
            ("GET", "/2/dm_events", self._directs),
            ("GET", r"/2/dm_conversations/with/(\d+)/dm_events", self._directs_with),
            ("GET", r"/media/(\w+)", self._media),
        ]

    def _me(self, asked: Asked) -> Told:
        user_id = self.person(asked)
        return Told({"data": words.user_words(self.users[user_id])}, headers=self.count("me"))

    def _mentions(self, asked: Asked) -> Told:
        self.anybody(asked)
        name = self.users[asked.args[0]].username.lower()
        found = [
            post
            for post in self.posts.values()
            if name in _named(post.text) and _is_seen(post, asked.args[0])
        ]
        return self.listed(asked, found, self.count("mentions"))

    def _timeline(self, asked: Asked) -> Told:
        self.anybody(asked)
        found = [post for post in self.posts.values() if post.author_id == asked.args[0] and not post.is_gone]
        return self.listed(asked, found, self.count("timeline"))

    def _search(self, asked: Asked) -> Told:
        self.anybody(asked)
        query = asked.query.get("query", "").strip()
        if not query:
            raise invalid(asked, "query", "The `query` query parameter can not be empty")
        since = self.now() - SEARCH_LASTS
        posts = [
            post
            for post in self.posts.values()
            if not post.is_gone and post.created_at > since
            and words.matches(query, post, self.users[post.author_id].username.lower())
        ]  # fmt: skip
        return self.listed(asked, posts, self.count("search"))

    def _look_up(self, asked: Asked) -> Told:
        """Posts that are gone are errors beside the data, under a status of 200."""
        self.anybody(asked)
        headers, new = self.count("lookup"), self.is_new(asked)
        asked_for = asked.query["ids"].split(",")
        if len(asked_for) > 100:
            raise invalid(asked, "ids", "size must be between 1 and 100")
        here = [self.posts[one] for one in asked_for if one in self.posts and not self.posts[one].is_gone]
        gone = [one for one in asked_for if one not in {post.id for post in here}]
        body: dict[str, Any] = {}
        if here:
            fields = words.wanted(asked.query)
            body["data"] = [words.post_words(self, post, fields, new=new) for post in here]
            if more := words.includes(self, here, asked.query, new=new):
                body["includes"] = more
        if gone:
            body["errors"] = [_not_found(one) for one in gone]
        return Told(body, headers=headers)

    def listed(self, asked: Asked, posts: Sequence[Post], headers: dict[str, str]) -> Told:
        """Newest first, a page at a time."""
        query, new = asked.query, self.is_new(asked)
        newest = sorted(posts, key=lambda post: int(post.id), reverse=True)
        if since := query.get("since_id"):
            newest = [post for post in newest if int(post.id) > int(since)]
        if until := query.get("until_id"):
            newest = [post for post in newest if int(post.id) < int(until)]
        if start := query.get("start_time"):
            newest = [post for post in newest if post.created_at >= datetime.fromisoformat(start)]
        if end := query.get("end_time"):
            newest = [post for post in newest if post.created_at < datetime.fromisoformat(end)]
        size = self._size(asked, least=5)
        page, meta = self._page(asked, [post.id for post in newest], size)
        chosen = [self.posts[one] for one in page]
        body: dict[str, Any] = {"meta": meta}
        if chosen:
            fields = words.wanted(query)
            body["data"] = [words.post_words(self, post, fields, new=new) for post in chosen]
            meta |= {"newest_id": chosen[0].id, "oldest_id": chosen[-1].id}
            if more := words.includes(self, chosen, query, new=new):
                body["includes"] = more
        return Told(body, headers=headers)

    def _directs(self, asked: Asked) -> Told:
        user_id = self.person(asked)
        mine = [one for one in self.directs.values() if user_id in (one.sender_id, one.recipient_id)]
        return self.events_of(asked, mine)

    def _directs_with(self, asked: Asked) -> Told:
        pair = {self.person(asked), asked.args[0]}
        return self.events_of(
            asked, [one for one in self.directs.values() if {one.sender_id, one.recipient_id} == pair]
        )

    def events_of(self, asked: Asked, directs: Sequence[Direct]) -> Told:
        """Newest first, thirty days, nothing encrypted; there is no way to ask for what is new."""
        headers, since = self.count("dm_events"), self.now() - DIRECTS_LAST
        open_ones = [one for one in directs if not one.is_sealed and one.created_at > since]
        newest = sorted(open_ones, key=lambda one: int(one.id), reverse=True)
        page, meta = self._page(asked, [one.id for one in newest], self._size(asked, least=1))
        chosen = [self.directs[one] for one in page]
        body: dict[str, Any] = {"meta": meta}
        if chosen:
            fields = asked.query.get("dm_event.fields", "").split(",")
            body["data"] = [words.direct_words(one, fields) for one in chosen]
            people = dict.fromkeys(one.sender_id for one in chosen)
            body["includes"] = {"users": [words.user_words(self.users[one]) for one in people]}
            if media := [words.media_words(self, key) for one in chosen for key in one.media]:
                body["includes"]["media"] = media
        return Told(body, headers=headers)

    def _size(self, asked: Asked, *, least: int) -> int:
        size = int(asked.query.get("max_results", "10"))
        if not least <= size <= 100:
            raise invalid(
                asked, "max_results", f"The `max_results` query parameter value [{size}] is not valid"
            )
        return size

    def _page(self, asked: Asked, ids: list[str], size: int) -> tuple[list[str], dict[str, Any]]:
        """Tokens name the last id of the page before, so that what arrives meanwhile moves nothing."""
        token = asked.query.get("pagination_token") or asked.query.get("next_token", "")
        if token.startswith("before"):
            newer = [one for one in ids if int(one) > int(token.removeprefix("before"))]
            ids = newer[-size:] + [one for one in ids if one not in set(newer)]
        elif token:
            if not re.fullmatch(r"after\d+", token) or self.quirks.get("forgets_pages"):
                raise invalid(asked, "pagination_token", "The `pagination_token` is not valid")
            ids = [one for one in ids if int(one) < int(token.removeprefix("after"))]
        elif self.quirks.get("empty_first_page") and ids:
            return [], {"result_count": 0, "next_token": f"after{int(ids[0]) + 1}"}
        page = ids[:size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if len(ids) > size:
            meta["next_token"] = f"after{page[-1]}"
        if token and page:
            meta["previous_token"] = f"before{page[0]}"
        return page, meta

    def _media(self, asked: Asked) -> Told:
        if asked.args[0] not in self.media:
            raise problem(404, "Not Found", "Not Found")
        kind, content = self.media[asked.args[0]]
        return Told(content, headers={"content-type": kind})

    def is_new(self, asked: Asked) -> bool:
        return words.speaks_new(asked.query, self.quirks.get("vocabulary", "tweet"))


def _named(text: str) -> set[str]:
    return {found.lower() for found in words.MENTION.findall(text)}


def _is_seen(post: Post, reader: str) -> bool:
    return not post.is_gone and not post.is_replaced and post.author_id != reader


def _not_found(post_id: str) -> dict[str, str]:
    return {
        "value": post_id, "detail": f"Could not find tweet with ids: [{post_id}].",
        "title": "Not Found Error", "resource_type": "tweet", "parameter": "ids", "resource_id": post_id,
        "type": PROBLEMS + "resource-not-found",
    }  # fmt: skip
