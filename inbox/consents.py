"""Permission to ask a body about a person: recorded with its evidence, standing until it ends.

What is enough is the body's own rule. Somebody who asks for help on their own matter is taken to agree that
the body is asked (`deemed`); where somebody else asks for them, nobody can take that for granted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from inbox import bodies
from inbox.database import find, find_or_none
from inbox.dates import local_date
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import (
    Attachment,
    Body,
    Case,
    Consent,
    ConsentKind,
    ConsentRule,
    Draft,
    Enquiry,
    EventKind,
    Message,
)

FOR_SOMEBODY_ELSE = frozenset({"third-party", "representative"})
"""Flags of a case on which the writer is not, or not alone, the person it is about."""

_STRENGTH = {str(kind): place for place, kind in enumerate(ConsentKind)}
IN_WORDS = {
    ConsentKind.DEEMED: "taken as given",
    ConsentKind.VERBAL: "by word of mouth",
    ConsentKind.WRITTEN: "in writing",
    ConsentKind.FORM: "on a signed form",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A permission as it is written down. `bodies` empty: any body that can help."""

    kind: ConsentKind
    given_by: str
    given_at: datetime
    bodies: Sequence[str] = ()
    on_behalf_of: str = ""
    message_id: str | None = None
    file_id: str | None = None
    note: str = ""
    ends_at: datetime | None = None


