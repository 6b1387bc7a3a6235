"""The one HTTP client of connectors: https, judged and pinned addresses, no redirects, no environment."""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from connectors import guard
from connectors.contract import ConnectorFailure, PermanentFailure

PATIENCE = 300.0
"""Seconds for a whole answer: a server that sends a byte now and then would hold its channel for ever."""


def client(
    allow_private: frozenset[str] = frozenset(), *, timeout: float = 30, ca_file: str | None = None
) -> httpx.Client:
    """An httpx client behind the guard. Plain http only to hosts in `allow_private`; `timeout` in seconds.

    A host that is refused raises httpx.UnsupportedProtocol or httpx.ConnectError, as an unreachable one does.
    """
    context = guard.trusting(ca_file) if ca_file else guard.trusting_as_this_system("http")
    transport = _Guarded(allow_private, context)
    return httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)


def body_of(response: httpx.Response, *, largest: int, what: str) -> bytes:
    """The body of a streamed answer, given up as soon as it is larger than `largest` bytes.

    What a server says of its size is not believed. Raises PermanentFailure, which names `what` it was, and
    httpx.ReadTimeout for one that comes in drops.
    """
    content = _read(response, largest)
    if content is None:
        raise PermanentFailure(f"{what} is larger than {largest >> 20} MB")
    return content


class _Guarded(httpx.HTTPTransport):
    """httpx's transport with the address chosen by the guard."""

    def __init__(self, allow_private: frozenset[str], context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False)
        self._allow_private = allow_private
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=_PinnedNetwork(allow_private), max_connections=10
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme != "https" and not guard.is_named(url.host, self._allow_private):
            raise httpx.UnsupportedProtocol(f"{url.host} must be reached by https", request=request)
        return super().handle_request(request)


class _PinnedNetwork(httpcore.NetworkBackend):
    """Connects to the address that was judged; TLS still checks the host's name."""

    def __init__(self, allow_private: frozenset[str]) -> None:
        self._allow_private = allow_private
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            address = guard.allowed(host, self._allow_private, port)
        except ConnectorFailure as failure:
            raise httpcore.ConnectError(failure.reason) from None
        return self._network.connect_tcp(address, port, timeout, local_address, socket_options)


def answered(client: httpx.Client, method: str, url: str, *, largest: int, **asked: Any) -> httpx.Response:
    """A platform's whole answer, read no further than `largest` bytes.

    Raises httpx.DecodingError for a longer one: what was asked may have been done all the same.
    """
    with client.stream(method, url, **asked) as stream:
        content = _read(stream, largest)
    if content is None:
        raise httpx.DecodingError("the answer is too long")
    unpacked = ("content-encoding", "content-length", "transfer-encoding")
    headers = {name: value for name, value in stream.headers.items() if name not in unpacked}
    return httpx.Response(stream.status_code, headers=headers, content=content)


def _read(response: httpx.Response, largest: int) -> bytes | None:
    """The body; None once it is too large. Raises httpx.ReadTimeout where it takes longer than PATIENCE."""
    content, ends = bytearray(), time.monotonic() + PATIENCE
    for part in response.iter_bytes():
        content += part
        if len(content) > largest:
            return None
        if time.monotonic() > ends:
            raise httpx.ReadTimeout(f"the whole answer took longer than {PATIENCE:.0f} seconds")
    return bytes(content)
