"""One IMAP connection to a judged address, with its own buffer, byte caps and failures in plain words.

The buffer is ours, not a file object's, so that IDLE can wait with a time limit and lose no byte.
"""

import imaplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NoReturn

from imap_tools.imap_utf7 import utf7_encode

from connectors import guard
from connectors.contract import ConnectorFailure, CredentialsRejected, PermanentFailure, TemporaryFailure
from connectors.email.accounts import Auth, ImapSettings, SignIn, Tls
from connectors.wording import plain

imaplib.Commands.setdefault("IDLE", ("SELECTED",))

LONGEST_LINE = 8 * 1024 * 1024
"""A SEARCH answer of about a million numbers."""
LARGEST_LITERAL = 64 * 1024 * 1024
SLOWEST = 16 * 1024
"""Bytes a second a literal may take before we call the connection dead."""

LATER = {"UNAVAILABLE": timedelta(minutes=1), "LIMIT": timedelta(minutes=5), "INUSE": timedelta(minutes=1)}
NEVER_SIGNED_IN = frozenset({"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED"})


class Connection(imaplib.IMAP4):
    """imaplib's conversation over a socket that the guard opened."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._buffer = bytearray()
        super().__init__(settings.host, settings.port, settings.timeout)

    # --- what imaplib lets a subclass replace

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        wanted = self._settings
        self.host, self.port = wanted.host, wanted.port
        self.sock = guard.connect(wanted.host, wanted.port, wanted.allow_private, wanted.timeout)
        if wanted.tls is Tls.NONE and not _is_private_peer(self.sock):
            self.sock.close()
            raise PermanentFailure(f"{wanted.host} is on the internet, so it must be reached with TLS")
        if wanted.tls is Tls.IMPLICIT:
            self.sock = guard.encrypt(self.sock, wanted.host, wanted.ca_file)

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise self.abort(f"the server sent a part of {size} bytes")
        deadline = time.monotonic() + self._settings.timeout + size / SLOWEST
        while len(self._buffer) < size:
            self._receive(deadline)
        return self._take(size)

    def readline(self) -> bytes:
        deadline = time.monotonic() + self._settings.timeout
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LONGEST_LINE:
                raise self.abort("the server sent a line without an end")
            self._receive(deadline)
        return self._take(end + 1)

    def shutdown(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        finally:
            self.sock.close()

    # --- beyond imaplib

    def secure(self) -> None:
        """STARTTLS. What came before encryption is not believed (RFC 9051, section 11.2)."""
        if "STARTTLS" not in self.capabilities:
            raise PermanentFailure(f"{self.host} does not offer STARTTLS; try imap_tls=implicit")
        kind, said = self._simple_command("STARTTLS")
        if kind != "OK":
            refused(said, "turn on encryption")
        if self._buffer:
            raise self.abort("the server spoke between STARTTLS and encryption")
        self.sock = guard.encrypt(self.sock, self.host, self._settings.ca_file)
        self.refresh_capabilities()

    def refresh_capabilities(self) -> None:
        """What the server can do now: the list differs before and after encryption and sign-in."""
        self._get_capabilities()

    def next_line(self, seconds: float) -> bytes | None:
        """One line the server sends within `seconds`, or None. Only between IDLE and DONE."""
        if b"\n" not in self._buffer:
            self.sock.settimeout(seconds)
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                return None
            finally:
                self.sock.settimeout(self._settings.timeout)
            if not data:
                raise self.abort("the server closed the connection")
            self._buffer += data
        return self.readline()

    def command(self, purpose: str, name: str, *arguments: str | bytes) -> list[Any]:
        """`UID name arguments`; the answer's data. `purpose` ("open the folder") is for a failure's words."""
        kind, data = self.uid(name, *arguments)  # type: ignore[arg-type]
        if kind != "OK":
            refused(data, purpose)
        return data

    def _receive(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise TimeoutError
        data = self.sock.recv(262144)
        if not data:
            raise self.abort("the server closed the connection")
        self._buffer += data

    def _take(self, size: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return taken


def connect(settings: ImapSettings) -> Connection:
    """A signed-in connection; a refused token is replaced once.

    Raises TemporaryFailure, PermanentFailure or CredentialsRejected.
    """
    try:
        return _connected(settings)
    except CredentialsRejected:
        if not may_try_again(settings.sign_in):
            raise
    return _connected(settings)


def may_try_again(who: SignIn) -> bool:
    """Whether there is another token to try after a refused one: it may have ended before its time."""
    if who.tokens is None:
        return False
    refused_token = who.tokens()
    who.tokens.forget()
    return who.tokens() != refused_token


def _connected(settings: ImapSettings) -> Connection:
    with in_words(settings.host):
        connection = Connection(settings)
    try:
        with in_words(settings.host):
            if settings.tls is Tls.STARTTLS:
                connection.secure()
            if connection.state != "AUTH":
                _sign_in(connection, settings.sign_in)
            connection.refresh_capabilities()
    except BaseException:
        connection.shutdown()
        raise
    return connection


@contextmanager
def in_words(host: str) -> Iterator[None]:
    """Turns what goes wrong on the wire inside the block into a ConnectorFailure."""
    try:
        yield
    except ConnectorFailure:
        raise
    except TimeoutError:
        raise TemporaryFailure(f"{host} did not answer in time") from None
    except imaplib.IMAP4.abort as failure:
        raise TemporaryFailure(f"{host} ended the conversation: {plain(str(failure))}") from None
    except imaplib.IMAP4.error as failure:
        raise TemporaryFailure(
            f"{host} answered in a way we do not understand: {plain(str(failure))}"
        ) from None
    except OSError as failure:
        reason = failure.strerror or "the connection broke"
        raise TemporaryFailure(f"{host} cannot be reached: {plain(reason)}") from None


def quoted(text: str) -> bytes:
    """`text` as an IMAP quoted string."""
    return b'"' + text.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def folder_name(folder: str) -> bytes:
    """A folder's name as the server spells it (modified UTF-7), quoted."""
    name = utf7_encode(folder).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b'"' + name + b'"'


