"""Bodies that are waited for, one enquiry with its ladder, permissions, and the contact directory."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.case import CaseHeader
from inbox.web.views.parts import (
    Act,
    Badge,
    Choice,
    ClockBadge,
    Field,
    Group,
    Link,
    Notice,
    Problem,
    Shell,
    Tab,
)


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """One body that has not answered; `url` is what to do next. `who` is the reference alone where the
    person may not show, `step` says how far the ladder is, `holder` who has the case."""

    id: str
    url: str
    body: str
    who: str
    reference: str
    case_url: str
    asked_at: datetime
    clock: ClockBadge
    step: str
    holder: str
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class EnquiriesPage:
    """`/enquiries`: every body that is waited for, the latest first."""

    template: ClassVar[str] = "staff/enquiries/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    which: str
    words: str
    whose: tuple[Choice, ...]
    rows: tuple[EnquiryRow, ...]
    bulk: tuple[Choice, ...]
    loaded_at: datetime
    empty: str
    more: Link | None = None


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step of the ladder, done, waiting or to come; `when` says in words what is known of its time."""

    name: str
    when: str
    badge: Badge | None = None
    link: Link | None = None
    words: str | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class EnquiryPage:
    """`/cases/{ref}/enquiries/{id}`: what was asked of whom, until when, and how it is chased."""

    template: ClassVar[str] = "staff/cases/enquiry.html"
    shell: Shell
    case: CaseHeader
    body: str
    facts: tuple[tuple[str, str], ...]
    question: str
    clock: ClockBadge | None
    steps: tuple[LadderStep, ...]
    after: str
    notices: tuple[Notice, ...]
    main: Link | None
    acts: tuple[Act, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class CallPage:
    """`/cases/{ref}/enquiries/{id}/rang`: what to say on the phone, and what they said."""

    template: ClassVar[str] = "staff/cases/call.html"
    shell: Shell
    case: CaseHeader
    body: str
    words: str
    action: str
    text: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """One permission: how, from whom, for which bodies, its evidence, until when."""

    name: str
    lines: tuple[str, ...]
    badge: Badge
    evidence: Link | None
    take_back: Act | None


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """`/cases/{ref}/consents`: the permissions on a case, and a form for another."""

    template: ClassVar[str] = "staff/cases/consents.html"
    shell: Shell
    case: CaseHeader
    cards: tuple[ConsentCard, ...]
    needs: tuple[Notice, ...]
    action: str
    groups: tuple[Group, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyCard:
    """One line of the directory; `holes` says what is not written down and what that means."""

    name: str
    also: str
    lines: tuple[tuple[str, str], ...]
    about: str
    holes: tuple[str, ...]
    change: Link | None


@dataclass(frozen=True, slots=True)
class BodiesPage:
    """`/settings/bodies`: the contact directory."""

    template: ClassVar[str] = "staff/settings/bodies.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    q: str
    summary: str
    cards: tuple[BodyCard, ...]
    links: tuple[Link, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class BodyPage:
    """`/settings/bodies/{id}`: one line, to change, with what it said before."""

    template: ClassVar[str] = "staff/settings/body.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    heading: str
    action: str
    groups: tuple[Group, ...]
    holes: tuple[str, ...]
    versions: tuple[tuple[str, tuple[str, ...]], ...]
    retire: Act | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPage:
    """`/settings/bodies/import`: a file of bodies; what it did, or why it did nothing."""

    template: ClassVar[str] = "staff/settings/bodies_import.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    file: Field
    columns: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...] = ()
