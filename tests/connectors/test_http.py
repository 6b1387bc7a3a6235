"""The one HTTP client, against a real TLS server."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from connectors import http
from connectors.contract import PermanentFailure
from connectors.keys import InMemory
from connectors.oauth import OAuthClient, TokenProvider
from tests.connectors.mail import LOOPBACK
from tests.rigs.certificates import Certificates


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://127.0.0.1/latest/meta-data")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"access_token": "real-token", "expires_in": 60}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def service(certificates: Certificates) -> Iterator[int]:
    """The port of an https server for localhost."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_token_comes_over_tls_from_a_named_private_host(service: int, certificates: Certificates) -> None:
    who = OAuthClient(f"https://localhost:{service}/token", "app", "hush")
    with http.client(LOOPBACK, ca_file=str(certificates.authority)) as client:
        assert TokenProvider(who, InMemory({}), client)() == "real-token"


def test_a_redirect_is_given_back_not_followed(service: int, certificates: Certificates) -> None:
    with http.client(LOOPBACK, ca_file=str(certificates.authority)) as client:
        assert client.get(f"https://localhost:{service}/").status_code == 302


def test_an_untrusted_server_gets_no_request(service: int) -> None:
    with http.client(LOOPBACK) as client, pytest.raises(httpx.ConnectError):
        client.post(f"https://localhost:{service}/token", data={"client_secret": "hush"})


class _Endless(httpx.SyncByteStream):
    """A body of 200 MB; `sent` is how much of it was asked for."""

    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.sent < 200 << 20:
            self.sent += 1 << 16
            yield bytes(1 << 16)


@pytest.fixture
def endless() -> tuple[httpx.Client, _Endless]:
    """A server that says its answer is short."""
    body = _Endless()
    answer = httpx.Response(200, headers={"content-type": "application/json"}, stream=body)
    return httpx.Client(transport=httpx.MockTransport(lambda _: answer)), body


def test_a_file_of_200_megabytes_is_given_up_at_the_limit(endless: tuple[httpx.Client, _Endless]) -> None:
    client, body = endless
    refused = pytest.raises(PermanentFailure, match="the file is larger than 25 MB")
    with client.stream("GET", "https://files.example/") as response, refused:
        http.body_of(response, largest=25 << 20, what="the file")
    assert body.sent <= 26 << 20


def test_an_answer_of_200_megabytes_is_no_answer(endless: tuple[httpx.Client, _Endless]) -> None:
    client, body = endless
    with pytest.raises(httpx.DecodingError):
        http.answered(client, "GET", "https://api.example/", largest=1 << 20)
    assert body.sent <= 2 << 20


def test_an_answer_that_comes_in_drops_is_given_up(
    endless: tuple[httpx.Client, _Endless], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "PATIENCE", 0.0)
    with pytest.raises(httpx.ReadTimeout):
        http.answered(endless[0], "GET", "https://api.example/", largest=300 << 20)
