"""Enquiries in words: how far the ladder is, what a person does next, which permission stands."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from inbox import calendars, clocks, consents, enquiries
from inbox.access import Action, Person, may
from inbox.dates import local_date, long_date
from inbox.desk import Desk
from inbox.enquiries.ladder import Reach, next_rung, reach_of, recipients
from inbox.models import (
    EDITABLE,
    Body,
    Case,
    CaseStatus,
    Consent,
    ConsentKind,
    Draft,
    DraftState,
    Enquiry,
    EnquiryStep,
    Rung,
)
from inbox.web.staff.showing import clock_words
from inbox.web.staff.showing import words as say
from inbox.web.views.case import Fact
from inbox.web.views.enquiries import LadderStep
from inbox.web.views.parts import Act, Badge, ClockBadge, Link, Notice, Tone

SOON = timedelta(days=14)
"""How long before its end a permission is shown as running out."""

WAITS = {
    DraftState.DRAFT: "waits for you",
    DraftState.RETURNED: "was sent back",
    DraftState.SUBMITTED: "waits for sign-off",
    DraftState.APPROVED: "is approved",
    DraftState.QUEUED: "is on its way out",
    DraftState.WITHDRAWN: "was put away",
}
_ENDINGS = {
    "sent": "sent",
    "rang": "rang them",
    "skipped": "passed over",
    "not_needed": "not needed any more",
}
_NAMES = {
    Rung.CHASE_1: "First chase",
    Rung.CHASE_2: "Second chase",
    Rung.HOTLINE: "Hotline",
    Rung.MINISTER: "Minister",
}


def waiting_step(session: Session, enquiry: Enquiry) -> tuple[EnquiryStep, Draft | None] | None:
    """The step that came up and is not done yet, with its draft; no draft where somebody has to ring."""
    for step in enquiries.steps_of(session, enquiry):
        if step.done_at is None:
            draft = session.exec(select(Draft).where(Draft.id == step.draft_id)).first()
            return step, draft
    return None


def next_link(session: Session, case: Case, key: str | None = None) -> Link | None:
    """What to do about the body that is waited for longest: its chase, or the call to make."""
    for enquiry in enquiries.of_case(session, case):
        found = waiting_step(session, enquiry) if enquiries.is_waiting(enquiry) else None
        if found is None:
            continue
        step, draft = found
        url = f"/cases/{case.reference}"
        if draft is None:
            return Link(f"Ring {enquiry.body}", f"{url}/enquiries/{enquiry.id}/rang", key)
        if draft.state in (DraftState.DRAFT, DraftState.RETURNED):
            verb = "Write to the minister about" if step.rung == Rung.MINISTER else "Chase"
            return Link(f"{verb} {enquiry.body}", f"{url}/drafts/{draft.number}", key)
    return None


def next_step(session: Session, desk: Desk, case: Case, now: datetime) -> tuple[str, Link | None] | None:
    """The next step of a case where a body is in it: read what they wrote, chase, ring, or wait."""
    open_ones = [one for one in enquiries.of_case(session, case) if enquiries.is_waiting(one)]
    for enquiry in open_ones:
        if enquiries.heard(session, enquiry, enquiries.body_of(session, enquiry)) is not None:
            url = f"/cases/{case.reference}/enquiries/{enquiry.id}"
            return f"{enquiry.body} wrote. Say if it is their answer.", Link("Say what it is", url)
    if (link := next_link(session, case)) is not None:
        return f"{link.label}.", link
    return (f"Wait for {open_ones[0].body}.", None) if open_ones else None


def notices(session: Session, person: Person, case: Case, now: datetime, zone: str) -> tuple[Notice, ...]:
    """What must be read: a body wrote; a permission that an open question stands on runs out."""
    found: list[Notice] = []
    if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return ()
    for enquiry in enquiries.of_case(session, case):
        if enquiries.has_come_back(session, enquiry):
            found.append(_came_back(enquiry))
        if not enquiries.is_waiting(enquiry):
            continue
        body = enquiries.body_of(session, enquiry)
        found += _heard(session, person, case, enquiry, body)
        if body is not None and (words := runs_out(session, case, body, now, zone)):
            link = Link("Permissions", f"/cases/{case.reference}/consents")
            found.append(Notice(words, Tone.SOON, f"Permission to ask {enquiry.body}", (link,)))
    return tuple(found)


def facts(session: Session, desk: Desk, person: Person, case: Case, now: datetime) -> list[Fact]:
    """One fact for each body that is or was asked, and one for the permissions."""
    url, zone = f"/cases/{case.reference}", desk.office.time_zone
    found: list[Fact] = []
    for enquiry in enquiries.of_case(session, case):
        lines = [_standing(enquiry, zone)]
        if enquiries.is_waiting(enquiry):
            lines.append(in_words(session, desk, enquiry))
        if enquiry.without_consent:
            lines.append(f"Asked without the permission it needs: {enquiry.without_consent}")
        found.append(
            Fact(
                enquiry.body,
                tuple(line for line in lines if line),
                None,
                Link("What we asked", f"{url}/enquiries/{enquiry.id}"),
            )
        )
    if found or consents.of_case(session, case) or consents.FOR_SOMEBODY_ELSE & set(case.flags):
        found.append(_permissions(session, case, now, zone, url, able=may(person, Action.DRAFT, case)))
    return found


def in_words(session: Session, desk: Desk, enquiry: Enquiry) -> str:
    """How far the ladder is, in a sentence."""
    steps = enquiries.steps_of(session, enquiry)
    found = waiting_step(session, enquiry)
    if found is not None:
        step, draft = found
        return waits(step.rung, DraftState(draft.state) if draft else None)
    done = steps[-1] if steps else None
    return goes_on(
        done.rung if done else None, done.done_at if done else None, enquiry.next_step_at,
        desk.office.time_zone,
    )  # fmt: skip


def waits(rung: str, state: DraftState | None) -> str:
    """A step that came up, as a row says it."""
    if state is None:
        return "Somebody has to ring the hotline."
    return f"{say.RUNGS[rung]} {WAITS.get(state, 'is done')}."


def goes_on(rung: str | None, done_at: datetime | None, next_at: datetime | None, zone: str) -> str:
    """What was done last and what follows, as a row says it."""
    if rung is None or done_at is None:
        return "Not chased yet."
    words = f"{say.RUNGS[rung]}: {local_date(done_at, zone)}."
    if next_at is not None:
        return f"{words} The next step comes up after {local_date(next_at, zone)}."
    return f"{words} That was the last step. A question in Parliament is for the member to decide."


def steps(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, body: Body | None, now: datetime
) -> tuple[LadderStep, ...]:
    """The whole ladder: what was done, what waits, what comes, what is passed over and why."""
    zone, url = desk.office.time_zone, f"/cases/{case.reference}"
    reach = reach_of(enquiry.address, body)
    came = {step.rung: step for step in enquiries.steps_of(session, enquiry)}
    following = next_rung(came, reach) if enquiries.is_waiting(enquiry) else None
    shown = []
    for rung in Rung:
        step = came.get(rung)
        if step is not None:
            shown.append(_came(session, step, rung, zone, url, enquiry))
        else:
            words = _to_come(rung, reach, rung is following, enquiry, came, zone)
            words += _recess(desk, now) if rung is Rung.MINISTER and _has_way(rung, reach) else ""
            shown.append(LadderStep(_NAMES[rung], words))
    return tuple(shown)


def clock_of(session: Session, desk: Desk, case: Case, enquiry: Enquiry, now: datetime) -> ClockBadge | None:
    """The enquiry's own clock."""
    clock = clocks.of_enquiry(session, case, enquiry.id)
    return clock_words.of_clock(desk, clock, now) if clock else None


