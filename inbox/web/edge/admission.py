"""Who is let through to the routes: known hosts, ordinary methods, bodies of a bounded size.

Decisions are taken on the raw path and on the address of the real client, which only a trusted proxy may
name (`X-Forwarded-For`, read from the right).
"""

import asyncio
import ipaddress
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inbox.errors import CaseworkError, Refused, TooLarge
from inbox.settings import Settings
from inbox.web.errors import answer

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
MEGABYTE = 1 << 20
LARGEST_BODY = MEGABYTE
LARGEST_UPLOAD = 25 * MEGABYTE
LARGEST_HEADERS = 32 << 10
LARGE_PATHS = ("/api/v1/triage/preview", "/webhooks/")
PATIENCE_SECONDS = 30.0
SLOWEST_BYTES_A_SECOND = 2048
"""A body may take half a minute, and longer in so far as it comes at this rate: a poor line, no idle one."""
TOO_SLOW = "This took too long to arrive. Nothing was changed. Try again."
TOO_LARGE = "This is too large. We take up to {} MB at once."

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadHost(CaseworkError):
    """The request names a host that is not ours."""

    status = 400
    title = "Unknown address"


class OddMethod(CaseworkError):
    """A verb that nothing here answers to."""

    status = 405
    title = "Not possible"


class HeadersTooLarge(Refused):
    """More header than any browser sends."""

    status = 431
    title = "Too large"


class Admission:
    """Refuses before any route, any body and any database."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        own = urlsplit(settings.base_url).hostname or ""
        self._hosts = {own.lower(), *(_bare(host) for host in settings.trusted_hosts)}
        self._proxies = tuple(ipaddress.ip_network(proxy, strict=False) for proxy in settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["peer"] = scope["client"][0] if scope.get("client") else ""
        scope["client"] = (client_of(scope["peer"], headers, self._proxies), 0)
        largest = _largest(scope["path"], headers)
        try:
            self._check(scope, headers, largest)
        except CaseworkError as error:
            await answer(Request(scope), error)(scope, receive, send)
            return
        if scope["method"] == "HEAD" and scope["path"] != "/events":
            scope["method"], send = "GET", _without_body(send)
        await self.app(scope, _counted(receive, largest), send)

    def _check(self, scope: Scope, headers: Headers, largest: int) -> None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
            raise HeadersTooLarge("The headers of this request are too large.")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _bare(hosts[0]) not in self._hosts:
            raise BadHost("This address does not belong to this inbox.")
        if scope["method"] not in METHODS and not _is_preflight(scope):
            raise OddMethod("Nothing here answers to this method.")
        declared = headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdigit() or int(declared) > largest:
            raise TooLarge(TOO_LARGE.format(largest // MEGABYTE))


def _is_preflight(scope: Scope) -> bool:
    """A browser asks before it sends JSON to the one address that other sites may use."""
    path: str = scope["path"]
    return scope["method"] == "OPTIONS" and "/contact/" in path and path.endswith(".json")


def _without_body(send: Send) -> Send:
    """HEAD is GET whose body stays here."""

    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only


def client_of(peer: str, headers: Headers, proxies: Sequence[Network]) -> str:
    """The address of the client: the nearest one in `X-Forwarded-For` that no trusted proxy has."""
    client = peer
    hops = [hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
    while _is_in(client, proxies) and hops:
        hop = hops.pop()
        if _address(hop) is None:
            return client
        client = hop
    return client


def _is_in(client: str, networks: Sequence[Network]) -> bool:
    address = _address(client)
    return address is not None and any(address in network for network in networks)


def _address(words: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(words)
    except ValueError:
        return None


def _bare(host: str) -> str:
    """The host without its port, lower case: `[::1]:8000` is `::1`."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _largest(path: str, headers: Headers) -> int:
    if headers.get("content-type", "").startswith("multipart/form-data") or path.startswith(LARGE_PATHS):
        return LARGEST_UPLOAD
    return LARGEST_BODY


def _counted(receive: Receive, largest: int) -> Receive:
    """Stops reading a body that grows past `largest`, whatever its header promised, or that never ends."""
    taken, waited, is_whole = 0, 0.0, False

    async def counted() -> Message:
        nonlocal taken, waited, is_whole
        if is_whole:
            return await receive()  # who waits here waits for the client to go away
        begun, patience = time.monotonic(), PATIENCE_SECONDS + taken / SLOWEST_BYTES_A_SECOND - waited
        try:
            message = await asyncio.wait_for(receive(), max(patience, 0.001))
        except TimeoutError:
            raise HTTPException(408, TOO_SLOW) from None
        waited += time.monotonic() - begun
        is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > largest:
            raise HTTPException(413, TOO_LARGE.format(largest // MEGABYTE))
        return message

    return counted
