"""Whether somebody may read what a body was asked: only where they may read the channel that it left by."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from inbox.access import Person
from inbox.enquiries.passing import origin_of
from inbox.models import Draft, Enquiry


def may_read(session: Session, person: Person, enquiry: Enquiry) -> bool:
    """Whether a letter of it, or of the question that was passed on to it, is one this person may read."""
    hidden = person.hidden_channels
    if not hidden:
        return True
    letters = select(Draft.channel_id).where(col(Draft.enquiry_id).in_([*_origins(session, enquiry)]))
    return bool(set(session.exec(letters.distinct())) - hidden)


def _origins(session: Session, enquiry: Enquiry) -> Iterator[str]:
    """The enquiry and those that its question comes from; each was made before the one that follows it."""
    at: Enquiry | None = enquiry
    while at is not None:
        yield at.id
        at = origin_of(session, at)
