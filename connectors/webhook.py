"""Tells a web address that a rule applied to a case: one guarded call, whose outcome is one of four."""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime

import httpx

from connectors import http
from connectors.contract import OutcomeUnknown, PermanentFailure, TemporaryFailure

TIMEOUT = 10.0
"""Seconds; whoever needs longer for a reference can work on it after answering."""
TIMESTAMP, SIGNATURE = "Casework-Timestamp", "Casework-Signature"
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


def call(
    address: str, news: Mapping[str, object], key: str, *, at: datetime, secret: str | None,
    allow_private: frozenset[str],
) -> int:  # fmt: skip
    """Posts `news` as JSON; returns the status of the answer. `key` says which call this is, so that a
    repeated one can be told; with a `secret` the exact bytes and the moment `at` are signed.

    Raises TemporaryFailure where it may be tried again, OutcomeUnknown where it may have arrived,
    PermanentFailure where it never will.
    """
    body = json.dumps(news).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    if secret is not None:
        stamp = str(int(at.timestamp()))
        headers |= {TIMESTAMP: stamp, SIGNATURE: signature(secret, stamp, body)}
    try:
        with (
            http.client(allow_private, timeout=TIMEOUT) as client,
            client.stream("POST", address, content=body, headers=headers) as answer,
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
    return status


def signature(secret: str, stamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 in hex over the timestamp, a full stop and the raw body.

    Who checks it compares in constant time, and refuses a timestamp that is more than five minutes old.
    """
    return f"v1={hmac.digest(secret.encode(), stamp.encode() + b'.' + body, 'sha256').hex()}"
