"""What was said and what happened: messages with their files and delivery, and events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inbox.web.views.parts import Act, Badge, Link, Tone


class Direction(StrEnum):
    """Which way a message went."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class Scan(StrEnum):
    """Whether a file may be opened."""

    CLEAN = "clean"
    INFECTED = "infected"
    HELD = "held"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; `size` in words ("240 KB"); no link unless it may be opened."""

    name: str
    kind: str
    size: str
    url: str
    scan: Scan
    id: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an outbound message fares, in words, and with whom if not with all alike.

    `act` is [Try again] or [Stop sending].
    """

    words: str
    tone: Tone
    icon: str
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a platform shows something: its whole address, and its host to be read before one goes there."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said: `text` is new, `earlier_text` the quoted rest, folded, `frame_url` the formatted mail.

    `place` is where its platform shows it, `act` hides it from the public there or shows it again.
    `check` leads to where a person confirms what a program read.
    `covered` is the reason why the text is hidden until asked for ("May upset: violence"),
    `folded` what stands for words that everybody knows ("Acknowledgement, sent by itself"), except on paper.
    """

    id: str
    direction: Direction
    who: str
    to: str | None
    at: datetime
    channel: str
    channel_icon: str
    text: str
    language: str = "en"
    subject: str | None = None
    earlier_text: str | None = None
    frame_url: str | None = None
    original_url: str | None = None
    files: tuple[File, ...] = ()
    badges: tuple[Badge, ...] = ()
    warnings: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    covered: str | None = None
    folded: str | None = None
    place: Place | None = None
    act: Act | None = None
    check: Link | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An act between messages: "Filed to Housing, by rule Housing repairs"."""

    at: datetime
    words: str
    why_url: str | None = None
    undo: Act | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Either a message or an event; exactly one is set."""

    message: Message | None = None
    event: Event | None = None
