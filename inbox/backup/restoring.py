"""Puts a backup into an empty database: checked before, checked after, and quiet until a person says go."""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table, func, insert, select, text, update
from sqlmodel import Session, col

from inbox.backup.archive import (
    ABOUT,
    MANIFEST,
    BackupRefused,
    Manifest,
    from_line,
    office_tables,
    own_references,
    shared_tables,
    table_named,
)
from inbox.database import enter_office
from inbox.history import OPERATOR, record, seal, verify
from inbox.models import CallState, Delivery, DeliveryState, EventKind, Job, Office, RuleCall
from inbox.storage import Store

_LEAVING = (DeliveryState.QUEUED, DeliveryState.RETRYING, DeliveryState.SENDING)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `held`: deliveries that wait for a person because they may have left since."""

    scope: str
    made_at: str
    offices: tuple[str, ...]
    rows: int
    files: int
    held: int
    missing: tuple[str, ...]


def restore(session: Session, store: Store, source: Path, *, schema: str, now: datetime) -> Restored:
    """Fills the empty database of `session` from the archive, in the caller's one transaction.

    Raises BackupRefused, before anything is written, when the archive is damaged, was made for another
    schema, or the database holds anything; and again if the history does not verify once it is in.
    """
    manifest = _checked(source)
    if manifest.schema != schema:
        raise BackupRefused(
            f"the backup was made at version {manifest.schema} of the database, this one is at {schema}: "
            "restore it with the release that made it, then upgrade."
        )
    _refuse_unless_empty(session)
    _fill(session, store, source)
    _compare(session, manifest)
    held = sum(_quieten(session, mark.id, manifest.made_at, now) for mark in manifest.offices)
    return Restored(
        manifest.scope,
        manifest.made_at,
        tuple(mark.slug for mark in manifest.offices),
        sum(manifest.rows.values()),
        manifest.files,
        held,
        tuple(manifest.missing),
    )


def _members(source: Path) -> Iterator[tuple[str, bytes]]:
    """Every member in order. Raises BackupRefused where the archive is cut or is none."""
    try:
        with gzip.open(source) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for info in tar:
                member = tar.extractfile(info) if info.isfile() else None
                if member is None:
                    raise BackupRefused(f"the backup holds {info.name}, which is not a plain file.")
                yield info.name, member.read()
            while packed.read(1 << 20):  # to the very end, where gzip keeps its checksum
                pass
    except FileNotFoundError:
        raise BackupRefused(f"there is no file {source}.") from None
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BackupRefused(f"{source} is damaged or cut short, or is not a backup.") from error


def _checked(source: Path) -> Manifest:
    """The manifest, once every member was read and is what the manifest says."""
    found: dict[str, str] = {}
    files = size = 0
    manifest: Manifest | None = None
    for name, content in _members(source):
        if name == MANIFEST:
            manifest = Manifest.from_json(content)
            continue
        digest = hashlib.sha256(content).hexdigest()
        if name.startswith("tables/"):
            found[name] = digest
        elif name.startswith("files/"):
            if digest != name.rpartition("/")[2]:
                raise BackupRefused(f"the stored file {name} is damaged in the backup.")
            files, size = files + 1, size + len(content)
        elif name != ABOUT:
            raise BackupRefused(f"the backup holds an unknown part, {name}.")
    if manifest is None:
        raise BackupRefused(f"{source} is not a whole backup: its manifest is missing.")
    if found != manifest.members:
        wrong = min(set(found.items()) ^ set(manifest.members.items()))[0]
        raise BackupRefused(f"the part {wrong} of the backup is missing or damaged.")
    if (files, size) != (manifest.files, manifest.size):
        raise BackupRefused("stored files are missing from the backup.")
    return manifest


def _refuse_unless_empty(session: Session) -> None:
    tables = [Office.__table__, *shared_tables(), *office_tables()]  # type: ignore[attr-defined]
    for table in tables:
        if session.connection().execute(select(table).limit(1)).first() is not None:
            raise BackupRefused(
                "this database is not empty. Restore into a new one: set INBOX_DATABASE_URL and "
                "INBOX_DATA_DIR, run `inbox migrate`, then `inbox restore` again."
            )


def _fill(session: Session, store: Store, source: Path) -> None:
    """Second reading: each row into its table, each file into the store."""
    later: dict[str, list[dict[str, object]]] = {}
    for name, content in _members(source):
        parts = name.split("/")
        if parts[0] == "files":
            store.put(parts[1], content)
        if parts[0] != "tables":
            continue
        if parts[1] != "shared" and session.info.get("office") != parts[1]:
            _mend(session, later)
            enter_office(session, parts[1])
        _insert(session, table_named(parts[2]), content, later)
    _mend(session, later)
    _move_counters(session)


def _insert(
    session: Session, table: Table, content: bytes, later: dict[str, list[dict[str, object]]]
) -> None:
    rows = [from_line(table, line) for line in content.splitlines()]
    for column in own_references(table):
        for row in rows:
            if row[column.name] is not None:
                later.setdefault(f"{table.name}.{column.name}", []).append(
                    {"key": row["id"], "value": row[column.name]}
                )
                row[column.name] = None
    for start in range(0, len(rows), _BATCH):
        session.connection().execute(insert(table), rows[start : start + _BATCH])


def _mend(session: Session, later: dict[str, list[dict[str, object]]]) -> None:
    """Fills in the references of a table to itself, now that every row is there."""
    for place, pairs in later.items():
        table_name, _, column = place.partition(".")
        table = table_named(table_name)
        for pair in pairs:
            session.connection().execute(
                update(table).where(table.c.id == pair["key"]).values({column: pair["value"]})
            )
    later.clear()


def _move_counters(session: Session) -> None:
    """PostgreSQL counts rows of `search_entry` itself: it must go on after the last one."""
    if session.get_bind().dialect.name != "postgresql":
        return
    table = table_named("search_entry")
    highest = 0
    for office in session.connection().execute(select(table_named("office").c.id)).scalars().all():
        enter_office(session, office)
        highest = max(highest, session.connection().execute(select(func.max(table.c.number))).scalar() or 0)
    if highest:
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('search_entry', 'number'), :highest)"),
            {"highest": highest},
        )


def _compare(session: Session, manifest: Manifest) -> None:
    """What is in the database now, against the manifest: row counts and every office's history."""
    counts = {table.name: _count(session, table) for table in shared_tables()}
    for mark in manifest.offices:
        enter_office(session, mark.id)
        office = Office.__table__  # type: ignore[attr-defined]
        counts["office"] = counts.get("office", 0) + _count(session, office, office.c.id == mark.id)
        for table in office_tables():
            mine = _count(session, table, table.c.office_id == mark.id)
            counts[table.name] = counts.get(table.name, 0) + mine
        fault = verify(session)
        if fault is not None:
            raise BackupRefused(
                f"the history of {mark.slug} does not verify, at line {fault.sequence}: {fault.why}."
            )
    if {name: count for name, count in counts.items() if count} != manifest.rows:
        raise BackupRefused("the database does not hold as many rows as the backup says. Nothing was kept.")


