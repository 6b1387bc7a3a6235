"""A TCP proxy in front of a real server that cuts, hangs and lies where a test says so."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Cut(StrEnum):
    """How the connection to the client ends."""

    CLOSE = "close"
    HANG = "hang"


@dataclass(slots=True)
class FaultyProxy:
    """Passes bytes on to 127.0.0.1:`upstream` until a planned fault. Listens on a random port."""

    upstream: int
    host: str = "localhost"
    port: int = 0
    connections: int = 0
    """How many clients have connected so far."""
    _greeting: bytes | None = None
    _refusing: int = 0
    _marker: bytes | None = None
    _after: int = 0
    _how: Cut = Cut.CLOSE
    _last_words: bytes = b""
    _rewriting: tuple[bytes, bytes] = (b"", b"")
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self._begin(self._accept)

    def stop(self) -> None:
        self._stopping.set()
        self.cut_now()
        _hang_up(self._listener)
        for thread in self._threads:
            thread.join(5)

    def behave(self) -> None:
        """No more faults for new connections."""
        self._greeting = self._marker = None
        self._refusing = 0

    def refuse(self, times: int = 1_000_000) -> None:
        """Accepts and closes at once, `times` times."""
        self._refusing = times

    def greet_with(self, greeting: bytes) -> None:
        """Sends `greeting` instead of the server's, then nothing. b"" hangs without a word."""
        self._greeting = greeting

    def cut(self, marker: bytes, *, after: int = 0, how: Cut = Cut.CLOSE, last_words: bytes = b"") -> None:
        """Ends the flow to the client `after` bytes behind the first `marker` the server sends.

        `last_words` (such as a BYE line) reach the client just before the end.
        """
        self._marker, self._after, self._how, self._last_words = marker, after, how, last_words

    def rewrite(self, said: bytes, instead: bytes) -> None:
        """Replaces words of the server by others of the same length (to take a capability away, say)."""
        assert len(said) == len(instead)
        self._rewriting = (said, instead)

    def cut_now(self) -> None:
        """Ends all connections that are open."""
        for each in list(self._open):
            _hang_up(each)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self._refusing:
                self._refusing -= 1
                client.close()
                continue
            self._open.append(client)
            if self._greeting is not None:
                client.sendall(self._greeting)
                continue
            server = socket.create_connection(("127.0.0.1", self.upstream))
            self._open.append(server)
            self._begin(lambda a=client, b=server: self._pass_on(a, b))  # type: ignore[misc]
            self._begin(lambda a=server, b=client: self._pass_back(a, b))  # type: ignore[misc]

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        for data in _chunks(client):
            if not _send(server, data):
                break
        _hang_up(server)

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        seen = b""
        for chunk in _chunks(server):
            data = chunk.replace(*self._rewriting) if self._rewriting[0] else chunk
            seen = seen + data if self._marker is not None else b""
            end = self._end_in(seen)
            if end is None:
                if not _send(client, data):
                    break
                continue
            already = len(seen) - len(data)
            _send(client, seen[already : max(end, already)] + self._last_words)
            if self._how is Cut.HANG:
                self._stopping.wait()
            break
        _hang_up(client)
        _hang_up(server)

    def _end_in(self, seen: bytes) -> int | None:
        if self._marker is None or self._marker not in seen:
            return None
        end = seen.index(self._marker) + len(self._marker) + self._after
        return end if len(seen) >= end else None

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()


def _chunks(stream: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            data = stream.recv(65536)
        except OSError:
            return
        if not data:
            return
        yield data


def _send(stream: socket.socket, data: bytes) -> bool:
    try:
        stream.sendall(data)
    except OSError:
        return False
    return True


def _hang_up(stream: socket.socket) -> None:
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)
    stream.close()
