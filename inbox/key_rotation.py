"""Seals every stored secret with the newest key, while the system runs: one row, one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from inbox import outbox, sealed_letters
from inbox.database import Database
from inbox.errors import CaseworkError, NotFound, SetupProblem, Unavailable
from inbox.models import Channel, Delivery, DeliveryState, Office, RuleCall, RuleSecret, Staff
from inbox.secrets import SecretKeys
from inbox.sign_in import people
from inbox.storage import FolderStore

Holder = type[Channel] | type[Staff] | type[RuleCall] | type[RuleSecret]
log = structlog.get_logger("keys")


@dataclass(frozen=True, slots=True)
class Columns:
    """A column of sealed secrets. `named` is the column that tells a person which row it is."""

    kind: Holder
    column: str
    words: str
    named: str = "name"


SEALED: tuple[Columns, ...] = (
    Columns(Channel, "sealed", "channel"),
    Columns(Staff, "totp_secret", "sign-in code of"),
    Columns(RuleCall, "address", "web address of rule", "rule"),
    Columns(RuleSecret, "sealed", "calls of rule"),
)
"""Every column that holds a sealed secret which somebody will open again."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed secret, as found. `words` name its row without giving anything away."""

    office_id: str
    kind: Holder
    column: str
    row_id: str
    sealed: str
    words: str


def every_sealed(database: Database, kinds: Sequence[Holder] | None = None) -> list[Sealed]:
    """All sealed secrets of this installation, or those of these kinds of row."""
    wanted = [columns for columns in SEALED if kinds is None or columns.kind in kinds]
    with database.read() as session:
        offices = session.exec(select(Office.id, Office.slug)).all()
    found = []
    for office_id, slug in offices:
        with database.read(office_id) as session:
            found += [one for columns in wanted for one in _sealed(session, office_id, slug, columns)]
    return found


def out_of_reach(database: Database, keys: Sequence[bytes]) -> list[str]:
    """The words for every stored secret that none of `keys` opens."""
    if not keys:
        return [one.words for one in every_sealed(database)]
    own = SecretKeys(keys)
    return [one.words for one in every_sealed(database) if fault_of(own, one) is not None]


def check(database: Database, keys: Sequence[bytes]) -> None:
    """Before the program works. Raises SetupProblem where no key opens what mailboxes and people need.

    Where some are out of reach, the log says which: they work again once the key of that time is named, too.
    """
    own = SecretKeys(keys)
    needed = every_sealed(database, (Channel, Staff))
    closed = [one.words for one in needed if fault_of(own, one) is not None]
    if closed and len(closed) == len(needed):
        raise SetupProblem(
            f"INBOX_SECRET_KEYS holds none of the keys that sealed this database's {len(closed)} secrets: "
            "put the key of this installation back (lost for good: `inbox staff reset-mfa` for each "
            "person, `inbox channel set` for each channel)"
        )
    if closed:
        log.warning(
            "INBOX_SECRET_KEYS lacks the key of stored secrets: see `inbox doctor`", secrets=closed[:5]
        )


def fault_of(keys: SecretKeys, one: Sealed) -> str | None:
    """Why this secret cannot be opened, or None."""
    try:
        keys.open(one.sealed, one.row_id)
    except CaseworkError as error:
        return error.sentence
    return None


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets were sealed anew, were so already, or changed meanwhile (and are new anyway)."""

    sealed_anew: int
    current: int
    changed_meanwhile: int


def rotate(
    database: Database,
    store: FolderStore,
    keys: SecretKeys,
    *,
    now: datetime,
    progress: Callable[[str], None],
) -> Rotated:
    """Seals what older keys sealed with the first. Raises SetupProblem when a key is gone already."""
    anew = current = meanwhile = 0
    for one in every_sealed(database):
        if keys.is_current(one.sealed):
            current += 1
            continue
        fresh = keys.seal(keys.open(one.sealed, one.row_id), one.row_id)
        with database.write(one.office_id) as session:
            won = _replace(session, one, fresh)
        anew += won
        meanwhile += not won
        progress(one.words)
    with database.read() as session:
        offices = session.exec(select(Office.id)).all()
    for office_id in offices:
        for letter in _letters(database, office_id):
            is_new = _seal_letter(database, store, keys, letter, now)
            anew += is_new
            current += not is_new
            if is_new:
                progress(f"letter {letter.outgoing_id}")
    for office_id in offices:  # sign-in addresses are found by their MAC, which follows the first key
        with database.write(office_id) as session:
            people.rehash_addresses(session, keys)
    return Rotated(anew, current, meanwhile)


def _sealed(session: Session, office_id: str, slug: str, columns: Columns) -> list[Sealed]:
    kind, column = columns.kind, columns.column
    query = select(kind).where(getattr(kind, column).is_not(None))
    rows: Sequence[Any] = session.exec(query).all()
    words = [f"{columns.words} {getattr(row, columns.named)} in {slug}" for row in rows]
    return [
        Sealed(office_id, kind, column, row.id, getattr(row, column), said)
        for row, said in zip(rows, words, strict=True)
    ]


def _replace(session: Session, one: Sealed, fresh: str) -> bool:
    """Only where nobody changed the secret since it was read."""
    query = (
        update(one.kind)
        .where(col(one.kind.id) == one.row_id, getattr(one.kind, one.column) == one.sealed)
        .values({one.column: fresh})
        .execution_options(synchronize_session=False)
    )
    done = session.execute(query)
    return isinstance(done, CursorResult) and done.rowcount == 1


@dataclass(frozen=True, slots=True)
class _Letter:
    """The bytes of a letter with a private link; when it left in parts, those of all of them."""

    office_id: str
    outgoing_id: str
    raw_hash: str


def _letters(database: Database, office_id: str) -> list[_Letter]:
    query = select(Delivery.outgoing_id, Delivery.raw_hash).distinct()
    with database.read(office_id) as session:
        found = session.exec(query.where(col(Delivery.purpose).in_(outbox.WITH_A_LINK))).all()
    return [_Letter(office_id, *one) for one in found]


def _seal_letter(
    database: Database, store: FolderStore, keys: SecretKeys, letter: _Letter, now: datetime
) -> bool:
    """Whether it was sealed anew; what was kept in the open before letters were sealed is from now on."""
    try:
        fresh = sealed_letters.seal_anew(store, keys, letter)
    except (NotFound, Unavailable):
        return False  # lost: whoever wants to send it again is told why
    if fresh is None:
        return False
    parts = (col(Delivery.office_id) == letter.office_id, col(Delivery.outgoing_id) == letter.outgoing_id)
    with database.write(letter.office_id) as session:
        session.execute(update(Delivery).where(*parts).values(raw_hash=fresh))
        leaving = select(Delivery.id).where(*parts, Delivery.state == DeliveryState.SENDING).limit(1)
        is_read_now = session.exec(leaving).first() is not None
    if not is_read_now:  # else it is swept away a day later
        store.remove(letter.office_id, letter.raw_hash, now)
    return True
