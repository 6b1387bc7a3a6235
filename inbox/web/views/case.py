"""W2, the case: header, timeline, composer, facts; and the pages that hang on it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from inbox.web.views.parts import (
    Act,
    Badge,
    Choice,
    ClockBadge,
    Line,
    Link,
    Menu,
    Notice,
    Problem,
    Shell,
    Tone,
)


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


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an outbound message fares, in words; `act` is [Try again] or [Stop sending]."""

    words: str
    tone: Tone
    icon: str
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said: `text` is new, `earlier_text` the quoted rest, folded, `frame_url` the formatted mail.

    `covered` is the reason why the text is hidden until asked for ("May upset: violence").
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
    delivery: Delivery | None = None
    covered: str | None = None


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


@dataclass(frozen=True, slots=True)
class Match:
    """A case this message may belong to, or a message that may belong here: one key joins, one parts."""

    words: str
    accept: Act
    reject: Act


@dataclass(frozen=True, slots=True)
class CaseHeader:
    """Who has it, since when, what is next. `title` None where only the reference may show."""

    reference: str
    title: str | None
    status: str
    holder: str
    badges: tuple[Badge, ...]
    back: Link
    position: str | None
    links: tuple[Link, ...]
    menus: tuple[Menu, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A named fact with its lines; `link` shows the evidence or changes it."""

    name: str
    lines: tuple[str, ...]
    badge: Badge | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class FactPanel:
    """The right-hand column: next step first, then the clocks, then who and how."""

    next_step: str
    next_link: Link | None
    clocks: tuple[ClockBadge, ...]
    facts: tuple[Fact, ...]
    status_page: str
    status_acts: tuple[Act, ...]
    linked: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class StandardLine:
    """An approved paragraph that can be put in; `good_until` None when it does not run out."""

    id: str
    name: str
    text: str
    good_until: date | None


@dataclass(frozen=True, slots=True)
class Composer:
    """Where words are written. `audience` is the sentence above it; `note` words never leave.

    `save_url` is where it is saved (the draft's own URL, or the case's `drafts` before one exists), `version`
    its If-Match value ("" before the first save). `main` is the one button. `limit` counts characters, None for
    none. `closed` says why nothing can be sent here, `gaps` what must be filled, `arrived` what came since,
    `writing` who else writes, `theirs` a colleague's text that clashes, `returned` why it was sent back.
    """

    note: bool
    public: bool
    audience: str
    save_url: str
    version: str
    text: str
    main: Act
    state: str
    other: Link | None
    subject: str | None = None
    recipients: str | None = None
    language: str = "en"
    identities: tuple[Choice, ...] = ()
    colleagues: tuple[Choice, ...] = ()
    lines: tuple[StandardLine, ...] = ()
    files: tuple[File, ...] = ()
    attach: bool = True
    limit: int | None = None
    over: str | None = None
    gaps: tuple[str, ...] = ()
    closed: Notice | None = None
    writing: Notice | None = None
    arrived: Notice | None = None
    returned: str | None = None
    theirs: str | None = None
    withdraw: Act | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """`/cases/{ref}`. `hidden_earlier` counts the entries behind `earlier_url`."""

    template: ClassVar[str] = "staff/cases/show.html"
    shell: Shell
    case: CaseHeader
    facts: FactPanel
    timeline: tuple[TimelineEntry, ...]
    composer: Composer | None
    notices: tuple[Notice, ...]
    matches: tuple[Match, ...]
    hidden_earlier: int
    earlier_url: str | None
    presence: str


@dataclass(frozen=True, slots=True)
class TimelinePart:
    """The timeline alone, for htmx (target `timeline`)."""

    template: ClassVar[str] = "staff/cases/_timeline.html"
    shell: Shell
    case: CaseHeader
    timeline: tuple[TimelineEntry, ...]
    hidden_earlier: int
    earlier_url: str | None


@dataclass(frozen=True, slots=True)
class ComposerPart:
    """The composer alone, for htmx (target `composer`)."""

    template: ClassVar[str] = "staff/cases/_composer.html"
    shell: Shell
    composer: Composer | None


@dataclass(frozen=True, slots=True)
class FactsPart:
    """The facts alone, for htmx (target `facts`)."""

    template: ClassVar[str] = "staff/cases/_facts.html"
    shell: Shell
    facts: FactPanel


@dataclass(frozen=True, slots=True)
class DraftPage:
    """`/cases/{ref}/drafts/{n}`: the composer as a page, with the message it answers."""

    template: ClassVar[str] = "staff/cases/draft.html"
    shell: Shell
    case: CaseHeader
    composer: Composer
    answering: Message | None


@dataclass(frozen=True, slots=True)
class NewCasePage:
    """`/cases/new`: a call, a visit or a letter, by hand; `values` is what was typed, by field."""

    template: ClassVar[str] = "staff/cases/new.html"
    shell: Shell
    action: str
    kinds: tuple[Choice, ...]
    teams: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    values: dict[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class AskPage:
    """`/cases/{ref}/enquiries/new`: ask a body by email; its reply has its own clock."""

    template: ClassVar[str] = "staff/cases/ask.html"
    shell: Shell
    case: CaseHeader
    action: str
    bodies: tuple[Choice, ...]
    values: dict[str, str]
    clock_words: str
    consent: Notice | None
    main_label: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosePage:
    """`/cases/{ref}/close`: the outcome, which the person can see in plain words."""

    template: ClassVar[str] = "staff/cases/close.html"
    shell: Shell
    case: CaseHeader
    action: str
    outcomes: tuple[Choice, ...]
    values: dict[str, str]
    open_promises: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule as it was read: what it looked for, what it found, what it set."""

    name: str
    matched: bool
    evidence: tuple[str, ...]
    outcome: str | None
    version: str


@dataclass(frozen=True, slots=True)
class WhyPage:
    """`/cases/{ref}/why`: every rule in order, matched or not, and why."""

    template: ClassVar[str] = "staff/cases/why.html"
    shell: Shell
    case: CaseHeader
    decided_at: datetime
    summary: str
    rules: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class CaseHistoryPage:
    """`/cases/{ref}/history`: acts and views, newest first."""

    template: ClassVar[str] = "staff/cases/history.html"
    shell: Shell
    case: CaseHeader
    acts: tuple[Line, ...]
    views: tuple[Line, ...]
    more_url: str | None


@dataclass(frozen=True, slots=True)
class PrintPage:
    """`/cases/{ref}/print`: for paper; notes only when `with_notes`."""

    template: ClassVar[str] = "staff/cases/print.html"
    shell: Shell
    case: CaseHeader
    facts: FactPanel
    timeline: tuple[TimelineEntry, ...]
    printed_at: datetime
    with_notes: bool
    toggle: Link
