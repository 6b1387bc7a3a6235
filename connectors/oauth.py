"""Access tokens for mailboxes that sign in with OAuth 2.0 (RFC 6749), renewed in time by one thread."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from connectors import http
from connectors.contract import CredentialsRejected, KeptSecrets, TemporaryFailure
from connectors.wording import plain

MOST_BYTES = 1 << 20
RENEW_AT = 0.8
"""The part of a token's life after which we ask for the next."""
USUAL_LIFE = 3600
REFRESH_TOKEN = "refresh_token"
HOPELESS = frozenset(
    {
        "invalid_grant",
        "invalid_client",
        "invalid_request",
        "unauthorized_client",
        "invalid_scope",
        "access_denied",
    }
)


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who asks: as the application itself, or with `for_person` by a refresh token of that person."""

    token_url: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    for_person: bool = False
    scope: str | None = None
    basic: bool = False
    """The secret goes in an Authorization header and not in the form (RFC 6749, section 2.3.1)."""


class TokenProvider:
    """Implements `Tokens`. `kept` holds the refresh token; `clock` gives seconds that never go back."""

    def __init__(
        self,
        who: OAuthClient,
        kept: KeptSecrets,
        client: httpx.Client,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._who = who
        self._kept = kept
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0
        self._unsaved: dict[str, str] = {}

    def __call__(self) -> str:
        """A token with at least a fifth of its life left. Threads that ask at once share one request."""
        with self._lock:
            if self._token is None or self._unsaved or self._clock() >= self._renew_at:
                self._renew()
            return str(self._token)

    def forget(self) -> None:
        """The last token was refused: ask for another next time."""
        with self._lock:
            self._token = None

    def _renew(self) -> None:
        if not self._who.for_person:
            self._ask(None)
            return
        self._kept.renew(REFRESH_TOKEN, self._exchange)
        self._unsaved.clear()

    def _exchange(self, stored: str | None) -> str | None:
        """Asks in the person's name; the refresh token to keep from now on, if it is another one.

        Some services give a new one each time and end the old one (RFC 6749, section 6).
        """
        if stored is None:
            raise CredentialsRejected("the account is not signed in any more; connect the account again")
        refresh_token = self._unsaved.get(stored, stored)
        given = self._ask(refresh_token).get(REFRESH_TOKEN)
        if isinstance(given, str) and given and given != refresh_token:
            self._unsaved = {stored: given}
        return self._unsaved.get(stored)

    def _ask(self, refresh_token: str | None) -> dict[str, Any]:
        asked_at = self._clock()
        try:
            response = http.answered(
                self._client,
                "POST",
                self._who.token_url,
                largest=MOST_BYTES,
                data=self._form(refresh_token),
                auth=self._basic(),
                headers={"connection": "close"},  # it is hours until the next
            )
        except httpx.HTTPError as failure:
            raise TemporaryFailure(f"the sign-in service cannot be reached: {plain(str(failure))}") from None
        answer = _json(response)
        token = answer.get("access_token")
        if response.status_code != 200 or not isinstance(token, str) or not token:
            _refused(response, answer)
        self._token, self._renew_at = token, asked_at + _seconds(answer.get("expires_in")) * RENEW_AT
        return answer

    def _form(self, refresh_token: str | None) -> dict[str, str]:
        who = self._who
        form = {"client_id": who.client_id}
        if refresh_token:
            form |= {"grant_type": "refresh_token", REFRESH_TOKEN: refresh_token}
        else:
            form["grant_type"] = "client_credentials"
        secret = None if who.basic else who.client_secret
        optional = {"client_secret": secret, "scope": who.scope}
        return form | {name: value for name, value in optional.items() if value}

    def _basic(self) -> httpx.Auth:
        who = self._who
        is_basic = who.basic and who.client_secret is not None
        return httpx.BasicAuth(who.client_id, who.client_secret or "") if is_basic else httpx.Auth()


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
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(value: object) -> float:
    """A token's life. Some services send the number as text; nonsense counts as an hour."""
    try:
        seconds = float(str(value))
    except ValueError:
        return USUAL_LIFE
    return seconds if 0 < seconds < 86400 * 365 else USUAL_LIFE