def _count(session: Session, table: Table, *conditions: object) -> int:
    query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
    return int(session.connection().execute(query).scalar_one())


def _quieten(session: Session, office_id: str, made_at: str, now: datetime) -> int:
    """Nothing leaves by itself: sending is paused, and what was on its way out waits for a person.

    Mail that came since the backup is collected again; `restored_at` keeps it from a second acknowledgement.
    """
    enter_office(session, office_id)
    when = datetime.fromisoformat(made_at).strftime("%-d %B %Y at %H:%M UTC")
    office = session.get_one(Office, office_id)
    office.sending_paused = f"Restored from the backup of {when}. Check Sending, then resume."
    office.restored_at = now
    session.add(office)
    held = 0
    leaving = select(Delivery).where(col(Delivery.state).in_(_LEAVING))
    for delivery in session.scalars(leaving).all():
        was = delivery.state
        delivery.state = DeliveryState.UNKNOWN
        delivery.lease_until = None
        delivery.fence += 1
        delivery.trouble = f"It was {was} in the backup of {when} and may have left after that."
        session.add(delivery)
        record(
            session, delivery.case_id, EventKind.DELIVERY_UNKNOWN, OPERATOR, now=now, delivery=delivery.id,
            because="restored",
        )  # fmt: skip
        held += 1
    asked = update(RuleCall).where(
        col(RuleCall.office_id) == office_id, col(RuleCall.state) == CallState.WAITING
    )
    said = f"It waited in the backup of {when} and may have been made after that."
    session.execute(asked.values(state=CallState.UNKNOWN, trouble=said, ended_at=now))
    session.execute(update(Job).where(col(Job.office_id) == office_id).values(lease_until=None))
    record(
        session, None, EventKind.OFFICE_CHANGED, OPERATOR, now=now, restored_from=made_at, sending="paused"
    )
    session.flush()
    seal(session)
    return held
