"""W5, sign-off: a safe yes or no to exact words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from inbox.web.views.messages import File, Message
from inbox.web.views.parts import Act, Badge, ClockBadge, Link, Notice, Problem, Shell


class Span(StrEnum):
    """What happened to a run of words since the text was last approved or returned."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words of the text and what happened to it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at before sign-off; `ok` False means look closely, not refuse."""

    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Exact:
    """What will be sent, to the letter."""

    channel: str
    channel_icon: str
    sender: str
    recipients: tuple[str, ...]
    subject: str | None
    text: str
    language: str
    files: tuple[File, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One text that waits; `changes` None without an earlier version; `refusal`: why you may not approve;
    `edit` takes the words into the reader's own hands, where they may write.

    `since` and `later`: what was said after it was begun; `problems`: why a yes was not taken; `problem`:
    what is wrong with the note.
    """

    id: str
    title: str
    reference: str
    case_url: str
    position: str
    written_by: str
    source: str
    asked: str
    asking: Message | None
    done: tuple[str, ...]
    checks: tuple[Check, ...]
    exact: Exact
    changes: tuple[Words, ...] | None
    changes_since: str | None
    showing_changes: bool
    toggle: Link | None
    approve: Act
    return_url: str
    edit: Act | None
    sends_as: str
    leaves: str
    clock: ClockBadge | None
    refusal: Notice | None = None
    since: Notice | None = None
    later: tuple[Message, ...] = ()
    problems: tuple[Problem, ...] = ()
    note: str = ""
    problem: str | None = None
    print_url: str | None = None
    badges: tuple[Badge, ...] = ()
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """`/approvals/{id}`."""

    template: ClassVar[str] = "staff/approvals/show.html"
    shell: Shell
    approval: Approval


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One line of the list of texts that wait."""

    url: str
    title: str
    reference: str
    written_by: str
    submitted_at: datetime
    sends_as: str
    badges: tuple[Badge, ...]
    clock: ClockBadge | None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """`/approvals`: what waits for you, and what waits for others; `total` is the number in the rail."""

    template: ClassVar[str] = "staff/approvals/index.html"
    shell: Shell
    heading: str
    total: int
    yours: tuple[ApprovalRow, ...]
    others: tuple[ApprovalRow, ...]
    loaded_at: datetime
