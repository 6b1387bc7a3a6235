"""The promises of a case, one by one: read, paused, resumed, given more time, counted anew, kept."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from sqlmodel import Session, select

from inbox import clocks as stage
from inbox.access import Action, Person, find_case
from inbox.desk import Desk
from inbox.errors import NotFound, Refused
from inbox.models import Case, Clock
from inbox.web.api import shapes
from inbox.web.api.case_acts import STALE
from inbox.web.dependencies import (
    IfMatch,
    Now,
    Reading,
    ReadingDesk,
    Writing,
    WritingDesk,
    check_version,
    etag,
    may,
)
from inbox.web.routers import api_router
from routing.sla import PauseCategory, Span
from routing.words import Unit

router = api_router("clocks")


class PauseShape(shapes.Shape):
    """A stretch in which a promise stood still; `end` null while it does."""

    start: shapes.Moment
    end: shapes.Moment | None
    category: str
    reason: str


class ExtensionShape(shapes.Shape):
    id: str | None
    amount: int
    unit: str
    reason: str
    on: shapes.Moment


class SpanShape(shapes.Shape):
    """An amount of time in one unit."""

    amount: int
    unit: str


class PromiseShape(shapes.Shape):
    """A promise in full. `nation` null: by the office's own days; `left` or `late_by`, never both."""

    id: str
    kind: str
    state: str
    received_at: shapes.Moment
    amount: int
    unit: str
    nation: str | None
    due_at: shapes.Moment
    warn_at: shapes.Moment | None
    left: SpanShape | None
    late_by: SpanShape | None
    pauses: list[PauseShape]
    extensions: list[ExtensionShape]
    calendar_version: int


class Pausing(shapes.Shape):
    """Why it stands still, and since when: null for now."""

    category: PauseCategory
    reason: shapes.Line
    since: shapes.Received | None = None


class Resuming(shapes.Shape):
    """From when it runs on: null for now."""

    at: shapes.Received | None = None


class Extending(shapes.Shape):
    amount: int
    unit: Unit
    reason: shapes.Line


class Restarting(shapes.Shape):
    """When the matter reached this office from another."""

    received_at: shapes.Received
    reason: shapes.Line


@router.get("/cases/{reference}/clocks")
def list_clocks(
    reference: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    now: Now,
    response: Response,
) -> shapes.Page[PromiseShape]:
    """Every promise of the case, in the order in which they began."""
    case = find_case(session, person, reference, Action.READ_CASE)
    response.headers.update(etag(case.version))
    return shapes.Page(items=[_shown(desk, clock, now) for clock in stage.of_case(session, case)])


@router.post("/cases/{reference}/clocks/{clock_id}/pause")
def pause(
    reference: str, clock_id: str, given: Pausing, version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)], session: Writing, desk: WritingDesk, now: Now,
    response: Response,
) -> PromiseShape:  # fmt: skip
    """Stops the count; what the law does not let stop is refused."""
    case, clock = _found(session, person, reference, clock_id, version)
    stage.pause(session, desk, case, clock, category=given.category, reason=given.reason,
                since=_aware(given.since), now=now, actor=person.actor)  # fmt: skip
    return _answer(desk, case, clock, now, response)


@router.post("/cases/{reference}/clocks/{clock_id}/resume")
def resume(
    reference: str, clock_id: str, given: Resuming, version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)], session: Writing, desk: WritingDesk, now: Now,
    response: Response,
) -> PromiseShape:  # fmt: skip
    """Lets it run on; the days on which it stood still are given back."""
    case, clock = _found(session, person, reference, clock_id, version)
    stage.resume(session, desk, case, clock, at=_aware(given.at), now=now, actor=person.actor)
    return _answer(desk, case, clock, now, response)


