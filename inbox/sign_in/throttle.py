"""Counts failures per key within a window, in the database, so that it holds on every node."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from inbox.errors import TooMany
from inbox.models import SignInTry


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within the window; then everything is refused until the window has passed."""

    failures: int
    window: timedelta


WINDOW = timedelta(minutes=15)
ACCOUNT = Limit(20, WINDOW)
CODES = Limit(10, WINDOW)
# An office sits behind one address, so a network is given more room than an account.
NETWORK = Limit(100, WINDOW)


def check(session: Session, key: str, limit: Limit, now: datetime) -> None:
    """Raises TooMany when the key has failed too often; the window runs from its first failure."""
    found = session.exec(select(SignInTry).where(SignInTry.key == key)).first()
    if found is None or found.failures < limit.failures:
        return
    left = int((found.since + limit.window - now).total_seconds())
    if left > 0:
        raise TooMany(f"Too many tries. Try again in {_minutes(left)}, or ask your office manager.", left)


def reached(session: Session, key: str, limit: Limit, now: datetime) -> bool:
    """Whether so many were counted within the window that is running."""
    found = session.exec(select(SignInTry).where(SignInTry.key == key)).first()
    return found is not None and found.failures >= limit.failures and now - found.since < limit.window


def count(session: Session, key: str, limit: Limit, now: datetime) -> int:
    """Notes one failure; returns how many there are in this window."""
    found = session.exec(select(SignInTry).where(SignInTry.key == key).with_for_update()).first()
    if found is None:
        found = SignInTry(key=key, since=now)
    elif now - found.since >= limit.window:
        found.failures, found.since = 0, now
    found.failures += 1
    session.add(found)
    session.flush()
    return found.failures


def clear(session: Session, *keys: str) -> None:
    """Forgets the failures of these keys."""
    session.execute(delete(SignInTry).where(col(SignInTry.key).in_(keys)))


def forget(session: Session, now: datetime) -> None:
    """Removes what no window reaches any more; run now and then by the worker."""
    session.execute(delete(SignInTry).where(col(SignInTry.since) < now - timedelta(days=1)))


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
