"""The HTTP server that every stand-in is made of: routes, a control side under `/_`, faults on order.

Control side, for tests and the demo (JSON in, JSON out):
  POST /_faults   {"on": "POST /me/.*", "act": "status", "status": 429, "headers": {}, "body": {}, "times": 1}
                  acts: status (answer so, do nothing) · drop (hang up, do nothing) · lose (do it, hang up) ·
                  slow ({"seconds": 2}: answer late) · html (do nothing, 200 with a page) ·
                  vast ({"megabytes": 200}: 200 with so many zeros, said to be few)
  GET  /_log      what was asked: method, path, query, headers, body, and how it was answered
  GET  /_calls    the webhooks that were called: url, body, and the status that came back (null: none did)
  POST /_clock    {"offset": 3600}: this platform's clock, seconds ahead of ours
  POST /_reset    forgets faults, log, state and the other clock
"""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

MOST_LOGGED = 2000
_ZEROS = bytes(1 << 16)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `args` are the groups of the route's pattern; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    args: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        """The body as JSON; an empty object where there is none. Raises ValueError."""
        return json.loads(self.body) if self.body else {}

    @property
    def form(self) -> dict[str, str]:
        """The body as a form; the last value of each name."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode(), True).items()}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer. `body`: bytes as they are, anything else as JSON. `megabytes` of zeros may follow."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    megabytes: int = 0


class Refusal(Exception):
    """A route answers with an error of its platform."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.status)
        self.told = told


@dataclass(slots=True)
class Fault:
    """Misbehaviour on order, at requests whose "METHOD path" matches `on`."""

    on: str
    act: str
    times: int = 1
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=dict)
    seconds: float = 0.0
    megabytes: int = 200


Route = Callable[[Asked], Told]


