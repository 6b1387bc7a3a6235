"""Keys to the REST interface: shown once, stored as a hash, acting for a person or for an integration."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from inbox.access import Person, Scope, TokenUse
from inbox.database import office_of
from inbox.errors import NotFound
from inbox.history import Actor, record
from inbox.models import AccessToken, EventKind, Staff, new_id
from inbox.secrets import new_token, token_hash
from inbox.sign_in.sessions import closed, person_of

PREFIX = "inbox_"
"""Begins every token, so that a leaked one can be recognised by scanners."""


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token that is in force, as found before its office is known."""

    id: str
    office_id: str
    staff_id: str | None
    name: str
    scope: Scope


def add(
    session: Session, staff: Staff | None, name: str, scope: Scope, *, actor: Actor, now: datetime
) -> tuple[str, str]:
    """A new token of this session's office: (its id, the token itself). The token cannot be shown again."""
    token, token_id = PREFIX + new_token(), new_id()
    session.add(
        AccessToken(
            token_hash=token_hash(token),
            id=token_id,
            office_id=office_of(session),
            staff_id=staff.id if staff else None,
            name=name,
            scope=scope,
            created_at=now,
        )
    )
    record(session, None, EventKind.TOKEN_ADDED, actor, now=now, token=token_id, scope=scope)
    return token_id, token


def revoke(session: Session, token_id: str, *, actor: Actor, now: datetime) -> None:
    """Ends a token of this session's office. Raises NotFound."""
    office = office_of(session)
    query = select(AccessToken).where(AccessToken.id == token_id, AccessToken.office_id == office)
    found = session.exec(query).first()
    if found is None:
        raise NotFound("There is no such token in this office.")
    if found.revoked_at is None:
        found.revoked_at = now
        session.add(found)
        record(session, None, EventKind.TOKEN_REVOKED, actor, now=now, token=token_id)


def of_office(session: Session) -> list[AccessToken]:
    """The tokens of this session's office, newest first."""
    query = select(AccessToken).where(AccessToken.office_id == office_of(session))
    return list(session.exec(query.order_by(col(AccessToken.created_at).desc())))


def find(session: Session, token: str) -> FoundToken | None:
    """The token in force with these words, or None. Needs no office."""
    query = select(AccessToken).where(
        AccessToken.token_hash == token_hash(token), col(AccessToken.revoked_at).is_(None)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    return FoundToken(row.id, row.office_id, row.staff_id, row.name, Scope(row.scope))


def bearer(session: Session, found: FoundToken) -> Person | None:
    """Who acts by this token: its person as they are now, or an integration. None: the person is disabled."""
    use = TokenUse(found.id, found.name, found.scope)
    if found.staff_id is None:
        shut = closed(session, None)
        return Person(None, found.office_id, found.name, "", frozenset(), token=use, closed=shut)
    person = person_of(session, found.staff_id)
    if person is None:
        return None
    return replace(person, token=use)