@router.post("/cases/{reference}/clocks/{clock_id}/extend")
def extend(
    reference: str, clock_id: str, given: Extending, version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)], session: Writing, desk: WritingDesk, now: Now,
    response: Response,
) -> PromiseShape:  # fmt: skip
    """Gives more time; composes with pauses in any order."""
    case, clock = _found(session, person, reference, clock_id, version)
    stage.extend(session, desk, case, clock, amount=given.amount, unit=given.unit, reason=given.reason,
                 now=now, actor=person.actor)  # fmt: skip
    return _answer(desk, case, clock, now, response)


@router.delete("/cases/{reference}/clocks/{clock_id}/extensions/{extension_id}")
def take_off(
    reference: str, clock_id: str, extension_id: str, version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)], session: Writing, desk: WritingDesk, now: Now,
    response: Response,
) -> PromiseShape:  # fmt: skip
    """Takes extra time off: the promise is as if it had never been given."""
    case, clock = _found(session, person, reference, clock_id, version)
    stage.take_off(session, desk, case, clock, extension_id, now=now, actor=person.actor)
    return _answer(desk, case, clock, now, response)


@router.post("/cases/{reference}/clocks/{clock_id}/restart", status_code=201)
def restart(
    reference: str, clock_id: str, given: Restarting, version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)], session: Writing, desk: WritingDesk, now: Now,
    response: Response,
) -> PromiseShape:  # fmt: skip
    """Ends this count and begins the same one anew, from when the matter reached this office."""
    case, clock = _found(session, person, reference, clock_id, version)
    reached = _aware(given.received_at) or now
    fresh = stage.restart(session, desk, case, clock, received_at=reached, reason=given.reason, now=now,
                          actor=person.actor)  # fmt: skip
    return _answer(desk, case, fresh, now, response)


@router.post("/cases/{reference}/clocks/{clock_id}/keep")
def keep(
    reference: str, clock_id: str, version: IfMatch, person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing, desk: WritingDesk, now: Now, response: Response,
) -> PromiseShape:  # fmt: skip
    """Says that what was promised has been done."""
    case, clock = _found(session, person, reference, clock_id, version)
    stage.keep(session, case, clock, now=now, actor=person.actor)
    return _answer(desk, case, clock, now, response)


def _found(
    session: Session, person: Person, reference: str, clock_id: str, version: int
) -> tuple[Case, Clock]:
    case = find_case(session, person, reference, Action.TRIAGE)
    check_version(case.version, version, STALE)
    clock = session.exec(select(Clock).where(Clock.id == clock_id, Clock.case_id == case.id)).first()
    if clock is None:
        raise NotFound
    return case, clock


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise Refused("Say the time zone too, as in 2026-06-09T09:00:00Z.")
    return moment


def _answer(desk: Desk, case: Case, clock: Clock, now: datetime, response: Response) -> PromiseShape:
    response.headers.update(etag(case.version))
    return _shown(desk, clock, now)


def _shown(desk: Desk, clock: Clock, now: datetime) -> PromiseShape:
    reading = stage.reading(desk, clock, now)
    facts = stage.facts_of(clock)
    ids: list[Any] = [one.get("id") for one in clock.extensions]
    return PromiseShape(
        id=clock.id, kind=clock.kind, state=reading.state, received_at=clock.received_at,
        amount=clock.amount, unit=clock.unit, nation=clock.nation, due_at=reading.due_at,
        warn_at=None if clock.is_paused else reading.warn_at, left=_span(reading.left),
        late_by=_span(reading.late_by), calendar_version=clock.calendar_version,
        pauses=[
            PauseShape(start=one.start, end=one.end, category=one.category, reason=one.reason)
            for one in facts.pauses
        ],
        extensions=[
            ExtensionShape(id=key, amount=one.amount, unit=one.unit, reason=one.reason, on=one.on)
            for key, one in zip(ids, facts.extensions, strict=True)
        ],
    )  # fmt: skip


def _span(span: Span | None) -> SpanShape | None:
    return None if span is None else SpanShape(amount=span.amount, unit=span.unit)
