"""W9, the status page of a constituent: progress, never content."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from inbox.web.views.parts import PublicShell


class Stage(StrEnum):
    """Where a case stands, in the words of the public."""

    RECEIVED = "received"
    NEED_ADDRESS = "need_address"
    NEED_PERMISSION = "need_permission"
    WORKING = "working"
    WAITING_ORGANISATION = "waiting_organisation"
    ORGANISATION_LATE = "organisation_late"
    PREPARING_REPLY = "preparing_reply"
    FINISHED = "finished"


class StepState(StrEnum):
    """Past, present or to come."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


class StepName(StrEnum):
    """What a step of the way is called."""

    RECEIVED = "received"
    ASKED_ADDRESS = "asked_address"
    ASKED_PERMISSION = "asked_permission"
    WORKING = "working"
    ASKED = "asked"
    WAITING = "waiting"
    ASKED_AGAIN = "asked_again"
    PREPARING = "preparing"
    OUR_REPLY = "our_reply"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way; `on` is the day it happened."""

    name: StepName
    state: StepState
    on: date | None


@dataclass(frozen=True, slots=True)
class CheckPage:
    """`/s/{token}` before the check: names nobody, the same for every token. `wrong` after a failed try."""

    template: ClassVar[str] = "public/status/check.html"
    shell: PublicShell
    action: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class StatusPage:
    """`/status`. `next_word`: the promised date of our next word; `waiting_days`: what they usually take;
    `wrote`: how and on which day the person wrote, the first time and the last; `urgent`: sentences for
    somebody to whom it happens today or tomorrow."""

    template: ClassVar[str] = "public/status/show.html"
    shell: PublicShell
    reference: str
    stage: Stage
    received_on: date
    last_update: date
    next_word: date | None
    waiting_days: int | None
    steps: tuple[Step, ...]
    phone: str | None
    add_url: str = "/status/add"
    wrote: tuple[tuple[str, date], ...] = ()
    urgent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddPage:
    """`/status/add`: tell us more."""

    template: ClassVar[str] = "public/status/add.html"
    shell: PublicShell
    reference: str
    action: str
    text: str
    back_url: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class AddedPage:
    """After adding something: it reached us, and when we write next. `urgent` as on the status page."""

    template: ClassVar[str] = "public/status/added.html"
    shell: PublicShell
    reference: str
    next_word: date | None
    back_url: str
    urgent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnavailablePage:
    """The session ran out, or nothing is to be shown: the same words each time. `typed` is given back."""

    template: ClassVar[str] = "public/status/unavailable.html"
    shell: PublicShell
    typed: str = ""
