"""The one HTTP client of connectors: https, judged and pinned addresses, no redirects, no environment."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from connectors import guard
from connectors.contract import ConnectorFailure, PermanentFailure


def client(
    allow_private: frozenset[str] = frozenset(), *, timeout: float = 30, ca_file: str | None = None
) -> httpx.Client:
    """An httpx client behind the guard. Plain http only to hosts in `allow_private`; `timeout` in seconds.

    A host that is refused raises httpx.UnsupportedProtocol or httpx.ConnectError, as an unreachable one does.
    """
    context = ssl.create_default_context(cafile=ca_file)
    transport = _Guarded(allow_private, context)
    return httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)


def body_of(response: httpx.Response, *, largest: int, what: str) -> bytes:
    """The body of a streamed answer, given up as soon as it is larger than `largest` bytes.

    What a server says of its size is not believed. Raises PermanentFailure, which names `what` it was.
    """
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > largest:
            raise PermanentFailure(f"{what} is larger than {largest >> 20} MB")
        parts.append(part)
    return b"".join(parts)


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
