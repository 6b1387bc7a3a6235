"""RSS and Atom: comments on a blog, planning alerts, care feedback. Collects; there is nobody to answer.

An entry is the same entry while its id is the same (RFC 4287, section 4.2.6; RSS 2.0 `guid`); where it has
none its link stands in, and then its words. One whose words change is an edit of what came before.
"""

import hashlib
import io
import json
import re
import threading
from calendar import timegm
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx

from connectors import guard, http
from connectors.contract import (
    Batch,
    Change,
    ChangeAction,
    Checked,
    ConnectorFailure,
    CredentialsRejected,
    Form,
    Handle,
    InboundMessage,
    Limits,
    Machine,
    News,
    PermanentFailure,
    RawArrival,
    Surroundings,
    TemporaryFailure,
    Unreadable,
    storable_key,
)
from connectors.email.html_text import html_to_text
from connectors.keys import Key, filled, table
from connectors.wording import plain

LARGEST = 5 << 20
MOST_ENTRIES = 2000
REMEMBERED = 4000
LONGEST_TEXT = 100_000
_HALF = re.compile(rb"&(?:amp;)?#(?:0{0,9}(5[5-7]\d{3})|[xX]0{0,9}([dD][89a-fA-F][0-9a-fA-F]{2}));")
_HALVES = re.compile(rb"(?:%s)+" % _HALF.pattern)
"""Numbers of halves of surrogate pairs: no characters (XML 1.0, section 4.1), and sent all the same."""


class FeedChannel:
    """Polls, Reads and Tests of the contract, for one feed."""

    KEYS: ClassVar[Mapping[str, Key]] = table(
        Key("url", "the feed's address", required=True),
        Key(
            "treat_as",
            "message: a person wrote each entry; notice: a machine did, and it goes to Set aside",
            default="message",
            choices=("message", "notice"),
        ),
        Key("since", "entries older than this are left out (default: when the channel was added)"),
        Key("poll_seconds", "how often to look, in seconds (60 to 86400)", default="900"),
    )
    limits = Limits(subject=True)

    def __init__(self, values: Mapping[str, str], allow_private: frozenset[str]) -> None:
        self._url = values["url"]
        self._treat_as = values["treat_as"]
        since = values.get("since")
        self._since = _aware(datetime.fromisoformat(since)) if since else None
        self.poll_seconds = float(values["poll_seconds"])
        self._client = http.client(allow_private)
        self._closed = threading.Event()

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "FeedChannel":
        values = filled(cls.KEYS, settings, secrets)
        seconds = values["poll_seconds"]
        if not seconds.isascii() or not seconds.isdigit() or not 60 <= int(seconds) <= 86400:
            raise PermanentFailure("poll_seconds must be a whole number from 60 to 86400")
        guard.web_address(values["url"], "url", around.allow_private, like="https://blog.example/feed")
        try:
            return cls(values, around.allow_private)
        except ValueError:
            raise PermanentFailure("since must be a date, like 2026-11-22") from None

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The feed's address."""
        return settings.get("url", "").strip()[:254]

    def fetch(self, cursor: str | None) -> Batch:
        """What is new or changed since the last look, oldest first. The cursor remembers what was seen."""
        before = _cursor(cursor)
        answer = self._get({name: before[name] for name in ("etag", "modified") if before.get(name)})
        if answer.status == 304:
            return Batch((), cursor)
        entries, left_out = _entries(answer)
        seen: dict[str, str] = dict(before["seen"])
        arrivals: list[RawArrival] = []
        for entry in reversed(entries):
            digest = _digest(entry)
            known = seen.get(entry["id"])
            if known != digest and not self._is_old(entry):
                arrivals.append(self._arrival(entry, digest, is_edit=known is not None))
            seen.pop(entry["id"], None)
            seen[entry["id"]] = digest
        after = {
            "etag": answer.headers.get("etag", ""),
            "modified": answer.headers.get("last-modified", ""),
            "seen": dict(list(seen.items())[-REMEMBERED:]),
        }
        notices = _notices(entries, left_out, before["seen"])
        return Batch(tuple(arrivals), json.dumps(after), notices=notices)

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """A feed keeps no account of its readers."""

    def wait(self, seconds: float) -> bool:
        self._closed.wait(seconds)
        return False

    def close(self) -> None:
        self._closed.set()
        self._client.close()

    def read(self, arrival: RawArrival) -> News:
        return self.understand(arrival)

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        """One entry as a message; a changed one as an edit. Raises Unreadable."""
        try:
            entry = json.loads(arrival.raw)
            message = _message(arrival, entry)
        except (ValueError, KeyError, TypeError) as fault:
            raise Unreadable("This entry of the feed could not be read.") from fault
        if not entry.get("is_edit"):
            return message
        return Change(
            arrival.channel,
            arrival.account,
            message.external_id,
            ChangeAction.EDITED,
            message.sent_at,
            message,
        )

    def check(self) -> Sequence[Checked]:
        try:
            entries, left_out = _entries(self._get({}))
        except ConnectorFailure as failure:
            return (Checked("The feed", False, failure.reason),)
        return (Checked("The feed", True, f"it has {len(entries) + left_out} entries now"),)

    def _arrival(self, entry: Mapping[str, Any], digest: str, *, is_edit: bool) -> RawArrival:
        key = entry["id"]
        raw = json.dumps({**entry, "is_edit": is_edit, "treat_as": self._treat_as})
        return RawArrival(
            "feed",
            self._url[:254],
            f"{key}#{digest[:12]}" if is_edit else key,
            raw.encode(),
            datetime.now(UTC),
        )

    def _is_old(self, entry: Mapping[str, Any]) -> bool:
        at = entry.get("at")
        return bool(at and self._since and datetime.fromisoformat(at) < self._since)

    def _get(self, conditions: Mapping[str, str]) -> "_Answer":
        names = {"etag": "if-none-match", "modified": "if-modified-since"}
        headers = {names[name]: value for name, value in conditions.items()}
        try:
            with self._client.stream("GET", self._url, headers=headers) as answer:
                _check_status(answer)
                body = http.body_of(answer, largest=LARGEST, what="the feed")
                return _Answer(answer.status_code, answer.headers, body)
        except httpx.HTTPError as failure:
            raise TemporaryFailure(f"the feed cannot be reached: {plain(str(failure))}") from None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def _check_status(answer: httpx.Response) -> None:
    """A feed that moved, is gone or is locked needs a person."""
    status = answer.status_code
    if status in (401, 403):
        raise CredentialsRejected("the feed is not open to us")
    if status in (301, 308):
        raise PermanentFailure(f"the feed has moved to {plain(answer.headers.get('location', ''))}")
    if status in (404, 410):
        raise PermanentFailure("there is no feed at this address any more")
    if status not in (200, 304):
        raise TemporaryFailure(f"the feed's server answered {status}")


