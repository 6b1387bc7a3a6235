"""The words that the ladder lays ready: to the body, for the phone, and to the person who waits."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import clocks, drafting
from inbox.database import find, find_or_none
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.enquiries.ladder import Reach, goes_on_at
from inbox.enquiries.own_words import ASK, own_letter
from inbox.models import Case, Constituent, Draft, Enquiry, EnquiryStep, Rung
from routing.rules import ClockOrder
from routing.words import ClockKind

CHASE, UPDATE = "chase", "update"
"""What `provenance.source` says of drafts that came up by themselves."""

_LETTERS = {
    Rung.CHASE_1: "chase-1",
    Rung.CHASE_2: "chase-2",
    Rung.HOTLINE: "chase-hotline",
    Rung.MINISTER: "chase-minister",
}
_CALL, _PASSED = "chase-call", "chase-passed"


WITHOUT_ADDRESS = frozenset({"domestic-abuse", "confidential", "restricted"})
"""Flags of a case on which where the person lives is told to nobody by itself."""
_WHOLE_LETTER = re.compile(r"\s*(?:dear|annwyl|to whom)\b", re.IGNORECASE)
"""How words begin that their writer made a whole letter of."""


def of_first(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, order: ClockOrder, *, is_named: bool,
    their_reference: str, now: datetime,
) -> str:  # fmt: skip
    """The first letter: greeting, references, for whom, the question, the day an answer is wanted by, and the
    signature. `is_named`: the body's rule lets the person be named. Words that are a whole letter stay so."""
    if _WHOLE_LETTER.match(enquiry.question):
        return enquiry.question
    theirs = f"Your reference: {' '.join(their_reference.split())}\n" if their_reference.strip() else ""
    due = clocks.would_be_due(desk, order, received_at=now)
    known = {
        **_values(session, desk, case, enquiry, now, "en"),
        "subject": f"{case.subject} ({case.reference})",
        "question": enquiry.question.strip(),
        "due_on": local_date(due, desk.office.time_zone),
        "about": theirs + about(session, case, is_named=is_named),
    }
    return own_letter(session, ASK, "en", _present(known))[1].strip()


def about(session: Session, case: Case, *, is_named: bool) -> str:
    """For whom we write, in a sentence: by name and address where that may be told."""
    who = find_or_none(session, Constituent, case.constituent_id)
    if who is None or not is_named:
        return "We are writing on behalf of somebody whose name we can give you once they have agreed."
    place = "" if case.is_restricted or WITHOUT_ADDRESS & set(case.flags) else _place(who)
    return f"We are writing on behalf of {', '.join(part for part in (who.name, place) if part)}."


def _place(who: Constituent) -> str:
    lines = " ".join((who.address or "").replace("\n", ", ").split())
    code = who.postcode or ""
    return lines if code and code in lines else ", ".join(part for part in (lines, code) if part)


def of_step(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, rung: Rung, reach: Reach,
    done: Sequence[EnquiryStep], now: datetime, *, is_call: bool,
) -> tuple[str, str, str]:  # fmt: skip
    """Name, subject and text of what a step says to the body, in English as the first letter was."""
    zone = desk.office.time_zone
    asked_again = [local_date(step.done_at, zone) for step in done if step.done_at and step.ending == "sent"]
    name = _CALL if is_call else _LETTERS[rung]
    if rung is Rung.CHASE_2 and not asked_again:
        name = _LETTERS[Rung.CHASE_1]  # the first was passed over, so this one is no second
    first = _first_of(session, enquiry)
    if first is not enquiry and rung in (Rung.CHASE_1, Rung.CHASE_2):
        name = _PASSED
    known = {
        **_values(session, desk, case, enquiry, now, "en"),
        "subject": _first_subject(session, enquiry) or f"{case.subject} ({case.reference})",
        "question": enquiry.question.strip(),
        "chased_on": _joined(asked_again),
        "hotline": reach.hotline or "",
        "minister": reach.minister or "the minister",
        "next_on": local_date(goes_on_at(now, enquiry.nation, desk.calendar), zone),
    }
    if first is not enquiry and name != _PASSED:  # whoever else is asked for help hears the whole way
        known |= {
            "body": f"{first.body}, who passed it to {enquiry.body},",
            "asked_on": known["first_asked_on"],
        }
    subject, text = own_letter(session, name, "en", _present(known))
    return name, subject, text.strip()


def of_update(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, person: Constituent, now: datetime, *,
    is_late: bool,
) -> tuple[str, str]:  # fmt: skip
    """Name and text of what the person is told while their body is waited for, in their language."""
    passed = enquiry.came_from is not None
    name = "update-late" if is_late else "update-passed" if passed else "update-waiting"
    language = person.language
    zone = desk.office.time_zone
    order = ClockOrder(kind=ClockKind.NEXT_UPDATE)
    promised = clocks.would_be_due(desk, order, received_at=now)
    known = {
        **_values(session, desk, case, enquiry, now, language),
        "name": person.name,
        "chased_on": local_date(now, zone, language),
        "next_update": local_date(promised, zone, language),
    }
    return name, own_letter(session, name, language, _present(known))[1].strip()


def lay_ready(draft: Draft, source: str, name: str) -> None:
    """Says where the words of a draft come from: nobody has written them yet."""
    draft.author_id, draft.holder_id, draft.writers = None, None, []
    draft.provenance = {"drafted_by": None, "source": source, "template": name, "lines": []}


def is_untouched(draft: Draft, source: str) -> bool:
    """Whether a draft is as it came up: nobody has changed a word."""
    return draft.provenance.get("source") == source and not draft.writers


def _values(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, now: datetime, language: str
) -> dict[str, str]:
    zone = desk.office.time_zone
    clock, first = clocks.of_enquiry(session, case, enquiry.id), _first_of(session, enquiry)
    return {
        **drafting.values(session, desk, case, None, now),
        "body": enquiry.body,
        "passed_by": first.body,
        "first_asked_on": local_date(first.asked_at or now, zone, language),
        "asked_on": local_date(enquiry.asked_at or now, zone, language),
        "due_on": local_date(clock.due_at, zone, language) if clock else "",
        "signature": desk.office.signature or desk.office.name,
    }


def _first_subject(session: Session, enquiry: Enquiry) -> str | None:
    first = _first_of(session, enquiry)
    query = select(Draft.subject).where(Draft.enquiry_id == first.id).order_by(col(Draft.id))
    return session.exec(query.limit(1)).first()


def _first_of(session: Session, enquiry: Enquiry) -> Enquiry:
    """The question that we sent, from which this one goes on."""
    seen = {enquiry.id}
    while enquiry.came_from and enquiry.came_from not in seen:
        seen.add(enquiry.came_from)
        enquiry = find(session, Enquiry, enquiry.came_from)
    return enquiry


def _joined(dates: Sequence[str]) -> str:
    return " and ".join(dates) if len(dates) < 3 else f"{', '.join(dates[:-1])} and {dates[-1]}"


def _present(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