def runs_out(session: Session, case: Case, body: Body, now: datetime, zone: str) -> str | None:
    """That the permission to ask this body has ended or soon will, where it needs one; None where not."""
    why = consents.lacking(session, case, body, now, zone)
    if why is not None:
        return f"{why} Nothing more can be sent to them without one."
    held = consents.standing(session, case, body, now)
    if held is None or held.ends_at is None or held.ends_at > now + SOON:
        return None
    return f"It is good until {_last_day(held, zone)}. Ask the person for a new one."


def consent_badge(row: Consent, now: datetime, zone: str) -> Badge:
    """How a permission stands."""
    if row.withdrawn_at is not None:
        return Badge("Taken back", Tone.LATE, "cross")
    if not consents.holds(row, now):
        return Badge("Ran out", Tone.LATE, "late")
    if row.ends_at is not None and row.ends_at <= now + SOON:
        return Badge("Runs out soon", Tone.SOON, "soon")
    return Badge("Holds", Tone.OK, "tick")


def consent_words(row: Consent, zone: str) -> str:
    """ "By Donna Fretwell in writing, Tuesday 5 May 2026, good until …"."""
    end = f", good until {_last_day(row, zone)}" if row.ends_at else ""
    how = consents.IN_WORDS[ConsentKind(row.kind)]
    return f"By {row.given_by} {how}, {local_date(row.given_at, zone)}{end}."


