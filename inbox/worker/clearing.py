"""Clears away, once a day, what lies on the disk and nothing needs any more."""

from datetime import timedelta

from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from inbox import safe_copies
from inbox.models import Arrival, Attachment, Delivery, DraftFile
from inbox.worker.loops import log
from inbox.worker.node import Node, each_office

_PROMISES: tuple[Mapped[str], ...] = (
    col(Arrival.raw_hash), col(Attachment.content_hash), col(Delivery.raw_hash), col(DraftFile.content_hash),
)  # fmt: skip
"""The columns that promise that the store holds these bytes."""
_YOUNGEST, _OLDEST = timedelta(days=1), timedelta(days=8)
_MOST, _SHARE = 20, 20
"""So many orphans, if they are also one in so many of the files looked at, are no leftovers of a crash:
the database is an older one than the files belong to."""


def clear_away(node: Node) -> None:
    """Files that were kept and whose row never came, and copies from before a migration that grew old."""
    now = node.now()
    safe_copies.forget(node.settings.data_dir, now - safe_copies.KEPT_FOR)
    _sweep(node)


@each_office
def _sweep(node: Node, office_id: str) -> None:
    """Only files of the last days are looked at: older ones were, on the day after they came."""
    before = node.now() - _YOUNGEST
    found = node.store.put_between(office_id, node.now() - _OLDEST, before)
    if not found:
        return
    with node.database.read(office_id) as session:
        orphans = _unpromised(session, found)
    if len(orphans) > max(_MOST, len(found) // _SHARE):
        log.error("many files belong to no row: is this the right database?", office=office_id,
                  files=len(found), without_row=len(orphans))  # fmt: skip
        return
    gone = sum(node.store.remove(office_id, digest, before) for digest in orphans)
    if gone:
        log.info("files that no row names were removed", office=office_id, files=gone)


def _unpromised(session: Session, digests: set[str]) -> set[str]:
    left = set(digests)
    for column in _PROMISES:
        rows = session.exec(select(column).execution_options(yield_per=1000))
        left.difference_update(rows)
    return left
