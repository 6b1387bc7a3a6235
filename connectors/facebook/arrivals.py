"""Names every event of a Page once, whether Facebook called with it or we found it by looking.

`raw` is the event as Facebook gave it, in a small envelope of ours: `page`, `time`, and one of `messaging`
(a call about a private message), `message` (one found by looking), or `field` with `value` (a post or
comment; what was found by looking keeps its fields and gains those by which a call names it). All of it is
JSON in ASCII.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.contract import RawArrival

KIND = "facebook"
Json = Mapping[str, Any]
_VERBS = frozenset({"edited", "remove", "hide", "unhide"})


def raw_of(envelope: Json) -> bytes:
    """One event's bytes. What Facebook wrote as an escape stays one, so that any text can be kept."""
    return json.dumps(envelope, separators=(",", ":")).encode()


def arrival(page: str, external_id: str, envelope: Json, moment: object, now: datetime) -> RawArrival:
    """`moment`: what Facebook says of when it was said; our own clock where that is missing or ahead."""
    said = moment_of(moment)
    received_at = min(said, now) if said is not None else now
    return RawArrival(KIND, page, external_id, raw_of(envelope), received_at)


def messaging_key(event: Json) -> str:
    """The name of a private event: a message has its own number, any other its content."""
    message, edit = event.get("message"), event.get("message_edit")
    if isinstance(message, dict) and message.get("mid"):
        return message_key(str(message["mid"]))
    if isinstance(edit, dict) and edit.get("mid"):
        return f"m/{edit['mid']}/edit/{edit.get('num_edit', digest_of(event))}"
    return f"event/{digest_of(event)}"


def message_key(mid: str) -> str:
    return f"m/{mid}"


def change_key(field: str, value: Json, time: object) -> str:
    """The name of a public event: what was added has its own number, what became of it also a moment."""
    post, comment = str(value.get("post_id") or ""), str(value.get("comment_id") or "")
    verb = str(value.get("verb") or "add")
    item = value.get("item")
    about_words = field == "mention" or item == "comment" or (item in POST_ITEMS and not comment)
    if field not in ("feed", "mention") or not about_words or not (post or comment):
        return f"event/{digest_of({'field': field, 'value': value, 'time': time})}"
    key = comment_key(post, comment) if comment else post_key(post)
    if verb == "add":
        return key
    if verb == "remove" or verb not in _VERBS:
        return f"{key}/{verb}"
    return f"{key}/{verb}/{digest_of({'value': value, 'time': time})[:24]}"


def comment_key(post: str, comment: str) -> str:
    return f"c/{comment_id(post, comment)}"


def post_key(post: str) -> str:
    return f"p/{last(post)}"


def comment_id(post: str, comment: str) -> str:
    """POST_COMMENT, in which form Facebook names a comment sometimes; at others it is PAGE_POST_COMMENT."""
    return f"{last(post)}_{last(comment)}" if post else comment


def last(name: str) -> str:
    """The last number of a name made of several."""
    return name.rpartition("_")[2]


def digest_of(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:40]


def moment_of(value: object) -> datetime | None:
    """A time as Facebook writes it: seconds, milliseconds, or `2026-11-22T09:50:48+0000`. None: nonsense."""
    try:
        number = float(value) if isinstance(value, (int, float)) else float(str(value))
        return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


POST_ITEMS = frozenset({"post", "status", "photo", "video", "share", "link", "note", "album", "event"})
"""What a thing on a Page's wall can be."""
