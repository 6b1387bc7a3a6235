"""Speaks to X: signs in, keeps within its limits, and says in our words what its answers mean."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

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
from connectors.oauth import TokenProvider
from connectors.wording import plain

MOST_BYTES = 20 * 1024 * 1024
"""No answer of X is longer: a page of a hundred posts has less than one megabyte."""
OUT_OF_CREDIT = "the X account is out of credit; add credit in X's developer console. The sign-in is fine"
CREDIT_PROBLEMS = ("credits", "usage-capped")
JITTER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer. `errors` may stand beside `data`, under a status of 200."""

    status: int
    body: Mapping[str, Any]

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        found = self.body.get("errors")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


class InvalidRequest(PermanentFailure):
    """X does not take one of the arguments. `words` is its whole answer, for looking names up."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(reason)
        self.words = words


class Api:
    """The account's calls. Limits are counted in `budget`, for all nodes, by the name of each."""

    def __init__(self, base_url: str, client: httpx.Client, tokens: TokenProvider, budget: Budget) -> None:
        self._base_url = base_url
        self._client = client
        self._tokens = tokens
        self._budget = budget

    def get(self, name: str, path: str, query: Mapping[str, str], *, bearer: str | None = None) -> Answer:
        """Asks. `name` is the limit that the call counts against; `bearer` speaks as the app itself.

        Raises TemporaryFailure (with the time to wait, where X named one), CredentialsRejected,
        InvalidRequest and PermanentFailure.
        """
        return self._within(name, lambda: self._asked("GET", path, query=query, bearer=bearer))

    def change(
        self,
        name: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        bearer: str | None = None,
    ) -> Answer:
        """Changes something that may be changed twice without harm. Raises like `get`."""
        return self._within(name, lambda: self._asked(method, path, body=body, bearer=bearer))

    def post_once(
        self, name: str, path: str, body: Mapping[str, Any], *, committing: Callable[[], None]
    ) -> Answer:
        """Writes what must not be written twice: no answer, or one that says nothing, is OutcomeUnknown.

        `committing` is called once the sign-in is ready and the limits allow it, before the first byte.
        """
        self._wait(name)
        token = self._tokens()
        committing()
        try:
            response = self._send("POST", path, body=body, token=token)
        except httpx.HTTPError as failure:
            raise OutcomeUnknown(f"X gave no answer: {plain(str(failure))}") from None
        self._heed(name, response)
        if response.status_code == 401:
            self._tokens.forget()
        answer = _parsed(response)
        if response.status_code >= 500 or answer is None or (response.is_success and not answer.data):
            raise OutcomeUnknown(f"X answered {response.status_code} without saying whether it was taken")
        if response.status_code == 401:
            raise TemporaryFailure("X did not take our sign-in; it is renewed", timedelta(seconds=5))
        _judge(response, answer)
        return answer

    def _within(self, name: str, ask: Callable[[], httpx.Response]) -> Answer:
        self._wait(name)
        response = ask()
        self._heed(name, response)
        answer = _parsed(response)
        if answer is None:
            raise TemporaryFailure(f"X answered {response.status_code} with something that is not JSON")
        _judge(response, answer)
        return answer

    def _wait(self, name: str) -> None:
        wait = self._budget.wait(name)
        if wait is not None:
            raise TemporaryFailure(f"X's limit for {name.replace('_', ' ')} is used up for now", _later(wait))

    def _heed(self, name: str, response: httpx.Response) -> None:
        """Passes on what X says is left. Its clock counts, not ours."""
        remaining = response.headers.get("x-rate-limit-remaining", "")
        resets_in = _resets_in(response)
        if response.status_code == 429:
            self._budget.heard(name, remaining=0, resets_in=resets_in or timedelta(minutes=15))
        elif remaining.isdigit() and resets_in is not None:
            self._budget.heard(name, remaining=int(remaining), resets_in=resets_in)

    def _asked(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None, bearer: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Signs in anew once, where X says that our token is over."""
        for is_last in (False, True):
            token = bearer or self._tokens()
            try:
                response = self._send(method, path, query=query, body=body, token=token)
            except httpx.HTTPError as failure:
                raise TemporaryFailure(f"X cannot be reached: {plain(str(failure))}") from None
            if response.status_code != 401 or bearer or is_last:
                break
            self._tokens.forget()
        return response

    def _send(
        self, method: str, path: str, *, token: str, query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:  # fmt: skip
        headers = {"authorization": f"Bearer {token}"}
        return http.answered(
            self._client, method, self._base_url + path, largest=MOST_BYTES, params=query, json=body,
            headers=headers,
        )  # fmt: skip


def _parsed(response: httpx.Response) -> Answer | None:
    """The answer, where it is a JSON object (or empty, as after some deletions)."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    return Answer(response.status_code, body) if isinstance(body, dict) else None


def _judge(response: httpx.Response, answer: Answer) -> None:
    """Raises what an answer other than success means."""
    if response.is_success:
        if answer.data is None and answer.errors and "meta" not in answer.body:
            _all_errors(answer)
        return
    raise _failure(response, answer)


def _all_errors(answer: Answer) -> None:
    """A success that holds nothing but errors. What is not there any more is for the caller to see."""
    kinds = [str(one.get("type", "")) for one in answer.errors]
    if all(kind.endswith("resource-not-found") for kind in kinds):
        return
    if any(kind.endswith(CREDIT_PROBLEMS) for kind in kinds):
        raise PermanentFailure(OUT_OF_CREDIT)
    raise TemporaryFailure(f"X answered with errors only: {_words(answer)}")


def _failure(response: httpx.Response, answer: Answer) -> ConnectorFailure:
    status, words = response.status_code, _words(answer)
    kind = str(answer.body.get("type", ""))
    if status == 402 or kind.endswith(CREDIT_PROBLEMS):
        return PermanentFailure(OUT_OF_CREDIT)
    if status == 429 or any(one.get("code") == 88 for one in answer.errors):
        wait = _resets_in(response) or timedelta(minutes=15)
        return TemporaryFailure("X asked us to wait: its limit is used up for now", _later(wait))
    if status == 401:
        return CredentialsRejected(f"X did not take our sign-in; connect the account again: {words}")
    if status >= 500:
        return TemporaryFailure(f"X is in trouble: {status} {words}")
    if status == 400:
        return InvalidRequest(f"X did not take the request: {words}", str(dict(answer.body)))
    return PermanentFailure(f"X refused: {words}")


def _words(answer: Answer) -> str:
    """X's own words, as one short line."""
    first = answer.errors[0] if answer.errors else {}
    said = (
        answer.body.get("detail") or first.get("detail") or first.get("message") or answer.body.get("title")
    )
    return plain(str(said or f"status {answer.status}"))


def _resets_in(response: httpx.Response) -> timedelta | None:
    """How long until the limit counts anew, by the clock of X itself where it tells the time."""
    reset = response.headers.get("x-rate-limit-reset", "")
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return None
    try:
        now = parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        now = time.time()
    return timedelta(seconds=min(max(0.0, int(reset) - now), 86400))


def _later(wait: timedelta) -> timedelta:
    """A little later than asked, so that not all come at once."""
    return wait + timedelta(seconds=random.uniform(0.5, JITTER_SECONDS))  # noqa: S311
