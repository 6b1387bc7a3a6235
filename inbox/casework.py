"""What people do with a case: assign, move, sort, note, log, close, junk, accept a match, undo."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from connectors.contract import Handle as Address
from inbox import (
    alerts,
    casefile,
    clocks,
    files,
    hand_channels,
    merging,
    people,
    points,
    search,
    triage,
)
from inbox.database import find, find_or_none
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import (
    CASE_MOVES,
    Case,
    CaseStatus,
    Channel,
    Constituent,
    Direction,
    EventKind,
    Message,
    MessageKind,
    Staff,
    Team,
    move,
    new_id,
)
from inbox.rules.following import follow
from routing.postcodes import normalised
from routing.rules import ClockOrder
from routing.words import ClockKind, ConstituencyState, Flag, Kind, Priority

OUTCOMES = (
    "resolved", "partly_resolved", "body_said_no", "referred_on", "not_a_constituent", "no_reply",
    "withdrawn", "out_of_scope", "behaviour", "duplicate",
)  # fmt: skip
"""Why a case ends (section 2 of the domain notes)."""

BY_HAND = frozenset({MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT})


SPOKEN = frozenset({MessageKind.CALL, MessageKind.VISIT})
"""Whoever was spoken to knows that we have it: nothing is owed to tell them so."""


def assign(
    session: Session, case: Case, staff_id: str | None, *, now: datetime, actor: Actor,
    next_because: Mapping[str, object] | None = None,
) -> str:  # fmt: skip
    """Gives a case to a person of the office, or to nobody. Returns the event, which undo takes.

    `next_because`: why it was the next one to take, where that is how it came to them.
    """
    person = find(session, Staff, staff_id) if staff_id else None
    if person is not None and not person.is_active:
        raise Refused("This person no longer works here. Choose somebody else.")
    before = case.assignee_id
    case.assignee_id = person.id if person else None
    taken = {"next": dict(next_because)} if next_because is not None else {}
    return _note(session, case, EventKind.ASSIGNED, actor, now, before=before, after=case.assignee_id,
                 sorted=_sorted(case), **taken)  # fmt: skip


def move_to_team(session: Session, case: Case, team_id: str, *, now: datetime, actor: Actor) -> str:
    """Puts a case into a team's queue."""
    before = case.team_id
    case.team_id = find(session, Team, team_id).id
    return _note(session, case, EventKind.MOVED, actor, now, before=before, after=case.team_id,
                 sorted=_sorted(case))  # fmt: skip


def set_priority(session: Session, case: Case, priority: Priority, *, now: datetime, actor: Actor) -> str:
    """Says how soon a person must look. What is flagged as threat or self-harm stays immediate."""
    if priority is not Priority.IMMEDIATE and {Flag.THREAT, Flag.SELF_HARM} & set(case.flags):
        raise Refused("A threat or a risk of self-harm stays Immediate. Take the flag off first, saying why.")
    before = case.priority
    triage.set_priority(case, priority)
    return _note(session, case, EventKind.PRIORITY_CHANGED, actor, now, before=before, after=priority)


def set_status(
    session: Session, case: Case, status: CaseStatus, *, now: datetime, actor: Actor,
    waiting_for: str | None = None,
) -> str:  # fmt: skip
    """Says whose turn it is, and what is waited for. Ending a case goes through `close`."""
    if status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        raise Refused("Say what came of it: close the case with an outcome.")
    before = case.status
    case.status = move(case.status, status, CASE_MOVES, "case")
    if waiting_for is not None or status is not CaseStatus.WAITING_BODY:
        case.waiting_for = waiting_for
    return _note(session, case, EventKind.STATUS_CHANGED, actor, now, before=before, after=status)


def set_flags(
    session: Session, case: Case, flags: set[Flag], *, why: str, now: datetime, actor: Actor
) -> str:
    """Sets a case's flags. Taking a risk flag off needs a reason, which stays in the history."""
    gone = set(case.flags) - {str(flag) for flag in flags}
    if gone & {Flag.THREAT, Flag.SELF_HARM, Flag.SAFEGUARDING, Flag.DOMESTIC_ABUSE} and not why.strip():
        raise Refused("Say why. Others will read it.")
    before = list(case.flags)
    case.flags = sorted(str(flag) for flag in flags)
    case.is_restricted = Flag.RESTRICTED in flags
    points.settle(case)
    if why.strip():
        add_note(session, case, f"Flags changed. {why.strip()}", author_id=actor.id, now=now, actor=actor)
    return _note(
        session, case, EventKind.FACTS_CHANGED, actor, now, field="flags", before=before, after=case.flags
    )


