"""The office: its history, settings and people; search; and the page that asks before six acts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Act, Badge, ClockBadge, Field, Group, Link, Notice, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act in the office's history; `url` leads to the case where the viewer may see it."""

    at: datetime
    who: str
    words: str
    reference: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`/history`: newest first; `chain` says whether the chain of hashes holds."""

    template: ClassVar[str] = "staff/history/index.html"
    shell: Shell
    filters: tuple[Field, ...]
    lines: tuple[HistoryLine, ...]
    chain: Notice
    loaded_at: datetime
    more: Link | None = None


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """`/settings` and `/settings/keyboard`: one form in groups."""

    template: ClassVar[str] = "staff/settings/form.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    heading: str
    action: str
    groups: tuple[Group, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the office; `last_seen` None when they never signed in."""

    name: str
    email: str
    roles: tuple[str, ...]
    team: str | None
    badges: tuple[Badge, ...]
    last_seen: datetime | None
    acts: tuple[Act, ...] = ()
    skills: str = ""
    change: Link | None = None
    post: Link | None = None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`/settings/people`."""

    template: ClassVar[str] = "staff/settings/people.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    people: tuple[Person, ...]
    loaded_at: datetime
    hint: str


@dataclass(frozen=True, slots=True)
class LineCard:
    """One version of a standard line; `state` says in words whether it may be used, and until when."""

    name: str
    state: str
    english: str
    welsh: str | None
    about: str
    badges: tuple[Badge, ...]
    acts: tuple[Act, ...] = ()
    change: Link | None = None


@dataclass(frozen=True, slots=True)
class LinesPage:
    """`/settings/standard-lines`: every line in use or waiting, with its exact words."""

    template: ClassVar[str] = "staff/settings/lines.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    lines: tuple[LineCard, ...]
    new: Link | None
    hint: str


@dataclass(frozen=True, slots=True)
class Taught:
    """One answer that the office taught: from how many cases, and by which words."""

    answer: str
    source: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearningPage:
    """`/settings/learning`: what corrections taught triage; `forget` leads to the way out."""

    template: ClassVar[str] = "staff/settings/learning.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    summary: str
    state: str
    groups: tuple[tuple[str, tuple[Taught, ...]], ...]
    forget: Link | None


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser that is signed in; `here` is the one that shows this page."""

    browser: str
    began: datetime
    used: datetime
    here: bool
    end: Act | None


@dataclass(frozen=True, slots=True)
class SignInsPage:
    """`/settings/sign-ins`: one's own, newest first, and the way to end them."""

    template: ClassVar[str] = "staff/settings/sign_ins.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    sign_ins: tuple[SignIn, ...]
    end_others: Act | None
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One result; `snippet` is runs of text, each with whether it matched."""

    reference: str
    url: str
    title: str
    who: str
    at: datetime
    channel: str
    channel_icon: str
    snippet: tuple[tuple[str, bool], ...]
    badges: tuple[Badge, ...] = ()
    clock: ClockBadge | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`/search?q=`: `found` None before anything was asked."""

    template: ClassVar[str] = "staff/search/index.html"
    shell: Shell
    q: str
    found: tuple[Found, ...] | None
    total_words: str
    loaded_at: datetime
    more: Link | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """Asked before an act that reaches many or cannot be taken back; names the number and the effect."""

    template: ClassVar[str] = "staff/confirm.html"
    shell: Shell
    heading: str
    effects: tuple[str, ...]
    exact: str | None
    group: Group | None
    act: Act
    cancel: Link
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ChaseCard:
    """One letter of the chase ladder: when it comes up, what it says now, whose words they are."""

    name: str
    when: str
    subject: str
    body: str
    language: str
    about: str
    badges: tuple[Badge, ...]
    change: Link | None


@dataclass(frozen=True, slots=True)
class ChasesPage:
    """`/settings/chases`: the words of the ladder, in the order in which they come up."""

    template: ClassVar[str] = "staff/settings/chases.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    letters: tuple[ChaseCard, ...]


@dataclass(frozen=True, slots=True)
class ChasePage:
    """`/settings/chases/{letter}/{language}`: its words, what may stand in them, and how they would read."""

    template: ClassVar[str] = "staff/settings/chase.html"
    shell: Shell
    heading: str
    back: Link
    when: str
    action: str
    version: int
    subject: str
    body: str
    language: str
    placeholders: tuple[str, ...]
    preview: tuple[str, str]
    put_back: Act | None
    problems: tuple[Problem, ...] = ()
