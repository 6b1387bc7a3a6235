"""Collects mail from an IMAP mailbox (RFC 9051) and does there what the channel's settings say afterwards.

A changed UIDVALIDITY means that all numbers are new: the folder is read again from `since`, a notice says so
once, and each message that may be an old one carries the hint `resync`. Intake compares those by content, so
that old mail opens nothing and mail that came meanwhile is not lost.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from connectors.contract import (
    Batch,
    Checked,
    ConnectorFailure,
    PermanentFailure,
    RawArrival,
    TemporaryFailure,
    nothing,
)
from connectors.email.accounts import AfterKind, ImapSettings
from connectors.email.connection import Connection, connect, folder_name, in_words
from connectors.email.cursor import dump, parse
from connectors.email.folders import Budget, Folder, collect, examine, fetch_each, ranges

REISSUE = 19 * 60
"""Seconds of one IDLE: servers may end it after 29 minutes (RFC 2177)."""
PAUSE = 5
NEWS = re.compile(rb"\* (\d+) EXISTS", re.IGNORECASE)
GONE = re.compile(rb"\* \d+ EXPUNGE", re.IGNORECASE)


class ImapMailbox:
    """Polls one mailbox over one connection, kept open. `close` may come from another thread.

    `hooks` hears imap.connected, once the server has let us in.
    """

    def __init__(
        self, settings: ImapSettings, junk_folder: str | None = None, hooks: Callable[[str], None] = nothing
    ) -> None:
        self._settings = settings
        self._hooks = hooks
        self._folders = tuple(_folders(settings, junk_folder))
        self._connection: Connection | None = None
        self._closing = threading.Event()
        self._selected: str | None = None
        self._exists = 0
        self._said = set[str]()

    def fetch(self, cursor: str | None) -> Batch:
        """The next messages of all folders: 50 or 20 MB. A missing second folder is a notice, once."""
        kept_open = self._connection is not None
        try:
            return self._fetch(cursor)
        except TemporaryFailure as failure:
            # A connection kept open between calls may have been closed long ago: that is no failure.
            if not kept_open or failure.after is not None:
                raise
        return self._fetch(cursor)

    def _fetch(self, cursor: str | None) -> Batch:
        places = parse(cursor)
        arrivals, notices, more = list[RawArrival](), list[str](), False
        budget = Budget()
        with self._conversation() as connection:
            for folder in self._folders:
                try:
                    found = collect(connection, folder, places.get(folder.name), budget)
                except PermanentFailure as failure:
                    if folder is self._folders[0]:
                        raise
                    self._say_once(failure.reason, notices)
                    continue
                self._note_selected(folder.name, connection)
                places[folder.name] = found.place
                arrivals += found.arrivals
                more = more or found.more
                if found.notice:
                    notices.append(found.notice)
        return Batch(tuple(arrivals), dump(places), more, tuple(notices))

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """Marks as seen or moves, in the main folder only; what we could not read whole stays as it is."""
        after = self._settings.after
        main = self._settings.folder
        kept = [each for each in arrivals if not {"too_large", "unreadable"} & each.hints.keys()]
        if after.kind is AfterKind.LEAVE or not kept:
            return
        with self._conversation() as connection:
            view = examine(connection, main, writable=True)
            self._selected = None
            uids = [uid for each in kept if (uid := _uid_in(each.external_id, main, view.uidvalidity))]
            for some in (uids[start : start + 50] for start in range(0, len(uids), 50)):
                if after.kind is AfterKind.SEEN:
                    connection.command(
                        "mark mail as read", "STORE", ranges(some), "+FLAGS.SILENT", r"(\Seen)"
                    )
                else:
                    _move(connection, some, after.folder or "")

    def wait(self, seconds: float) -> bool:
        """IDLE where the server has it, else a sleep. A lost connection ends the wait after a pause."""
        connection = self._connection
        if connection is None or "IDLE" not in connection.capabilities:
            self._closing.wait(seconds)
            return False
        try:
            with self._conversation() as talking:
                return self._listen(talking, seconds)
        except ConnectorFailure:
            self._closing.wait(min(seconds, PAUSE))
            return False

    def close(self) -> None:
        """Ends the connection and any wait. The next `fetch` opens another."""
        self._closing.set()
        self._drop()

    def check(self) -> Sequence[Checked]:
        """Tries to sign in and to open each folder named in the settings."""
        where = f"{self._settings.host}:{self._settings.port}"
        steps = list[Checked]()
        try:
            with self._conversation() as connection:
                steps.append(Checked("Sign in to the mailbox", True, f"signed in at {where}"))
                for name in self._named_folders():
                    steps.append(_folder_step(connection, name))
        except ConnectorFailure as failure:
            steps.append(Checked("Sign in to the mailbox", False, failure.reason))
        finally:
            self._drop()
        return steps

    def _say_once(self, words: str, notices: list[str]) -> None:
        if words not in self._said:
            notices.append(words)
        self._said.add(words)

    # --- the connection

    @contextmanager
    def _conversation(self) -> Iterator[Connection]:
        """The open connection, or a new one. Any failure inside lets go of it."""
        try:
            if self._connection is None:
                self._closing.clear()
                self._connection = connect(self._settings)
                self._selected = None
                self._hooks("imap.connected")
            with in_words(self._settings.host):
                yield self._connection
        except PermanentFailure:
            self._selected = None
            raise
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        connection, self._connection, self._selected = self._connection, None, None
        if connection is not None:
            connection.shutdown()

    def _note_selected(self, folder: str, connection: Connection) -> None:
        self._selected = folder
        if folder == self._settings.folder:
            self._exists = _last_exists(connection, 0)

    def _named_folders(self) -> list[str]:
        target = self._settings.after.folder
        return [folder.name for folder in self._folders] + ([target] if target else [])

    # --- IDLE

    def _listen(self, connection: Connection, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        known = self._exists
        if self._selected != self._settings.folder:
            self._exists = examine(connection, self._settings.folder).exists
            self._selected = self._settings.folder
        else:
            self._exists = _last_exists(connection, self._exists)
        if self._exists > known:
            return True
        while (left := deadline - time.monotonic()) > 0 and not self._closing.is_set():
            if self._idle(connection, min(left, REISSUE)):
                return True
        return False

    def _idle(self, connection: Connection, seconds: float) -> bool:
        """One IDLE. True as soon as the folder has more messages than it had."""
        deadline = time.monotonic() + seconds
        connection.untagged_responses.pop("EXISTS", None)
        tag = connection._command("IDLE")
        while connection._get_response() is not None:
            if connection.tagged_commands[tag]:
                raise connection.abort("the server would not IDLE")
        news = self._grew(_last_exists(connection, self._exists))
        while not news and (left := deadline - time.monotonic()) > 0:
            line = connection.next_line(left)
            if line is None:
                break
            if line.upper().startswith(b"* BYE"):
                raise connection.abort(line.decode("utf-8", "replace"))
            if GONE.match(line):
                self._exists -= 1
            elif count := NEWS.match(line):
                news = self._grew(int(count.group(1)))
        connection.send(b"DONE\r\n")
        connection._command_complete("IDLE", tag)
        return self._grew(_last_exists(connection, self._exists)) or news

    def _grew(self, count: int) -> bool:
        grew = count > self._exists
        self._exists = count
        return grew


def _folders(settings: ImapSettings, junk_folder: str | None) -> Iterator[Folder]:
    """The main folder first, then Sent and Junk if named, each folder once."""
    hints: dict[str | None, tuple[tuple[str, str], ...]] = {settings.folder: ()}
    hints.setdefault(settings.sent_folder, (("direction", "outbound"),))
    hints.setdefault(junk_folder, (("junk", "1"),))
    for name, these in hints.items():
        if name:
            yield Folder(name, settings.address, settings.since, these)


def _uid_in(external_id: str, folder: str, uidvalidity: int) -> int | None:
    """The UID in `external_id` if it is of this folder with this UIDVALIDITY."""
    name, _, rest = external_id.rpartition("/")[0].rpartition("/")
    if name != folder or rest.partition(".")[0] != str(uidvalidity):
        return None
    return int(external_id.rpartition("/")[2])


def _move(connection: Connection, uids: Sequence[int], target: str) -> None:
    """MOVE, or copy and remove exactly these; without UIDPLUS they stay, marked as deleted.

    Never a plain EXPUNGE: it would remove what other people marked (RFC 4315, section 2.1).
    """
    here = fetch_each(connection, uids, "(UID FLAGS)")
    waiting = [each.uid for each in here if "\\deleted" not in each.flags]
    if not waiting:
        return
    some, purpose = ranges(waiting), f'move mail to "{target}"'
    if "MOVE" in connection.capabilities:
        connection.command(purpose, "MOVE", some, folder_name(target))
        return
    connection.command(purpose, "COPY", some, folder_name(target))
    connection.command(purpose, "STORE", some, "+FLAGS.SILENT", r"(\Deleted)")
    if "UIDPLUS" in connection.capabilities:
        connection.command(purpose, "EXPUNGE", some)


def _folder_step(connection: Connection, name: str) -> Checked:
    try:
        view = examine(connection, name)
    except PermanentFailure as failure:
        return Checked(f'Open the folder "{name}"', False, failure.reason)
    return Checked(f'Open the folder "{name}"', True, f"{view.exists} messages")


def _last_exists(connection: Connection, otherwise: int) -> int:
    values: list[bytes] = connection.untagged_responses.get("EXISTS") or []  # type: ignore[assignment]
    return int(values[-1]) if values else otherwise
