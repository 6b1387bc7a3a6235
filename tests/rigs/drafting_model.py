"""A stand-in for a drafting model, as a process of its own; each path misbehaves in its own way.

`python -m tests.rigs.drafting_model` prints its address. `GET /_log` gives what it was asked.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
LETTER = (
    "Dear [name 1],\n\nThank you for your letter about [address 1]. We have asked the landlord and will "
    "write by [date]. Ask [name 99] at evil@example.com or see http://evil.example.com/pay, phone "
    "07700 900999."
)
ASKED: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class Model:
    """A running stand-in at `url`."""

    url: str

    def asked(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/_log", trust_env=False).json()
        return found


@contextmanager
def drafting_model() -> Iterator[Model]:
    """Starts the stand-in; ends it, by its process, afterwards."""
    words = [sys.executable, "-m", "tests.rigs.drafting_model"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Model(process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


class _Answers(BaseHTTPRequestHandler):
    """Good at `/good`; wrong in one way at every other path."""

    def do_GET(self) -> None:
        self._send(200, json.dumps(ASKED).encode())

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length", "0"))
        asked = json.loads(self.rfile.read(size))
        ASKED.append({"key": self.headers.get("authorization"), "path": self.path, **asked})
        getattr(self, "_" + self.path.strip("/").replace("-", "_"))()

    def _good(self) -> None:
        self._says(LETTER)

    def _slow(self) -> None:
        time.sleep(30)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(300):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _broken(self) -> None:
        self._send(500, b"oh no")

    def _refuses(self) -> None:
        self._send(401, b"{}")

    def _html(self) -> None:
        self._send(200, b"<!doctype html><title>Sign in</title>")

    def _huge(self) -> None:
        self._send(200, b'{"choices": [{"message": {"content": "' + b"a" * 3_000_000 + b'"}}]}')

    def _empty(self) -> None:
        self._says("   ")

    def _odd(self) -> None:
        self._send(200, b'{"choices": [{"message": {"content": ["no", "letter"]}}]}')

    def _deep(self) -> None:
        self._send(200, b"[" * 200_000)

    def _moved(self) -> None:
        self.send_response(302)
        self.send_header("location", "/good")
        self.end_headers()

    def _says(self, words: str) -> None:
        self._send(200, json.dumps({"choices": [{"message": {"content": words}}]}).encode())

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        return


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
