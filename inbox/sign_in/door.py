"""The two steps of signing in: address and password, then a code. Both answers are the same for everybody.

Hashing takes long on purpose, so no transaction is open while it runs: the edge asks `knock` (reads), then
`is_password`, then writes what came of it with `let_in` or `turn_away`.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from inbox.database import locked
from inbox.errors import NotSignedIn
from inbox.history import Actor, ActorKind, record
from inbox.models import EventKind, SignInTry, Staff
from inbox.secrets import SecretKeys
from inbox.sign_in import codes, people, sessions, throttle

WRONG = "The address or the password is not right. Check both and try again."
WRONG_CODE = "The code is not right. Wait for the next one in your app, then type that."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks, before anybody knows who it is. The keys are what failures are counted under."""

    account_key: str
    network_key: str
    staff_id: str | None
    office_id: str | None


def knock(session: Session, keys: SecretKeys, email: str, client: str, now: datetime) -> Caller:
    """Finds the way in that belongs to this address. Raises TooMany alike for known and unknown addresses."""
    address = keys.mac(people.PURPOSE, people.tidy_address(email)).hex()
    caller_keys = f"account:{address}", network_key(client)
    throttle.check(session, caller_keys[0], throttle.ACCOUNT, now)
    throttle.check(session, caller_keys[1], throttle.NETWORK, now)
    found = people.find_address(session, keys, email)
    if found is None:
        return Caller(*caller_keys, None, None)
    return Caller(*caller_keys, found.staff_id, found.office_id)


def turn_away(session: Session, caller: Caller, now: datetime) -> int:
    """Counts the failure, in a session of the caller's office where there is one.

    The failure that closes the account for a while is in the history, and its owner is told: by mail, by
    the caller of this, and when they next sign in (`failures_before`). Returns the number of failures for
    the one that closed it, else 0.
    """
    throttle.count(session, caller.network_key, throttle.NETWORK, now)
    failures = throttle.count(session, caller.account_key, throttle.ACCOUNT, now)
    if failures == throttle.ACCOUNT.failures and caller.staff_id:
        nobody = Actor(ActorKind.SYSTEM, None, "sign-in")
        record(
            session, None, EventKind.SIGN_IN_FAILED, nobody, now=now, staff=caller.staff_id, failures=failures
        )
        return failures
    return 0


def let_in(session: Session, staff: Staff, now: datetime, replaces: str | None) -> str:
    """The password was right: a half session that waits for the code. Returns its token."""
    return sessions.start(session, staff, is_full=False, now=now, replaces=replaces)


def finish(
    session: Session, keys: SecretKeys, staff: Staff, token: str, code: str, now: datetime, browser: str = ""
) -> str:
    """The code was right: a whole session in place of the half one. Returns the new token.

    Raises NotSignedIn for a wrong or used code; the caller counts it (`wrong_code`) in a write of its own.
    The row is held meanwhile: of two who type one code at the same moment, one comes in.
    """
    staff = session.exec(locked(session, select(Staff).where(Staff.id == staff.id), fresh=True)).one()
    sealed = staff.totp_secret
    step = codes.step_of(keys, sealed, staff.id, code, staff.totp_last_step, now) if sealed else None
    if step is None or not staff.is_active:
        raise NotSignedIn(WRONG_CODE)
    staff.totp_last_step = step
    session.add(staff)
    return open_seat(session, keys, staff, now, replaces=token, browser=browser)


def open_seat(
    session: Session,
    keys: SecretKeys,
    staff: Staff,
    now: datetime,
    *,
    replaces: str | None,
    browser: str = "",
) -> str:
    """A whole session for somebody who has proved who they are; returns its token."""
    address = keys.mac(people.PURPOSE, staff.email).hex()
    throttle.clear(session, f"account:{address}", code_key(staff.id))
    actor = Actor(ActorKind.STAFF, staff.id, staff.name)
    record(session, None, EventKind.SIGNED_IN, actor, now=now)
    return sessions.start(session, staff, is_full=True, now=now, replaces=replaces, browser=browser)


def failures_before(session: Session, keys: SecretKeys, email: str) -> int:
    """How many wrong passwords were tried for this address since the last time it signed in."""
    key = f"account:{keys.mac(people.PURPOSE, people.tidy_address(email)).hex()}"
    return session.exec(select(SignInTry.failures).where(SignInTry.key == key)).first() or 0


def wrong_code(session: Session, staff_id: str, now: datetime) -> int:
    """Counts a wrong code. Returns the number for the one that closed the account for a while, else 0."""
    failures = throttle.count(session, code_key(staff_id), throttle.CODES, now)
    return failures if failures == throttle.CODES.failures else 0


def leave(session: Session, seat: sessions.Seat, person: Actor, now: datetime) -> None:
    """Signs out."""
    sessions.end(session, seat.key)
    record(session, None, EventKind.SIGNED_OUT, person, now=now)


def code_key(staff_id: str) -> str:
    return f"code:{staff_id}"


def network_key(client: str) -> str:
    """The network a client belongs to: its address in IPv4, its /64 in IPv6. Hashed: it is personal data."""
    try:
        address = ipaddress.ip_address(client)
        size = 32 if address.version == 4 else 64
        network = str(ipaddress.ip_network(f"{address}/{size}", strict=False))
    except ValueError:
        network = client
    return f"network:{hashlib.sha256(network.encode()).hexdigest()[:32]}"
