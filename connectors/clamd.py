"""Asks a clamd daemon whether a file is safe (its INSTREAM command). Fails towards caution."""

import socket
from enum import StrEnum

_CHUNK = 1 << 16


class Scanned(StrEnum):
    """What the daemon said. `held`: it could not be asked; `not_scanned`: it would not look."""

    CLEAN = "clean"
    INFECTED = "infected"
    HELD = "held"
    NOT_SCANNED = "not_scanned"


def scan(address: str, content: bytes, *, seconds: float = 30) -> Scanned:
    """Scans `content` with the daemon at `host:port` or `/path/of/socket`. Never raises.

    A file over the daemon's limits is `not_scanned`, never `clean`.
    """
    try:
        with _connection(address, seconds) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                piece = content[start : start + _CHUNK]
                connection.sendall(len(piece).to_bytes(4) + piece)
            connection.sendall(bytes(4))
            return _verdict(_answer(connection))
    except (OSError, ValueError, OverflowError):  # away, too slow, or no address that could be asked
        return Scanned.HELD


def _connection(address: str, seconds: float) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(seconds)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout=seconds)


def _answer(connection: socket.socket) -> bytes:
    said = b""
    while len(said) < 4096 and (piece := connection.recv(4096)):
        said += piece
    return said.rstrip(b"\0\n")


def _verdict(said: bytes) -> Scanned:
    if b"limit" in said.lower() or b"Heuristics.Limits" in said:
        return Scanned.NOT_SCANNED
    if said.endswith(b"FOUND"):
        return Scanned.INFECTED
    return Scanned.CLEAN if said.endswith(b"OK") else Scanned.HELD
