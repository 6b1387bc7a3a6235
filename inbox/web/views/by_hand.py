"""What staff take in by hand: letters by post."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Choice, Link, Notice, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter nobody has compared with its pages; `url` is None while it is being read."""

    id: str
    title: str
    url: str | None
    at: datetime
    words: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostPage:
    """`/post`: hand in letters; `told`: what became of the last ones; `reads`: a program reads them first."""

    template: ClassVar[str] = "staff/post/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    told: Notice | None
    kinds: tuple[Choice, ...]
    came: str
    reads: bool
    rows: tuple[LetterRow, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PageShown:
    """One page of a letter: a picture that can be shown, or a file to open."""

    number: int
    name: str
    picture_url: str | None
    file_url: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """`/cases/{ref}/letters/{id}`: the pages beside a box for what they say; `reader` when it was checked."""

    template: ClassVar[str] = "staff/letters/show.html"
    shell: Shell
    reference: str
    title: str | None
    back: Link
    action: str
    state: Notice
    pages: tuple[PageShown, ...]
    values: dict[str, str]
    is_checked: bool
    next_letter: Link | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class OutreachPage:
    """`/outreach`: a case at a door, on a phone; `values` is what was typed, now or before."""

    template: ClassVar[str] = "staff/outreach/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    told: Notice | None
    values: dict[str, str]
    ways: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    problems: tuple[Problem, ...] = ()
