"""What people put right about a case and its person; the history names the fields, a note keeps old values.

Two people are never joined: an address that belongs to somebody else here is refused, not taken over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import clocks, people, search
from inbox.areas import table_for
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import Case, CaseStatus, Constituent, EventKind, Handle
from routing.constituency import place_of
from routing.postcodes import normalised
from routing.rules import ClockOrder
from routing.words import ClockKind, Flag, Kind, Language, Topic

KINDS_BY_HAND = (
    Kind.CASEWORK, Kind.POLICY_VIEW, Kind.THANK_YOU, Kind.MEDIA, Kind.DATA_REQUEST, Kind.OFFICE, Kind.ABUSE,
    Kind.NOT_OURS,
)  # fmt: skip
"""What a person may say a message is."""
_NO_PROMISE = frozenset({Kind.THANK_YOU, Kind.ABUSE})
_OWN_WAY = {
    Kind.SPAM: "It is set aside as junk. Press “Not junk” first.",
    Kind.CAMPAIGN: "It is on the pile of a campaign. Take it off there first.",
    Kind.THREAT: "It is flagged as a threat. Take the flag off first, saying why.",
    Kind.SELF_HARM_RISK: "It is flagged as a risk of self-harm. Take the flag off first, saying why.",
}


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What was typed about a person; None leaves a thing as it is, "" takes it away."""

    name: str | None = None
    postcode: str | None = None
    phone: str | None = None
    address: str | None = None
    language: str | None = None


def set_topics(session: Session, case: Case, topics: Iterable[str], *, now: datetime, actor: Actor) -> str:
    """Says what the case is about. Raises Refused for a word that is no topic."""
    wanted = list(dict.fromkeys(topics))
    if unknown := [one for one in wanted if one not in set(Topic)]:
        raise Refused(f"There is no topic called {unknown[0]}.")
    before, case.topics = list(case.topics), wanted
    return _changed(session, case, "topics", before, wanted, now, actor)


def set_kind(session: Session, desk: Desk, case: Case, kind: str, *, now: datetime, actor: Actor) -> str:
    """Says what a message is. What somebody must work on gets its promise, counted from when it came.

    Junk, piles and risks have their own ways in and out, with what belongs to them. Raises Refused.
    """
    risk = {Kind.THREAT: Flag.THREAT, Kind.SELF_HARM_RISK: Flag.SELF_HARM}.get(Kind(case.kind))
    if case.kind in _OWN_WAY and (risk is None or risk in case.flags):
        raise Refused(_OWN_WAY[Kind(case.kind)])
    if kind not in KINDS_BY_HAND:
        raise Refused("Choose what kind of message it is.")
    before, case.kind = case.kind, kind
    if kind not in _NO_PROMISE and not any(clocks.is_open(one) for one in clocks.of_case(session, case)):
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        if case.status == CaseStatus.NEW:
            clocks.start(session, desk, case, order, received_at=case.received_at, now=now, actor=actor)
    return _changed(session, case, "kind", before, kind, now, actor)


def set_language(session: Session, case: Case, language: str, *, now: datetime, actor: Actor) -> str:
    """Says in which language the case is answered. Raises Refused for one we do not write."""
    if language not in set(Language):
        raise Refused("Choose English or Welsh.")
    before, case.language = case.language, language
    return _changed(session, case, "language", before, language, now, actor)


def rename(session: Session, case: Case, subject: str, *, now: datetime, actor: Actor) -> str:
    """Gives the case another title."""
    subject = " ".join(subject.split())[:200]
    if not subject:
        raise Refused("Say in a few words what it is about.")
    case.subject, case.is_title_hidden = subject, False
    return _changed(session, case, "subject", None, None, now, actor)


