"""W3: the piles, one pile with the words people added, and its one answer from writing to progress."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.approvals import Words
from inbox.web.views.case import StandardLine
from inbox.web.views.parts import Act, Badge, Choice, Link, Notice, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class PileRow:
    """One pile in the list: whose text, how many people, what waits for a person."""

    id: str
    url: str
    title: str
    numbers: str
    newest_at: datetime | None
    badges: tuple[Badge, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignsPage:
    """`/campaigns`."""

    template: ClassVar[str] = "staff/campaigns/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    piles: tuple[PileRow, ...]
    loaded_at: datetime
    empty: str


@dataclass(frozen=True, slots=True)
class CopyCard:
    """One person on the pile. `added` and `removed`: the differing words; `whole`: the message, marked."""

    id: str
    who: str
    case_url: str
    line: str
    at: datetime
    language: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    whole: tuple[Words, ...]
    badges: tuple[Badge, ...] = ()
    held_back: str | None = None
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class PilePage:
    """`/campaigns/{slug}` and its tabs. `read`: "5 of 14 read" where there is something to read; `others`:
    the open piles that letters can be moved to, or that can be joined to this one."""

    template: ClassVar[str] = "staff/campaigns/show.html"
    shell: Shell
    title: str
    summary: tuple[str, ...]
    tabs: tuple[Tab, ...]
    cards: tuple[CopyCard, ...]
    pattern: str
    pattern_seen: str
    reasons: tuple[str, ...]
    main: Link | None
    acts: tuple[Act, ...]
    notices: tuple[Notice, ...]
    loaded_at: datetime
    empty: str
    read: str | None = None
    more: Link | None = None
    others: tuple[Choice, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """`/campaigns/{slug}/answer` while it is written. `begin`: texts it can be begun with."""

    template: ClassVar[str] = "staff/campaigns/answer.html"
    shell: Shell
    title: str
    back: Link
    audience: str
    subject: str
    text: str
    identities: tuple[Choice, ...]
    version: int
    save_url: str
    begin: tuple[Link, ...]
    reasons: tuple[str, ...]
    include: str | None
    is_included: bool
    returned: str | None = None
    problems: tuple[Problem, ...] = ()
    lines: tuple[StandardLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerCheckPage:
    """`/campaigns/{slug}/answer/check`: exactly what leaves, for how many, and the yes."""

    template: ClassVar[str] = "staff/campaigns/check.html"
    shell: Shell
    title: str
    heading: str
    effects: tuple[str, ...]
    sample_of: str
    subject: str
    text: str
    reasons: tuple[str, ...]
    code: str
    act: Act | None
    refusal: Notice | None
    edit: Link
    return_url: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerProgressPage:
    """`/campaigns/{slug}/answer` once it was approved: how far the letters are, and the stop."""

    template: ClassVar[str] = "staff/campaigns/progress.html"
    shell: Shell
    title: str
    back: Link
    state: Badge
    words: str
    made: int
    of: int
    lines: tuple[str, ...]
    subject: str
    text: str
    acts: tuple[Act, ...]
    loaded_at: datetime
    refresh: Link
