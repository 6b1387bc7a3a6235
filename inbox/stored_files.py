"""Whether the data folder belongs to the database: a few of the files that it names are looked for.

A mistyped INBOX_DATA_DIR must not look healthy: letters would be missing, and new ones go to the wrong place.
"""

from dataclasses import dataclass

import structlog
from sqlmodel import Session, col, select

from inbox.database import Database
from inbox.errors import SetupProblem, Unavailable
from inbox.models import Arrival, Attachment, Delivery, DraftFile, Office
from inbox.settings import Settings
from inbox.storage import FolderStore, open_store

COLUMNS = {
    "arrival": "raw_hash",
    "attachment": "content_hash",
    "delivery": "raw_hash",
    "draft_file": "content_hash",
}
"""By table, the column that promises that the store holds these bytes."""

LOST = "files-are-lost"
"""A file of this name in the data folder: whoever runs the program knows that the old files are gone."""

_OF_EACH = 2
_OFFICES = 4
log = structlog.get_logger("stored files")


@dataclass(frozen=True, slots=True)
class Sample:
    """How many files were looked for, and those that are not there, as `office/sha256`."""

    looked_for: int
    missing: tuple[str, ...]

    @property
    def are_all_missing(self) -> bool:
        return bool(self.looked_for) and len(self.missing) == self.looked_for


def sample(database: Database, store: FolderStore) -> Sample:
    """Looks for the oldest and the newest files of a few offices: never more than some dozens."""
    with database.read() as session:
        offices = _ends(session, Office.id, Office.id, _OFFICES // 2)
    named = []
    for office in sorted(offices):
        with database.read(office) as session:
            named += [(office, digest) for digest in sorted(_named(session))]
    missing = tuple(f"{office}/{digest}" for office, digest in named if not _is_there(store, office, digest))
    return Sample(len(named), missing)


def check(database: Database, settings: Settings) -> None:
    """Before the program works. Raises SetupProblem for a folder that cannot be used or is another one's."""
    store = open_store(settings)
    try:
        store.make()
    except Unavailable as error:
        raise SetupProblem(error.sentence) from error
    found = refuse_another(database, settings, store)
    if found.missing:
        log.warning(
            "stored files are missing: see `inbox doctor`", missing=len(found.missing), of=found.looked_for
        )


def refuse_another(database: Database, settings: Settings, store: FolderStore) -> Sample:
    """What was looked for. Raises SetupProblem where none of it is there."""
    found = sample(database, store)
    if found.are_all_missing and not (settings.data_dir / LOST).exists():
        raise SetupProblem(says(found, settings))
    return found


def says(found: Sample, settings: Settings) -> str:
    """What is wrong and what to do, in a line."""
    folder = settings.data_dir
    if found.are_all_missing:
        return (
            f"{folder} holds none of the files that the database names: put INBOX_DATA_DIR right, or restore "
            f"that folder from a backup (lost for good: make an empty file {folder / LOST})"
        )
    return (
        f"{len(found.missing)} of {found.looked_for} files looked for are not in {folder}, the first "
        f"{found.missing[0]}: look for them in an older backup"
    )


def _named(session: Session) -> set[str]:
    return {
        *_ends(session, Arrival.raw_hash, Arrival.id, _OF_EACH),
        *_ends(session, Attachment.content_hash, Attachment.id, _OF_EACH),
        *_ends(session, Delivery.raw_hash, Delivery.id, _OF_EACH),
        *_ends(session, DraftFile.content_hash, DraftFile.id, _OF_EACH),
    }


def _ends(session: Session, column: str, order: str, count: int) -> set[str]:
    """The oldest and the newest: ids grow with time."""
    query = select(column)
    oldest = session.exec(query.order_by(col(order)).limit(count))
    newest = session.exec(query.order_by(col(order).desc()).limit(count))
    return {*oldest, *newest}


def _is_there(store: FolderStore, office: str, digest: str) -> bool:
    try:
        return store.has(office, digest)
    except OSError:  # a folder that we may not look into
        return False
