"""The Graph API: one signed request at a time, its limits heeded, its failures told apart."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx

from connectors import http
from connectors.contract import Budget, OutcomeUnknown, TemporaryFailure
from connectors.facebook.failures import failure_of
from connectors.facebook.settings import FacebookSettings
from connectors.wording import plain

Json = dict[str, Any]
USE = "graph"
SLOW_AT, STOP_AT = 75.0, 95.0
MOST_BYTES = 20 << 20
_SLOW_FOR = timedelta(minutes=1)
_STOP_FOR = timedelta(minutes=15)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Graph:
    """Calls in the name of one Page. `budget` is shared by all nodes."""

    def __init__(self, given: FacebookSettings, budget: Budget, timeout: float = 30) -> None:
        self._given = given
        self._budget = budget
        self._client = http.client(given.allow_private, timeout=timeout)

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> Json:
        """Raises TemporaryFailure, PermanentFailure, CredentialsRejected."""
        return self._call("GET", path, query, None, committing=None)

    def post(
        self, path: str, body: Mapping[str, Any], *, committing: Callable[[], None] | None = None
    ) -> Json:
        """Raises as `get`; with `committing` (called just before the request) OutcomeUnknown too."""
        return self._call("POST", path, {}, body, committing=committing)

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None,
        *, committing: Callable[[], None] | None,
    ) -> Json:  # fmt: skip
        pause = self._budget.wait(USE)
        if pause is not None:
            raise TemporaryFailure("Facebook asks us to wait: its limit is almost reached", pause)
        if committing is not None:
            committing()
        try:
            response = http.answered(
                self._client, method, f"{self._given.root}/{path.lstrip('/')}", largest=MOST_BYTES,
                params={**query, "appsecret_proof": self._given.proof}, json=body,
                headers={"authorization": f"Bearer {self._given.access_token}"},
            )  # fmt: skip
        except httpx.HTTPError as failure:
            raise self._no_answer(failure, committing is not None) from None
        after = self._heed(response)
        return self._answer(response, after, is_sending=committing is not None)

    def _no_answer(self, failure: httpx.HTTPError, is_sending: bool) -> TemporaryFailure | OutcomeUnknown:
        words = plain(str(failure) or type(failure).__name__, self._given.access_token, self._given.proof)
        if is_sending and not isinstance(failure, _NEVER_LEFT):
            return OutcomeUnknown(
                f"Facebook did not answer, so nobody knows whether it took the message: {words}"
            )
        return TemporaryFailure(f"Facebook cannot be reached: {words}")

    def _answer(self, response: httpx.Response, after: timedelta | None, *, is_sending: bool) -> Json:
        """The JSON of an answer. A page of HTML, or an error in a 200, is no answer."""
        try:
            told = response.json()
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict) and isinstance(told.get("error"), dict):
            raise failure_of(told["error"], is_sending=is_sending, after=after)
        if response.status_code == 200 and isinstance(told, dict):
            return told
        words = f"{response.status_code} {response.reason_phrase}"
        if is_sending and response.status_code != 429:
            raise OutcomeUnknown(f"Facebook did not say whether it took the message: {words}")
        raise TemporaryFailure(f"Facebook gave no answer that makes sense: {words}", after)

    def _heed(self, response: httpx.Response) -> timedelta | None:
        """Slows down from 75 % of a limit and stops at 95 %; how long to wait, where Facebook says it."""
        used, minutes = _usage(response.headers)
        if used < SLOW_AT:
            return None
        wait = timedelta(minutes=minutes) if minutes > 0 else None
        if used >= STOP_AT:
            self._budget.heard(USE, remaining=0, resets_in=wait or _STOP_FOR)
        else:
            self._budget.heard(USE, remaining=max(1, int(STOP_AT - used)), resets_in=_SLOW_FOR)
        return wait


def _usage(headers: httpx.Headers) -> tuple[float, float]:
    """The fullest of all limits in percent, and minutes until we are let in again."""
    used, minutes = 0.0, 0.0
    tables = [_parsed(headers.get("x-app-usage")), _parsed(headers.get("x-page-usage"))]
    for cases in _parsed(headers.get("x-business-use-case-usage")).values():
        tables += [one for one in cases if isinstance(one, dict)] if isinstance(cases, list) else []
    for table in tables:
        used = max(
            [used, *(_percent(table.get(one)) for one in ("call_count", "total_cputime", "total_time"))]
        )
        minutes = max(minutes, _percent(table.get("estimated_time_to_regain_access")))
    return used, min(minutes, 24 * 60)


def _parsed(words: str | None) -> Json:
    try:
        found = json.loads(words) if words else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _percent(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
