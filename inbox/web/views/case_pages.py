"""The pages that hang on a case: new by hand, ask a body, close, why, history, print."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.case import CaseHeader, FactPanel
from inbox.web.views.messages import Message, TimelineEntry
from inbox.web.views.parts import Act, Choice, Line, Link, Notice, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class NewCasePage:
    """`/cases/new`: a call, a visit or a letter, by hand; `values` is what was typed, by field."""

    template: ClassVar[str] = "staff/cases/new.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    action: str
    kinds: tuple[Choice, ...]
    teams: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    values: dict[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachPage:
    """`/cases/{ref}/attach`: which case this one belongs to; `found` says what a search gave."""

    template: ClassVar[str] = "staff/cases/attach.html"
    shell: Shell
    heading: str
    effects: tuple[str, ...]
    choices: tuple[Choice, ...]
    words: str
    found: str
    act: Act
    cancel: Link
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class AskPage:
    """`/cases/{ref}/enquiries/new`: ask a body by email; its reply has its own clock.

    `answering` is what the person wrote, `frame` the letter as it stands around the question, `leaves` what
    happens to it in this office after the button.
    """

    template: ClassVar[str] = "staff/cases/ask.html"
    shell: Shell
    case: CaseHeader
    action: str
    bodies: tuple[Choice, ...]
    values: dict[str, str]
    clock_words: str
    consent: Notice | None
    main_label: str
    wants_reason: bool = False
    problems: tuple[Problem, ...] = ()
    answering: Message | None = None
    frame: str = ""
    files: tuple[Choice, ...] = ()
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One of the council's own questions; with `choices` a list to choose from."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class StreetFaultPage:
    """`/cases/{ref}/faults/new`: hand a street fault on; no `services` where no council is connected."""

    template: ClassVar[str] = "staff/cases/street_fault.html"
    shell: Shell
    case: CaseHeader
    action: str
    services: tuple[Choice, ...]
    values: dict[str, str]
    clock_words: str
    consent: Notice
    problems: tuple[Problem, ...] = ()
    questions: tuple[QuestionField, ...] = ()


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
    """One rule as it was read: what it looked for, what it found, what it set; `url` where it is kept."""

    name: str
    matched: bool
    evidence: tuple[str, ...]
    outcome: str | None
    version: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class WhyPage:
    """`/cases/{ref}/why`: every rule in order, matched or not, and why; `rule` is the one that decided,
    `taught` what the office taught."""

    template: ClassVar[str] = "staff/cases/why.html"
    shell: Shell
    case: CaseHeader
    decided_at: datetime
    summary: str
    rules: tuple[Tried, ...]
    rule: Link | None = None
    later: tuple[Tried, ...] = ()
    taught: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Words that can be put into the reply: where they come from, why, and the button that does it."""

    name: str
    source: Link | None
    about: str
    text: str
    gaps: tuple[str, ...]
    use: Act
    other: Act | None = None
    warning: Notice | None = None


@dataclass(frozen=True, slots=True)
class SuggestionsPage:
    """`/cases/{ref}/suggestions`: approved lines, own earlier answers and, where one is set, a model's words.

    `machine`: what to say of the model when it has no words; None where none is set.
    """

    template: ClassVar[str] = "staff/cases/suggestions.html"
    shell: Shell
    case: CaseHeader
    lines: tuple[Offer, ...]
    answers: tuple[Offer, ...]
    machine: str | None
    proposed: Offer | None
    ask: Act | None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class CaseHistoryPage:
    """`/cases/{ref}/history`: acts and views, newest first."""

    template: ClassVar[str] = "staff/cases/history.html"
    shell: Shell
    case: CaseHeader
    acts: tuple[Line, ...]
    views: tuple[Line, ...] | None
    more_url: str | None


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """A text that was saved; `use` brings it back, None for what stands there and for who may not."""

    number: int
    at: datetime
    who: str
    subject: str
    text: str
    use: Act | None
    stands: bool


@dataclass(frozen=True, slots=True)
class DraftVersions:
    """`/cases/{ref}/drafts/{n}/versions`: every text saved under one draft, newest first."""

    template: ClassVar[str] = "staff/cases/versions.html"
    shell: Shell
    case: CaseHeader
    draft_url: str
    versions: tuple[EarlierWords, ...]
    language: str
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
