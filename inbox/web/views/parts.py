"""What every page family shares: badges, clocks, buttons, links, notices, the frame of a page."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Tone(StrEnum):
    """How loud something is; colour is never the only sign of it."""

    PLAIN = "plain"
    CALM = "calm"
    OK = "ok"
    SOON = "soon"
    LATE = "late"
    REVIEW = "review"
    GUARD = "guard"


class ClockMark(StrEnum):
    """How a promise stands; each has its own shape."""

    LATE = "late"
    SOON = "soon"
    ON_TRACK = "on_track"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


class Letters(StrEnum):
    """When letter keys act (WCAG 2.1.4): always, only while a list has the focus, or never."""

    ON = "on"
    LISTS = "lists"
    OFF = "off"


class Density(StrEnum):
    """How many lines a row of a list takes."""

    COMPACT = "compact"
    COSY = "cosy"
    ROOMY = "roomy"


@dataclass(frozen=True, slots=True)
class Badge:
    """An adjective with a shape: `icon` is a symbol of the sprite or None."""

    words: str
    tone: Tone = Tone.CALM
    icon: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ClockBadge:
    """A promise in words with its unit ("2 working days late"); `title`: whose clock, and the full date."""

    mark: ClockMark
    words: str
    title: str


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go; `key` is the letter that does the same; `beside`: this page stays open."""

    label: str
    url: str
    key: str | None = None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do: one button that posts `fields` to `url`; `main`: the one filled button of a screen."""

    label: str
    url: str
    key: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    because: str | None = None
    main: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select or a set of radio buttons."""

    value: str
    label: str
    selected: bool = False
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A button with a short list: a choice posts `name`=value to `url`; `key` opens it, `1`.. choose."""

    label: str
    url: str
    name: str
    choices: tuple[Choice, ...]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A refused field: the same words in the summary and at the field `name`."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Something to say with a reason: one line of words, what else follows from it, one button."""

    act: Act
    asks: str
    menu: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that must be read, with a way out."""

    words: str
    tone: Tone = Tone.CALM
    title: str | None = None
    links: tuple[Link, ...] = ()
    acts: tuple[Act, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """What was just done, and the way back; `act` is None when it cannot be undone.

    After `seconds` the way back is gone, and the words are `then`.
    """

    words: str
    act: Act | None
    seconds: int | None = None
    then: str = ""
    link: "Link | None" = None


@dataclass(frozen=True, slots=True)
class NavItem:
    """A line of the rail: `count` None hides the number, `go` follows `g`, `phone` is the word in the bar."""

    label: str
    url: str
    icon: str
    count: int | None = None
    current: bool = False
    go: str | None = None
    phone: str | None = None
    below: bool = False
    rail: bool = True


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of every staff page: whose office, who is signed in, where one can go, what was just done.

    `events_url` is the event stream, None for a page that is not live. `answers`: it answers a form, so what
    stands in its fields was typed and is not kept.
    """

    office: str
    office_line: str
    person: str
    nav: tuple[NavItem, ...]
    letters: Letters = Letters.ON
    density: Density = Density.COSY
    undo: Undo | None = None
    banners: tuple[Notice, ...] = ()
    language: str = "en"
    events_url: str | None = "/events"
    answers: bool = False


@dataclass(frozen=True, slots=True)
class PublicShell:
    """The frame of a public or sign-in page. `office` is None while the office may not be named.

    `framed`: it stands in a frame of another site, which has its own way out.
    """

    language: str
    office: str | None = None
    other_language_url: str | None = None
    privacy_url: str | None = None
    exit_url: str = "https://www.bbc.co.uk/weather"
    framed: bool = False

    @property
    def other_language(self) -> str:
        """The language that the page is also there in."""
        return "en" if self.language == "cy" else "cy"


@dataclass(frozen=True, slots=True)
class Line:
    """One dated line of a log; `link`: where more of it stands."""

    at: datetime
    words: str
    who: str | None = None
    link: Link | None = None


class FieldKind(StrEnum):
    """What a field of a form looks like."""

    TEXT = "text"
    EMAIL = "email"
    TEL = "tel"
    DATE = "date"
    PASSWORD = "password"
    AREA = "area"
    SELECT = "select"
    RADIOS = "radios"
    TICK = "tick"
    FILES = "files"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form; a password is never shown again, whatever `value` says."""

    name: str
    label: str
    value: str = ""
    kind: FieldKind = FieldKind.TEXT
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together under a heading."""

    heading: str
    fields: tuple[Field, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the parts of a page, each with its own address."""

    label: str
    url: str
    current: bool = False
    count: int | None = None