def close(session: Session, case: Case, *, outcome: str, note: str, now: datetime, actor: Actor) -> str:
    """Ends a case with an outcome that the person can see. What was owed is owed no more."""
    if outcome not in OUTCOMES:
        raise Refused("Choose what came of it.")
    before = case.status
    case.status = move(case.status, CaseStatus.RESOLVED, CASE_MOVES, "case")
    case.outcome, case.outcome_note, case.closed_at = outcome, note.strip() or None, now
    case.waiting_for = case.held_by = None
    clocks.cancel_all(session, case, now=now, actor=actor)
    case.version += 1
    case.updated_at = now
    return record(
        session, case, EventKind.CLOSED, actor, now=now, public=True, before=before, outcome=outcome
    )


def junk(session: Session, case: Case, *, now: datetime, actor: Actor) -> str:
    """Sets a case aside as junk: no clocks, no acknowledgement, never deleted here."""
    if {Flag.THREAT, Flag.SELF_HARM} & set(case.flags):
        raise Refused("A threat or a risk of self-harm cannot be set aside as junk.")
    before = case.kind
    case.kind = Kind.SPAM
    clocks.cancel_all(session, case, now=now, actor=actor)
    return _note(session, case, EventKind.MARKED_JUNK, actor, now, before=before, after=case.kind)


def not_junk(session: Session, desk: Desk, case: Case, *, now: datetime, actor: Actor) -> str:
    """It was a person after all: back to sorting, with its promise counted from when it came."""
    before = case.kind
    case.kind = Kind.CASEWORK
    if case.status == CaseStatus.NEW:
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        clocks.start(session, desk, case, order, received_at=case.received_at, now=now, actor=actor)
    return _note(session, case, EventKind.MARKED_NOT_JUNK, actor, now, before=before, after=case.kind)


def add_note(
    session: Session, case: Case, text: str, *, author_id: str | None, now: datetime, actor: Actor
) -> Message:
    """An office note: never leaves, never shown outside."""
    if not text.strip():
        raise Refused("Write the note first.")
    note = _written(case, text, Direction.NOTE, MessageKind.MESSAGE, author_id, now, actor.name)
    _put(session, case, note, EventKind.NOTED, now, actor)
    return note


