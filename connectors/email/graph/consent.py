"""Signing a person in at Microsoft, for a mailbox they may open."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

from connectors import consenting, http
from connectors.contract import Consent, ConsentAsked, ConsentGiven
from connectors.email.graph.settings import AUTHORITY_URL, BASE_URL


class GraphConsent:
    """`SignsIn` for a Microsoft 365 mailbox. The permissions are those that the application was given."""

    fills: ClassVar[Mapping[str, str]] = {"refresh_token": "none yet"}

    @staticmethod
    def page(values: Mapping[str, str], asked: ConsentAsked) -> str:
        hint = {"login_hint": values["mailbox"], "prompt": "select_account", "response_mode": "query"}
        url = f"{_sign_in(values)}/authorize"
        return consenting.address(url, asked, values["client_id"], scope=_scope(values), **hint)

    @staticmethod
    def redeem(values: Mapping[str, str], given: ConsentGiven, allow_private: frozenset[str]) -> Consent:
        form = {
            "grant_type": "authorization_code", "client_id": values["client_id"], "code": given.code,
            "redirect_uri": given.redirect_url, "code_verifier": given.verifier, "scope": _scope(values),
        }  # fmt: skip
        if values.get("client_secret"):
            form["client_secret"] = values["client_secret"]
        with http.client(allow_private) as client:
            told = consenting.answer(client, "POST", f"{_sign_in(values)}/token", data=form)
        consenting.token(told)
        secrets = {"refresh_token": consenting.token(told, "refresh_token")}
        return Consent(values["mailbox"], {}, secrets)


def _sign_in(values: Mapping[str, str]) -> str:
    base = values.get("base_url", BASE_URL).rstrip("/")
    usual = AUTHORITY_URL if base.startswith("https://") else base
    authority = values.get("authority_url", usual).rstrip("/")
    return f"{authority}/{quote(values['tenant_id'], safe='')}/oauth2/v2.0"


def _scope(values: Mapping[str, str]) -> str:
    return f"{values.get('base_url', BASE_URL).rstrip('/')}/.default offline_access"
