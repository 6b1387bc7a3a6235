"""The promises of a case, one by one, and the calendar that they are counted by."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from inbox.web.views.case import CaseHeader
from inbox.web.views.parts import Act, ClockBadge, Field, Group, Link, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class Stretch:
    """One pause or one extension in words; `act` takes it back, where that can be done."""

    words: str
    why: str
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class ClockCard:
    """One promise: its state, how it is counted, what was done to it and what can be done."""

    name: str
    badge: ClockBadge
    counted: str
    stretches: tuple[Stretch, ...] = ()
    links: tuple[Link, ...] = ()
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class ClocksPage:
    """`/cases/{ref}/clocks`."""

    template: ClassVar[str] = "staff/cases/clocks.html"
    shell: Shell
    case: CaseHeader
    clocks: tuple[ClockCard, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """A day on which nobody works, and why; `open_again` where the office closed it itself."""

    day: date
    words: str
    why: str
    open_again: Act | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """One target of the office: how much, of what, by whose days, and who says so."""

    name: str
    what: str
    counted: str
    source: str
    change: Field
    act: Act


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """`/settings/calendar`. `holidays` says where the days come from; `upcoming` are the next ones."""

    template: ClassVar[str] = "staff/settings/calendar.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    week: Group
    closing: Group
    file: Group
    holidays: str
    bundled: Act | None
    upcoming: tuple[Closed, ...]
    closed: tuple[Closed, ...]
    recesses: tuple[tuple[str, str], ...]
    recess_file: Group
    promises: tuple[Promise, ...]
    problems: tuple[Problem, ...] = ()
