"""OAuth 2.0 with PKCE: a code that lives half a minute, access for two hours, refresh tokens used once."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from connectors.standins.server import Asked, Refusal, Route, Told
from connectors.standins.x import oauth1
from connectors.standins.x.state import OFFICE_ID, State, problem

CLIENT_ID, CLIENT_SECRET = "client-1", "client-secret"
CONSUMER_SECRET = "consumer-secret"
APP_TOKEN = "app-token"
CODE_LIFE, ACCESS_LIFE = timedelta(seconds=30), timedelta(hours=2)
SCOPES = "tweet.read tweet.write users.read dm.read dm.write media.write offline.access"


class SigningIn(State):
    """Who may do what."""

    def sign_in_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("GET", "(?:/i|/2)?/oauth2/authorize", self._authorize),
            ("POST", "/2/oauth2/token", self._token),
            ("POST", "/2/oauth2/revoke", self._give_back),
            ("POST", "/_revoke", self._revoke),
        ]

    def person(self, asked: Asked) -> str:
        """The account that a call is made for. Raises Refusal for the app alone."""
        if asked.headers.get("authorization") == f"Bearer {APP_TOKEN}":
            detail = "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint."
            raise problem(403, "Unsupported Authentication", detail, "unsupported-authentication")
        return self.anybody(asked)

    def anybody(self, asked: Asked) -> str:
        """The account, or "" for the app alone. Raises Refusal for a token that is not known or over."""
        if oauth1.is_signed(asked, self.url, CONSUMER_SECRET):
            return OFFICE_ID
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        if kind == "Bearer" and token == APP_TOKEN:
            return ""
        user_id, ends_at = self.access.get(token, ("", self.now()))
        if kind != "Bearer" or not user_id or ends_at <= self.now():
            raise problem(401, "Unauthorized", "Unauthorized")
        return user_id

    def _authorize(self, asked: Asked) -> Told:
        """A person agreed, at once. `state` comes back with the code."""
        code = self.secret("code")
        self.codes[code] = (self.now() + CODE_LIFE, asked.query["code_challenge"], OFFICE_ID)
        self.scopes[code] = asked.query.get("scope", SCOPES)
        back = urlencode({"state": asked.query.get("state", ""), "code": code})
        return Told(b"", 302, {"location": f"{asked.query['redirect_uri']}?{back}"})

    def _token(self, asked: Asked) -> Told:
        form = asked.form
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        given = asked.headers.get("authorization")
        if given != f"Basic {basic}" and (given or form.get("client_id") != CLIENT_ID):
            return Told(
                {"error": "unauthorized_client", "error_description": "Missing valid authorization header"},
                401,
            )
        grants: dict[str, Callable[[dict[str, str]], str]] = {
            "authorization_code": self._by_code, "refresh_token": self._by_refresh,
        }  # fmt: skip
        user_id = grants[form["grant_type"]](form)
        return self._grant(
            user_id, self.scopes.get(form.get("code") or form.get("refresh_token", ""), SCOPES)
        )

    def _by_code(self, form: dict[str, str]) -> str:
        ends_at, challenge, user_id = self.codes.pop(form["code"], (self.now(), "", ""))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if ends_at <= self.now() or challenge not in (proof.decode().rstrip("="), form["code_verifier"]):
            raise _refused("Value passed for the authorization code was invalid.")
        return user_id

    def _by_refresh(self, form: dict[str, str]) -> str:
        """The old token ends as it is used.

        `seed-…`: as many consents of the office as anybody likes. A token from a former life of this
        stand-in, which remembers nothing, is good once.
        """
        token = form["refresh_token"]
        user_id = self.refresh.pop(token, OFFICE_ID if token.startswith(("seed-", "refresh-")) else "")
        if not user_id or token in self.spent:
            raise _refused("Value passed for the token was invalid.")
        self.spent.add(token)
        return user_id

    def _give_back(self, asked: Asked) -> Told:
        """A client that needs a token no more says so (RFC 7009)."""
        token = asked.form.get("token", "")
        self.access.pop(token, None)
        self.refresh.pop(token, None)
        return Told({"revoked": True})

    def _grant(self, user_id: str, scope: str) -> Told:
        access, refresh = self.secret("access"), self.secret("refresh")
        self.access[access] = (user_id, self.now() + ACCESS_LIFE)
        self.refresh[refresh], self.scopes[refresh] = user_id, scope
        return Told(
            {
                "token_type": "bearer",
                "expires_in": int(ACCESS_LIFE.total_seconds()),
                "access_token": access,
                "scope": scope,
                "refresh_token": refresh,
            }
        )

    def _revoke(self, asked: Asked) -> Told:
        """{"refresh": true}: the person took the consent back; else only access tokens end."""
        self.access.clear()
        if asked.json.get("refresh"):
            self.spent |= set(self.refresh)
            self.refresh.clear()
        return Told({"done": True})


def _refused(words: str) -> Refusal:
    return Refusal(Told({"error": "invalid_request", "error_description": words}, 400))
