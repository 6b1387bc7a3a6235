"""Keeps connectors out of our own network: resolve a host, judge the address, connect to exactly that.

A host name is resolved once and the connection goes to the address that was judged, so that a second
answer of the name server cannot change the target (DNS rebinding). Private, loopback and all other
addresses that are not public are refused, unless the operator named the host in
`INBOX_ALLOWED_PRIVATE_HOSTS`; link-local addresses, where clouds keep their secrets, always are.
"""

import ipaddress
import socket
import ssl
from functools import cache
from urllib.parse import SplitResult, urlsplit

from connectors.contract import PermanentFailure, TemporaryFailure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "fe80::/10",
        "fd00:ec2::254/128",
        "64:ff9b:1::/48",
    )
)
"""Unspecified, link-local, metadata and local-use NAT64 (RFC 8215) addresses: no mail server lives there."""

PATIENCE = 20
"""Seconds for one address to accept: there may be others."""

TRANSLATED = tuple(ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "::/96"))
"""NAT64 (RFC 6052) and IPv4-compatible (RFC 4291, 2.5.5.1): the last four bytes are an IPv4 address."""
OWN_IN_V6 = tuple(ipaddress.IPv6Address(address) for address in ("::", "::1"))

_INSIDE = (
    "{host} is an address inside a private network; an operator can allow it by adding it to "
    "INBOX_ALLOWED_PRIVATE_HOSTS"
)


def allowed(host: str, allow_private: frozenset[str] = frozenset(), port: int = 0) -> str:
    """The first address of `host` that we may connect to.

    Raises PermanentFailure when any of its addresses may not be connected to, TemporaryFailure when the
    name cannot be resolved now.
    """
    return resolved(host, allow_private, port)[0]


def resolved(host: str, allow_private: frozenset[str] = frozenset(), port: int = 0) -> tuple[str, ...]:
    """All addresses of `host`, every one of them judged; fails like `allowed`."""
    named = is_named(host, allow_private)
    addresses = _look_up(host, port)
    for address in addresses:
        if not _may_reach(_real(address), named):
            raise PermanentFailure(_INSIDE.format(host=host))
    return tuple(str(address) for address in addresses)


def is_named(host: str, allow_private: frozenset[str]) -> bool:
    """Whether the operator named `host` as one that may be private."""
    return _plain(host) in {_plain(each) for each in allow_private}


def web_address(value: str, name: str, allow_private: frozenset[str], *, like: str) -> SplitResult:
    """The parts of an address that somebody gave as setting `name`: https, or http to a host that was named.

    Judged without asking a name server, so that a form can say at once what a connection would only say
    later. Raises PermanentFailure in words that never repeat a password.
    """
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    is_private = parts.scheme == "http" and is_named(host, allow_private)
    if not host or not (parts.scheme == "https" or is_private):
        raise PermanentFailure(f"{name} must begin with https://, like {like}")
    if parts.username is not None or parts.password is not None:
        raise PermanentFailure(f"{name} must hold no name and no password before the host, like {like}")
    judge_spelled(host, allow_private)
    return parts


def judge_spelled(host: str, allow_private: frozenset[str]) -> None:
    """Refuses an address that is written out, in any spelling, and the names of this machine.

    Asks no name server. Raises PermanentFailure.
    """
    name = _plain(host)
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        spelled = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    except (OSError, UnicodeError):
        spelled = [OWN_IN_V6[1]] if name == "localhost" or name.endswith(".localhost") else []
    if any(not _may_reach(_real(one), is_named(host, allow_private)) for one in spelled):
        raise PermanentFailure(_INSIDE.format(host=host))


def connect(host: str, port: int, allow_private: frozenset[str], timeout: float) -> socket.socket:
    """A TCP connection to a judged address of `host`; the first that answers in `timeout` seconds.

    Raises PermanentFailure (not allowed) or TemporaryFailure (no answer, no such name now).
    """
    failure: OSError | None = None
    patience = min(timeout, PATIENCE)
    for address in resolved(host, allow_private, port):
        try:
            stream = socket.create_connection((address, port), patience)
        except OSError as error:
            failure = error
            continue
        stream.settimeout(timeout)
        return stream
    raise TemporaryFailure(f"{host}:{port} cannot be reached: {_words(failure)}")


def encrypt(stream: socket.socket, host: str, ca_file: str | None) -> ssl.SSLSocket:
    """`stream` under TLS with the certificate of `host` checked, by the authorities in `ca_file` if given.

    Raises TemporaryFailure: certificates are renewed, and nothing has left us.
    """
    try:
        context = trusting(ca_file) if ca_file else trusting_as_this_system("mail")
        return context.wrap_socket(stream, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        stream.close()
        reason = f"the certificate of {host} is not trusted: {error.verify_message}"
        raise TemporaryFailure(reason) from None
    except OSError as error:
        stream.close()
        raise TemporaryFailure(f"no secure connection with {host}: {_words(error)}") from None


@cache
def trusting_as_this_system(use: str) -> ssl.SSLContext:
    """TLS that believes the authorities of this system. Made once for each use: to read them takes 20 ms.

    Not shared between uses: HTTP notes in its own what it speaks (ALPN), which mail servers would refuse.
    """
    return trusting(None)


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """TLS that believes the authorities in `ca_file`, without it those of this system."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def is_private(address: str) -> bool:
    """Whether `address` is not on the public internet."""
    return not _real(ipaddress.ip_address(address.partition("%")[0])).is_global


def _look_up(host: str, port: int) -> list[Address]:
    name = host.strip().removeprefix("[").removesuffix("]")
    if not name or any(character.isspace() or ord(character) < 33 for character in name):
        raise PermanentFailure("the host name is empty or has spaces in it")
    try:
        found = socket.getaddrinfo(name, port or None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TemporaryFailure(f"{host} cannot be found: {_words(error)}") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    return list(dict.fromkeys(addresses))


def _may_reach(address: Address, named: bool) -> bool:
    if address.is_multicast or any(
        address in network for network in NEVER if network.version == address.version
    ):
        return False
    return named or address.is_global


def _real(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inside is None and address not in OWN_IN_V6 and any(address in network for network in TRANSLATED):
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address


def _plain(host: str) -> str:
    return host.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()


def _words(error: Exception | None) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or "no connection"
