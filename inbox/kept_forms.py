"""Unsent forms of people on the road: kept while they type, given back after signing in again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from inbox.database import locked, office_of
from inbox.models import KeptForm

LIFE = timedelta(days=7)
LONGEST = 20_000


def keep(session: Session, staff_id: str, page: str, fields: Mapping[str, str], now: datetime) -> None:
    """Puts what was typed so far in the place of what was kept before; nothing typed keeps nothing."""
    typed = {name: value.replace("\x00", "")[:LONGEST] for name, value in fields.items() if value.strip()}
    row = _row(session, staff_id, page)
    if not typed:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = KeptForm(office_id=office_of(session), staff_id=staff_id, page=page, saved_at=now)
    row.fields, row.saved_at = typed, now
    session.add(row)


def kept(session: Session, staff_id: str, page: str) -> dict[str, str]:
    """What this person typed there and did not send."""
    row = _row(session, staff_id, page)
    return dict(row.fields) if row is not None else {}


def forget(session: Session, now: datetime) -> None:
    """Removes this office's forms that nobody came back to; run now and then by the worker."""
    session.connection().execute(
        delete(KeptForm).where(
            col(KeptForm.office_id) == office_of(session), col(KeptForm.saved_at) < now - LIFE
        )
    )


def _row(session: Session, staff_id: str, page: str) -> KeptForm | None:
    query = select(KeptForm).where(KeptForm.staff_id == staff_id, KeptForm.page == page)
    return session.exec(locked(session, query)).first()
