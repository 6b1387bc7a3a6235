"""Takes a platform's calls for a channel, as the web process does, over a port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.contract import News, RawArrival, WebhookRejected, WebhookRequest


class Listener:
    """What the platform called about, as the web process would keep it: each key once."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.url = ""
        self.calls = 0
        self.kept: dict[str, RawArrival] = {}

    def news(self) -> list[News]:
        return [self.channel.understand(one) for one in list(self.kept.values())]

    def handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = WebhookRequest(self.command, headers, dict(parse_qsl(parts.query)), body)
                try:
                    answer = listener.channel.receive(asked)
                except WebhookRejected:
                    self.send_error(403)
                    return
                for one in answer.arrivals:
                    listener.kept.setdefault(one.external_id, one)
                listener.calls += self.command == "POST"
                self.send_response(answer.status)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = _serve

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler


@contextmanager
def listening(channel: Any) -> Iterator[Listener]:
    """Answers calls for a channel that has `receive`."""
    listener = Listener(channel)
    server = ThreadingHTTPServer(("127.0.0.1", 0), listener.handler())
    listener.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
