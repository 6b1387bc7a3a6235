"""The chase ladder: which step comes after those that were taken, and to whom it goes. Decisions only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from inbox.models import Body, Rung
from routing.sla import ClockFacts, due_at
from routing.words import ClockKind, Nation, Unit
from routing.working_time import WorkingCalendar

BETWEEN = 5
"""Working days from a step that was done to the next one."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a body can be chased: by mail at `addresses`, at more of them for the second time, by its hotline
    (a number or an address), through its minister's office."""

    addresses: tuple[str, ...]
    escalation: tuple[str, ...] = ()
    hotline: str | None = None
    hotline_email: str | None = None
    minister: str | None = None
    minister_email: str | None = None


def reach_of(address: str, body: Body | None) -> Reach:
    """How the body behind an address can be chased; None: nothing but the address is known."""
    own = (address,) if address else ()
    if body is None:
        return Reach(own)
    return Reach(
        own,
        tuple(body.escalation),
        body.hotline,
        body.hotline_email,
        body.minister,
        body.minister_email,
    )


def next_rung(taken: Collection[str], reach: Reach) -> Rung | None:
    """The first step that was not taken and that there is a way for; None at the end of the ladder."""
    return next((rung for rung in Rung if rung not in taken and _is_open(rung, reach)), None)


def recipients(rung: Rung, reach: Reach) -> tuple[str, ...]:
    """Whom the letter of a step goes to; empty where somebody has to ring."""
    match rung:
        case Rung.CHASE_1:
            return reach.addresses
        case Rung.CHASE_2:
            return tuple(dict.fromkeys((*reach.addresses, *reach.escalation)))
        case Rung.HOTLINE:
            return (reach.hotline_email,) if reach.hotline_email else ()
        case Rung.MINISTER:
            return (reach.minister_email,) if reach.minister_email else ()


def goes_on_at(done_at: datetime, nation: str | None, calendar: WorkingCalendar) -> datetime:
    """When the step after one that was done at `done_at` comes up, by the days of the body's nation."""
    counted = Nation(nation) if nation else None
    facts = ClockFacts(ClockKind.ENQUIRY, done_at, BETWEEN, Unit.WORKING_DAYS, counted)
    return due_at(facts, calendar)


def _is_open(rung: Rung, reach: Reach) -> bool:
    if rung is Rung.HOTLINE:
        return bool(reach.hotline or reach.hotline_email)
    return bool(recipients(rung, reach))
