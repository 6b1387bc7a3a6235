"""An SMTP server that keeps what it accepts and can be told to misbehave at every step."""

import base64
import binascii
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.rigs.certificates import Certificates


class At(StrEnum):
    """The step at which a fault happens."""

    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    """After the final dot: the message is kept unless the fault replies with a refusal."""


class Act(StrEnum):
    """What happens instead of the ordinary answer."""

    REPLY = "reply"
    STALL = "stall"
    RESET = "reset"
    CLOSE = "close"


@dataclass(slots=True)
class Fault:
    """One planned misbehaviour; `about` limits it to commands that contain these words."""

    at: At
    act: Act
    reply: str = ""
    about: str = ""
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message the sink took, with its envelope. `raw` has dot-stuffing undone and CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: str
    signed_in_as: str | None
    encrypted: bool


@dataclass(slots=True)
class SmtpSink:
    """Listens on a random port of 127.0.0.1. `extensions` are announced after EHLO."""

    certificates: Certificates | None = None
    implicit_tls: bool = False
    password: str = "four-brass-buttons"
    token: str = "a-good-token"
    host: str = "localhost"
    extensions: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "SIZE 36700160", "ENHANCEDSTATUSCODES")
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN", "XOAUTH2")
    messages: list[Accepted] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Every command line received, over all connections; what follows AUTH is left out."""
    faults: list[Fault] = field(default_factory=list)
    port: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: set[socket.socket] = field(default_factory=set)
    _release: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self._begin(self._accept)

    def stop(self) -> None:
        """Ends all connections and threads."""
        self._release.set()
        _hang_up(self._listener)
        for each in list(self._open):
            _hang_up(each)
        for thread in self._threads:
            thread.join(5)

    def reset(self) -> None:
        """Forgets messages, commands and faults, and lets go of connections that were made to wait."""
        self._release.set()
        self._release = threading.Event()
        self.faults.clear()
        self.messages.clear()
        self.commands.clear()

    # --- telling it to misbehave

    def refuse(self, at: At, reply: str, *, about: str = "", times: int | None = None) -> None:
        """Answers `reply` ("550 5.1.1 nobody") at `at`, to commands containing `about`, `times` times."""
        self.faults.append(Fault(at, Act.REPLY, reply, about, times))

    def stall(self, at: At, *, times: int | None = None) -> None:
        """Says nothing at `at`, with the connection open, until `reset` or `stop`."""
        self.faults.append(Fault(at, Act.STALL, times=times))

    def hang_up(self, at: At, *, rudely: bool = True, times: int | None = None) -> None:
        """Ends the connection at `at`: with a TCP reset, or politely."""
        self.faults.append(Fault(at, Act.RESET if rudely else Act.CLOSE, times=times))

    # --- for its own connections

    def fault(self, at: At, line: str) -> Fault | None:
        """The planned misbehaviour for this step, used up if it was planned for so many times."""
        with self._lock:
            for each in self.faults:
                if each.at is at and each.about.lower() in line.lower() and each.times != 0:
                    if each.times is not None:
                        each.times -= 1
                    return each
        return None

    def wait_for_release(self) -> None:
        self._release.wait()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            self._begin(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        try:
            _Conversation(self, connection).run()
        except (OSError, _GoneError):
            pass
        finally:
            self._open.discard(connection)
            connection.close()

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()


class _GoneError(Exception):
    """The other side, or a planned fault, ended the conversation."""


class _Conversation:
    """One connection, from banner to QUIT."""

    def __init__(self, sink: SmtpSink, connection: socket.socket) -> None:
        self.sink = sink
        self.encrypted = False
        self.signed_in_as: str | None = None
        self.plain = connection
        self._adopt(connection)
        self._clear()

    def run(self) -> None:
        if self.sink.implicit_tls:
            self._encrypt()
        self._answer(At.BANNER, "", "220 sink.example ESMTP")
        while True:
            line = self._line().decode("utf-8", "replace")
            self.sink.commands.append("AUTH" if line.upper().startswith("AUTH") else line)
            verb = line.split(" ", 1)[0].upper()
            if verb == "QUIT":
                self._say("221 2.0.0 Bye")
                return
            handle = getattr(self, f"_on_{verb.lower()}", None)
            if handle is None:
                self._say("500 5.5.1 what?")
            else:
                handle(line)

    def _on_ehlo(self, line: str) -> None:
        announced = [*self.sink.extensions]
        if self.sink.certificates is not None and not self.encrypted:
            announced.append("STARTTLS")
        if self.sink.mechanisms:
            announced.append("AUTH " + " ".join(self.sink.mechanisms))
        lines = ["sink.example", *announced]
        answer = "\r\n".join(
            f"250{'-' if number < len(lines) - 1 else ' '}{each}" for number, each in enumerate(lines)
        )
        self._answer(At.EHLO, line, answer)

    def _on_starttls(self, line: str) -> None:
        if self._answer(At.STARTTLS, line, "220 2.0.0 go ahead"):
            self._encrypt()
            self._clear()

    def _on_auth(self, line: str) -> None:
        fault = self.sink.fault(At.AUTH, line)
        if fault is not None:
            self._do(fault)
            return
        _, mechanism, *initial = line.split(" ")
        try:
            who = self._sign_in(mechanism.upper(), initial[0] if initial else None)
        except (ValueError, binascii.Error):
            who = None
        self.signed_in_as = who
        self._say("235 2.7.0 welcome" if who else "535 5.7.8 Authentication credentials invalid")

    def _sign_in(self, mechanism: str, initial: str | None) -> str | None:
        if mechanism == "PLAIN":
            _, user, password = self._told("", initial).split("\0")
            return user if password == self.sink.password else None
        if mechanism == "LOGIN":
            user = self._told("Username:", initial)
            return user if self._told("Password:", None) == self.sink.password else None
        given = self._told("", initial)
        if f"auth=Bearer {self.sink.token}\x01\x01" in given:
            return given.split("\x01")[0].removeprefix("user=")
        self._told('{"status":"400","schemes":"bearer"}', None)
        return None

    def _told(self, question: str, initial: str | None) -> str:
        if initial is None:
            self._say("334 " + base64.b64encode(question.encode()).decode())
            initial = self._line().decode()
        return base64.b64decode(initial).decode()

    def _on_mail(self, line: str) -> None:
        if self._answer(At.MAIL, line, "250 2.1.0 sender ok"):
            path, _, self.options = line.partition(":")[2].strip().partition(" ")
            self.sender = path.strip("<>")

    def _on_rcpt(self, line: str) -> None:
        if self._answer(At.RCPT, line, "250 2.1.5 recipient ok"):
            self.recipients.append(line.partition(":")[2].strip().strip("<>"))

    def _on_data(self, line: str) -> None:
        if not self.recipients:
            self._say("554 5.5.1 no valid recipients")
            return
        if not self._answer(At.DATA, line, "354 go on"):
            return
        raw = self._body()
        taken = Accepted(
            self.sender, tuple(self.recipients), raw, self.options, self.signed_in_as, self.encrypted
        )
        fault = self.sink.fault(At.DOT, line)
        if fault is None or fault.act is not Act.REPLY:
            self.sink.messages.append(taken)
        self._clear()
        if fault is None:
            self._say(f"250 2.0.0 Ok: queued as SINK{len(self.sink.messages)}")
        else:
            self._do(fault)

    def _body(self) -> bytes:
        """Lines up to CRLF.CRLF and nothing else: a bare line feed ends no line (SMTP smuggling)."""
        lines: list[bytes] = []
        while True:
            line = self._line(limit=None)
            fault = self.sink.fault(At.BODY, "")
            if fault is not None:
                self._do(fault)
            if line == b".":
                return b"".join(each + b"\r\n" for each in lines)
            lines.append(line.removeprefix(b"."))

    def _on_rset(self, line: str) -> None:
        self._clear()
        self._say("250 2.0.0 Ok")

    def _on_noop(self, line: str) -> None:
        self._say("250 2.0.0 Ok")

    def _clear(self) -> None:
        self.sender, self.options = "", ""
        self.recipients: list[str] = []

    def _answer(self, at: At, line: str, ordinary: str) -> bool:
        """Gives the ordinary answer (True) or the planned fault (False)."""
        fault = self.sink.fault(at, line)
        if fault is None:
            self._say(ordinary)
            return True
        self._do(fault)
        return False

    def _do(self, fault: Fault) -> None:
        match fault.act:
            case Act.REPLY:
                self._say(fault.reply)
            case Act.STALL:
                self.sink.wait_for_release()
                raise _GoneError
            case Act.RESET:
                linger = struct.pack("ii", 1, 0)
                self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self._end()
            case Act.CLOSE:
                self._end()

    def _end(self) -> None:
        self.reader.close()
        self.stream.close()
        raise _GoneError

    def _encrypt(self) -> None:
        if self.sink.certificates is None:
            raise _GoneError
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.sink.certificates.certificate, self.sink.certificates.key)
        self.reader.close()
        self._adopt(context.wrap_socket(self.stream, server_side=True))
        self.encrypted = True

    def _adopt(self, stream: socket.socket) -> None:
        self.sink._open.discard(self.plain)
        self.sink._open.add(stream)
        self.stream = self.plain = stream
        self.reader = stream.makefile("rb")

    def _line(self, limit: int | None = 4096) -> bytes:
        """One line without its CRLF. A line feed alone is part of the line."""
        line = b""
        while not line.endswith(b"\r\n"):
            more = self.reader.readline()
            if not more:
                raise _GoneError
            line += more
            if limit is not None and len(line) > limit:
                raise _GoneError
        return line[:-2]

    def _say(self, answer: str) -> None:
        self.stream.sendall(answer.encode() + b"\r\n")


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
