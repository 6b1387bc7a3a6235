"""Surgeries: the list, one day with its people, booking, what was said, and the forms on paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Act, Badge, Choice, Link, Notice, Problem, Shell, Tab


@dataclass(frozen=True, slots=True)
class SurgeryRow:
    """One surgery in the list; `words` says how full it is, or why it was cancelled."""

    url: str
    place: str
    host: str
    starts_at: datetime
    ends_at: datetime
    words: str
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class SurgeriesPage:
    """`/surgeries`: to be written up first, then what comes, then what was."""

    template: ClassVar[str] = "staff/surgeries/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    waiting: tuple[Link, ...]
    coming: tuple[SurgeryRow, ...]
    past: tuple[SurgeryRow, ...]
    plan: Link | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """`/surgeries/new`; `recesses` says when Parliament does not sit, as far as that is known here."""

    template: ClassVar[str] = "staff/surgeries/new.html"
    shell: Shell
    action: str
    values: dict[str, str]
    problems: tuple[Problem, ...] = ()
    recesses: str = ""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who comes: `url` and `title` are None for a case that this reader may not know."""

    name: str
    url: str | None
    reference: str | None
    title: str | None
    phone: str
    note: str
    badges: tuple[Badge, ...]
    links: tuple[Link, ...] = ()
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of the surgery and who has it; `book` while it is free and to come."""

    at: datetime
    who: Attendee | None
    book: Link | None = None


@dataclass(frozen=True, slots=True)
class SurgeryPage:
    """`/surgeries/{id}`: the day, made for a phone in one hand."""

    template: ClassVar[str] = "staff/surgeries/show.html"
    shell: Shell
    surgery: SurgeryRow
    notes: str
    cancelled: Notice | None
    slots: tuple[Slot, ...]
    links: tuple[Link, ...]
    cancel_url: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SurgeryPrintPage:
    """`/surgeries/{id}/print`: the list for the table, with room to write."""

    template: ClassVar[str] = "staff/surgeries/print.html"
    shell: Shell
    surgery: SurgeryRow
    notes: str
    slots: tuple[Slot, ...]
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class BookPage:
    """Somebody for a slot, or at the door: a case that is here, or a new person."""

    template: ClassVar[str] = "staff/surgeries/book.html"
    shell: Shell
    heading: str
    lead: str
    back: Link
    action: str
    hidden: tuple[tuple[str, str], ...]
    values: dict[str, str]
    languages: tuple[Choice, ...]
    asks_case: bool
    is_walk_in: bool
    button: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotsPage:
    """A free time for an appointment: of a case, or of one that is moved."""

    template: ClassVar[str] = "staff/surgeries/slots.html"
    shell: Shell
    heading: str
    back: Link
    action: str
    times: tuple[Choice, ...]
    asks_note: bool
    button: str
    plan: Link | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """`/appointments/{id}/follow-up`: what was said, what was promised and by when."""

    template: ClassVar[str] = "staff/surgeries/follow_up.html"
    shell: Shell
    who: str
    reference: str
    back: Link
    action: str
    values: dict[str, str]
    consents: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentFormPage:
    """`/cases/{ref}/consent-form`: for a signature on paper, in the person's language."""

    template: ClassVar[str] = "staff/cases/consent_form.html"
    shell: Shell
    reference: str
    name: str
    address: str
    heading: str
    words: tuple[str, ...]
    labels: dict[str, str]
    form_language: str
    printed_at: datetime
    back: Link
