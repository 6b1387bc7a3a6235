"""Signing a Page in: a person's token, a long one for it, and from that the Page's own, which lasts."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

import httpx

from connectors import consenting, http
from connectors.contract import Consent, ConsentAsked, ConsentGiven, CredentialsRejected
from connectors.facebook.settings import GRAPH, VERSION

PAGE = "https://www.facebook.com"
SCOPES = (
    "pages_show_list,pages_messaging,pages_manage_metadata,pages_read_engagement,pages_read_user_content,"
    "pages_manage_engagement"
)
_MOST_PAGES = 20


class FacebookConsent:
    """`SignsIn` for a Page."""

    fills: ClassVar[Mapping[str, str]] = {"access_token": "none yet"}

    @staticmethod
    def page(values: Mapping[str, str], asked: ConsentAsked) -> str:
        graph = values.get("base_url", GRAPH).rstrip("/")
        host = PAGE if graph == GRAPH else graph
        url = f"{host}/{values.get('api_version', VERSION)}/dialog/oauth"
        return consenting.address(url, asked, values["app_id"], scope=SCOPES)

    @staticmethod
    def redeem(values: Mapping[str, str], given: ConsentGiven, allow_private: frozenset[str]) -> Consent:
        root = f"{values.get('base_url', GRAPH).rstrip('/')}/{values.get('api_version', VERSION)}"
        app = {"client_id": values["app_id"], "client_secret": values["app_secret"]}
        code = {"code": given.code, "redirect_uri": given.redirect_url, "code_verifier": given.verifier}
        with http.client(allow_private) as client:
            short = _exchange(client, root, {**app, **code})
            long = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
            person = _exchange(client, root, {**app, **long})
            return _of_page(client, root, person, values)


def _exchange(client: httpx.Client, root: str, question: Mapping[str, str]) -> str:
    told = consenting.answer(client, "GET", f"{root}/oauth/access_token", params=question)
    return consenting.token(told)


def _of_page(client: httpx.Client, root: str, person: str, values: Mapping[str, str]) -> Consent:
    """The Page's own token. Raises CredentialsRejected where the person does not look after that Page."""
    proof = hmac.new(values["app_secret"].encode(), person.encode(), hashlib.sha256).hexdigest()
    question: dict[str, str] = {"access_token": person, "appsecret_proof": proof, "limit": "100"}
    for _ in range(_MOST_PAGES):
        told = consenting.answer(client, "GET", f"{root}/me/accounts", params=question)
        for one in told.get("data") or ():
            if str(one.get("id")) == values["page_id"]:
                secrets = {"access_token": consenting.token(one)}
                return Consent(str(one.get("name") or "the Page"), {}, secrets)
        paging = told.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not after or "next" not in paging:
            break
        question["after"] = str(after)
    raise CredentialsRejected(
        f"whoever signed in has no role on the Page {values['page_id']}, or did not choose it on Facebook"
    )
