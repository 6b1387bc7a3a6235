"""Entra's sign-in: the description that libraries ask for, and tokens for applications and for persons."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from connectors.standins import consent
from connectors.standins.server import Asked, Refusal, Told

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIENT_SECRET = "the secret of the stand-in"
REFRESH_TOKEN = "the first refresh token"
LIFE = timedelta(seconds=3599)


class SignIn:
    """Tokens given out, and until when each is good. Refresh tokens are replaced at each use."""

    def __init__(self) -> None:
        self.good: dict[str, datetime] = {}
        self.refresh = {REFRESH_TOKEN}
        self.codes: consent.Codes = {}
        self.uses = 0

    def revoke(self) -> None:
        self.good.clear()

    def check(self, asked: Asked, now: datetime) -> None:
        """Raises Refusal (401) for a call without a token that is good now."""
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        until = self.good.get(token)
        if scheme.lower() != "bearer" or until is None or until <= now:
            raise Refusal(
                problem(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
            )

    def token(self, asked: Asked, now: datetime) -> Told:
        form = asked.form
        if form.get("client_id") != CLIENT_ID:
            return _no("unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if form.get("client_secret", CLIENT_SECRET) != CLIENT_SECRET:
            return _no("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401)
        grant = form.get("grant_type")
        if grant == "authorization_code":
            return self._by_code(form, now)
        if grant == "client_credentials":
            return Told(self._given(now))
        if grant == "refresh_token":
            if form.get("refresh_token") not in self.refresh:
                return _no("invalid_grant", "AADSTS70008: The refresh token has expired or was revoked.")
            self.uses += 1
            fresh = f"refresh token {self.uses}"
            self.refresh = {fresh}
            return Told({**self._given(now), "refresh_token": fresh, "scope": "Mail.ReadWrite Mail.Send"})
        return _no("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")

    def page(self, asked: Asked, now: datetime) -> Told:
        """The person's page at Microsoft: one button that agrees."""
        if asked.query.get("client_id") != CLIENT_ID:
            return consent.refused("AADSTS700016: Application was not found in the directory.")
        return consent.page("Microsoft", asked, self.codes, now)

    def _by_code(self, form: dict[str, str], now: datetime) -> Told:
        if not consent.proved(form, self.codes, now):
            return _no("invalid_grant", "AADSTS70008: The provided authorization code has expired.")
        self.uses += 1
        fresh = f"refresh token {self.uses}"
        self.refresh = {fresh}
        return Told({**self._given(now), "refresh_token": fresh, "scope": "Mail.ReadWrite Mail.Send"})

    def _given(self, now: datetime) -> dict[str, Any]:
        token = f"eyJ0eXAi.{secrets.token_urlsafe(24)}.x"
        self.good[token] = now + LIFE
        seconds = int(LIFE.total_seconds())
        return {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": token,
        }


def description(url: str, tenant: str) -> Told:
    """What sign-in libraries read first (OpenID Connect Discovery 1.0)."""
    base = f"{url}/{tenant}"
    return Told(
        {
            "issuer": f"{base}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Told:
    """An error in the platform's own form."""
    inner = {"date": "2026-11-22T12:00:00", "request-id": "stand-in", "client-request-id": "stand-in"}
    return Told({"error": {"code": code, "message": message, "innerError": inner}}, status, headers or {})


def _no(error: str, words: str, status: int = 400) -> Told:
    return Told({"error": error, "error_description": words, "error_codes": []}, status)
