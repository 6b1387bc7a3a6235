"""W1, the queue: a list of links, a reading pane, suggestions that one key accepts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.messages import Message
from inbox.web.views.parts import Act, Badge, Choice, ClockBadge, Link, Menu, Notice, Shell, Tab, Undo


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list. `subject` is None where the viewer may see the reference only.

    `channel` is the word beside `channel_icon`; `badges` come most important first (two marks show, and the
    clock is one of them); `busy` is "Tom is writing a reply";
    `points` (officials) is the order number with its reason; `choices` are the two big buttons on a phone.
    """

    reference: str
    url: str
    who: str
    subject: str | None
    preview: str
    received_at: datetime
    channel: str
    channel_icon: str
    language: str = "en"
    unread: bool = False
    badges: tuple[Badge, ...] = ()
    clock: ClockBadge | None = None
    busy: str | None = None
    current: bool = False
    points: str | None = None
    points_because: str | None = None
    choices: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a list, all in the query string; `active` says in words what is hidden."""

    url: str
    priority: tuple[Choice, ...]
    channel: tuple[Choice, ...]
    assignee: tuple[Choice, ...]
    active: str | None = None


@dataclass(frozen=True, slots=True)
class QueueList:
    """A view and its rows. `empty` is the sentence for no rows; `bulk` are the acts for ticked rows.

    `total` counts the view, or where nobody counts it the rows here (`is_partial`: there are more);
    `more_url` is the next keyset page.
    """

    view: str
    heading: str
    total: int
    rows: tuple[Row, ...]
    loaded_at: datetime
    refresh_url: str
    new_url: str | None
    filters: Filters
    bulk: tuple[Choice, ...]
    bulk_url: str
    empty: str
    empty_link: Link | None = None
    more_url: str | None = None
    take_next: Act | None = None
    arrived: int = 0
    tabs: tuple[Tab, ...] = ()
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where a message could go: the act, and the evidence in words ("because it says mould")."""

    act: Act
    because: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The open case in the reading pane: what came, and where it should go.

    `close_url` is the list; `full_url` the whole case; `standing` the line under the name ("Likely ours
    (ZZ10 4AB)"). `public` is True for a comment or post that everyone can read.
    """

    reference: str
    title: str
    who: str
    via: str
    channel_icon: str
    public: bool | None
    standing: Badge | None
    promise: ClockBadge | None
    badges: tuple[Badge, ...]
    messages: tuple[Message, ...]
    earlier: int
    suggestions: tuple[Suggestion, ...]
    menus: tuple[Menu, ...]
    acts: tuple[Act, ...]
    links: tuple[Link, ...]
    notices: tuple[Notice, ...]
    why_url: str
    full_url: str
    close_url: str
    presence: str = ""
    no_pile: str = ""
    """Why the message cannot be put on a pile; empty where it can."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`/queue/{view}` and `/queue/{view}/{ref}`."""

    template: ClassVar[str] = "staff/queue/show.html"
    shell: Shell
    queue: QueueList
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class QueueListPart:
    """The list alone, for htmx (target `list`)."""

    template: ClassVar[str] = "staff/queue/_list.html"
    shell: Shell
    queue: QueueList


@dataclass(frozen=True, slots=True)
class ReadingPart:
    """The reading pane alone, for htmx (target `reading`)."""

    template: ClassVar[str] = "staff/queue/_reading.html"
    shell: Shell
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class ActedPart:
    """The answer to a triage act sent by htmx: the undo bar, and the reference whose row leaves."""

    template: ClassVar[str] = "staff/_undo.html"
    undo: Undo | None
    gone: str | None = None
