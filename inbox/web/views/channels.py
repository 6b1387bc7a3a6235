"""W8, the channels: is mail still coming in, does it still go out, and what to do when not."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Act, Badge, Group, Line, Link, Notice, Problem, Shell

CHANNELS = Link("Channels", "/channels")


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel in the table; times are None when nothing came or went yet; `failed` counts 7 days.

    `waiting_since`: the oldest thing to be read or to leave; `cost` in words, "" for what costs nothing.
    """

    name: str
    url: str
    kind: str
    icon: str
    state: Badge
    mode: str
    last_in: datetime | None
    last_out: datetime | None
    failed: int
    cost: str = ""
    notice: Notice | None = None
    waiting_since: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelsPage:
    """`/channels`."""

    template: ClassVar[str] = "staff/channels/index.html"
    shell: Shell
    rows: tuple[ChannelRow, ...]
    loaded_at: datetime
    add: Link | None


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One thing to do, and words to carry over exactly."""

    words: str
    copy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """The steps that are next on this page, and what the platform charges."""

    heading: str
    steps: tuple[GuideStep, ...]
    costs: str = ""


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """`/channels/{id}`: its health, its settings without secrets, what happened, and its mode."""

    template: ClassVar[str] = "staff/channels/show.html"
    shell: Shell
    channel: ChannelRow
    facts: tuple[tuple[str, str], ...]
    mode_group: Group
    mode_url: str
    acts: tuple[Act, ...]
    log: tuple[Line, ...]
    loaded_at: datetime
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()
    guide: Guide | None = None


@dataclass(frozen=True, slots=True)
class AddChannelPage:
    """`/channels/add?kind=`: the fields of that kind; first, without a kind, the choice of kinds as links.

    The same page changes the settings of a channel that is there.
    """

    template: ClassVar[str] = "staff/channels/add.html"
    shell: Shell
    kinds: tuple[Link, ...]
    heading: str
    action: str
    groups: tuple[Group, ...]
    main_label: str
    problems: tuple[Problem, ...] = ()
    guide: Guide | None = None
    intro: str = (
        "A new channel only listens at first: it collects messages and sends nothing until you open it."
    )
    back: Link = CHANNELS


@dataclass(frozen=True, slots=True)
class Tick:
    """One cell of the table of rights; `possible` False: the role never has this right, so no box."""

    value: str
    label: str
    short: str
    possible: bool
    checked: bool


@dataclass(frozen=True, slots=True)
class RightsRow:
    """One role."""

    role: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class ChannelRightsPage:
    """`/channels/{id}/rights`: who may do what on one channel."""

    template: ClassVar[str] = "staff/channels/rights.html"
    shell: Shell
    name: str
    back: str
    action: str
    acts: tuple[str, ...]
    rows: tuple[RightsRow, ...]
    problems: tuple[Problem, ...] = ()
