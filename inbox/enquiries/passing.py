"""A body passes our question on: who has it now owes the answer, counted from the day after it came there."""

from datetime import datetime

from sqlmodel import Session

from inbox import bodies, clocks
from inbox.bodies.facts import USUAL_TARGET
from inbox.database import find_or_none
from inbox.desk import Desk
from inbox.enquiries.asking import clock_order
from inbox.enquiries.chasing import put_away_updates, stop_ladder
from inbox.enquiries.leaving import bring_up_update
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import CASE_MOVES, Case, CaseStatus, Enquiry, EventKind, move
from routing.words import ClockKind

MOST_WORDS = 500


def pass_on(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, *, body: str, address: str,
    received_at: datetime, reason: str, now: datetime, actor: Actor,
) -> Enquiry:  # fmt: skip
    """The question goes on as one to `body`, with its own target and ladder; the old one stays as it was.

    Nothing is sent: the body that had it handed it over. Raises Conflict where nobody is waited for, Refused
    with the `field` for a name, an address, a day or a reason that cannot be.
    """
    if enquiry.asked_at is None or enquiry.answered_at or enquiry.withdrawn_at:
        raise Conflict("Nobody waits for this any more, so it cannot be passed on.")
    name, words = body.strip(), " ".join(reason.split())[:MOST_WORDS]
    if not name:
        raise Refused("Name the organisation that has it now.", field="body_name")
    if not words:
        raise Refused("Say how you know. Others will read it.", field="reason")
    received_at = _checked_day(desk, enquiry, received_at, now)
    known = bodies.known(session, name, address)
    to = address.strip().lower() or (known.email or "" if known else "")
    if not to:
        raise Refused("Enter an address: chases go there.", field="email")
    if (known and known.id == enquiry.body_id) or to == enquiry.address:
        raise Refused("They have it already. Choose another organisation.", field="body_name")
    fresh = Enquiry(
        office_id=enquiry.office_id, case_id=enquiry.case_id, body_id=known.id if known else None,
        body=known.name if known else name[:200], address=to[:254], question=enquiry.question,
        working_days=(known.target if known else None) or USUAL_TARGET,
        nation=known.nation if known else None,
        unit=known.unit if known else "working_days", without_consent=enquiry.without_consent,
        asked_by=actor.id, asked_at=received_at, came_from=enquiry.id, created_at=now,
    )  # fmt: skip
    session.add(fresh)
    session.flush()
    _end_the_old(session, case, enquiry, received_at, now=now, actor=actor)
    clocks.start(session, desk, case, clock_order(fresh), received_at=received_at, now=now, actor=actor,
                 enquiry_id=fresh.id)  # fmt: skip
    if case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        case.status = move(case.status, CaseStatus.WAITING_BODY, CASE_MOVES, "case")
        case.waiting_for = fresh.body
        bring_up_update(session, desk, case, fresh, now=now, actor=actor, is_late=False)
    case.version += 1
    record(session, case, EventKind.ENQUIRY_PASSED_ON, actor, now=now, enquiry=enquiry.id, onward=fresh.id,
           because=words)  # fmt: skip
    return fresh


def origin_of(session: Session, enquiry: Enquiry) -> Enquiry | None:
    """The question that this one goes on from, to another body; None for one that we asked."""
    return find_or_none(session, Enquiry, enquiry.came_from)


def _end_the_old(
    session: Session, case: Case, enquiry: Enquiry, received_at: datetime, *, now: datetime, actor: Actor
) -> None:
    enquiry.passed_on_at, enquiry.withdrawn_at, enquiry.next_step_at = received_at, now, None
    clocks.cancel(session, case, (ClockKind.ENQUIRY,), now=now, actor=actor, enquiry_id=enquiry.id)
    stop_ladder(session, case, enquiry, now=now, actor=actor)
    put_away_updates(session, case, now=now, actor=actor)


def _checked_day(desk: Desk, enquiry: Enquiry, received_at: datetime, now: datetime) -> datetime:
    """When it came there: people say days, so on the day of asking it is not before we asked."""
    asked, day = enquiry.asked_at or now, desk.calendar.day_of
    if received_at > now or day(received_at) < day(asked):
        raise Refused("It reached them after we asked, and not in the future.", field="received_on")
    return max(received_at, asked)
