"""Access tokens for mailboxes that sign in with OAuth 2.0 (RFC 6749), renewed in time by one thread."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from connectors.contract import CredentialsRejected, TemporaryFailure
from connectors.email.wording import plain

RENEW_AT = 0.8
"""The part of a token's life after which we ask for the next."""
USUAL_LIFE = 3600
HOPELESS = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "access_denied"}
)


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who asks. With `refresh_token`: on behalf of a person; without: as the application itself."""

    token_url: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    scope: str | None = None


class TokenProvider:
    """Implements `Tokens`. `clock` gives seconds that never go back."""

    def __init__(
        self, who: OAuthClient, client: httpx.Client, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._who = who
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0
        self._refresh_token = who.refresh_token

    def __call__(self) -> str:
        """A token with at least a fifth of its life left. Threads that ask at once share one request."""
        with self._lock:
            if self._token is None or self._clock() >= self._renew_at:
                self._token = self._ask()
            return self._token

    def forget(self) -> None:
        """The last token was refused: ask for another next time."""
        with self._lock:
            self._token = None

    def _ask(self) -> str:
        asked_at = self._clock()
        try:
            response = self._client.post(self._who.token_url, data=self._form())
        except httpx.HTTPError as failure:
            raise TemporaryFailure(f"the sign-in service cannot be reached: {plain(str(failure))}") from None
        answer = _json(response)
        token = answer.get("access_token")
        if response.status_code != 200 or not isinstance(token, str) or not token:
            _refused(response, answer)
        # Some services give a new refresh token each time and end the old one (RFC 6749, section 6).
        if isinstance(answer.get("refresh_token"), str):
            self._refresh_token = answer["refresh_token"]
        self._renew_at = asked_at + _seconds(answer.get("expires_in")) * RENEW_AT
        return str(token)

    def _form(self) -> dict[str, str]:
        who = self._who
        form = {"client_id": who.client_id}
        if self._refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        else:
            form["grant_type"] = "client_credentials"
        optional = {"client_secret": who.client_secret, "scope": who.scope}
        return form | {name: value for name, value in optional.items() if value}


def _refused(response: httpx.Response, answer: dict[str, Any]) -> None:
    error = str(answer.get("error", ""))
    words = plain(str(answer.get("error_description") or error or response.reason_phrase))
    if error in HOPELESS or response.status_code in (401, 403):
        raise CredentialsRejected(f"the sign-in service refused us; connect the account again: {words}")
    after = response.headers.get("retry-after", "")
    wait = timedelta(seconds=int(after)) if after.isdigit() and len(after) < 7 else None
    raise TemporaryFailure(f"the sign-in service gave no token: {response.status_code} {words}", after=wait)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(value: object) -> float:
    """A token's life. Some services send the number as text; nonsense counts as an hour."""
    try:
        seconds = float(str(value))
    except ValueError:
        return USUAL_LIFE
    return seconds if 0 < seconds < 86400 * 365 else USUAL_LIFE
