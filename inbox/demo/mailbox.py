"""A small IMAP server on this machine (RFC 9051, RFC 2177): the mailboxes from which the demo collects.

It knows one folder, INBOX, and of the protocol what our own collector speaks. Demo and tests only.
"""

import os
import re
import select
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

from inbox.demo.place import LOOPBACK

CAPABILITY = "CAPABILITY IMAP4rev1 IDLE UIDPLUS"
_LONGEST_LINE = 8192
_LOOK_EVERY = 0.2  # seconds between two looks for new mail while a client is idle
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_HEADER_ONLY = re.compile(r"BODY(?:\.PEEK)?\[HEADER\](?:<0\.(\d+)>)?", re.IGNORECASE)
_WHOLE = re.compile(r"BODY(?:\.PEEK)?\[\]", re.IGNORECASE)


class Mailbox:
    """Mail as files that are named by their UID. What lies there stays when the program ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._uids = sorted(int(file.stem) for file in folder.glob("*.eml"))
        self.seen: set[int] = set()
        self.uidvalidity = self._validity()

    def deliver(self, raw: bytes, received_at: datetime) -> int:
        """Puts a mail into the mailbox; whoever waits there hears of it. Returns its UID."""
        with self._lock:
            uid = (self._uids[-1] if self._uids else 0) + 1
            aside = self._folder / f"{uid}.part"
            aside.write_bytes(raw)
            os.utime(aside, (received_at.timestamp(),) * 2)
            aside.rename(self._place(uid))
            self._uids.append(uid)
        return uid

    @property
    def uids(self) -> list[int]:
        """Every UID, lowest first."""
        with self._lock:
            return list(self._uids)

    def raw(self, uid: int) -> bytes:
        return self._place(uid).read_bytes()

    def size(self, uid: int) -> int:
        return self._place(uid).stat().st_size

    def received_at(self, uid: int) -> datetime:
        return datetime.fromtimestamp(int(self._place(uid).stat().st_mtime), UTC)

    def _place(self, uid: int) -> Path:
        return self._folder / f"{uid}.eml"

    def _validity(self) -> int:
        """Chosen once, so that UIDs go on meaning the same (RFC 9051, section 2.3.1.1)."""
        file = self._folder / "uidvalidity"
        if not file.exists():
            file.write_text(str(int(time.time())))
        return int(file.read_text())


@dataclass(frozen=True, slots=True)
class Account:
    """Who may open a mailbox."""

    password: str
    mailbox: Mailbox


class MailServer:
    """Serves mailboxes on loopback from `start` until `stop`."""

    def __init__(self, accounts: Mapping[str, Account], port: int = 0, mark: str = "") -> None:
        self._server = _Server((LOOPBACK, port), _Conversation)
        self._server.accounts, self._server.mark = dict(accounts), mark
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="demo mailboxes", daemon=True).start()

    def stop(self) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type["_Conversation"]) -> None:
        super().__init__(address, handler)
        self.accounts: dict[str, Account] = {}
        self.mark = ""
        self.stopping = threading.Event()


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 1800

    def setup(self) -> None:
        super().setup()
        self._mailbox: Mailbox | None = None
        self._open: list[int] = []  # the UIDs behind the sequence numbers of this session
        self._acts: dict[str, Callable[[str, str], None]] = {
            "CAPABILITY": self._capability, "NOOP": self._noop, "LOGIN": self._login,
            "SELECT": self._select, "EXAMINE": self._select, "IDLE": self._idle,
            "UID SEARCH": self._search, "UID FETCH": self._fetch, "UID STORE": self._store,
        }  # fmt: skip

    def handle(self) -> None:
        try:
            self._say(f"* OK [{CAPABILITY}] the demo's mailboxes {self.server.mark}")
            while (line := self.rfile.readline(_LONGEST_LINE)) and self._answer(line):
                pass
        except (OSError, ValueError):
            return  # the client went away; it comes again

    def _answer(self, line: bytes) -> bool:
        tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
        name, _, rest = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            name, _, rest = rest.partition(" ")
            name = f"UID {name.upper()}"
        if name == "LOGOUT":
            self._say("* BYE until next time", f"{tag} OK signed out")
            return False
        act = self._acts.get(name)
        if act is None:
            self._say(f"{tag} BAD this small server does not know {name[:20]}")
        elif self._mailbox is None and name not in ("CAPABILITY", "NOOP", "LOGIN"):
            self._say(f"{tag} NO sign in first")
        else:
            act(tag, rest)
        return True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _capability(self, tag: str, rest: str) -> None:
        self._say(f"* {CAPABILITY}", f"{tag} OK done")

    def _noop(self, tag: str, rest: str) -> None:
        self._tell_of_new_mail()
        self._say(f"{tag} OK done")

    def _login(self, tag: str, rest: str) -> None:
        name, password, *_ = [*_strings(rest), "", ""]
        account = self.server.accounts.get(name.lower())
        if account is None or account.password != password:
            self._say(f"{tag} NO [AUTHENTICATIONFAILED] no such name and password")
            return
        self._mailbox = account.mailbox
        self._say(f"{tag} OK signed in")

    def _select(self, tag: str, rest: str) -> None:
        mailbox = self._opened()
        if [name.upper() for name in _strings(rest)[:1]] != ["INBOX"]:
            self._say(f"{tag} NO [NONEXISTENT] only INBOX is here")
            return
        self._open = mailbox.uids
        following = (self._open[-1] if self._open else 0) + 1
        self._say(
            r"* FLAGS (\Seen)", f"* {len(self._open)} EXISTS", "* 0 RECENT",
            f"* OK [UIDVALIDITY {mailbox.uidvalidity}]", f"* OK [UIDNEXT {following}]", f"{tag} OK open",
        )  # fmt: skip

    def _search(self, tag: str, rest: str) -> None:
        """`UID 5:*`, perhaps with SINCE; a set that ends in * always takes in the last message."""
        words = rest.split()
        found = self._open
        for key, value in pairwise(words):
            if key.upper() == "UID":
                found = _named(value, found)
            elif key.upper() == "SINCE":
                day = _day(value)
                found = [uid for uid in found if self._opened().received_at(uid).date() >= day]
        self._say(" ".join(["* SEARCH", *map(str, found)]), f"{tag} OK done")

    def _fetch(self, tag: str, rest: str) -> None:
        numbers, _, items = rest.partition(" ")
        for uid in _named(numbers, self._open):
            self._tell(uid, items)
        self._say(f"{tag} OK done")

    def _tell(self, uid: int, items: str) -> None:
        mailbox, wanted = self._opened(), items.upper()
        facts = [f"UID {uid}"]
        if "FLAGS" in wanted:
            facts.append(r"FLAGS (\Seen)" if uid in mailbox.seen else "FLAGS ()")
        if "RFC822.SIZE" in wanted:
            facts.append(f"RFC822.SIZE {mailbox.size(uid)}")
        if "INTERNALDATE" in wanted:
            facts.append(f'INTERNALDATE "{_internal_date(mailbox.received_at(uid))}"')
        head = f"* {self._open.index(uid) + 1} FETCH ({' '.join(facts)}"
        body, label = _asked_for(items, mailbox, uid)
        if body is None:
            self._say(f"{head})")
        else:
            self.wfile.write(f"{head} {label} {{{len(body)}}}\r\n".encode() + body + b")\r\n")

    def _store(self, tag: str, rest: str) -> None:
        numbers, _, change = rest.partition(" ")
        if change.upper().startswith("+FLAGS") and r"\SEEN" in change.upper():
            self._opened().seen.update(_named(numbers, self._open))
        self._say(f"{tag} OK done")

    def _idle(self, tag: str, rest: str) -> None:
        self._say("+ waiting")
        while not self.server.stopping.is_set():
            self._tell_of_new_mail()
            if select.select([self.connection], [], [], _LOOK_EVERY)[0]:
                self.rfile.readline(_LONGEST_LINE)  # DONE, or the end of the line
                break
        self._say(f"{tag} OK done")

    def _tell_of_new_mail(self) -> None:
        uids = self._mailbox.uids if self._mailbox else []
        if len(uids) > len(self._open):
            self._open = uids
            self._say(f"* {len(uids)} EXISTS")

    def _opened(self) -> Mailbox:
        if self._mailbox is None:
            raise ValueError("nobody has signed in")
        return self._mailbox


def _strings(words: str) -> list[str]:
    """IMAP strings, quoted or plain, in order."""
    return [
        re.sub(r"\\(.)", r"\1", quoted) if quoted or not plain else plain
        for quoted, plain in _STRING.findall(words)
    ]


def _named(numbers: str, uids: Iterable[int]) -> list[int]:
    """Those of `uids` that a set such as `1:3,7,9:*` names."""
    uids = list(uids)
    last = uids[-1] if uids else 0
    found: set[int] = set()
    for part in numbers.split(","):
        first, _, end = part.partition(":")
        low, high = sorted(last if one == "*" else int(one) for one in (first, end or first))
        found.update(uid for uid in uids if low <= uid <= high)
    return sorted(found)


def _asked_for(items: str, mailbox: Mailbox, uid: int) -> tuple[bytes | None, str]:
    """The bytes that FETCH asks for and how the answer calls them; None where only facts are asked for."""
    if header := _HEADER_ONLY.search(items):
        head = mailbox.raw(uid).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        return head[: int(header[1])] if header[1] else head, "BODY[HEADER]" + ("<0>" if header[1] else "")
    return (mailbox.raw(uid), "BODY[]") if _WHOLE.search(items) else (None, "")


def _day(words: str) -> date:
    day, month, year = words.strip('"').split("-")
    return datetime(int(year), _MONTHS.index(month.capitalize()) + 1, int(day), tzinfo=UTC).date()


def _internal_date(moment: datetime) -> str:
    return f"{moment.day:2}-{_MONTHS[moment.month - 1]}-{moment:%Y %H:%M:%S} +0000"
