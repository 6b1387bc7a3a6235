"""Answers on their way through the public form: kept for two hours, sealed under the visitor's own key.

The key is in the visitor's cookie (or in the page, where cookies are none) and nowhere else: who holds only
the database reads nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from inbox.boxes import NotOurs, closed, opened
from inbox.database import locked, office_of
from inbox.models import FormFile, FormSession
from inbox.secrets import new_token, token_hash

LIFE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was promised when the form was sent: the same however often the button is pressed.

    `link` is the token of the status link, or "" where nothing could open one; `opens_with` is the field that
    opens it. `by_email`: a mail may follow. `is_soon`: it happens today or tomorrow. `digest` stands for what
    was sent.
    """

    arrival: str
    reference: str
    link: str
    by_email: bool
    digest: str
    sent_at: datetime
    opens_with: str = ""
    is_soon: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's way through the form."""

    key: str
    made_at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file that waits to be sent. `id` names it within the visit."""

    id: str
    filename: str
    content_type: str
    content: bytes


def begin(session: Session, answers: Mapping[str, str], now: datetime, key: str | None = None) -> Visit:
    """A new visit, under a new key unless one is given."""
    visit = Visit(key or new_token(), now, dict(answers))
    session.add(
        FormSession(
            office_id=office_of(session),
            key_hash=token_hash(visit.key),
            sealed=_sealed(visit.key, _plain(visit)),
            made_at=now,
            until=now + LIFE,
        )
    )
    session.flush()
    return visit


def read(session: Session, key: str, now: datetime) -> Visit | None:
    """The visit under this key in this office, unless its time is over. In a writing session it is locked."""
    row = _row(session, key, now)
    opened = _opened(key, row.sealed) if row is not None else None
    if row is None or opened is None:
        return None
    told = json.loads(opened)
    receipt = told["receipt"]
    if receipt is not None:
        receipt = Receipt(**receipt | {"sent_at": datetime.fromisoformat(receipt["sent_at"])})
    return Visit(key, row.made_at, told["answers"], receipt)


def save(session: Session, visit: Visit, now: datetime) -> None:
    """Puts the visit back as it is now, for two more hours."""
    row = _row(session, visit.key, now)
    if row is not None:
        row.sealed, row.until = _sealed(visit.key, _plain(visit)), now + LIFE
        session.add(row)
        session.flush()


def add_file(session: Session, visit: Visit, filename: str, content_type: str, content: bytes) -> None:
    """Keeps a chosen file until the form is sent."""
    head = json.dumps([filename, content_type]).encode()
    session.add(
        FormFile(
            office_id=office_of(session),
            key_hash=token_hash(visit.key),
            size=len(content),
            sealed=_sealed(visit.key, len(head).to_bytes(4) + head + content),
        )
    )
    session.flush()


def room_taken(session: Session, visit: Visit) -> tuple[int, int]:
    """How many files were chosen so far, and their bytes together."""
    query = select(func.count(), func.coalesce(func.sum(FormFile.size), 0)).where(
        FormFile.key_hash == token_hash(visit.key), FormFile.office_id == office_of(session)
    )
    count, size = session.exec(query).one()
    return count, int(size)


def files(session: Session, visit: Visit) -> tuple[ChosenFile, ...]:
    """The chosen files in the order they were chosen."""
    query = select(FormFile).where(FormFile.key_hash == token_hash(visit.key)).order_by(col(FormFile.id))
    found = []
    for row in session.exec(query):
        whole = _opened(visit.key, row.sealed)
        if whole is not None:
            length = int.from_bytes(whole[:4])
            filename, content_type = json.loads(whole[4 : 4 + length])
            found.append(ChosenFile(row.id, filename, content_type, whole[4 + length :]))
    return tuple(found)


def remove_file(session: Session, visit: Visit, file_id: str) -> None:
    """Lets go of a chosen file. One of another visit stays where it is."""
    query = select(FormFile).where(FormFile.key_hash == token_hash(visit.key), FormFile.id == file_id)
    row = session.exec(query).first()
    if row is not None:
        session.delete(row)


def empty(session: Session, visit: Visit, now: datetime) -> None:
    """It was sent and is kept: of the visit only the receipt stays."""
    save(session, Visit(visit.key, visit.made_at, {}, visit.receipt), now)
    session.execute(delete(FormFile).where(col(FormFile.key_hash) == token_hash(visit.key)))


def drop(session: Session, visit: Visit) -> None:
    """Lets go of a visit that came to nothing."""
    session.execute(delete(FormFile).where(col(FormFile.key_hash) == token_hash(visit.key)))
    session.execute(delete(FormSession).where(col(FormSession.key_hash) == token_hash(visit.key)))


def forget(session: Session, now: datetime) -> None:
    """Removes this office's visits whose time is over; run now and then by the worker."""
    over = select(FormSession.key_hash).where(col(FormSession.until) <= now)
    gone = list(session.exec(over))
    for start in range(0, len(gone), 500):
        keys = gone[start : start + 500]
        session.execute(delete(FormFile).where(col(FormFile.key_hash).in_(keys)))
        session.execute(delete(FormSession).where(col(FormSession.key_hash).in_(keys)))


def digest_of(answers: Mapping[str, str]) -> str:
    """Stands for answers where they themselves are not kept."""
    return hashlib.sha256(json.dumps(sorted(answers.items())).encode()).hexdigest()


def _row(session: Session, key: str, now: datetime) -> FormSession | None:
    if not key.isascii() or len(key) > 200:
        return None
    query = select(FormSession).where(FormSession.key_hash == token_hash(key), col(FormSession.until) > now)
    return session.exec(locked(session, query)).first()


def _plain(visit: Visit) -> bytes:
    receipt: dict[str, Any] | None = None
    if visit.receipt is not None:
        receipt = asdict(visit.receipt) | {"sent_at": visit.receipt.sent_at.isoformat()}
    return json.dumps({"answers": dict(visit.answers), "receipt": receipt}).encode()


def _key(key: str) -> bytes:
    return hmac.digest(b"form session", key.encode(), "sha256")


def _sealed(key: str, content: bytes) -> bytes:
    return closed(_key(key), content)


def _opened(key: str, sealed: bytes) -> bytes | None:
    try:
        return opened(_key(key), sealed)
    except NotOurs:
        return None
