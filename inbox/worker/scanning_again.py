"""Files looked at again: held ones as soon as the scanner is back, the others daily while they are new.

A scanner that was away holds files back, and what is harmful may be known only some days after it came.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import cast

from sqlalchemy import literal
from sqlmodel import Session, col, select

from inbox.database import find
from inbox.errors import CaseworkError
from inbox.files import Outgoing, case_of
from inbox.history import SYSTEM, record
from inbox.models import Attachment, DraftFile, EventKind, Scan, id_of_time
from inbox.worker.loops import log
from inbox.worker.node import Node

HELD_FOR, NEW_FOR = timedelta(days=30), timedelta(days=7)
_AT_ONCE = 100
_TABLES: tuple[type[Attachment] | type[DraftFile], ...] = (Attachment, DraftFile)


def look_at_held(node: Node) -> None:
    """Asks about each held file; ends with the first that still cannot be asked about."""
    for office_id in node.offices():
        for file in _files(node, office_id, Scan.HELD, HELD_FOR):
            if _look(node, file) is Scan.HELD:
                return


def look_again(node: Node) -> None:
    """Asks once more about what came in the last days and passed: the scanner has learned since."""
    if not node.settings.clamd:
        return
    for office_id in node.offices():
        for file in _files(node, office_id, Scan.CLEAN, NEW_FOR):
            if _look(node, file) is Scan.HELD:
                return


def _files(node: Node, office_id: str, scan: Scan, since: timedelta) -> Iterator[Outgoing]:
    """What has that mark, oldest first, read in pieces with no transaction open between them.

    The mark stands in the query as it is, so that the held ones are found by their index.
    """
    is_marked = literal(scan, literal_execute=True)
    for table in _TABLES:
        after = id_of_time(node.now() - since)
        while True:
            with node.database.read(office_id) as session:
                query = select(table).where(col(table.id) > after, table.scan == is_marked)
                found = session.exec(query.order_by(col(table.id)).limit(_AT_ONCE)).all()
                rows = cast(Sequence[Outgoing], found)
            yield from rows
            if len(rows) < _AT_ONCE:
                break
            after = rows[-1].id


def _look(node: Node, file: Outgoing) -> Scan | None:
    """What the scanner says now; a file whose bytes are missing is passed over."""
    try:
        said = node.line.scan(node.line.tools.store.get(file.office_id, file.content_hash))
    except CaseworkError as problem:
        log.warning("a file could not be scanned again", file=file.id, why=problem.sentence)
        return None
    if said not in (Scan.HELD, file.scan):
        with node.database.write(file.office_id) as session:
            _mark(session, node, file, said)
    return said


def _mark(session: Session, node: Node, file: Outgoing, said: Scan) -> None:
    row = find(session, type(file), file.id)
    row.scan = said
    _, case_id, _ = case_of(session, file.id)
    record(session, case_id, EventKind.FILE_CHECKED, SYSTEM, now=node.now(), file=file.id, before=file.scan,
           after=said)  # fmt: skip
