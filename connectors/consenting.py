"""What every sign-in by browser has in common: the address with its question, one answer in JSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from connectors.contract import ConsentAsked, CredentialsRejected, TemporaryFailure
from connectors.wording import plain

Json = dict[str, Any]


def address(url: str, asked: ConsentAsked, client_id: str, **more: str) -> str:
    """The platform's page with what we ask (RFC 6749, section 4.1.1, and RFC 7636)."""
    question = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": asked.redirect_url,
        "state": asked.state,
        "code_challenge": asked.challenge,
        "code_challenge_method": "S256",
        **more,
    }
    return f"{url}?{urlencode(question)}"


def answer(client: httpx.Client, method: str, url: str, **how: Any) -> Json:
    """One answer of the platform. Raises CredentialsRejected with its words, TemporaryFailure without any."""
    try:
        response = client.request(method, url, **how)
    except httpx.HTTPError as failure:
        raise TemporaryFailure(f"the platform cannot be reached: {plain(str(failure))}") from None
    try:
        told = response.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise TemporaryFailure(f"the platform answered {response.status_code} and nothing that can be read")
    if response.status_code >= 400 or "error" in told:
        raise CredentialsRejected(f"the platform refused the sign-in: {_words(told, response)}")
    return told


def token(told: Mapping[str, Any], name: str = "access_token") -> str:
    """A token of an answer. Raises CredentialsRejected where it is not there."""
    found = told.get(name)
    if not isinstance(found, str) or not found:
        raise CredentialsRejected(f"the platform gave no {name.replace('_', ' ')}; sign in again")
    return found


def _words(told: Json, response: httpx.Response) -> str:
    error = told.get("error")
    inner = error.get("message") if isinstance(error, dict) else None
    said = told.get("error_description") or told.get("detail") or inner or error or response.reason_phrase
    return plain(str(said))[:300]