def _permissions(session: Session, case: Case, now: datetime, zone: str, url: str, *, able: bool) -> Fact:
    held = [row for row in consents.of_case(session, case) if consents.holds(row, now)]
    lines = tuple(consent_words(row, zone) for row in held) or ("None written down.",)
    badge = consent_badge(held[-1], now, zone) if held else None
    link = Link("Permissions" if held or not able else "Write one down", f"{url}/consents")
    return Fact("Permission to ask", lines, badge, link)


def _heard(session: Session, person: Person, case: Case, enquiry: Enquiry, body: Body | None) -> list[Notice]:
    message = enquiries.heard(session, enquiry, body)
    if message is None:
        return []
    url = f"/cases/{case.reference}"
    acts: Sequence[Act] = ()
    if may(person, Action.TRIAGE, case):
        acts = (
            Act("It is their answer", f"{url}/enquiries/{enquiry.id}/answered"),
            Act("Not an answer yet", f"{url}/enquiries/{enquiry.id}/looked"),
        )
    words = (
        f"{message.sender_name or message.sender_handle} wrote. No chase comes up until you say what it is."
    )
    links = (Link("Read it", f"{url}#message-{message.id}"),)
    return [Notice(words, Tone.REVIEW, f"Is this the answer of {enquiry.body}?", links, tuple(acts))]


def _came_back(enquiry: Enquiry) -> Notice:
    words = (
        f"Nothing reached {enquiry.address}, so {enquiry.body} has not been asked and its time does not run. "
        "Try again, or ask at another address and wait no more for this letter."
    )
    return Notice(words, Tone.LATE, f"The letter to {enquiry.body} came back", (Link("Sending", "/sending"),))


def _standing(enquiry: Enquiry, zone: str) -> str:
    if enquiry.asked_at is None:
        return "The letter has not left yet."
    came = "It came to them" if enquiry.came_from else "Asked"
    words = f"{came} {local_date(enquiry.asked_at, zone)}"
    if enquiry.passed_on_at:
        return f"{words}, passed on to another one {local_date(enquiry.passed_on_at, zone)}."
    if enquiry.answered_at:
        return f"{words}, answered {local_date(enquiry.answered_at, zone)}."
    return f"{words}. Nobody waits any more." if enquiry.withdrawn_at else f"{words}."


def _came(
    session: Session, step: EnquiryStep, rung: Rung, zone: str, url: str, enquiry: Enquiry
) -> LadderStep:
    name = _NAMES[rung]
    draft = session.exec(select(Draft).where(col(Draft.id) == step.draft_id)).first()
    link = Link("Read it", f"{url}/drafts/{draft.number}") if draft else None
    if step.done_at is not None:
        when = f"{local_date(step.done_at, zone)}: {_ENDINGS.get(step.ending or '', 'done')}."
        done = Badge("Done", Tone.OK, "tick") if step.ending in ("sent", "rang") else Badge("Not sent")
        return LadderStep(name, when, done, link)
    came = f"Came up {local_date(step.came_up_at, zone)}."
    if draft is None:
        call = Link("Ring them", f"{url}/enquiries/{enquiry.id}/rang")
        return LadderStep(name, came, Badge("Ring them", Tone.REVIEW), call, None, True)
    state = DraftState(draft.state)
    badge = Badge("Draft" if state in EDITABLE else "Leaving", Tone.REVIEW)
    return LadderStep(name, f"{came} It {WAITS.get(state, 'is done')}.", badge, link, None, True)


def _to_come(rung: Rung, reach: Reach, is_next: bool, enquiry: Enquiry, came: object, zone: str) -> str:
    if not _has_way(rung, reach):
        return "Passed over: the directory has no way to them."
    if is_next and enquiry.next_step_at is not None:
        return f"Comes up after {local_date(enquiry.next_step_at, zone)}."
    if is_next and not came:
        return "Comes up when their time has run out."
    return "Comes up 5 working days after the step before it."


def _recess(desk: Desk, now: datetime) -> str:
    """That ministers are out of reach just now, as far as the office has brought recesses in."""
    found = calendars.recess_on(desk.office, desk.calendar.day_of(now))
    if found is None:
        return ""
    return f" Parliament is in recess until {long_date(found.last)}: ministers answer later then."


def _has_way(rung: Rung, reach: Reach) -> bool:
    return bool(recipients(rung, reach)) or (rung is Rung.HOTLINE and bool(reach.hotline))


def _last_day(row: Consent, zone: str) -> str:
    return local_date((row.ends_at or row.given_at) - timedelta(seconds=1), zone)
