"""Asks clamd whether a file is malware (INSTREAM, as in clamd's manual). In doubt a file is held."""

import socket
import struct
from collections.abc import Callable

from inbox.models import Scan

TIMEOUT = 30.0
_CHUNK = 64 << 10


def scanner(address: str | None) -> Callable[[bytes], Scan]:
    """How files are scanned. `address`: `host:port` or the path of a socket; None: not at all."""
    if not address:
        return lambda content: Scan.NOT_SCANNED
    return lambda content: scan(address, content)


def scan(address: str, content: bytes) -> Scan:
    """What clamd says of `content`. HELD where it cannot be asked or does not give a plain answer."""
    try:
        with _connect(address) as stream:
            stream.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                part = content[start : start + _CHUNK]
                stream.sendall(struct.pack("!L", len(part)) + part)
            stream.sendall(struct.pack("!L", 0))
            answer = _answer(stream)
    except (OSError, ValueError):
        return Scan.HELD
    if answer.endswith(b" FOUND"):
        return Scan.INFECTED
    if answer == b"stream: OK":
        return Scan.CLEAN
    # Larger than clamd takes: not an answer about the file, so that a person is warned and decides.
    return Scan.NOT_SCANNED if b"size limit exceeded" in answer else Scan.HELD


def _connect(address: str) -> socket.socket:
    if address.startswith(("/", "unix:")):
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(TIMEOUT)
        stream.connect(address.removeprefix("unix:"))
        return stream
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT)


def _answer(stream: socket.socket) -> bytes:
    parts = []
    while part := stream.recv(4096):
        parts.append(part)
        if part.endswith(b"\0"):
            break
    return b"".join(parts).rstrip(b"\0\n")
