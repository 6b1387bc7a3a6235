"""The private link: issued, opened by a check, revoked. What it shows is stage and dates, never content."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from inbox.contact_dates import Wrote, first_and_last
from inbox.database import find
from inbox.history import CONSTITUENT, SYSTEM, Actor, record
from inbox.models import (
    Case,
    CaseStatus,
    Clock,
    Constituent,
    Draft,
    DraftState,
    Enquiry,
    Event,
    EventKind,
    Handle,
    StatusLink,
    StatusLinkKey,
)
from inbox.models.case import PAUSED
from inbox.secrets import new_token, token_hash

MOST_TRIES = 5
TRY_WINDOW = timedelta(minutes=15)
SUSPECT_FOR = timedelta(days=14)
LIFE_AFTER_CLOSING = timedelta(days=90)


class Stage(StrEnum):
    """Where a case is, as the public page says it."""

    RECEIVED = "received"
    NEED_ADDRESS = "need_address"
    NEED_PERMISSION = "need_permission"
    WORKING = "working"
    WAITING_ORGANISATION = "waiting_organisation"
    ORGANISATION_LATE = "organisation_late"
    PREPARING_REPLY = "preparing_reply"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the page's history: a stage and the day it began."""

    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """All that the page may show."""

    reference: str
    stage: Stage
    received_at: datetime
    updated_at: datetime
    next_word_by: datetime | None
    steps: tuple[Step, ...]
    can_add: bool
    language: str
    wrote: tuple[Wrote, ...] = ()
    is_soon: bool = False
    """They said that it happens today or tomorrow, and nobody has answered them yet."""


def issue(
    session: Session, case: Case, person: Constituent | None, *, language: str, now: datetime,
    actor: Actor = SYSTEM,
) -> str:  # fmt: skip
    """A new link for this case; returns the token, which is kept nowhere."""
    token = new_token()
    issue_as(session, case, person, token_hash(token), language=language, now=now, actor=actor)
    return token


def issue_as(
    session: Session, case: Case, person: Constituent | None, hashed: str, *, language: str, now: datetime,
    actor: Actor = SYSTEM, answer: str | None = None,
) -> None:  # fmt: skip
    """A link whose token was given out already; `answer` opens it, where given, and nothing else does."""
    link = StatusLink(
        office_id=case.office_id,
        case_id=case.id,
        constituent_id=person.id if person else case.constituent_id,
        language=language,
        answer=answer[:254] if answer else None,
        created_at=now,
    )
    session.add(link)
    session.add(StatusLinkKey(token_hash=hashed, link_id=link.id, office_id=case.office_id))
    record(session, case, EventKind.STATUS_LINK_ISSUED, actor, now=now, link=link.id)


def revoke_all(session: Session, case: Case, *, now: datetime, actor: Actor) -> int:
    """Closes every link of a case; returns how many were open."""
    links = session.exec(
        select(StatusLink).where(StatusLink.case_id == case.id, ~col(StatusLink.is_closed))
    ).all()
    for link in links:
        link.is_closed = True
        record(session, case, EventKind.STATUS_LINK_REVOKED, actor, now=now, link=link.id)
    return len(links)


def look_up(session: Session, token: str) -> tuple[str, str] | None:
    """(office id, link id) of a token, before any office is known; None for anything that is no link."""
    if not token.isascii() or len(token) != 43:
        return None
    key = session.exec(select(StatusLinkKey).where(StatusLinkKey.token_hash == token_hash(token))).first()
    return (key.office_id, key.link_id) if key else None


@dataclass(frozen=True, slots=True)
class Tried:
    """What an answer came to: the link it opened, or the case whose link it was the last wrong try at."""

    link: StatusLink | None = None
    locked: Case | None = None


