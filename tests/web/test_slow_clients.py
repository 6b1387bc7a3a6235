"""Clients that send next to nothing, or go away: they hold nothing up, and are no failure of ours."""

import asyncio
import json
import logging
import resource
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI

from inbox import serving
from inbox.web.edge import admission

Returned = TypeVar("Returned")


def _post(app: FastAPI, *pieces: dict[str, Any]) -> list[dict[str, Any]]:
    """A form that arrives in these pieces and then no further; what was answered."""
    told: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", **piece} for piece in pieces]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else await asyncio.Future()

    async def send(message: Any) -> None:
        told.append(dict(message))

    headers = {
        "host": "127.0.0.1",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": "99",
    }
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in",
        "query_string": b"", "root_path": "", "scheme": "http", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "headers": [(key.encode(), it.encode()) for key, it in headers.items()],
    }  # fmt: skip
    _run(app(scope, receive, send))
    return told


def _run(work: Coroutine[Any, Any, Returned]) -> Returned:
    """In a thread of its own: a browser of other tests may have a loop going in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def test_a_body_that_stops_arriving_is_cut_off_and_says_so(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "PATIENCE_SECONDS", 0.05)
    told = _post(app, {"body": b"email=a", "more_body": True})
    assert told[0]["status"] == 408
    assert admission.TOO_SLOW.encode() in b"".join(one.get("body", b"") for one in told)


def test_a_slow_line_has_longer_the_more_it_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "PATIENCE_SECONDS", 0.0)
    pieces = [{"type": "http.request", "body": bytes(5000), "more_body": True}, {"type": "http.request"}]

    async def receive() -> dict[str, Any]:
        return pieces.pop(0)

    async def both() -> list[Any]:
        counted = admission._counted(receive, 1 << 20)
        return [await counted(), await counted()]

    assert [one.get("more_body", False) for one in _run(both())] == [True, False]


def test_a_client_that_goes_away_is_no_failure(app: FastAPI, capfd: pytest.CaptureFixture[str]) -> None:
    told = _post(app, {"body": b"email=a", "more_body": True}, {"type": "http.disconnect"})
    assert told == []
    assert '"level": "error"' not in capfd.readouterr().err


def test_what_a_library_says_is_a_line_of_json_without_an_exception_s_words() -> None:
    try:
        raise ValueError("what donna@example.org wrote")
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "Task was %s", ("lost",), told)
    line = json.loads(serving._LibraryLine().format(record))
    assert (line["event"], line["library"], line["level"], line["error"]) == (
        "Task was lost", "asyncio", "error", "ValueError",
    )  # fmt: skip
    assert "donna" not in json.dumps(line) and line["timestamp"].endswith("Z")


def test_the_program_opens_as_many_files_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        serving.open_more_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
