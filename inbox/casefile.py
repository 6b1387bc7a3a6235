"""A case from its opening: reference, person, what is learnt of them, and how a new message wakes it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from inbox import clocks, points, search
from inbox.desk import Desk
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    CASE_MOVES,
    Case,
    CaseStatus,
    Constituent,
    EventKind,
    Message,
    Staff,
    move,
)
from inbox.recall import Recall, free_references
from inbox.titles import first_words
from routing.assessment import Assessment
from routing.rules import ClockOrder
from routing.words import ClockKind, ConstituencyState, Language

_ASLEEP = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED})
_WAITING = frozenset({CaseStatus.WAITING_CONSTITUENT, CaseStatus.WAITING_BODY})


def open_case(
    session: Session, desk: Desk, message: Message | None, person: Constituent | None, *, now: datetime,
    subject: str | None = None, known: Recall | None = None, reference: str | None = None,
) -> Case:  # fmt: skip
    """A new case; `message` is what opened it, if a message did, and `known` what its batch has drawn.

    `reference`: one that its writer was told already, unless another case took it meanwhile.
    """
    received = message.received_at if message else now
    prefix = desk.office.prefix
    if reference and session.exec(select(Case.id).where(Case.reference == reference)).first():
        reference = None
    case = Case(
        office_id=desk.office.id,
        reference=reference or _drawn(session, prefix, known),
        subject=(subject or title_of(message))[:200],
        channel_id=message.channel_id if message else None,
        constituent_id=person.id if person else None,
        received_at=received,
        created_at=now,
        updated_at=now,
    )
    points.begin(case, desk.calendar, now)
    session.add(case)
    record(session, case, EventKind.CASE_OPENED, SYSTEM, now=now, public=True,
           message=message.id if message else None)  # fmt: skip
    return case


def _drawn(session: Session, prefix: str, known: Recall | None) -> str:
    return known.reference(session, prefix) if known else free_references(session, prefix, 1)[0]


def wake(session: Session, desk: Desk, case: Case, message: Message, *, now: datetime) -> None:
    """Somebody wrote on this case: it is nobody's turn but ours now, and a finished one is open again."""
    before = CaseStatus(case.status)
    is_settled = case.answered_at is not None or before in _ASLEEP
    if is_settled and message.constituent_id == case.constituent_id:
        case.answered_at, case.wrote_again_at = None, message.received_at
    if before in _ASLEEP:
        reopen(session, desk, case, ClockKind.FIRST_REPLY, since=message.received_at, now=now, actor=SYSTEM,
               message=message.id)  # fmt: skip
    elif before is CaseStatus.WAITING_CONSTITUENT or (
        before is CaseStatus.WAITING_BODY and message.constituent_id != case.constituent_id
    ):
        case.status = move(case.status, CaseStatus.OPEN, CASE_MOVES, "case")
        case.waiting_for = None
        record(session, case, EventKind.STATUS_CHANGED, SYSTEM, now=now, before=before, after=case.status)
    case.version += 1


def reopen(
    session: Session, desk: Desk, case: Case, owed: ClockKind, *, since: datetime, now: datetime,
    actor: Actor, **detail: Any,
) -> str:  # fmt: skip
    """A finished case is in work again, and the person is promised word again. Returns the event, which undo
    takes: its way of ending is in it, its note stays on the case."""
    ended = case.closed_at.isoformat() if case.closed_at else None
    before = {"before": case.status, "outcome": case.outcome, "closed_at": ended}
    case.status = move(case.status, CaseStatus.OPEN, CASE_MOVES, "case")
    case.closed_at = case.outcome = None
    clocks.start(session, desk, case, ClockOrder(kind=owed), received_at=since, now=now, actor=actor)
    return record(session, case, EventKind.CASE_REOPENED, actor, now=now, public=True, after=case.status,
                  **before, **detail)  # fmt: skip


def answered(
    session: Session, case: Case, *, now: datetime, actor: Actor, writer: Staff | None = None
) -> None:
    """Somebody of the office has answered, so a case that nobody sorted is in work. Where nobody had it, it
    is the writer's, who knows what was promised."""
    if case.status != CaseStatus.NEW:
        return
    before = case.status
    case.status = move(before, CaseStatus.OPEN, CASE_MOVES, "case")
    case.version += 1
    case.updated_at = now
    if writer is not None and writer.is_active and case.assignee_id is None:
        case.assignee_id = writer.id
        record(session, case, EventKind.ASSIGNED, actor, now=now, before=None, after=writer.id, sorted=True)
        return
    record(session, case, EventKind.STATUS_CHANGED, actor, now=now, before=before, after=case.status)


def taken_up(session: Session, case: Case, writer: Staff | None, *, now: datetime, actor: Actor) -> None:
    """Somebody works on a case that nobody had: it is theirs, who knows what is asked for it."""
    if case.status == CaseStatus.NEW:
        answered(session, case, now=now, actor=actor, writer=writer)
    elif writer is not None and writer.is_active and case.assignee_id is None:
        case.assignee_id, case.version, case.updated_at = writer.id, case.version + 1, now
        record(session, case, EventKind.ASSIGNED, actor, now=now, before=None, after=writer.id, sorted=False)


def learn(person: Constituent, assessment: Assessment) -> None:
    """What a message tells of its writer fills gaps; it never overwrites what a person confirmed."""
    if person.postcode is None and assessment.postcode:
        person.postcode = assessment.postcode
    if person.constituency == ConstituencyState.UNKNOWN:
        person.constituency = assessment.constituency
    if assessment.language is Language.WELSH:
        person.language = Language.WELSH


def learn_name(session: Session, person: Constituent, name: str) -> None:
    """Gives somebody nameless the name that their platform tells now; their cases are found by it."""
    person.name = name
    search.reindex_person(session, person.id)


def index(session: Session, case: Case, message: Message, person: Constituent | None = None) -> None:
    """Makes a message findable by its words and by the facts of its case."""
    facts = _facts(case, message, person) if person else search.facts_of(session, case.id)
    if facts is not None:
        search.index_message(
            session, facts, message.id, name=message.sender_name, address=message.sender_handle,
            subject=message.subject or "", text=message.new_text,
        )  # fmt: skip


def _facts(case: Case, message: Message, person: Constituent) -> search.CaseFacts:
    """The case's facts without asking the database, for a case that this message opened."""
    return search.CaseFacts(
        case_id=case.id,
        reference=case.reference,
        subject=case.subject,
        name=person.name,
        postcode=person.postcode,
        phone=person.phone,
        addresses=(message.sender_handle,) if message.sender_handle else (),
    )


def title_of(message: Message | None) -> str:
    """What a list calls a case: its subject, or its first words."""
    if message is None:
        return "No subject"
    words = " ".join((message.subject or "").split()) or first_words(message.new_text)
    return words or "No subject"