def change_person(
    session: Session, desk: Desk, case: Case, facts: PersonFacts, *, now: datetime, actor: Actor
) -> dict[str, str]:
    """Puts right what is known of the case's person; returns the old values of what changed.

    A new postcode is a person's word: it is read against the table of seats again.
    """
    person = _person(session, case)
    if facts.language is not None and facts.language not in set(Language):
        raise Refused("Choose English or Welsh.")
    if facts.name is not None and not facts.name.strip():
        raise Refused("Enter a name.")
    old: dict[str, str] = {}
    for field in fields(PersonFacts):
        typed = getattr(facts, field.name)
        if typed is None:
            continue
        value = _tidy(field.name, typed)
        before = getattr(person, field.name)
        if value != before:
            old[field.name] = str(before or "")
            setattr(person, field.name, value)
    if "postcode" in old:
        _place(session, desk, person)
    if old:
        _seen(session, case, person, now)
        record(session, case, EventKind.FACTS_CHANGED, actor, now=now, person=person.id, fields=sorted(old))
    return old


def add_address(session: Session, case: Case, address: str, *, now: datetime, actor: Actor) -> Handle:
    """An email address that the person gave us. Raises Conflict where somebody else here has it."""
    person, address = _person(session, case), people.checked_address(address)
    taken = people.known_by(session, "email", address)
    if taken is not None and taken.id != person.id:
        raise Conflict("That address cannot be added here. Two people are never joined like this.")
    if taken is not None:
        raise Conflict("We have that address already.")
    handle = Handle(office_id=case.office_id, constituent_id=person.id, channel_kind="email", address=address,
                    confirmed_at=now)  # fmt: skip
    session.add(handle)
    _seen(session, case, person, now)
    record(session, case, EventKind.FACTS_CHANGED, actor, now=now, person=person.id, fields=["address added"])
    return handle


def confirm_addresses(
    session: Session, case: Case, handle_ids: Sequence[str], *, now: datetime, actor: Actor
) -> int:
    """Somebody checked with the person that these addresses are theirs. Returns how many were."""
    person = _person(session, case)
    query = select(Handle).where(
        Handle.constituent_id == person.id, col(Handle.id).in_(list(handle_ids)),
        col(Handle.confirmed_at).is_(None),
    )  # fmt: skip
    rows = session.exec(query).all()
    for row in rows:
        row.confirmed_at = now
    if rows:
        case.version += 1
        record(session, case, EventKind.FACTS_CHANGED, actor, now=now, person=person.id,
               fields=["address confirmed"])  # fmt: skip
    return len(rows)


def handles_of(session: Session, case: Case) -> list[Handle]:
    """Where the case's person writes from, first known first."""
    query = select(Handle).where(Handle.constituent_id == case.constituent_id).order_by(col(Handle.id))
    return list(session.exec(query)) if case.constituent_id else []


def _person(session: Session, case: Case) -> Constituent:
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    if person is None:
        raise NotFound("There is no person on this case.")
    return person


def _tidy(name: str, typed: str) -> str | None:
    words = typed.replace("\x00", "").strip()
    if name == "postcode":
        if not words:
            return None
        code = normalised(words)
        if code is None:
            raise Refused("Enter a real postcode.")
        return code
    if name == "address":
        return words.replace("\r\n", "\n")[:500] or None
    if name == "phone":
        return " ".join(words.split())[:40] or None
    return " ".join(words.split())[:200]


def _place(session: Session, desk: Desk, person: Constituent) -> None:
    """Whose constituent they are, by the postcode that somebody typed."""
    person.postcode_typed = person.postcode is not None
    person.constituency = place_of("", table_for(session, desk.office), stated=person.postcode).state


def _seen(session: Session, case: Case, person: Constituent, now: datetime) -> None:
    """Every case of the person is found by what is known of them now."""
    case.version += 1
    case.updated_at = now
    session.flush()
    search.reindex_person(session, person.id)


def _changed(
    session: Session, case: Case, field: str, before: object, after: object, now: datetime, actor: Actor
) -> str:
    case.version += 1
    case.updated_at = now
    session.flush()
    if field == "subject":
        search.reindex_case(session, case.id)
    return record(session, case, EventKind.FACTS_CHANGED, actor, now=now, field=field, before=before,
                  after=after)  # fmt: skip
