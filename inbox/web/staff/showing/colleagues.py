"""Who else writes on a case, and what of ours waits beside what is being written."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import own_drafts
from inbox.access import Person
from inbox.desk import Desk
from inbox.models import Case, Draft, DraftState, Enquiry, Presence, Staff
from inbox.presence import FRESH, Doing
from inbox.web.views.parts import Link, Notice, Tone


def beside(
    session: Session, desk: Desk, person: Person, case: Case, draft: Draft | None, now: datetime
) -> tuple[Notice, ...]:
    """Who else writes to the person on this case: each on a draft of their own, which can be read."""
    others = [one for one in own_drafts.of_colleagues(session, case, person.staff_id) if one is not draft]
    found = list(_letters_waiting(session, case, draft))
    for other in others:
        at = when(desk, other.updated_at, now)
        found.append(
            Notice(f"{name_of(desk, other.holder_id)} has a draft of their own, saved {at}.",
                   links=(Link("Read it", f"/cases/{case.reference}/drafts/{other.number}"),))
        )  # fmt: skip
    known = {one.holder_id for one in others}
    found += [
        Notice(f"{name} is writing a reply too. Each of you has a draft of your own.")
        for staff_id, name in _writing(session, person, case, now)
        if staff_id not in known
    ]
    return tuple(found)


def _letters_waiting(session: Session, case: Case, draft: Draft | None) -> list[Notice]:
    """Letters to bodies that wait for sign-off: each has a page of its own."""
    query = (
        select(Draft.id, Draft.number, Enquiry.body)
        .join(Enquiry, col(Enquiry.id) == Draft.enquiry_id)
        .where(Draft.case_id == case.id, Draft.state == DraftState.SUBMITTED)
    )
    return [
        Notice(f"The letter to {body} waits for sign-off.", Tone.REVIEW,
               links=(Link("Read it", f"/cases/{case.reference}/drafts/{number}"),))
        for key, number, body in session.exec(query.order_by(col(Draft.number)))
        if draft is None or key != draft.id
    ]  # fmt: skip


def _writing(session: Session, person: Person, case: Case, now: datetime) -> Sequence[tuple[str, str]]:
    query = (
        select(Staff.id, Staff.name)
        .join(Presence, col(Presence.staff_id) == Staff.id)
        .where(
            Presence.case_id == case.id,
            Presence.doing == Doing.WRITING,
            Presence.at >= now - FRESH,
            Presence.staff_id != (person.staff_id or ""),
        )
    )
    return session.exec(query.order_by(Staff.name)).all()


def name_of(desk: Desk, staff_id: str | None) -> str:
    """Somebody of the office by name."""
    found = desk.staff.get(staff_id or "")
    return found.name if found else "Somebody"


def when(desk: Desk, moment: datetime, now: datetime) -> str:
    """The time of day; with its date where that was another day."""
    at, today = moment.astimezone(desk.calendar.zone), now.astimezone(desk.calendar.zone).date()
    return f"{at:%H:%M}" if at.date() == today else f"on {at.day} {at:%B, %H:%M}"
