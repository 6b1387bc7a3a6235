"""A drafting model behind an OpenAI-style chat address: one question, one answer of words, within bounds.

The answer is somebody else's text: it is read up to a size, within a time, and never acted on.
"""

import json
import time
from dataclasses import dataclass

import httpx

from connectors.contract import PermanentFailure, TemporaryFailure
from connectors.http import client

LARGEST = 1 << 20
"""Bytes of an answer; a letter has a few thousand."""
LONGEST = 8_000
"""Characters of a proposed letter."""
_CONNECT_SECONDS = 10.0
_MODEL = "default"


@dataclass(frozen=True, slots=True)
class Question:
    """What the model is told: who it is, and the text without people in it."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is asked. `url` is the whole address (`…/v1/chat/completions`); `key` may be empty."""

    url: str
    key: str = ""
    model: str = _MODEL
    seconds: float = 45.0
    allow_private: frozenset[str] = frozenset()


def ask(endpoint: Endpoint, question: Question) -> str:
    """The model's words. Raises TemporaryFailure when it may answer another time, else PermanentFailure."""
    deadline = time.monotonic() + endpoint.seconds
    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    given = {
        "model": endpoint.model,
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": question.user},
        ],
        "temperature": 0.2,
        "max_tokens": 900,
        "stream": False,
    }
    timeout = min(_CONNECT_SECONDS, endpoint.seconds)
    try:
        with (
            client(endpoint.allow_private, timeout=timeout) as http,
            http.stream("POST", endpoint.url, json=given, headers=headers,
                        timeout=httpx.Timeout(endpoint.seconds, connect=timeout)) as response,
        ):  # fmt: skip
            _must_be_good(response.status_code)
            return _words(_body(response, deadline))
    except httpx.TimeoutException as failure:
        raise TemporaryFailure("The drafting model did not answer in time.") from failure
    except httpx.HTTPError as failure:
        raise TemporaryFailure("The drafting model could not be reached.") from failure
    except httpx.InvalidURL as failure:
        raise PermanentFailure("The address of the drafting model is no address.") from failure


def _must_be_good(status: int) -> None:
    if status == 200:
        return
    if status in (408, 425, 429) or status >= 500:
        raise TemporaryFailure(f"The drafting model is out of order just now ({status}).")
    raise PermanentFailure(f"The drafting model refused to answer ({status}).")


def _body(response: httpx.Response, deadline: float) -> bytes:
    """What was answered, given up when it is too large or drips too slowly."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > LARGEST:
            raise PermanentFailure("The drafting model answered far too much.")
        if time.monotonic() > deadline:
            raise TemporaryFailure("The drafting model did not answer in time.")
        parts.append(part)
    return b"".join(parts)


def _words(body: bytes) -> str:
    """The text of the first choice."""
    try:
        found = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as failure:
        raise PermanentFailure("The drafting model answered something that is no letter.") from failure
    if not isinstance(found, str) or not found.strip():
        raise PermanentFailure("The drafting model answered nothing.")
    plain = "".join(one for one in found if one in "\n\t" or one.isprintable())
    return plain.strip()[:LONGEST]
