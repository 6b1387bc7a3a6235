"""What texts are known by: looked up and kept as rows, a bounded number for each message."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from inbox.database import before_commit, held, office_of
from inbox.models import CampaignCopy, CampaignPrint, Message
from inbox.recall import Recall, gist_of_words
from routing.campaigns import STORED_PRINTS, Gist

SATURATED = 5
"""A number that so many texts share says nothing about a further one, and is not kept again."""
PARTS = 64
"""The index is cleared of old texts one part at a time, so that nobody waits for it."""
_HELD = "campaign_prints"


def keep(session: Session, known: Recall, gist: Gist, text_id: str) -> None:
    """Makes a new text findable, from now on within the batch and with the commit for everybody."""
    before_commit(session, _write)
    office, rows = office_of(session), held(session, _HELD)
    for one in gist.prints(STORED_PRINTS):
        texts = known.prints.setdefault(one, [])
        if len(texts) < SATURATED:
            texts.append(text_id)
            rows.append({"office_id": office, "print": one, "text_id": text_id})
    known.gists[text_id] = gist


def gist_of_text(session: Session, known: Recall, text_id: str) -> Gist | None:
    """What a kept text is known by in full; None when its message is gone."""
    if text_id not in known.gists:
        query = select(col(Message.subject), col(Message.new_text)).where(col(Message.id) == text_id)
        row = session.execute(query).first()
        if row is None:
            return None
        known.gists[text_id] = gist_of_words(row[0] or "", row[1])
    return known.gists[text_id]


def forget(session: Session, before: datetime, part: int) -> int:
    """Forgets what lone texts from before that were known by, one part of the index; returns how many rows.

    Texts that somebody else sent too stay known, so that a late copy still finds its pile.
    """
    width = (1 << 31) // PARTS
    low = part % PARTS * width
    oldest = f"{int(before.timestamp() * 1000):012x}"  # ids begin with the time they were made
    copied = select(col(CampaignCopy.message_id)).where(col(CampaignCopy.message_id) == CampaignPrint.text_id)
    gone = session.execute(
        delete(CampaignPrint)
        .where(
            col(CampaignPrint.office_id) == office_of(session),
            col(CampaignPrint.print) >= low,
            col(CampaignPrint.print) < low + width,
            col(CampaignPrint.text_id) < oldest,
            ~copied.exists(),
        )
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _write(session: Session) -> None:
    rows = held(session, _HELD)
    if rows:
        session.connection().execute(insert(CampaignPrint), rows)
        rows.clear()
