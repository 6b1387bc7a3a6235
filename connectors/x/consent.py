"""Signing an X account in: OAuth 2.0 with PKCE, then whose account it is."""

from collections.abc import Mapping
from typing import ClassVar

import httpx

from connectors import consenting, http
from connectors.contract import Consent, ConsentAsked, ConsentGiven, CredentialsRejected
from connectors.x.settings import BASE_URL

PAGE = "https://x.com/i/oauth2/authorize"
SCOPES = "tweet.read tweet.write users.read dm.read dm.write media.write tweet.moderate.write offline.access"


class XConsent:
    """`SignsIn` for X. A code lives half a minute there."""

    fills: ClassVar[Mapping[str, str]] = {"refresh_token": "none yet", "user_id": "0", "username": "nobody"}

    @staticmethod
    def page(values: Mapping[str, str], asked: ConsentAsked) -> str:
        base = values.get("base_url", BASE_URL).rstrip("/")
        page = PAGE if base == BASE_URL else f"{base}/i/oauth2/authorize"
        return consenting.address(page, asked, values["client_id"], scope=SCOPES)

    @staticmethod
    def redeem(values: Mapping[str, str], given: ConsentGiven, allow_private: frozenset[str]) -> Consent:
        base = values.get("base_url", BASE_URL).rstrip("/")
        form = {
            "grant_type": "authorization_code", "code": given.code, "redirect_uri": given.redirect_url,
            "code_verifier": given.verifier, "client_id": values["client_id"],
        }  # fmt: skip
        secret = values.get("client_secret")
        auth = httpx.BasicAuth(values["client_id"], secret) if secret else httpx.Auth()
        with http.client(allow_private) as client:
            told = consenting.answer(client, "POST", f"{base}/2/oauth2/token", data=form, auth=auth)
            bearer = {"authorization": f"Bearer {consenting.token(told)}"}
            me = consenting.answer(client, "GET", f"{base}/2/users/me", headers=bearer).get("data")
        if not isinstance(me, dict) or not str(me.get("id", "")).isdigit():
            raise CredentialsRejected("X did not say whose account it is; sign in again")
        user_id, name = str(me["id"]), str(me.get("username", ""))
        if values.get("user_id", user_id) not in (user_id, XConsent.fills["user_id"]):
            raise CredentialsRejected(f"you signed in as @{name}, and this channel is another account's")
        secrets = {"refresh_token": consenting.token(told, "refresh_token")}
        return Consent(f"@{name}", {"user_id": user_id, "username": name}, secrets)
