"""A malware scanner that says what the test wants, over clamd's own protocol (INSTREAM)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clamd:
    """`answer` is what it says of each file; empty: it hangs up. `scanned`: what it was shown."""

    address: str
    answer: bytes = b"stream: OK"
    scanned: list[bytes] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                with caller, suppress(OSError):
                    self.scanned.append(_received(caller))
                    caller.sendall(self.answer + b"\0" if self.answer else b"")


@contextmanager
def a_clamd() -> Iterator[Clamd]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Clamd("{}:{}".format(*listener.getsockname()))
        thread = threading.Thread(target=made.serve, args=(listener,), daemon=True)
        thread.start()
        yield made
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _received(caller: socket.socket) -> bytes:
    stream = caller.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(stream.read(4)):
        content += stream.read(length)
    return content
