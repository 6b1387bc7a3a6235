"""What has no case: what we could not read, machine mail, spam."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Act, Badge, Link, Notice, Shell, Tab


@dataclass(frozen=True, slots=True)
class AsideRow:
    """One arrival set aside: who from as far as we know, why it is here, and the way back."""

    id: str
    title: str
    sender: str
    at: datetime
    channel: str
    channel_icon: str
    why: str
    badges: tuple[Badge, ...] = ()
    links: tuple[Link, ...] = ()
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAsidePage:
    """`/set-aside`, one tab at a time."""

    template: ClassVar[str] = "staff/set_aside/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    hint: str
    rows: tuple[AsideRow, ...]
    loaded_at: datetime
    empty: str
    more: Link | None = None


@dataclass(frozen=True, slots=True)
class PlainTextPage:
    """`/set-aside/{id}`: what can be shown of an arrival that could not be read, as plain text."""

    template: ClassVar[str] = "staff/set_aside/show.html"
    shell: Shell
    row: AsideRow
    notice: Notice
    text: str
    back: Link
