"""What waits for somebody who works on paper: to print, to write on, and to type in again."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Group, Link, Notice, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a person said; `way` names the channel and whether the answer is public."""

    who: str
    way: str
    at: datetime
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class DigestCase:
    """One case of the digest. `answers_at` is None for a reader who may not write; `draft` waits already."""

    reference: str
    url: str
    heading: str
    said: tuple[Said, ...]
    answers_at: str | None
    draft: Link | None = None
    text: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class DigestPage:
    """`/digests/{staff_id}`: one case a block, in large print, with room to write."""

    template: ClassVar[str] = "staff/digests/show.html"
    shell: Shell
    who: str
    cases: tuple[DigestCase, ...]
    printed_at: datetime
    note: Notice | None = None


@dataclass(frozen=True, slots=True)
class StaffPostPage:
    """`/settings/people/{staff_id}/post`: how one person is handed messages."""

    template: ClassVar[str] = "staff/settings/post.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    heading: str
    action: str
    groups: tuple[Group, ...]
    digest: Link
    problems: tuple[Problem, ...] = ()
