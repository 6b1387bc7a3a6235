"""Browsers that are signed in: a random token in a cookie, its hash in a row, and when it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sql
from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from inbox.access import Person, closed_to
from inbox.database import office_of
from inbox.models import ChannelClosure, Office, Role, Staff, View, WebSession
from inbox.secrets import new_token, token_hash

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
HALF_WAY = timedelta(minutes=10)
"""How long a right password waits for its code."""


_SEAT = sql.select(
    col(WebSession.staff_id), col(WebSession.office_id), col(WebSession.csrf), col(WebSession.is_full),
    col(WebSession.created_at), col(WebSession.seen_at),
).where(col(WebSession.token_hash) == sql.bindparam("key"))  # fmt: skip
_PERSON = (
    sql.select(
        col(Staff.office_id), col(Staff.name), col(Staff.email), col(Staff.roles), col(Office.named_lead)
    )
    .join(Office, col(Office.id) == col(Staff.office_id))
    .where(
        col(Staff.office_id) == sql.bindparam("office"), col(Staff.id) == sql.bindparam("staff"),
        col(Staff.is_active),
    )
)  # fmt: skip
_CLOSURES = sql.select(
    col(ChannelClosure.channel_id), col(ChannelClosure.role), col(ChannelClosure.act)
).where(col(ChannelClosure.office_id) == sql.bindparam("office"))
"""Asked by every request: built once, and past the object layer, so the office is named here."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A living session as the web needs it. `key` is the stored hash of its token."""

    key: str
    staff_id: str
    office_id: str
    csrf: str
    is_full: bool
    created_at: datetime
    seen_at: datetime
    browser: str = ""

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself: unused for too long, or simply too old."""
        longest = ABSOLUTE if self.is_full else HALF_WAY
        return now - self.created_at >= longest or now - self.seen_at >= IDLE


def start(
    session: Session, staff: Staff, *, is_full: bool, now: datetime, replaces: str | None = None,
    browser: str = "",
) -> str:  # fmt: skip
    """A new session; returns its token, which is stored nowhere. The one it `replaces` (a token) is dead."""
    if replaces:
        end(session, token_hash(replaces))
    token = new_token()
    session.add(
        WebSession(
            token_hash=token_hash(token),
            staff_id=staff.id,
            office_id=staff.office_id,
            csrf=new_token(),
            is_full=is_full,
            browser=browser[:60],
            created_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> Seat | None:
    """The living session of this token, or None. Needs no office."""
    return find_by_key(session, token_hash(token), now)


def find_by_key(session: Session, key: str, now: datetime) -> Seat | None:
    """The same by the stored hash: for streams that look again and again."""
    row = session.connection().execute(_SEAT, {"key": key}).first()
    if row is None:
        return None
    seat = Seat(key, *row)
    return None if seat.is_over(now) else seat


def person_of(session: Session, staff_id: str) -> Person | None:
    """The person as they are now, or None once they are disabled or gone. Needs the office's session."""
    asked = {"office": office_of(session), "staff": staff_id}
    row = session.connection().execute(_PERSON, asked).first()
    if row is None:
        return None
    office_id, name, email, roles, lead = row
    held = frozenset(map(Role, roles))
    return Person(staff_id, office_id, name, email, held, lead == staff_id, closed=closed(session, held))


def closed(session: Session, roles: frozenset[Role] | None) -> frozenset[tuple[str, str]]:
    """What is closed on which channel to somebody with these roles; None: a token that acts for nobody."""
    rows = session.connection().execute(_CLOSURES, {"office": office_of(session)}).all()
    return closed_to(roles, [(row[0], row[1], row[2]) for row in rows]) if rows else frozenset()


def touch(session: Session, keys: list[str], now: datetime) -> None:
    """These sessions were used at `now`."""
    session.execute(update(WebSession).where(col(WebSession.token_hash).in_(keys)).values(seen_at=now))


def end(session: Session, *keys: str) -> None:
    """Ends these sessions, by their stored hash."""
    session.execute(delete(WebSession).where(col(WebSession.token_hash).in_(keys)))


def end_all(session: Session, staff_id: str, *, but: str | None = None) -> None:
    """Ends every session of a person, except the one with the key `but`."""
    query = delete(WebSession).where(col(WebSession.staff_id) == staff_id)
    session.execute(query if but is None else query.where(col(WebSession.token_hash) != but))


def of_staff(session: Session, staff_id: str) -> list[Seat]:
    """A person's sessions, newest first, for the page on which they end them."""
    query = (
        select(WebSession).where(WebSession.staff_id == staff_id).order_by(col(WebSession.created_at).desc())
    )
    return [
        Seat(
            row.token_hash,
            row.staff_id,
            row.office_id,
            row.csrf,
            row.is_full,
            row.created_at,
            row.seen_at,
            row.browser,
        )
        for row in session.exec(query)
    ]


def last_seen(session: Session) -> dict[str, datetime]:
    """When each person of the office last used the program, as far as that is still known: by the sessions
    that live, and by the cases they opened."""
    newest = select(func.max(View.at)).where(View.staff_id == Staff.id).scalar_subquery()
    looks = select(Staff.id, newest)
    here = select(WebSession.staff_id, func.max(WebSession.seen_at)).where(
        WebSession.office_id == office_of(session), col(WebSession.is_full)
    )
    found: dict[str, datetime] = {}
    for query in (looks, here.group_by(WebSession.staff_id)):
        for staff_id, at in session.exec(query):
            if at is not None:
                found[staff_id] = max(at, found.get(staff_id, at))
    return found


def public_id(key: str) -> str:
    """What a page may call a session: from its key, which stays here."""
    return token_hash(f"session {key}")[:32]


def forget(session: Session, now: datetime) -> None:
    """Removes sessions that are over; run now and then by the worker."""
    over = (col(WebSession.created_at) < now - ABSOLUTE) | (col(WebSession.seen_at) < now - IDLE)
    session.execute(delete(WebSession).where(over))