def keep_old(
    session: Session, case: Case, old: dict[str, str], why: str, *, author_id: str | None, now: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """Notes what facts were before somebody put them right, and why: nothing that was known is lost."""
    lines = [f"{name.capitalize()} was: {value or 'not known'}." for name, value in old.items()]
    lines += [f"Facts changed. {why}"] if why else []
    if lines:
        add_note(session, case, "\n".join(lines), author_id=author_id, now=now, actor=actor)


def log(
    session: Session, case: Case, kind: MessageKind, text: str, *, author_id: str | None, when: datetime,
    now: datetime, actor: Actor, given: Sequence[files.Given] = (), road: str | None = None,
) -> Message:  # fmt: skip
    """What somebody said by phone, by letter or in person, written down by staff, with their files.

    `road`: the kind of channel it came by, where it is not the usual one.
    """
    if kind not in BY_HAND:
        raise Refused("Choose a call, a letter or a visit.")
    if not text.strip():
        raise Refused("Write what was said.")
    if when > now:
        raise Refused("Choose a date that is not in the future.")
    channel = hand_channels.of_office(session, road or hand_channels.ROADS[kind], now=now, actor=actor)
    message = _written(case, text, Direction.INBOUND, kind, author_id, when, "")
    message.channel_id = channel.id
    case.channel_id = case.channel_id or channel.id
    hand_channels.took_in(channel, now)
    message.constituent_id = case.constituent_id
    person = find_or_none(session, Constituent, case.constituent_id)
    message.sender_name = person.name if person else ""
    _put(session, case, message, EventKind.LOGGED, now, actor)
    files.on_message(session, message, given)
    return message


def open_by_hand(
    session: Session, desk: Desk, *, kind: MessageKind, name: str, contact: str, postcode: str, subject: str,
    text: str, author_id: str | None, when: datetime, now: datetime, actor: Actor, phone: str = "",
    address: str = "", language: str = "en", given: Sequence[files.Given] = (), road: str | None = None,
) -> Case:  # fmt: skip
    """A new case from a call, a letter or a visit, triaged like any other."""
    if not name.strip() or not text.strip():
        raise Refused("Give the person's name and what they said.")
    if when > now:
        raise Refused("Choose a date that is not in the future.")
    code = normalised(postcode)
    if postcode.strip() and code is None:
        raise Refused("Enter a real postcode, or leave it empty.")
    email = people.checked_address(contact) if "@" in contact else ""
    person = people.known_by(session, "email", email) if email else None
    person = person or people.add(session, "email", Address(name.strip(), email), language=language, now=now)
    phone = phone.strip() or ("" if email else contact.strip())
    person.phone = phone[:40] or person.phone
    person.address = address.strip() or person.address
    if code:
        person.postcode, person.postcode_typed = code, True
        person.constituency = ConstituencyState.UNKNOWN  # whatever an earlier postcode made of it
    session.flush()
    subject = subject.strip() or " ".join(text.split())[:80]
    case = casefile.open_case(session, desk, None, person, now=now, subject=subject)
    case.received_at = when
    message = log(
        session,
        case,
        kind,
        text,
        author_id=author_id,
        when=when,
        now=now,
        actor=actor,
        given=given,
        road=road,
    )
    desk.meet(find(session, Channel, message.channel_id))
    types = tuple(one.content_type for one in given)
    seen = triage.consider(
        session, desk, message, case, person, attachment_types=types, stated_postcode=code, now=now
    )
    casefile.learn(person, seen.assessment)
    triage.place(session, desk, case, seen, message, now=now)
    orders = [
        one for one in seen.verdict.clocks if kind not in SPOKEN or one.kind is not ClockKind.ACKNOWLEDGE
    ]
    clocks.begin(session, desk, case, orders, received_at=when, now=now, actor=actor)
    follow(session, desk, case, seen.verdict, now=now)
    alerts.of_case(session, desk, case, seen.verdict.notify, now=now)
    return case


def first_said(session: Session, case: Case) -> Message:
    """What opened the case. Raises NotFound where nobody has said anything on it."""
    query = select(Message).where(Message.case_id == case.id, Message.direction == Direction.INBOUND)
    found = session.exec(query.order_by(col(Message.id)).limit(1)).first()
    if found is None:
        raise NotFound
    return found


def accept_match(session: Session, desk: Desk, message: Message, *, now: datetime, actor: Actor) -> Case:
    """A person says that this message belongs to the proposed case: it moves there, its own case folds in."""
    target = find(session, Case, message.proposed_case_id)
    own = find_or_none(session, Case, message.case_id)
    if own is None or own.id == target.id:
        raise Conflict("This message is on that case already.")
    message.case_id, message.proposed_case_id, message.proposed_because = target.id, None, None
    own.message_count -= 1
    target.message_count += 1
    target.updated_at = now
    session.flush()
    if own.message_count == 0:
        clocks.cancel_all(session, own, now=now, actor=actor)
        own.merged_into, own.status = target.id, move(own.status, CaseStatus.CLOSED, CASE_MOVES, "case")
        own.outcome, own.closed_at, own.version = "duplicate", now, own.version + 1
    merging.carry_alarm(own, target)
    casefile.wake(session, desk, target, message, now=now)
    for changed in (own, target):
        search.reindex_case(session, changed.id)
    record(session, own, EventKind.MATCH_ACCEPTED, actor, now=now, message=message.id, into=target.id)
    record(
        session,
        target,
        EventKind.ARRIVED,
        actor,
        now=now,
        public=True,
        message=message.id,
        because="accepted",
    )
    return target


def reject_match(session: Session, message: Message, *, now: datetime, actor: Actor) -> None:
    """A person says that this message is a matter of its own."""
    if message.proposed_case_id is None:
        raise Conflict("There is no proposal to part from.")
    proposed = message.proposed_case_id
    message.proposed_case_id, message.proposed_because = None, None
    record(
        session,
        message.case_id,
        EventKind.MATCH_REJECTED,
        actor,
        now=now,
        message=message.id,
        proposed=proposed,
    )


def _sorted(case: Case) -> bool:
    """A case that somebody gave a home to is no longer new; whether it was."""
    was_new = case.status == CaseStatus.NEW
    if was_new:
        case.status = CaseStatus.OPEN
    return was_new


def _note(session: Session, case: Case, kind: EventKind, actor: Actor, now: datetime, **detail: Any) -> str:
    case.version += 1
    case.updated_at = now
    return record(session, case, kind, actor, now=now, **detail)


def _written(
    case: Case, text: str, direction: Direction, kind: MessageKind, author_id: str | None, when: datetime,
    name: str,
) -> Message:  # fmt: skip
    words = text.replace("\r\n", "\n").replace("\x00", "")
    return Message(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        direction=direction,
        kind=kind,
        sender_name=name,
        text=words,
        new_text=words,
        author_id=author_id,
        received_at=when,
    )


def _put(
    session: Session, case: Case, message: Message, kind: EventKind, now: datetime, actor: Actor
) -> None:
    session.add(message)
    session.flush()
    case.message_count += 1
    case.version += 1
    case.updated_at = now
    casefile.index(session, case, message)
    record(session, case, kind, actor, now=now, message=message.id)
