"""A postcode service on the network: asked for one postcode, it names the seat. Only the postcode leaves.

The answers are those of postcodes.io: `{"result": {"parliamentary_constituency_2024": "…"}}`.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from connectors.contract import PermanentFailure, TemporaryFailure
from connectors.http import client

LARGEST = 1 << 16
"""Bytes of an answer; a postcode has about two thousand."""
_FIELDS = ("parliamentary_constituency_2024", "parliamentary_constituency")
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Service:
    """Where postcodes are asked. `url` is what stands before the postcode (`https://…/postcodes`)."""

    url: str
    seconds: float = 10.0
    allow_private: frozenset[str] = frozenset()


def ask(service: Service, postcode: str) -> str | None:
    """The seat of a whole postcode, or None for one that the service does not know.

    Raises TemporaryFailure when it may answer another time, else PermanentFailure.
    """
    url = f"{service.url.rstrip('/')}/{quote(postcode.replace(' ', ''))}"
    try:
        with (
            client(service.allow_private, timeout=service.seconds) as http,
            http.stream("GET", url) as response,
        ):
            if response.status_code == 404:
                return None
            _must_be_good(response.status_code)
            return _seat(_body(response))
    except httpx.HTTPError as failure:
        raise TemporaryFailure("The postcode service could not be reached.") from failure
    except httpx.InvalidURL as failure:
        raise PermanentFailure("The address of the postcode service is no address.") from failure


def _must_be_good(status: int) -> None:
    if status == 200:
        return
    if status in (408, 425, 429) or status >= 500:
        raise TemporaryFailure(f"The postcode service is out of order just now ({status}).")
    raise PermanentFailure(f"The postcode service refused to answer ({status}).")


def _body(response: httpx.Response) -> bytes:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > LARGEST:
            raise PermanentFailure("The postcode service answered far too much.")
    return body


def _seat(body: bytes) -> str | None:
    try:
        result = json.loads(body)["result"]
        found = next((result[name] for name in _FIELDS if result.get(name)), None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as failure:
        raise PermanentFailure("The postcode service answered something that names no seat.") from failure
    if found is None:
        return None  # a postcode outside the United Kingdom's seats, such as the Channel Islands
    plain = " ".join(found.split()) if isinstance(found, str) and found.isprintable() else ""
    if not plain or len(plain) > _LONGEST_NAME:
        raise PermanentFailure("The postcode service answered something that names no seat.")
    return plain
