"""Adding people, changing what they may do and how they sign in. Each act is in the office's history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from inbox.database import office_of
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import EventKind, Office, Role, SignInAddress, Staff, new_id
from inbox.secrets import SecretKeys
from inbox.sign_in import codes, passwords, sessions

PURPOSE = "sign-in address"


def tidy_address(email: str) -> str:
    """An address as it is stored and looked up."""
    return passwords.tidy(email).strip().lower()


def add_staff(
    session: Session,
    keys: SecretKeys,
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    password: str | None,
    actor: Actor,
    now: datetime,
) -> tuple[Staff, str]:
    """A new person in this session's office, and the TOTP secret for their app, which is not shown again.

    Raises Refused for a poor address, name or password, Conflict for an address that already signs in.
    """
    address, called = tidy_address(email), name.strip()
    if address.count("@") != 1 or address.startswith("@") or address.endswith("@") or len(address) > 254:
        raise Refused("Enter an email address, like name@example.org.")
    wanted = sorted(set(roles))
    if not called or not wanted:
        raise Refused("A person needs a name and at least one role.")
    _refuse_taken(session, keys, address)
    secret, staff_id = codes.new_secret(), new_id()
    staff = Staff(
        id=staff_id,
        office_id=office_of(session),
        email=address,
        name=called,
        roles=[str(role) for role in wanted],
        password_hash=_hashed(session, address, called, password) if password is not None else None,
        totp_secret=keys.seal(secret, staff_id),
        created_at=now,
    )
    session.add(staff)
    session.add(_way_in(keys, address, staff))
    record(session, None, EventKind.STAFF_ADDED, actor, now=now, staff=staff_id, roles=staff.roles)
    return staff, secret


def find_address(session: Session, keys: SecretKeys, email: str) -> SignInAddress | None:
    """Whose address it is, under any of our keys. Needs no office."""
    hashes = [mac.hex() for mac in keys.macs(PURPOSE, tidy_address(email))]
    return session.exec(select(SignInAddress).where(col(SignInAddress.address_hash).in_(hashes))).first()


def set_password(session: Session, staff: Staff, password: str, *, actor: Actor, now: datetime) -> None:
    """A new password; every session of theirs ends. Raises Refused for a poor one."""
    staff.password_hash = _hashed(session, staff.email, staff.name, password)
    _changed(session, staff, actor, now, "password")


def reset_mfa(session: Session, keys: SecretKeys, staff: Staff, *, actor: Actor, now: datetime) -> str:
    """A new TOTP secret, shown once; every session of theirs ends.

    Their address is found again by the first key, also where the key that it was kept under is lost.
    """
    secret = codes.new_secret()
    session.execute(delete(SignInAddress).where(col(SignInAddress.staff_id) == staff.id))
    session.add(_way_in(keys, staff.email, staff))
    staff.totp_secret, staff.totp_last_step = keys.seal(secret, staff.id), 0
    _changed(session, staff, actor, now, "totp_secret")
    return secret


def set_roles(session: Session, staff: Staff, roles: Iterable[Role], *, actor: Actor, now: datetime) -> None:
    """What they may do from now on; every session of theirs ends, so that no old right lives on."""
    wanted = sorted(set(roles))
    if not wanted:
        raise Refused("A person needs at least one role.")
    before, staff.roles = staff.roles, [str(role) for role in wanted]
    _changed(session, staff, actor, now, "roles", before=before, after=staff.roles)


def disable(session: Session, staff: Staff, *, actor: Actor, now: datetime) -> None:
    """They can no longer sign in; sessions end at once, tokens stop working."""
    staff.is_active = False
    _changed(session, staff, actor, now, "is_active")


def enable(session: Session, staff: Staff, *, actor: Actor, now: datetime) -> None:
    """They can sign in again, with the password and app they had."""
    staff.is_active = True
    _changed(session, staff, actor, now, "is_active")


def can_anybody_sign_in(session: Session) -> bool:
    """Whether somebody of the session's office has all that the door asks for."""
    session.flush()
    has_keys = col(Staff.password_hash).is_not(None) & col(Staff.totp_secret).is_not(None)
    query = select(Staff.id).where(col(Staff.is_active) & has_keys)
    return session.exec(query.limit(1)).first() is not None


def set_preferences(session: Session, staff: Staff, wanted: dict[str, str]) -> None:
    """How the pages behave for this person; nobody else's business, so no line in the history."""
    staff.preferences = {**staff.preferences, **wanted}
    session.add(staff)


def rehash_addresses(session: Session, keys: SecretKeys) -> int:
    """Puts this office's addresses under the first key (`inbox keys rotate`); returns how many."""
    people = session.exec(select(Staff)).all()
    session.execute(delete(SignInAddress).where(col(SignInAddress.office_id) == office_of(session)))
    session.add_all([_way_in(keys, staff.email, staff) for staff in people])
    return len(people)


def _way_in(keys: SecretKeys, address: str, staff: Staff) -> SignInAddress:
    digest = keys.mac(PURPOSE, address).hex()
    return SignInAddress(address_hash=digest, staff_id=staff.id, office_id=staff.office_id)


def _refuse_taken(session: Session, keys: SecretKeys, address: str) -> None:
    if find_address(session, keys, address) is not None:
        raise Conflict("Somebody already signs in with this address.")


def _hashed(session: Session, address: str, name: str, password: str) -> str:
    office = session.exec(select(Office).where(Office.id == office_of(session))).one()
    return passwords.hash_password(passwords.check_password(password, address, name, office.name))


def _changed(
    session: Session, staff: Staff, actor: Actor, now: datetime, field: str, **detail: list[str]
) -> None:
    session.add(staff)
    sessions.end_all(session, staff.id)
    facts: dict[str, Any] = {"staff": staff.id, "field": field, **detail}
    record(session, None, EventKind.STAFF_CHANGED, actor, now=now, **facts)