class StandIn:
    """One platform. A subclass fills `self.routes` with (method, pattern of the path, function).

    Functions run one at a time (`self.lock`), so that state needs no care. They may raise Refusal.
    """

    name = "stand-in"

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.routes: list[tuple[str, str, Route]] = []
        self.faults: list[Fault] = []
        self.log: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.offset = timedelta()
        self.url = ""
        self._server: ThreadingHTTPServer | None = None
        self.forget()

    def forget(self) -> None:
        """Empties the platform's state; a subclass extends it."""

    def now(self) -> datetime:
        """The platform's clock."""
        return datetime.now(UTC) + self.offset

    def start(self, port: int = 0, *, certificate: str | None = None, key: str | None = None) -> str:
        """Serves on 127.0.0.1 in threads; returns the address. With a certificate (PEM files): https."""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(self))
        self._server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme = "https"
        host = "localhost" if certificate else "127.0.0.1"
        self.url = f"{scheme}://{host}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, name=self.name, daemon=True).start()
        return self.url

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def call(
        self, url: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST"
    ) -> tuple[int | None, bytes]:
        """Calls a webhook and waits up to ten seconds; the status is None when nobody answered."""
        try:
            answer = httpx.request(
                method, url, content=body, headers=dict(headers), timeout=10, trust_env=False
            )
            status, said = answer.status_code, answer.content
        except httpx.HTTPError:
            status, said = None, b""
        self.calls.append({"url": url, "body": body.decode("utf-8", "replace"), "status": status})
        del self.calls[:-MOST_LOGGED]
        return status, said

    def call_later(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """The same in a thread of its own: a platform does not wait for us before it answers others."""
        threading.Thread(target=self.call, args=(url, body, headers), daemon=True).start()

    # --- answering

    def answer(self, asked: Asked) -> Told | None:
        """What to send back; None to hang up without a word."""
        if asked.path.startswith("/_"):
            return self._control(asked)
        fault = self._fault(asked)
        if fault is not None and fault.act in ("status", "drop", "html", "vast"):
            told = _misbehaviour(fault)
        else:
            if fault is not None and fault.act == "slow":
                time.sleep(fault.seconds)
            told = self._route(asked)
            if fault is not None and fault.act == "lose":
                told = None
        self._note(asked, told)
        return told

    def unknown(self, asked: Asked) -> Told:
        """The platform's own words for a path that it does not have."""
        return Told({"error": "not found"}, 404)

    def malformed(self, asked: Asked, words: str) -> Told:
        """The platform's own words for a request that makes no sense."""
        return Told({"error": f"malformed request: {words}"}, 400)

    def _route(self, asked: Asked) -> Told:
        for method, pattern, route in self.routes:
            found = re.fullmatch(pattern, asked.path) if method == asked.method else None
            if found is not None:
                with self.lock:
                    try:
                        return route(_with_args(asked, found.groups()))
                    except Refusal as refusal:
                        return refusal.told
                    except (ValueError, KeyError, TypeError) as mistake:
                        return self.malformed(asked, f"{mistake}")
        return self.unknown(asked)

    def _fault(self, asked: Asked) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.times > 0 and re.fullmatch(fault.on, f"{asked.method} {asked.path}"):
                    fault.times -= 1
                    return fault
        return None

    def _control(self, asked: Asked) -> Told:
        if asked.path == "/_log":
            return Told(self.log)
        if asked.path == "/_calls":
            return Told(self.calls)
        if asked.path == "/_faults":
            self.faults.append(Fault(**asked.json))
        elif asked.path == "/_clock":
            self.offset = timedelta(seconds=asked.json["offset"])
        elif asked.path == "/_reset":
            with self.lock:
                self.faults.clear()
                self.offset = timedelta()
                self.log.clear()
                self.calls.clear()
                self.forget()
        else:
            return self._route(asked)
        return Told({"done": True})

    def _note(self, asked: Asked, told: Told | None) -> None:
        with self.lock:
            self.log.append(
                {
                    "method": asked.method, "path": asked.path, "query": dict(asked.query),
                    "headers": dict(asked.headers), "body": asked.body.decode("utf-8", "replace"),
                    "status": told.status if told else None,
                }
            )  # fmt: skip
            del self.log[:-MOST_LOGGED]

    def note_taken(self, count: int) -> None:
        """How much of a vast answer was taken before the client let go."""
        with self.lock:
            self.log.append({"method": "", "path": "/taken", "bytes": count})


def _with_args(asked: Asked, args: tuple[str, ...]) -> Asked:
    return Asked(asked.method, asked.path, asked.query, asked.headers, asked.body, args)


def _misbehaviour(fault: Fault) -> Told | None:
    if fault.act == "status":
        return Told(fault.body, fault.status, fault.headers)
    if fault.act == "html":
        page = b"<!doctype html><title>Sorry</title><h1>Something went wrong</h1>"
        return Told(page, 200, {"content-type": "text/html"})
    if fault.act == "vast":
        return Told(b"", 200, {"content-type": "application/octet-stream"}, fault.megabytes)
    return None


def _handler_of(platform: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(address.query, True).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, address.path, query, headers, self._body(headers))
            told = platform.answer(asked)
            if told is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(told)

        def _body(self, headers: Mapping[str, str]) -> bytes:
            if headers.get("transfer-encoding", "").lower() == "chunked":
                return b"".join(iter(self._chunk, b""))
            return self.rfile.read(int(headers.get("content-length") or 0))

        def _chunk(self) -> bytes:
            size = int(self.rfile.readline().split(b";")[0], 16)
            chunk = self.rfile.read(size)
            self.rfile.readline()
            return chunk

        def _send(self, told: Told) -> None:
            if told.megabytes:
                self._pour(told)
                return
            is_raw = isinstance(told.body, bytes)
            body = told.body if is_raw else json.dumps(told.body).encode()
            self.send_response(told.status)
            names = {name.lower() for name in told.headers}
            if "content-type" not in names and body:
                self.send_header("content-type", "text/plain" if is_raw else "application/json")
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _pour(self, told: Told) -> None:
            """More than anybody wants; how many bytes were taken is in the log."""
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            taken = 0
            try:
                for _ in range(told.megabytes * 16):
                    self.wfile.write(_ZEROS)
                    taken += len(_ZEROS)
            except OSError:
                pass  # whoever asked has had enough
            platform.note_taken(taken)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

        def date_time_string(self, timestamp: float | None = None) -> str:
            """The platform's own clock, which may differ from ours."""
            return super().date_time_string(timestamp or platform.now().timestamp())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: `/_log` does."""

    return Handler
