"""What staff write down themselves: notes, and what was said by phone, by letter or in person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from inbox import alerts, callers, casefile, clocks, files, hand_channels, people, triage
from inbox.database import find, find_or_none
from inbox.desk import Desk
from inbox.errors import NotFound, Refused
from inbox.history import Actor, record
from inbox.models import Case, Channel, Constituent, Direction, EventKind, Message, MessageKind, new_id
from inbox.rules.following import follow
from inbox.titles import first_words
from routing.postcodes import normalised
from routing.words import ClockKind

BY_HAND = frozenset({MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT})
SPOKEN = frozenset({MessageKind.CALL, MessageKind.VISIT})
"""Whoever was spoken to knows that we have it: nothing is owed to tell them so."""


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


def open_case(
    session: Session, desk: Desk, *, kind: MessageKind, name: str, contact: str, postcode: str, subject: str,
    text: str, author_id: str | None, when: datetime, now: datetime, actor: Actor,
    visible: ColumnElement[bool], phone: str = "", address: str = "", language: str = "en",
    given: Sequence[files.Given] = (), road: str | None = None,
) -> Case:  # fmt: skip
    """A new case from a call, a letter or a visit, triaged like any other.

    `visible`: which cases whoever writes it down may know. Somebody who is only on others stays unknown here.
    """
    if not name.strip() or not text.strip():
        raise Refused("Give the person's name and what they said.")
    if when > now:
        raise Refused("Choose a date that is not in the future.")
    code = normalised(postcode)
    if postcode.strip() and code is None:
        raise Refused("Enter a real postcode, or leave it empty.")
    email = people.checked_address(contact) if "@" in contact else ""
    person = callers.known_by(session, email, visible) if email else None
    person = person or callers.somebody_new(session, name.strip(), email, language=language, now=now)
    phone = phone.strip() or ("" if email else contact.strip())
    told = {"phone": phone[:40], "address": address.strip(), "postcode": code or ""}
    before = callers.tell(person, told, is_sure=author_id is not None)
    session.flush()
    subject = subject.strip() or first_words(text)
    case = casefile.open_case(session, desk, None, person, now=now, subject=subject)
    case.received_at = when
    message = log(session, case, kind, text, author_id=author_id, when=when, now=now, actor=actor,
                  given=given, road=road)  # fmt: skip
    if lines := callers.differences(session, person, email, told, before, is_sure=author_id is not None):
        add_note(session, case, "\n".join(lines), author_id=author_id, now=now, actor=actor)
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
