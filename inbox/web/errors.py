"""Every refusal as an answer: problem details for programs, a part for htmx, a page for people."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from inbox.errors import (
    CaseworkError,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    TooMany,
    Unavailable,
)
from inbox.history import record
from inbox.models import EventKind
from inbox.web import errors_cy
from inbox.web.rendering import page
from inbox.web.views.errors import ErrorPage, Typed
from inbox.web.views.parts import Link, PublicShell, Undo
from inbox.web.views.queue import ActedPart
from inbox.web.wiring import cookie_name, wiring_of

FOR_PROGRAMS = (
    "/api/",
    "/webhooks/",
    "/open311/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/events",
    "/.well-known/",
)
Handler = Callable[[Request, Exception], Awaitable[Response]]
GiveBack = Callable[[Request, CaseworkError], tuple[Typed, ...]]
"""What was typed into a form that came too late."""
MOST_PROBLEMS = 20
"""Named in one answer; a body of a megabyte may hold half a million of them."""
SWAPPED = frozenset({409, 412, 413, 422, 428, 429})

_PLAIN = {
    "missing": "This is missing.",
    "extra_forbidden": "This field is not known here.",
    "json_invalid": "This is not valid JSON.",
    "string_too_long": "This is too long.",
    "string_too_short": "This is too short.",
    "enum": "This is not one of the known values.",
    "literal_error": "This is not one of the known values.",
    "int_parsing": "This must be a whole number.",
    "bool_parsing": "This must be true or false.",
    "list_type": "This must be a list.",
    "string_type": "This must be text.",
}


def install(app: FastAPI, give_back: GiveBack) -> None:
    """Makes every failure of a route an answer from here."""

    async def casework(request: Request, error: CaseworkError) -> Response:
        if isinstance(error, NotAllowed) and "action" in error.details:
            await _note_refusal(request, str(error.details["action"]))
        return answer(request, error, give_back(request, error))

    async def not_valid(request: Request, error: RequestValidationError) -> Response:
        problems = [_plainly(found) for found in error.errors()[:MOST_PROBLEMS]]
        words = " ".join(f"{found['field']}: {found['problem']}" for found in problems[:5])
        refused = Refused(words or "Check what you entered.", errors=problems)
        return answer(request, refused, give_back(request, refused))

    app.add_exception_handler(CaseworkError, cast(Handler, casework))
    app.add_exception_handler(RequestValidationError, cast(Handler, not_valid))
    app.add_exception_handler(HTTPException, cast(Handler, _from_framework))
    app.add_exception_handler(IntegrityError, _at_the_same_moment)
    app.add_exception_handler(DataError, _cannot_be_kept)


def answer(request: Request, error: CaseworkError, typed: tuple[Typed, ...] = ()) -> Response:
    """The answer to `request` that says `error`, in the form that its sender reads. `typed`: to give back."""
    headers = _headers(error)
    if wants_json(request):
        return problem(request, error, headers)
    if isinstance(error, NotSignedIn) and request.method in ("GET", "HEAD") and not is_htmx(request):
        return RedirectResponse(f"/sign-in?next={quote(_here(request), safe='/')}", 303)
    if is_htmx(request):
        return part(request, error, headers)
    found = replace(error_page(request, error), typed=typed)
    return page(found, status=error.status, headers=headers)


def problem(request: Request, error: CaseworkError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """RFC 9457 problem details, with the error's own facts as extension members."""
    body: dict[str, Any] = {
        "type": f"urn:casework-inbox:problem:{_kebab(type(error).__name__)}",
        "title": error.title,
        "status": error.status,
        "detail": error.sentence,
        "request_id": request.scope.get("state", {}).get("request_id"),
    }
    body.update({name: value for name, value in error.details.items() if name not in body})
    return JSONResponse(body, error.status, headers, "application/problem+json")


def part(request: Request, error: CaseworkError, headers: Mapping[str, str]) -> Response:
    """For htmx: one sentence in the bar at the foot; what was typed stays where it is."""
    if error.status not in SWAPPED:
        return Response(None, error.status, headers)
    found = page(ActedPart(Undo(error.sentence, None)), status=error.status, headers=headers)
    found.headers["HX-Retarget"] = "#undo"
    found.headers["HX-Reswap"] = "outerHTML"
    return found


def error_page(request: Request, error: CaseworkError) -> ErrorPage:
    """The page that says it, with a way on."""
    language = "cy" if request.scope["path"].startswith("/cy/") else "en"
    code = request.scope.get("state", {}).get("request_id")
    links: tuple[Link, ...] = ()
    if isinstance(error, NotSignedIn):
        links = (Link("Sign in", "/sign-in"),)
    elif cookie_name(wiring_of(request)) in request.cookies:
        links = (Link("Back to your inbox", "/"),)
    shell = PublicShell(language=language)
    shown = code if error.status >= 500 else None
    title, words = error.title, error.sentence
    if language == "cy":
        title, words = errors_cy.said(error.status, title, words)
    return ErrorPage(shell=shell, title=title, words=words, links=links, code=shown)


def wants_json(request: Request) -> bool:
    """Whether a program asked: by path, or by accepting JSON and no page."""
    path = request.scope["path"]
    if path.startswith(FOR_PROGRAMS) or (path.endswith(".json") and "/contact/" in path):
        return True
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


async def _note_refusal(request: Request, action: str) -> None:
    """A try at what a role does not allow goes into the history: who, what, where; twenty a minute each."""
    person = getattr(request.state, "person", None)
    wiring = wiring_of(request)
    if person is None or wiring.refusals.wait(person.staff_id or person.token.id):
        return
    route = str(getattr(request.scope.get("route"), "path", ""))
    try:
        async with wiring.turns.write(person.office_id) as session:
            kind, now = EventKind.ACCESS_REFUSED, wiring.settings.now()
            record(session, None, kind, person.actor, now=now, action=action, route=route)
    except Unavailable:
        return  # refused all the same


async def _from_framework(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return answer(request, NotFound())
    plain = CaseworkError(_framework_words(error))
    plain.status, plain.title = error.status_code, "This did not work"
    answered = answer(request, plain)
    for name, value in (error.headers or {}).items():
        answered.headers[name] = value
    return answered


async def _at_the_same_moment(request: Request, error: Exception) -> Response:
    return answer(request, Conflict("Somebody did this at the same moment. Look again, then try again."))


async def _cannot_be_kept(request: Request, error: Exception) -> Response:
    """The database refused a value: a zero byte, a number or a word too long for where it belongs."""
    return answer(request, Refused("Something in this is too long, or holds a character we cannot keep."))


def _framework_words(error: HTTPException) -> str:
    if error.status_code == 405:
        return "This address does not do that."
    if error.status_code in (408, 413):
        return str(error.detail)
    return "This request could not be read."


def _plainly(found: Mapping[str, Any]) -> dict[str, str]:
    place = [str(step) for step in found["loc"] if step not in ("body", "query", "path", "header")]
    words = _PLAIN.get(found["type"]) or str(found["msg"]).removeprefix("Value error, ").rstrip(".") + "."
    return {"field": ".".join(place) or str(found["loc"][0]), "problem": words}


def _headers(error: CaseworkError) -> dict[str, str]:
    if isinstance(error, TooMany | Unavailable):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="inbox"'}
    return {}


def _here(request: Request) -> str:
    query = request.scope.get("query_string", b"").decode("ascii", "replace")
    path = quote(str(request.scope["path"]))
    return f"{path}?{query}" if query else path


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
