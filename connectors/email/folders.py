"""Takes new messages out of one IMAP folder, in modest chunks, without changing anything there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.contract import PermanentFailure, RawArrival
from connectors.email.connection import LATER, Connection, code_of, folder_name, refused, words_of
from connectors.email.cursor import Place
from connectors.email.responses import MONTHS, Fetched, fetched

MOST_MESSAGES = 50
MOST_BYTES = 20 * 1024 * 1024
TOO_LARGE = 50 * 1024 * 1024
"""A message above this many bytes stays on the server; its header comes, with the hint `too_large`."""
HEADER_BYTES = 256 * 1024
LISTED = 100
"""Messages whose size is asked for in one go."""
GRACE = timedelta(days=1)


@dataclass(slots=True)
class Budget:
    """What one batch may still take."""

    messages: int = MOST_MESSAGES
    bytes: int = MOST_BYTES

    def takes(self, size: int) -> bool:
        """Whether one more message of `size` fits (the first always does), counting it if so."""
        first = self.messages == MOST_MESSAGES
        if not first and (self.messages == 0 or size > self.bytes):
            return False
        self.messages -= 1
        self.bytes -= size
        return True


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder and what its messages are: `hints` go with each of them."""

    name: str
    account: str
    since: datetime | None
    hints: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What the server said when the folder was opened."""

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True)
class Found:
    """What one look brought: `more` says that the folder holds further new messages."""

    arrivals: tuple[RawArrival, ...]
    place: Place
    more: bool
    notice: str | None = None


def examine(connection: Connection, folder: str, *, writable: bool = False) -> View:
    """Opens `folder`, read-only unless `writable`. Raises PermanentFailure when there is no such folder."""
    kind, data = connection.select(folder_name(folder), readonly=not writable)  # type: ignore[arg-type]
    if kind != "OK":
        said = words_of(data)
        if code_of(said) in LATER:
            refused(data, "open the folder")
        raise PermanentFailure(
            f'the mailbox has no folder "{folder}"; check the name in the channel settings'
        )
    numbers = {name: _number(connection, name) for name in ("UIDVALIDITY", "UIDNEXT")}
    return View(numbers["UIDVALIDITY"], numbers["UIDNEXT"], int(data[-1] or 0))


def collect(connection: Connection, folder: Folder, before: Place | None, budget: Budget) -> Found:
    """The next messages of `folder`, oldest number first, as far as `budget` goes."""
    view = examine(connection, folder.name)
    place, notice = _here(view, before, folder.name)
    new = [uid for uid in _search(connection, place, folder.since) if place.is_new(uid)]
    listed = new[:LISTED]
    sizes = {each.uid: each for each in fetch_each(connection, listed, "(UID RFC822.SIZE INTERNALDATE)")}
    examined, wanted = list[int](), list[Fetched]()
    for uid in listed:
        known = sizes.get(uid)
        if known is not None and _is_wanted(known, place, folder.since):
            size = known.size or 0
            if not budget.takes(HEADER_BYTES if size > TOO_LARGE else size):
                break
            wanted.append(known)
        examined.append(uid)
    arrivals = tuple(_arrivals(connection, folder, place, wanted))
    return Found(arrivals, place.after(examined), len(examined) < len(new), notice)


def _here(view: View, before: Place | None, folder: str) -> tuple[Place, str | None]:
    """Where we stand in the folder as it is now, and a notice if the server renumbered it."""
    if before is None:
        return Place(view.uidvalidity, start=view.uidnext), None
    notice = (
        f'the mail server renumbered the folder "{folder}"; mail that is already here is not opened again'
    )
    fresh = Place(view.uidvalidity, start=view.uidnext, resync_below=view.uidnext)
    if before.uidvalidity != view.uidvalidity:
        return fresh, notice
    if view.uidnext and view.uidnext <= before.last_uid:
        return replace(fresh, generation=before.generation + 1), notice
    return before, None


def _search(connection: Connection, place: Place, since: datetime | None) -> list[int]:
    """UIDs from the window's start on. A server always answers with its last message: cut it."""
    criteria = ["UID", f"{place.window_start}:*"]
    if since is not None:
        day = (since.astimezone(UTC) - GRACE * 2).date()
        criteria += ["SINCE", f"{day.day}-{MONTHS[day.month - 1].capitalize()}-{day.year}"]
    data = connection.command("search the folder", "SEARCH", *criteria)
    numbers = {int(number) for part in data if isinstance(part, bytes) for number in part.split()}
    return sorted(uid for uid in numbers if uid >= place.window_start)


def _is_wanted(message: Fetched, place: Place, since: datetime | None) -> bool:
    if since is None or message.received_at is None:
        return True
    limit = since.replace(microsecond=0)
    return message.received_at >= (limit if message.uid < place.start else limit - GRACE)


def _arrivals(
    connection: Connection, folder: Folder, place: Place, wanted: Sequence[Fetched]
) -> Iterator[RawArrival]:
    small = [each.uid for each in wanted if (each.size or 0) <= TOO_LARGE]
    bodies = {each.uid: each.body for each in fetch_each(connection, small, "(UID BODY.PEEK[])")}
    for message in wanted:
        size = message.size or 0
        hints = dict(folder.hints) | {"folder": folder.name}
        if message.uid < place.resync_below:
            hints["resync"] = "1"
        if size > TOO_LARGE:
            body = _one(connection, message.uid, f"(UID BODY.PEEK[HEADER]<0.{HEADER_BYTES}>)")
            hints["too_large"] = str(size)
        else:
            body = bodies.get(message.uid)
            if _falls_short(body, size):
                body = _one(connection, message.uid, "(UID BODY.PEEK[])")
            if body is not None and _falls_short(body, size):
                hints["size_expected"] = str(size)
        if body is None:
            if not _exists(connection, message.uid):
                continue
            body = b""
            hints["unreadable"] = "1"
        yield RawArrival(
            "email",
            folder.account,
            f"{folder.name}/{place.name}/{message.uid}",
            body,
            message.received_at or datetime.now(UTC),
            hints,
        )


def _falls_short(body: bytes | None, size: int) -> bool:
    """Whether clearly less came than the server announced. Some servers estimate: a tenth is let pass."""
    return body is None or len(body) < size - max(1024, size // 10)


def fetch_each(connection: Connection, uids: Sequence[int], items: str) -> list[Fetched]:
    """The answers for those of `uids` that the server still has."""
    if not uids:
        return []
    connection.untagged_responses.pop("FETCH", None)
    kind, data = connection.uid("FETCH", ranges(uids), items)
    if kind != "OK":
        if code_of(words_of(data)) in LATER:
            refused(data, "hand over mail")
        # Some servers say NO when one of many is gone: what came before it still counts.
        data = connection.untagged_responses.pop("FETCH", [])
    asked = frozenset(uids)
    return [each for each in fetched(data) if each.uid in asked]


def _one(connection: Connection, uid: int, items: str) -> bytes | None:
    return next((each.body for each in fetch_each(connection, [uid], items)), None)


def _exists(connection: Connection, uid: int) -> bool:
    data = connection.command("search the folder", "SEARCH", "UID", str(uid))
    return any(str(uid).encode() in part.split() for part in data if isinstance(part, bytes))


def _number(connection: Connection, name: str) -> int:
    _, values = connection.response(name)
    value = values[-1] if values else None
    return int(value) if value else 0


def ranges(uids: Sequence[int]) -> str:
    """UIDs as an IMAP set: 1,2,3,7 becomes "1:3,7"."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in runs)
