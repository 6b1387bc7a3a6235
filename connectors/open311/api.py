"""A council's endpoint: one request at a time, JSON preferred and XML read, its failures told apart."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from connectors import http
from connectors.contract import (
    Budget,
    ConnectorFailure,
    CredentialsRejected,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from connectors.open311 import shapes
from connectors.open311.settings import CouncilSettings
from connectors.open311.shapes import Json, words_of
from connectors.wording import plain

USE = "open311"
LARGEST = 10 << 20
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = 24 * 3600
_REQUESTS = ("service_requests", "requests", "request")
_UPDATES = ("service_request_updates", "service_requests_updates", "request_updates", "request_update")


class Api:
    """Calls to one council in its own words. `budget` is shared by all nodes."""

    def __init__(self, given: CouncilSettings, budget: Budget, timeout: float) -> None:
        self._given = given
        self._budget = budget
        self._client = http.client(given.allow_private, timeout=timeout)

    def close(self) -> None:
        self._client.close()

    def services(self) -> dict[str, str]:
        """Names by code. Raises TemporaryFailure, PermanentFailure, CredentialsRejected, as all that read."""
        rows = shapes.listed(self._get("services"), "services", "service")
        named = {words_of(row.get("service_code")): words_of(row.get("service_name")) for row in rows}
        return {code: name or code for code, name in named.items() if code}

    def asking(self) -> list[str]:
        """The codes of the services that ask for more than place and words."""
        rows = shapes.listed(self._get("services"), "services", "service")
        return [words_of(row.get("service_code")) for row in rows if words_of(row.get("metadata")) == "true"]

    def attributes(self, service_code: str) -> list[Json]:
        """What a service asks for beside place and words; empty for one that has no definition."""
        try:
            told = self._get(f"services/{_in_path(service_code)}")
        except NotThere:
            return []
        rows = shapes.listed(told, "service_definition")
        return shapes.listed(rows[0].get("attributes", []), "attribute") if rows else []

    def requests(self, **query: str) -> list[Json]:
        """Reports, those of others among them."""
        rows = shapes.listed(self._get("requests", **query), *_REQUESTS)
        return [row for row in rows if words_of(row.get("service_request_id"))]

    def updates(self, since: datetime, until: datetime) -> list[Json]:
        """What happened to reports. Raises NotThere where the council does not speak the extension."""
        query = {"start_date": shapes.written(since), "end_date": shapes.written(until)}
        if self._given.api_key:
            query["api_key"] = self._given.api_key
        rows = shapes.listed(self._get("servicerequestupdates", **query), *_UPDATES)
        return [
            row for row in rows if words_of(row.get("update_id")) and words_of(row.get("service_request_id"))
        ]

    def number_of(self, token: str) -> str:
        """The number that a token has become; "" while it has none."""
        try:
            rows = shapes.listed(self._get(f"tokens/{_in_path(token)}"), *_REQUESTS)
        except NotThere:
            return ""
        return words_of(rows[0].get("service_request_id")) if rows else ""

    def create(self, fields: list[tuple[str, str]], committing: Callable[[], None]) -> Json:
        """Hands a fault over, once; the answer's one object. Raises as Sends.send."""
        self._wait()
        given = [
            *fields,
            ("api_key", self._given.api_key or ""),
            ("jurisdiction_id", self._given.jurisdiction_id or ""),
        ]
        data: dict[str, list[str]] = {}
        for name, value in given:
            if value:
                data.setdefault(name, []).append(value)
        committing()
        try:
            with self._client.stream("POST", self._url("requests"), data=data) as answer:
                body = http.body_of(answer, largest=LARGEST, what="the answer")
        except httpx.HTTPError as failure:
            raise self._no_answer(failure, is_sending=True) from None
        except PermanentFailure as failure:
            raise OutcomeUnknown(
                f"the council did not say whether it took the fault: {failure.reason}"
            ) from None
        rows = shapes.listed(self._answer(answer, body, is_sending=True), *_REQUESTS)
        if len(rows) != 1:
            raise OutcomeUnknown("the council answered, but named no report")
        return rows[0]

    def _get(self, path: str, **query: str) -> Any:
        self._wait()
        if self._given.jurisdiction_id:
            query["jurisdiction_id"] = self._given.jurisdiction_id
        try:
            with self._client.stream("GET", self._url(path), params=query) as answer:
                body = http.body_of(answer, largest=LARGEST, what="the council’s answer")
        except httpx.HTTPError as failure:
            raise self._no_answer(failure, is_sending=False) from None
        return self._answer(answer, body, is_sending=False)

    def _url(self, path: str) -> str:
        return f"{self._given.base_url}/{path}.json"

    def _wait(self) -> None:
        pause = self._budget.wait(USE)
        if pause is not None:
            raise TemporaryFailure("the council asks us to wait", pause)

    def _no_answer(self, failure: httpx.HTTPError, *, is_sending: bool) -> ConnectorFailure:
        words = plain(str(failure) or type(failure).__name__, self._given.api_key)
        if is_sending and not isinstance(failure, _NEVER_LEFT):
            return OutcomeUnknown(
                f"the council did not answer, so nobody knows whether it took the fault: {words}"
            )
        return TemporaryFailure(f"the council cannot be reached: {words}")

    def _answer(self, answer: httpx.Response, body: bytes, *, is_sending: bool) -> Any:
        """The answer as plain data. A page with 200, as FixMyStreet gives for some mistakes, is no answer."""
        try:
            told = shapes.parsed(body)
        except shapes.NoAnswer as fault:
            told, words = None, str(fault)
        else:
            words = ""
        code, said = shapes.errors_of(told)
        if answer.status_code < 300 and not said and told is not None:
            return told
        # An error in a 200 counts by the code in its body: some servers put it nowhere else.
        status = code if answer.status_code < 300 and code else answer.status_code
        return self._refuse(status, plain(said or words, self._given.api_key), answer.headers, is_sending)

    def _refuse(self, status: int, words: str, headers: Mapping[str, str], is_sending: bool) -> Any:
        if status == 429 or (status == 503 and "retry-after" in headers):
            after = _pause(headers.get("retry-after", ""))
            self._budget.heard(USE, remaining=0, resets_in=after)
            raise TemporaryFailure("the council asks us to wait", after)
        if status in (401, 403):
            raise CredentialsRejected(f"the council does not accept our key: {words or status}")
        if 300 <= status < 400:
            raise PermanentFailure("the council’s endpoint sends us elsewhere; correct its address")
        if 400 <= status < 500 and status not in (408, 425):
            raise (PermanentFailure if is_sending or status != 404 else NotThere)(
                f"the council did not accept this: {words or status} ({status})"
            )
        if is_sending:
            raise OutcomeUnknown(f"the council did not say whether it took the fault: {words or status}")
        raise TemporaryFailure(f"the council could not answer: {words or status}")


class NotThere(PermanentFailure):
    """404: no such report, definition or list here."""


def _pause(words: str) -> timedelta:
    if not words.isascii() or not words.isdigit() or len(words) > 6:
        return _PAUSE
    return timedelta(seconds=min(max(1, int(words)), _LONGEST_PAUSE))


def _in_path(words: str) -> str:
    return quote(words, safe="")
