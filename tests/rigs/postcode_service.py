"""A stand-in for a postcode service; each postcode or path misbehaves in its own way."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEATS = {
    "ZZ104AB": {
        "parliamentary_constituency": "Old Wexcombe",
        "parliamentary_constituency_2024": "Wexcombe and Marl Valley",
    },
    "ZZ205AA": {"parliamentary_constituency": "Tern Vale"},
    "ZZ301AA": {"parliamentary_constituency": None},
}
ODD = {
    "ZZ901AA": (200, b"<!doctype html><title>Sign in</title>"),
    "ZZ902AA": (200, b'{"result": {"parliamentary_constituency": ["no", "name"]}}'),
    "ZZ903AA": (200, b'{"result": {"x": "' + b"a" * 200_000 + b'"}}'),
    "ZZ904AA": (200, b"[" * 50_000),
    "ZZ905AA": (403, b"{}"),
    "ZZ906AA": (302, b""),
    "ZZ907AA": (503, b""),
    "ZZ908AA": (429, b""),
}


@contextmanager
def postcode_service() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the paths it was asked."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            code = self.path.rpartition("/")[2]
            found = {"status": 200, "result": SEATS.get(code)}
            status, body = ODD.get(code, (200 if code in SEATS else 404, json.dumps(found).encode()))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/postcodes", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