def _notices(entries: Sequence[Mapping[str, Any]], left_out: int, seen: Mapping[str, str]) -> tuple[str, ...]:
    """What the office must know of: a feed shows what is newest, and what falls out is never told."""
    if left_out and entries[-1]["id"] not in seen:
        return (f"Of the feed {MOST_ENTRIES} entries are read; {left_out} older ones are not.",)
    if seen and entries and not any(one["id"] in seen for one in entries):
        return (
            f"All {len(entries)} entries of the feed are new: older ones may have gone from it unseen. "
            "Look at the site, and ask it more often.",
        )
    return ()


def _entries(answer: "_Answer") -> tuple[list[dict[str, Any]], int]:
    """The entries, newest first as feeds have them, each as plain words; and how many more there were.

    Raises TemporaryFailure for none of a feed's shape: a site in trouble answers with a page.
    """
    import feedparser  # loaded when the first feed is read: it is large

    # Bytes that name a file would be opened as that file: only a stream is ever read as what it is.
    body = _HALVES.sub(_joined, answer.body)
    parsed = feedparser.parse(io.BytesIO(body), sanitize_html=True, resolve_relative_uris=False)
    if not parsed.get("version"):
        raise TemporaryFailure("what came is not a feed")
    title = parsed.feed.get("title", "")
    left_out = max(0, len(parsed.entries) - MOST_ENTRIES)
    return [_entry(one, title) for one in parsed.entries[:MOST_ENTRIES]], left_out


def _joined(run: re.Match[bytes]) -> bytes:
    """Emoji that a program wrote as two halves, each by its number, as the whole ones that were meant."""
    numbers = [int(ten) if ten else int(sixteen, 16) for ten, sixteen in _HALF.findall(run[0])]
    halves = b"".join(number.to_bytes(2, "little") for number in numbers)
    whole = halves.decode("utf-16-le", "replace").encode("ascii", "xmlcharrefreplace")
    return whole.replace(b"&", b"&amp;") if run[0].startswith(b"&amp;") else whole


def _entry(given: Mapping[str, Any], feed: str) -> dict[str, Any]:
    content = given.get("content") or []
    markup = content[0].get("value", "") if content else given.get("summary", "")
    # As plain keys: the library's own mapping takes a date that it cannot read for the other one.
    at = given.get("published_parsed") or dict(given).get("updated_parsed")
    words = {
        "title": html_to_text(given.get("title", "")).strip(),
        "text": html_to_text(markup).strip()[:LONGEST_TEXT],
        "author": given.get("author", "").strip(),
        "link": given.get("link", ""),
        "feed": feed,
        "at": datetime.fromtimestamp(timegm(at), UTC).isoformat() if at else None,
    }
    return {"id": given.get("id") or words["link"] or _digest(words), **words}


def _digest(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([entry["title"], entry["text"]]).encode()).hexdigest()


def _message(arrival: RawArrival, entry: Mapping[str, Any]) -> InboundMessage:
    text = entry["text"] or entry["title"]
    return InboundMessage(
        channel=arrival.channel,
        account=arrival.account,
        external_id=storable_key(entry["id"]),
        sender=Handle(entry["author"] or entry["feed"], ""),
        subject=entry["title"] or None,
        text=text,
        new_text=text,
        attachments=(),
        sent_at=datetime.fromisoformat(entry["at"]) if entry["at"] else None,
        content_key=hashlib.sha256(f"feed {arrival.account} {arrival.external_id}".encode()).hexdigest(),
        machine=Machine.LIST if entry.get("treat_as") == "notice" else None,
        form=Form.POST,
        link=entry["link"] or None,
    )


def _cursor(words: str | None) -> dict[str, Any]:
    try:
        found = json.loads(words or "{}")
    except ValueError:
        found = {}
    return {"seen": {}, **found} if isinstance(found, dict) else {"seen": {}}


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
