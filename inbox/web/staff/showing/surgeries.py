"""Surgeries as the pages show them: rows, slots with who has them, free times to choose."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox.access import Action, Person, may, visible_cases
from inbox.models import Appointment, AppointmentState, Case, Constituent, Surgery
from inbox.surgeries import booking, planning
from inbox.titles import first_words
from inbox.web.staff.showing import hostile_words
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Badge, Choice, Link, Tone
from inbox.web.views.surgeries import Attendee, Slot, SurgeryRow

_STATES = {
    AppointmentState.ATTENDED: Badge("Came", Tone.OK, "tick"),
    AppointmentState.MISSED: Badge("Did not come", Tone.CALM, "cross"),
}


def row(session: Session, surgery: Surgery, zone: ZoneInfo) -> SurgeryRow:
    """One surgery and how full it is."""
    places = len(planning.slots(surgery))
    taken = len(booking.taken(session, surgery))
    words = f"{taken} of {places} times taken"
    if surgery.cancelled_at is not None:
        words = f"Cancelled: {surgery.cancelled_why}"
    return SurgeryRow(
        f"/surgeries/{surgery.id}", surgery.place, surgery.host, surgery.starts_at.astimezone(zone),
        surgery.ends_at.astimezone(zone), words, surgery.cancelled_at is not None,
    )  # fmt: skip


def slots(
    session: Session, person: Person, surgery: Surgery, zone: ZoneInfo, now: datetime
) -> tuple[Slot, ...]:
    """Every time of the surgery in order, with who has it, and those who came without one."""
    rows = [
        one for one in planning.appointments_of(session, surgery) if one.state != AppointmentState.CANCELLED
    ]
    cases = _cases(session, person, rows)
    people = _people(session, list(cases.values()))
    is_open = surgery.cancelled_at is None and may(person, Action.CREATE_CASE)
    found = [Slot(one.starts_at.astimezone(zone), _attendee(person, one, cases, people, now)) for one in rows]
    held = {one.starts_at for one in rows if not one.is_walk_in}
    for at in planning.slots(surgery):
        if at not in held:
            local = at.astimezone(zone)
            url = f"/surgeries/{surgery.id}/book?at={at:%Y%m%dT%H%M}"
            link = Link(f"Book {local:%H:%M}", url) if is_open and at > now else None
            found.append(Slot(local, None, link))
    return tuple(sorted(found, key=lambda one: one.at))


def times(session: Session, zone: ZoneInfo, now: datetime, chosen: str) -> tuple[Choice, ...]:
    """Free times of the surgeries to come, soonest first."""
    found = []
    for surgery in planning.coming(session, now):
        taken = booking.taken(session, surgery)
        for at in planning.slots(surgery):
            if at > now and at not in taken:
                local = at.astimezone(zone)
                value = f"{surgery.id}/{at:%Y%m%dT%H%M}"
                label = f"{local:%A} {local.day} {local:%B}, {local:%H:%M}: {surgery.place}"
                found.append(Choice(value, label, value == chosen))
    return tuple(found[:200])


def next_words(session: Session, case: Case, zone: ZoneInfo, now: datetime) -> list[tuple[str, str]]:
    """The case's appointments to come: in words, and the address of their surgery."""
    found = []
    for one in booking.next_of(session, case, now):
        surgery = session.exec(select(Surgery).where(Surgery.id == one.surgery_id)).one()
        local = one.starts_at.astimezone(zone)
        found.append(
            (f"{local:%A} {local.day} {local:%B}, {local:%H:%M}, {surgery.place}", f"/surgeries/{surgery.id}")
        )
    return found


def _cases(session: Session, person: Person, rows: Sequence[Appointment]) -> dict[str, Case]:
    """Those of the people's cases that this reader may know."""
    query = select(Case).where(col(Case.id).in_([one.case_id for one in rows]), visible_cases(person))
    return {case.id: case for case in session.exec(query)}


def _people(session: Session, cases: Sequence[Case]) -> dict[str, Constituent]:
    query = select(Constituent).where(col(Constituent.id).in_([one.constituent_id for one in cases]))
    return {one.id: one for one in session.exec(query)}


def _attendee(
    person: Person, one: Appointment, cases: Mapping[str, Case], people: Mapping[str, Constituent],
    now: datetime,
) -> Attendee:  # fmt: skip
    case = cases.get(one.case_id)
    if case is None:
        return Attendee("Taken", None, None, None, "", "", ())
    who = people.get(case.constituent_id or "")
    state = _STATES.get(AppointmentState(one.state))
    badges = (*((state,) if state else ()), *_cautions(case))
    if one.is_walk_in:
        badges += (Badge("Without an appointment", Tone.CALM),)
    links, acts = _doings(person, one, case, now)
    subject = None if case.is_restricted else first_words(hostile_words.subject(case), 120)
    return Attendee(
        who.name if who else "Somebody", f"/cases/{case.reference}", case.reference,
        subject, (who.phone or "") if who else "", one.note or "",
        badges, links, acts,
    )  # fmt: skip


def _cautions(case: Case) -> tuple[Badge, ...]:
    """What whoever sits opposite must know before the door opens."""
    return say.case_badges(case.priority, case.flags, case.language, case.kind, case.is_restricted)


def _doings(
    person: Person, one: Appointment, case: Case, now: datetime
) -> tuple[tuple[Link, ...], tuple[Act, ...]]:
    if not may(person, Action.NOTE, case):
        return (), ()
    url = f"/appointments/{one.id}"
    over, is_near = one.starts_at <= now, one.starts_at - now < timedelta(hours=6)
    came = Act("They came", f"{url}/attended")
    missed = Act("They did not come", f"{url}/missed")
    write = Link("Write what was said", f"{url}/follow-up")
    form = Link("Consent form", f"/cases/{case.reference}/consent-form")
    match AppointmentState(one.state):
        case AppointmentState.BOOKED:
            change = (Link("Move", f"{url}/move"), form) if not over else (write, form)
            cancel = Act("Cancel", f"{url}/cancel")
            return change, ((came, missed) if over else (came, cancel) if is_near else (cancel,))
        case AppointmentState.ATTENDED:
            return ((form,) if one.followed_up_at else (write, form)), ()
        case _:
            return (), (came,)


def known(session: Session, person: Person, ids: Sequence[str]) -> list[Case]:
    """Those of these cases that this reader may know."""
    query = select(Case).where(col(Case.id).in_(list(ids)), visible_cases(person))
    return list(session.exec(query.order_by(col(Case.reference))))
