"""Tells a web address that a rule applied to a case: one guarded call, whose outcome is one of four."""

import json
from collections.abc import Mapping

import httpx

from connectors import http
from connectors.contract import OutcomeUnknown, PermanentFailure, TemporaryFailure

TIMEOUT = 10.0
"""Seconds; whoever needs longer for a reference can work on it after answering."""
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


def call(address: str, news: Mapping[str, object], key: str, *, allow_private: frozenset[str]) -> None:
    """Posts `news` as JSON. `key` says which call this is, so that a repeated one can be told.

    Raises TemporaryFailure where it may be tried again, OutcomeUnknown where it may have arrived,
    PermanentFailure where it never will.
    """
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    try:
        with (
            http.client(allow_private, timeout=TIMEOUT) as client,
            client.stream("POST", address, content=json.dumps(news), headers=headers) as answer,
        ):
            status = answer.status_code
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as fault:
        raise PermanentFailure("this address cannot be called") from fault
    except _NEVER_LEFT as fault:
        raise TemporaryFailure("the address did not answer") from fault
    except httpx.HTTPError as fault:
        raise OutcomeUnknown("the connection ended before it answered") from fault
    if status in _LATER:
        raise TemporaryFailure(f"it answered {status}")
    if not 200 <= status < 300:
        raise PermanentFailure(f"it answered {status}")
