"""Constituents and the addresses they are known by. Two people are never joined by machine."""

from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import Handle as Address
from inbox.database import office_of
from inbox.models import Case, CaseStatus, Constituent, Handle

_CLOSED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)


def known_by(session: Session, channel_kind: str, address: str) -> Constituent | None:
    """The person who uses this address on this kind of channel, if we know one."""
    query = (
        select(Constituent)
        .join(Handle, col(Handle.constituent_id) == Constituent.id)
        .where(Handle.channel_kind == channel_kind, Handle.address == address.lower())
    )
    return session.exec(query).first()


def meet(
    session: Session, channel_kind: str, sender: Address, *, language: str, now: datetime
) -> Constituent:
    """The person behind an address: the one we know, or a new one."""
    known = known_by(session, channel_kind, sender.address) if sender.address else None
    if known is not None:
        return known
    office = office_of(session)
    person = Constituent(
        office_id=office, name=sender.name or sender.address, language=language, created_at=now
    )
    session.add(person)
    if sender.address:
        session.flush()
        session.add(
            Handle(
                office_id=office,
                constituent_id=person.id,
                channel_kind=channel_kind,
                address=sender.address.lower(),
            )
        )
    return person


def addresses(session: Session, person_id: str, channel_kind: str) -> list[str]:
    """Where this person can be written to on this kind of channel, first known first."""
    query = select(Handle.address).where(
        Handle.constituent_id == person_id, Handle.channel_kind == channel_kind
    )
    return list(session.exec(query.order_by(col(Handle.id))))


def newest_open_case(session: Session, person_id: str) -> Case | None:
    """The case of this person that is being worked on, if there is one."""
    query = (
        select(Case)
        .where(Case.constituent_id == person_id, col(Case.status).not_in(_CLOSED), Case.kind != "spam")
        .order_by(col(Case.id).desc())
        .limit(1)
    )
    return session.exec(query).first()
