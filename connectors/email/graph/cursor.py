"""How far each folder of a Microsoft 365 mailbox has been read, as JSON text that an office keeps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import takewhile
from typing import Any

from connectors.contract import PermanentFailure


@dataclass(frozen=True, slots=True)
class Place:
    """How far one folder has been read.

    `link` is Microsoft's, whole and opaque, for the next page of the list (None: from the start). While
    `is_listing`, further pages follow at once; `is_first`: they list the whole folder. `todo` are messages
    that are listed and not yet read, as (second received, id), the oldest first. `is_resync`: all this may be
    mail that is here already.
    """

    link: str | None = None
    is_listing: bool = False
    is_first: bool = True
    todo: tuple[tuple[int, str], ...] = ()
    is_resync: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Our subscription to the news of the main folder: until when it holds, when it was confirmed."""

    id: str
    url: str
    until: str
    confirmed: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """`folders` by name. `watch_failed`: when Microsoft last refused a subscription."""

    folders: Mapping[str, Place] = field(default_factory=dict)
    watch: Watch | None = None
    watch_failed: str | None = None


def parse(text: str | None) -> Cursor:
    """Raises PermanentFailure for text that `dump` did not write."""
    if text is None:
        return Cursor()
    try:
        known = json.loads(text)
        folders = {name: _place(fields) for name, fields in known["folders"].items()}
        watch = Watch(**known["watch"]) if known["watch"] else None
        return Cursor(folders, watch, known["watch_failed"])
    except (ValueError, TypeError, AttributeError, KeyError):
        raise PermanentFailure("the note of how far this mailbox was read is damaged") from None


def dump(cursor: Cursor) -> str:
    """`cursor` as JSON text. Ids of one mailbox begin alike, which is written once."""
    known = {
        "folders": {name: _fields(place) for name, place in cursor.folders.items()},
        "watch": asdict(cursor.watch) if cursor.watch else None,
        "watch_failed": cursor.watch_failed,
    }
    return json.dumps(known, separators=(",", ":"))


def _fields(place: Place) -> dict[str, Any]:
    prefix = _common([identity for _, identity in place.todo])
    todo = [[second, identity[len(prefix) :]] for second, identity in place.todo]
    return {
        "link": place.link, "is_listing": place.is_listing, "is_first": place.is_first,
        "is_resync": place.is_resync, "prefix": prefix, "todo": todo,
    }  # fmt: skip


def _common(ids: Sequence[str]) -> str:
    """What all begin with: the first and the last in order share no more than all do."""
    low, high = min(ids, default=""), max(ids, default="")
    same = takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False))
    return "".join(one for one, _ in same)


def _place(fields: dict[str, Any]) -> Place:
    todo = tuple((int(second), fields["prefix"] + str(rest)) for second, rest in fields["todo"])
    flags = {name: bool(fields[name]) for name in ("is_listing", "is_first", "is_resync")}
    return Place(link=fields["link"], todo=todo, **flags)