def check(session: Session, link_id: str, answer: str, *, now: datetime) -> Tried:
    """A link is given when it is open and `answer` is right; every other case is alike to whoever asks.

    Five wrong answers within fifteen minutes lock it for the rest of that window, and the office is told:
    the caller does that for `locked`.
    """
    link = find(session, StatusLink, link_id)
    case = find(session, Case, link.case_id)
    if not _is_open(link, case, now):
        return Tried()
    if link.failing_since is None or now - link.failing_since >= TRY_WINDOW:
        link.failing_since, link.failed_tries = None, 0
    if link.failed_tries >= MOST_TRIES:
        return Tried()
    if _is_right(session, link, case, answer):
        link.failing_since, link.failed_tries, link.seen_at = None, 0, now
        record(session, case, EventKind.STATUS_LINK_USED, CONSTITUENT, now=now, link=link.id)
        return Tried(link)
    link.failing_since = link.failing_since or now
    link.failed_tries += 1
    if link.failed_tries == MOST_TRIES:
        record(session, case, EventKind.STATUS_LINK_LOCKED, CONSTITUENT, now=now, link=link.id)
        return Tried(locked=case)
    return Tried()


def suspected_at(session: Session, case: Case, now: datetime) -> datetime | None:
    """When a link of this case was last locked by wrong answers that nobody has looked into since."""
    kinds = (EventKind.STATUS_LINK_LOCKED, EventKind.STATUS_LINK_REVOKED, EventKind.STATUS_LINK_CLEARED)
    query = select(Event).where(Event.case_id == case.id, col(Event.kind).in_([str(kind) for kind in kinds]))
    last = session.exec(query.order_by(col(Event.sequence).desc()).limit(1)).first()
    if last is None or last.kind != EventKind.STATUS_LINK_LOCKED or now - last.at > SUSPECT_FOR:
        return None
    return last.at


def clear(session: Session, case: Case, *, now: datetime, actor: Actor) -> None:
    """Somebody looked into the wrong answers: it was the person."""
    record(session, case, EventKind.STATUS_LINK_CLEARED, actor, now=now)


def still_open(session: Session, link_id: str, *, now: datetime) -> tuple[StatusLink, Case] | None:
    """The link and its case while the page may be shown: asked again on each view."""
    link = session.exec(select(StatusLink).where(StatusLink.id == link_id)).first()
    if link is None:
        return None
    case = find(session, Case, link.case_id)
    return (link, case) if _is_open(link, case, now) else None


def status_of(session: Session, link: StatusLink, case: Case, *, now: datetime) -> Status:
    """What the page shows: stage, dates, next word. Nothing anybody wrote."""
    steps = _steps(session, case, now)
    return Status(
        reference=case.reference,
        stage=_stage(session, case, now),
        received_at=case.received_at,
        updated_at=max([case.received_at, *(step.at for step in steps), *_turns(session, case)]),
        next_word_by=next_word(session, case, now),
        steps=tuple(steps),
        can_add=True,
        language=link.language,
        wrote=first_and_last(session, link, case),
        is_soon=_waits_urgently(session, case),
    )


def _is_open(link: StatusLink, case: Case, now: datetime) -> bool:
    if link.is_closed or "domestic-abuse" in case.flags:
        return False
    if link.expires_at is not None and now >= link.expires_at:
        return False
    return case.closed_at is None or now < case.closed_at + LIFE_AFTER_CLOSING


def _is_right(session: Session, link: StatusLink, case: Case, answer: str) -> bool:
    """The link's own answer; else the postcode if a person typed or confirmed it, else their address."""
    if link.answer:
        return _same(_plain(answer), _plain(link.answer))
    person_id = link.constituent_id or case.constituent_id
    person = session.exec(select(Constituent).where(Constituent.id == person_id)).first()
    if person is None:
        return False
    if person.postcode and person.postcode_typed:
        return _same(_plain(answer), _plain(person.postcode))
    handles = session.exec(select(Handle.address).where(Handle.constituent_id == person.id)).all()
    return any([_same(_plain(answer), _plain(address)) for address in handles])  # noqa: C419 (all, for time)


def _plain(words: str) -> str:
    return "".join(words.split()).casefold()[:320]


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


_ASKED_FOR = {"address": Stage.NEED_ADDRESS, "permission": Stage.NEED_PERMISSION}
"""What the page asks of the person. Where they owe us an answer, our own letter asked for it."""