def refused(data: list[Any], purpose: str) -> NoReturn:
    """Raises what a NO answer to `purpose` means."""
    said = words_of(data)
    code = code_of(said)
    if code in LATER:
        raise TemporaryFailure(f"the mail server asks us to wait: {plain(said)}", after=LATER[code])
    if code in NEVER_SIGNED_IN:
        raise CredentialsRejected(f"the mail server refused our sign-in: {plain(said)}")
    if code in ("NONEXISTENT", "TRYCREATE", "NOPERM", "CANNOT", "OVERQUOTA"):
        raise PermanentFailure(f"the mail server would not {purpose}: {plain(said)}")
    raise TemporaryFailure(f"the mail server would not {purpose}: {plain(said)}")


def _sign_in(connection: Connection, who: SignIn) -> None:
    if who.auth is Auth.XOAUTH2:
        _sign_in_with_token(connection, who)
        return
    password = who.password or ""
    try:
        if "AUTH=PLAIN" in connection.capabilities:
            answer = f"\0{who.username}\0{password}".encode()
            connection.authenticate("PLAIN", lambda _: answer)
        elif "LOGINDISABLED" in connection.capabilities:
            raise PermanentFailure(f"{connection.host} takes passwords only with TLS; set imap_tls")
        else:
            name, word = quoted(who.username), quoted(password)
            kind, data = connection._simple_command("LOGIN", name, word)
            if kind != "OK":
                raise imaplib.IMAP4.error(words_of(data))
            connection.state = "AUTH"
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as failure:
        _not_signed_in(failure, password)


def _sign_in_with_token(connection: Connection, who: SignIn) -> None:
    if who.tokens is None:
        raise CredentialsRejected("no token to sign in with; connect the account again")
    token = who.tokens()
    answers = [xoauth2(who.username, token)]
    try:
        # A refusal comes as a challenge first; an empty line asks for the real answer.
        connection.authenticate("XOAUTH2", lambda _: answers.pop() if answers else b"")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as failure:
        _not_signed_in(failure, token)


def xoauth2(username: str, token: str) -> bytes:
    """The SASL XOAUTH2 initial response, before base64 (Google and Microsoft, "XOAUTH2 protocol")."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def _not_signed_in(failure: Exception, secret: str) -> NoReturn:
    said = str(failure)
    code = code_of(said)
    if code in LATER:
        reason = f"the mail server asks us to wait: {plain(said, secret)}"
        raise TemporaryFailure(reason, after=LATER[code]) from None
    raise CredentialsRejected(f"the mail server refused our sign-in: {plain(said, secret)}") from None


def words_of(data: list[Any]) -> str:
    """The text of an answer's data."""
    return " ".join(part.decode("utf-8", "replace") for part in data if isinstance(part, bytes))


def code_of(said: str) -> str:
    """The response code in brackets (RFC 5530), upper-cased, or ""."""
    _, opened, rest = said.partition("[")
    return rest.partition("]")[0].split(" ")[0].upper() if opened else ""


def _is_private_peer(stream: socket.socket) -> bool:
    return guard.is_private(str(stream.getpeername()[0]))
