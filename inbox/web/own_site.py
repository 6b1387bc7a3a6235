"""Writes come from our own pages: a synchroniser token with each session, and the browser's word for it.

A route that other places may call (webhooks, an office's own form) says so with `@from_anywhere`.
"""

import hmac
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request

from inbox.errors import NotAllowed, Refused
from inbox.web.edge.headers import TOKEN_PATHS
from inbox.web.wiring import wiring_of

SAFE = frozenset({"GET", "HEAD"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
STALE_PAGE = "This page is out of date. Load it again, then try again. Nothing was changed."

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class WrongBody(Refused):
    """A body in a form that is not taken here."""

    status = 415
    title = "Not readable"


def from_anywhere(endpoint: Endpoint) -> Endpoint:
    """Marks a route that proves its caller by other means than where the browser stands."""
    endpoint.from_anywhere = True  # type: ignore[attr-defined]
    return endpoint


def takes_files(endpoint: Endpoint) -> Endpoint:
    """Marks a route of the REST interface that takes files as multipart/form-data."""
    endpoint.takes_files = True  # type: ignore[attr-defined]
    return endpoint


def check_origin(request: Request) -> None:
    """Raises NotAllowed for a write that a foreign page began, WrongBody for JSON in disguise."""
    if request.method in SAFE or getattr(request.scope.get("endpoint"), "from_anywhere", False):
        return
    _check_body(request)
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotAllowed("This came from another site, so nothing was done.")
    origin = request.headers.get("origin")
    if origin == "null" and request.scope["path"].startswith(TOKEN_PATHS):
        return  # these pages send no referrer, and so browsers name no origin with their forms
    if origin is not None and not _is_ours(request, origin):
        raise NotAllowed("This came from another site, so nothing was done.")


async def check_csrf(request: Request, token: str) -> None:
    """Raises NotAllowed unless header or form carries the session's token."""
    given: str | UploadFile | None = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").startswith(FORMS):
        given = (await request.form()).get("csrf_token")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotAllowed(STALE_PAGE)


def _check_body(request: Request) -> None:
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if not has_body:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    is_api = request.scope["path"].startswith("/api/")
    if kind == FORMS[1] and getattr(request.scope.get("endpoint"), "takes_files", False):
        return
    if not is_json and (is_api or kind not in FORMS):
        raise WrongBody(
            "Send JSON as application/json." if is_api else "Send a form, or JSON as application/json."
        )


def _is_ours(request: Request, origin: str) -> bool:
    """Whether the page stands on the address this inbox is reached at: as configured, or as asked for.

    The Host header has been checked against the allow-list by now, so it cannot name a foreign place.
    """
    wiring = wiring_of(request)
    ours = urlsplit(wiring.settings.base_url)
    return origin in (f"{ours.scheme}://{ours.netloc}", f"{ours.scheme}://{request.headers.get('host', '')}")
