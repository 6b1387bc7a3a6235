"""A blog whose comments stand in an Atom feed (RFC 4287), newest first, with the validators that sites send.

Control side beside the server's own (`connectors.standins.server`):
  POST /_say   {"id", "from", "text", "title", "ago"}: somebody comments; the same id again is an edit
  POST /_show  {"newest": 20}: how many entries the feed shows, as sites cut theirs off
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from connectors.standins.server import Asked, StandIn, Told

_FEED = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
    "<title>Comments on Rowan Ashby’s pages</title><id>tag:blog.example,2026:comments</id>"
    "<updated>{updated}</updated>{entries}</feed>"
)
_ENTRY = (
    "<entry><id>{id}</id><title>{title}</title><author><name>{who}</name></author><link href={link}/>"
    '<published>{at}</published><updated>{at}</updated><content type="text">{text}</content></entry>'
)


class FeedStandIn(StandIn):
    """One site."""

    name = "feed"

    def __init__(self) -> None:
        super().__init__()
        self.routes = [
            ("GET", "/feed", self.feed),
            ("POST", "/_say", self.say),
            ("POST", "/_show", self.show),
        ]

    def forget(self) -> None:
        self.entries: dict[str, dict[str, Any]] = {}
        self.newest = 20

    def say(self, asked: Asked) -> Told:
        told = asked.json
        before = self.entries.pop(told["id"], {})
        at: datetime = before.get("at") or self.now() - timedelta(seconds=told.get("ago", 0))
        self.entries[told["id"]] = {**told, "at": at}
        return Told({"done": True})

    def show(self, asked: Asked) -> Told:
        self.newest = int(asked.json["newest"])
        return Told({"done": True})

    def feed(self, asked: Asked) -> Told:
        shown = list(reversed(self.entries.values()))[: self.newest]
        updated = shown[0]["at"].isoformat() if shown else "2026-01-01T00:00:00+00:00"
        page = _FEED.format(updated=updated, entries="".join(map(self._entry, shown))).encode()
        etag = f'"{sha256(page).hexdigest()[:20]}"'
        if asked.headers.get("if-none-match") == etag:
            return Told(status=304, headers={"etag": etag})
        return Told(page, headers={"content-type": "application/atom+xml; charset=utf-8", "etag": etag})

    def _entry(self, one: dict[str, Any]) -> str:
        return _ENTRY.format(
            id=escape(f"tag:blog.example,2026:{one['id']}"),
            title=escape(one.get("title", "")),
            who=escape(one["from"]),
            link=quoteattr(f"{self.url}/comments/{one['id']}"),
            at=one["at"].isoformat(),
            text=escape(one["text"]),
        )
