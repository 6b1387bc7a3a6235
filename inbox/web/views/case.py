"""W2, the case: header, timeline, composer, facts; and the pages that hang on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from inbox.web.views.messages import File, Message, TimelineEntry
from inbox.web.views.parts import Act, Badge, Choice, ClockBadge, Link, Menu, Notice, Problem, Shell


@dataclass(frozen=True, slots=True)
class Match:
    """A case this message may belong to, or a message that may belong here: one key joins, one parts."""

    words: str
    accept: Act
    reject: Act


@dataclass(frozen=True, slots=True)
class Rare:
    """Some of the rarer things to do with a case, under one word."""

    title: str
    links: tuple[Link, ...] = ()
    menus: tuple[Menu, ...] = ()
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseHeader:
    """Who has it, since when, what is next. `title` None where only the reference may show, since the browser
    keeps it; `heading`: the same on the page; `more`: what is done seldom and waits behind one button."""

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
    who: str = ""
    heading: str = ""
    more: tuple[Rare, ...] = ()


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
    link_acts: tuple[Act, ...] = ()
    clocks_link: Link | None = None


@dataclass(frozen=True, slots=True)
class StandardLine:
    """An approved paragraph that can be put in; `good_until` None when it does not run out, `reason` why it
    stands so high."""

    id: str
    name: str
    text: str
    good_until: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way for an answer to go out. `audience` says who reads it while it is chosen; `closed`, why it cannot
    be chosen here; `limit` counts characters."""

    value: str
    label: str
    selected: bool
    audience: str
    detail: str
    is_public: bool
    closed: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """Where words are written. `audience` is the sentence above it; `note` words never leave.

    `save_url` is where it is saved (the draft's own URL, or the case's `drafts` before one exists), `version`
    its If-Match value ("" before the first save). `main` is the one button, `other` the note or reply that
    may be written instead: pressed, it takes the words along. `limit` counts characters.
    `forms`: privately or publicly, each with its own audience; `hints`: what the channel allows, until when.
    `closed` says why nothing can be changed here, under which its words can be read; `gaps` what must be
    filled, `arrived` what happened since, `read` the newest message that the page shows then, `beside` who
    else writes, `theirs` a colleague's text beside which one's own was set apart, `suggest` whether there is
    a page of what could be said, `returned` why it was sent back, `versions` where its earlier words are;
    `english` what laid-ready Welsh says, for staff who read none.
    """

    note: bool
    public: bool
    audience: str
    save_url: str
    version: str
    text: str
    main: Act
    state: str
    other: Act | None
    subject: str | None = None
    recipients: str | None = None
    language: str = "en"
    english: str = ""
    identities: tuple[Choice, ...] = ()
    forms: tuple[Way, ...] = ()
    hints: tuple[Notice, ...] = ()
    colleagues: tuple[Choice, ...] = ()
    lines: tuple[StandardLine, ...] = ()
    files: tuple[File, ...] = ()
    attach: bool = True
    limit: int | None = None
    over: str | None = None
    gaps: tuple[str, ...] = ()
    closed: Notice | None = None
    beside: tuple[Notice, ...] = ()
    arrived: Notice | None = None
    read: str = ""
    returned: str | None = None
    suggest: bool = False
    theirs: str | None = None
    versions: Link | None = None
    withdraw: Act | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def to_fill(self) -> str:
        """What must be filled before it can leave, as a sentence."""
        return gaps_to_fill(self.gaps)


def gaps_to_fill(gaps: Collection[str]) -> str:
    """`1 gap to fill: date.`; empty where there is none."""
    return f"{len(gaps)} {'gap' if len(gaps) == 1 else 'gaps'} to fill: {', '.join(gaps)}." if gaps else ""


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
    """`/cases/{ref}/drafts/{n}`: the composer as a page, with the message it answers and what came since."""

    template: ClassVar[str] = "staff/cases/draft.html"
    shell: Shell
    case: CaseHeader
    composer: Composer
    answering: Message | None
    heading: str = "The message this answers"
    later: tuple[Message, ...] = ()
