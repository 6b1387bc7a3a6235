"""A small SMTP receiver on this machine (RFC 5321): it keeps what the demo sends, and passes nothing on.

Demo and tests only.
"""

import re
import socketserver
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.contract import ConnectorFailure, Limits, OutboundMessage, SentReceipt
from inbox.demo.place import LOOPBACK

_LONGEST_LINE = 64 * 1024
_ADDRESS = re.compile(r"<([^<>]*)>")
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]+")


class Outbox:
    """A folder with everything that left, one .eml each, in the order in which it left."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._count = max((int(file.name[:4]) for file in folder.glob("[0-9]*.eml")), default=0)

    def keep(self, recipients: tuple[str, ...], raw: bytes) -> int:
        """Keeps one message; returns its number."""
        to = _UNSAFE.sub("-", recipients[0])[:80] if recipients else "nobody"
        with self._lock:
            self._count += 1
            number = self._count
            aside = self.folder / f"{number:04}.part"
            aside.write_bytes(raw)
            aside.replace(self.folder / f"{number:04}-to-{to}.eml")
        return number


class Postbox:
    """Sends into the outbox without a network, for the weeks that the demo tells; `Sends` of the contract."""

    limits = Limits()

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.troubles: Mapping[str, ConnectorFailure] = {}
        """What happens to mail for an address, instead of its being taken."""

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        trouble = next((self.troubles[to] for to in message.recipients if to in self.troubles), None)
        committing()
        if trouble is not None:
            raise trouble
        number = self._outbox.keep(message.recipients, message.raw)
        return SentReceipt(message.message_id, _taken(number))

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        return None


class Receiver:
    """Takes mail on loopback from `start` until `stop`."""

    def __init__(self, outbox: Outbox, port: int = 0) -> None:
        self._server = _Server((LOOPBACK, port), _Conversation)
        self._server.outbox = outbox
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="demo outgoing", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    outbox: Outbox


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 300

    def handle(self) -> None:
        self._recipients: list[str] = []
        try:
            self._say("220 the demo's outgoing mail: nothing goes further than this")
            while (line := self.rfile.readline(_LONGEST_LINE)) and self._answer(line):
                pass
        except OSError:
            return  # the client went away

    def _answer(self, line: bytes) -> bool:
        words = line.decode("utf-8", "replace").strip()
        match words.split(" ")[0].upper():
            case "EHLO" | "HELO":
                self._say("250-demo", "250-8BITMIME", "250-SMTPUTF8", "250 AUTH PLAIN")
            case "AUTH":
                self._say("235 welcome")
            case "MAIL" | "RSET":
                self._recipients = []
                self._say("250 ok")
            case "RCPT":
                self._recipients += _ADDRESS.findall(words)[:1]
                self._say("250 ok")
            case "DATA":
                self._data()
            case "NOOP":
                self._say("250 ok")
            case "QUIT":
                self._say("221 until next time")
                return False
            case _:
                self._say("502 this small server does not know that")
        return True

    def _data(self) -> None:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline(_LONGEST_LINE)) != b".\r\n":
            if not line:
                return  # broken off before the final dot: it was never handed over
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        number = self.server.outbox.keep(tuple(self._recipients), b"".join(lines))
        self._say(f"250 {_taken(number)}")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def _taken(number: int) -> str:
    return f"2.0.0 kept in the demo's outbox as {number:04}"
