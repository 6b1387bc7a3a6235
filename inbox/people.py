"""Constituents and the addresses they are known by. Two people are never joined by machine."""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import Handle as Address
from inbox.database import office_of
from inbox.errors import Refused
from inbox.models import Case, CaseStatus, Constituent, Handle

_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_LONGEST_ADDRESS = 254
_CLOSED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
MAIL = "email"
"""What an address of mail is kept under, by whichever channel it came."""
PLATFORMS = {"facebook": "Facebook", "x": "X"}
"""Where people are known by a number, which says nothing to anybody."""
_ANSWERED = re.compile(r"^(?:(?:re|fwd?|aw|ateb)\s*:\s*)+", re.IGNORECASE)


def checked_address(words: str) -> str:
    """One email address as we write it down: never two, never a name beside it. Raises Refused."""
    address = words.strip().lower()
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Refused("Enter an email address in the correct format, like name@example.com.")
    return address


def known_by(session: Session, channel_kind: str, address: str) -> Constituent | None:
    """The person who uses this address on this kind of channel, if we know one."""
    query = (
        select(Constituent)
        .join(Handle, col(Handle.constituent_id) == Constituent.id)
        .where(Handle.channel_kind == channel_kind, Handle.address == address.lower())
    )
    return session.exec(query).first()


def add(session: Session, channel_kind: str, sender: Address, *, language: str, now: datetime) -> Constituent:
    """A person nobody knew, with the address they wrote from."""
    office = office_of(session)
    person = Constituent(
        office_id=office,
        name=sender.name or _called(channel_kind, sender.address),
        language=language,
        created_at=now,
    )
    session.add(person)
    if sender.address:
        session.add(
            Handle(
                office_id=office,
                constituent_id=person.id,
                channel_kind=channel_kind,
                address=sender.address.lower(),
            )
        )
    return person


def is_nameless(person: Constituent, channel_kind: str) -> bool:
    """Whether their platform did not say who they are, when they first wrote."""
    return channel_kind in PLATFORMS and person.name == _called(channel_kind, "")


def _called(channel_kind: str, address: str) -> str:
    """Somebody without a name, by their address; a platform's number is no name."""
    return f"Somebody on {PLATFORMS[channel_kind]}" if channel_kind in PLATFORMS else address


def addresses(session: Session, person_id: str, channel_kind: str) -> list[str]:
    """Where this person can be written to on this kind of channel, first known first."""
    query = select(Handle.address).where(
        Handle.constituent_id == person_id, Handle.channel_kind == channel_kind
    )
    return list(session.exec(query.order_by(col(Handle.id))))


def bare_subject(subject: str) -> str:
    """What it is about, without what mail programs put before an answer or a copy."""
    return _ANSWERED.sub("", " ".join(subject.split()))


def newest_open_case(session: Session, person_id: str, subject: str = "") -> Case | None:
    """The case of this person that is being worked on, if there is one: called `subject`, else the newest."""
    query = (
        select(Case)
        .where(Case.constituent_id == person_id, col(Case.status).not_in(_CLOSED), Case.kind != "spam")
        .order_by((col(Case.subject) == subject).desc(), col(Case.id).desc())
        .limit(1)
    )
    return session.exec(query).first()