def write_down(
    session: Session, case: Case, given: Given, *, now: datetime, actor: Actor, staff_id: str | None
) -> Consent:
    """Keeps a permission. Raises Refused, with the `field`, for one without evidence, that has ended, or that
    names a body which the directory does not have."""
    _check(session, case, given, now)
    asked = list(dict.fromkeys(_body_id(session, words) for words in given.bodies))
    row = Consent(
        office_id=case.office_id,
        case_id=case.id,
        bodies=asked,
        kind=given.kind,
        given_by=" ".join(given.given_by.split())[:200],
        on_behalf_of=" ".join(given.on_behalf_of.split())[:200] or None,
        given_at=given.given_at,
        evidence_message_id=given.message_id,
        evidence_file_id=given.file_id,
        note=given.note.replace("\0", "").strip(),
        ends_at=given.ends_at,
        recorded_by=staff_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    case.version += 1
    record(session, case, EventKind.CONSENT_RECORDED, actor, now=now, consent=row.id, how=row.kind,
           bodies=row.bodies)  # fmt: skip
    return row


def take_back(session: Session, case: Case, consent_id: str, *, now: datetime, actor: Actor) -> Consent:
    """The person no longer agrees. What was asked stays asked; nothing new is."""
    row = find(session, Consent, consent_id)
    if row.case_id != case.id:
        raise NotFound
    if row.withdrawn_at is not None:
        raise Conflict("This permission was taken back already.")
    row.withdrawn_at = now
    case.version += 1
    record(session, case, EventKind.CONSENT_WITHDRAWN, actor, now=now, consent=row.id)
    return row


def of_case(session: Session, case: Case) -> list[Consent]:
    """Every permission on a case, oldest first, also those that ended."""
    return list(session.exec(select(Consent).where(Consent.case_id == case.id).order_by(col(Consent.id))))


def needed(body: Body, case: Case) -> ConsentRule:
    """The least that this body needs on this case."""
    usual = ConsentRule(body.consent or ConsentRule.DEEMED)
    if not FOR_SOMEBODY_ELSE & set(case.flags):
        return usual
    if body.third_party_consent:
        return ConsentRule(body.third_party_consent)
    return ConsentRule.VERBAL if usual is ConsentRule.DEEMED else usual


def standing(session: Session, case: Case, body: Body, now: datetime) -> Consent | None:
    """The strongest permission to ask this body that holds now."""
    held = [row for row in of_case(session, case) if _covers(row, body.id) and holds(row, now)]
    return max(held, key=lambda row: (_STRENGTH[row.kind], row.id), default=None)


def holds(row: Consent, now: datetime) -> bool:
    return row.withdrawn_at is None and (row.ends_at is None or row.ends_at > now)


def lacking(session: Session, case: Case, body: Body, now: datetime, zone: str) -> str | None:
    """Why this body may not be asked now, in a sentence; None when it may."""
    rule = needed(body, case)
    if rule is ConsentRule.NONE or (rule is ConsentRule.DEEMED and not FOR_SOMEBODY_ELSE & set(case.flags)):
        return None
    found = standing(session, case, body, now)
    if found is not None and _STRENGTH[found.kind] >= _STRENGTH[rule]:
        return None
    need = f"{body.name} needs permission {_wanted(rule)}"
    if found is not None:
        return f"{need}, and what is on this case was given {IN_WORDS[ConsentKind(found.kind)]}."
    ended = [row for row in of_case(session, case) if _covers(row, body.id)]
    if not ended:
        return f"{need}, and none is on this case."
    last = ended[-1]
    if last.withdrawn_at is not None:
        return f"{need}, and it was taken back on {local_date(last.withdrawn_at, zone)}."
    until = local_date((last.ends_at or now) - timedelta(seconds=1), zone)
    return f"{need}, and the one on this case was good until {until}."


def lacking_for(
    session: Session, case: Case, known: Body | None, name: str, now: datetime, zone: str
) -> str | None:
    """The same for any body: one that is not in the directory (`known` None) has no rule of its own, but
    what somebody asks for somebody else needs a permission that was given."""
    if known is not None:
        return lacking(session, case, known, now, zone)
    if not FOR_SOMEBODY_ELSE & set(case.flags):
        return None
    given = (row for row in of_case(session, case) if not row.bodies and holds(row, now))
    if any(_STRENGTH[row.kind] >= _STRENGTH[ConsentRule.VERBAL] for row in given):
        return None
    return (
        f"Somebody else asks for the person here, so {name} needs their permission, and none is on this case."
    )


def problems(session: Session, draft: Draft, now: datetime, zone: str) -> list[str]:
    """What stands against a letter to a body leaving; nothing where somebody said why not to wait."""
    enquiry = find_or_none(session, Enquiry, draft.enquiry_id)
    body = find_or_none(session, Body, enquiry.body_id) if enquiry else None
    if enquiry is None or enquiry.without_consent or (body is None and enquiry.asked_at is not None):
        return []
    why = lacking_for(session, find(session, Case, draft.case_id), body, enquiry.body, now, zone)
    return [f"{why} Write the permission down on the case first."] if why else []


def _wanted(rule: ConsentRule) -> str:
    if rule is ConsentRule.VERBAL:
        return "that somebody gave in words, in writing or on a form"
    return "in writing" if rule is ConsentRule.WRITTEN else "on a signed form"


def _covers(row: Consent, body_id: str) -> bool:
    return not row.bodies or body_id in row.bodies


def _body_id(session: Session, words: str) -> str:
    """The id of a body that is named by its id or by any of its names."""
    body = find_or_none(session, Body, words.strip()) or bodies.known(session, words)
    if body is None:
        raise Refused(
            f"There is no organisation “{words.strip()[:80]}” in the directory. Give its id or a name of it.",
            field="bodies",
        )
    return body.id


def _check(session: Session, case: Case, given: Given, now: datetime) -> None:
    if not given.given_by.strip():
        raise Refused("Say who gave it.", field="given_by")
    if given.given_at > now:
        raise Refused("It cannot have been given in the future.", field="given_at")
    if given.ends_at is not None and given.ends_at <= now:
        raise Refused("Choose a date in the future.", field="ends_at")
    if given.message_id and find(session, Message, given.message_id).case_id != case.id:
        raise NotFound
    if given.file_id:
        file = find(session, Attachment, given.file_id)
        if find(session, Message, file.message_id).case_id != case.id:
            raise NotFound
    if not (given.message_id or given.file_id or given.note.strip()):
        raise Refused(
            "Say where the evidence is: a message, a file, or a note of what was said.", field="note"
        )