def _stage(session: Session, case: Case, now: datetime) -> Stage:
    if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return Stage.FINISHED
    if {"threat", "self-harm", "safeguarding"} & set(case.flags):
        return Stage.WORKING
    if case.status == CaseStatus.WAITING_BODY:
        return Stage.ORGANISATION_LATE if _body_is_late(session, case, now) else Stage.WAITING_ORGANISATION
    if case.status == CaseStatus.WAITING_CONSTITUENT:
        return _ASKED_FOR.get(case.waiting_for or "", Stage.WORKING)
    if _reply_is_being_prepared(session, case):
        return Stage.PREPARING_REPLY
    return Stage.RECEIVED if case.status == CaseStatus.NEW else Stage.WORKING


def _waits_urgently(session: Session, case: Case) -> bool:
    if case.answered_at is not None or case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return False
    query = select(Event.id).where(Event.case_id == case.id, Event.kind == EventKind.SAID_SOON)
    return session.exec(query.limit(1)).first() is not None


def _body_is_late(session: Session, case: Case, now: datetime) -> bool:
    query = select(Clock.id).where(
        Clock.case_id == case.id, Clock.kind == "enquiry", Clock.due_at < now, ~PAUSED,
        col(Clock.met_at).is_(None), col(Clock.cancelled_at).is_(None),
    )  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def _reply_is_being_prepared(session: Session, case: Case) -> bool:
    query = select(Draft.id).where(
        Draft.case_id == case.id,
        col(Draft.state).in_((DraftState.SUBMITTED, DraftState.APPROVED, DraftState.QUEUED)),
        col(Draft.enquiry_id).is_(None),
    )
    return session.exec(query.limit(1)).first() is not None


def next_word(session: Session, case: Case, now: datetime) -> datetime | None:
    """The next date we promised this person. Never one that has passed (then the page says we are late), nor
    one of a promise that stands still: nobody knows it yet."""
    if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return None
    query = select(Clock).where(
        Clock.case_id == case.id, col(Clock.met_at).is_(None), col(Clock.cancelled_at).is_(None),
        col(Clock.kind).in_(("first_reply", "next_update", "foi", "subject_access", "complaint", "referral")),
    )  # fmt: skip
    running = (one.due_at for one in session.exec(query) if not one.is_paused)
    return min((due_at for due_at in running if due_at >= now), default=None)


_STEPS = {
    EventKind.CASE_OPENED: Stage.RECEIVED,
    EventKind.ENQUIRY_ASKED: Stage.WAITING_ORGANISATION,
    EventKind.CLOSED: Stage.FINISHED,
    EventKind.CASE_REOPENED: Stage.WORKING,
}


def _steps(session: Session, case: Case, now: datetime) -> list[Step]:
    undone = {str(event.detail.get("undone")) for event in _events(session, case, (EventKind.UNDONE,))}
    asked = dict(session.exec(select(Enquiry.id, Enquiry.asked_at).where(Enquiry.case_id == case.id)).all())
    steps = [
        Step(_STEPS[EventKind(event.kind)], event.at)
        for event in _events(session, case, _STEPS)
        if event.id not in undone
        and asked.get(str(event.detail.get("enquiry")), event.at)
        == event.at  # a letter that came back asked none
    ]
    is_begun = any(asked.values()) or any(step.stage is Stage.WORKING for step in steps)
    if case.status not in (CaseStatus.NEW, CaseStatus.RESOLVED, CaseStatus.CLOSED) and not is_begun:
        steps.append(Step(Stage.WORKING, min(_turns(session, case), default=case.received_at)))
    return steps


def _turns(session: Session, case: Case) -> list[datetime]:
    """When the case was taken up, and each time after that it became somebody else's turn."""
    return [
        event.at
        for event in _events(session, case, (EventKind.ASSIGNED, EventKind.MOVED, EventKind.STATUS_CHANGED))
        if event.kind == EventKind.STATUS_CHANGED or event.detail.get("sorted")
    ]


def _events(session: Session, case: Case, kinds: Iterable[EventKind]) -> Sequence[Event]:
    """The lines of these kinds in the case's history, the oldest first."""
    query = select(Event).where(Event.case_id == case.id, col(Event.kind).in_([str(kind) for kind in kinds]))
    return session.exec(query.order_by(col(Event.sequence))).all()
