"""The status link: an inert page that asks for a check, then a token-free page with stage and dates.

Before the check the page names no office and is the same for every token, real or not; whatever is wrong
afterwards gets one and the same answer.
"""

import base64
import hmac
import json
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from inbox import adding, alerts, status_links
from inbox.database import find_or_none
from inbox.desk import open_desk
from inbox.errors import NotAllowed, TooMany
from inbox.models import Case, Office, StatusLink
from inbox.web.dependencies import Now, Wired
from inbox.web.public.showing import showing
from inbox.web.rendering import page
from inbox.web.routers import page_router
from inbox.web.views.parts import PublicShell
from inbox.web.views.status import AddedPage, AddPage, CheckPage, UnavailablePage
from inbox.web.wiring import Wiring

router = page_router()
LIFE = timedelta(minutes=30)
MOST_WORDS = 20_000
TOO_MANY = "Too many tries. Try again in 10 minutes."


@router.get("/s/{token:path}")
@router.get("/cy/s/{token:path}")
def ask(request: Request, token: str) -> Response:
    """Changes nothing and tells nothing: link scanners come here first. A link that was cut short or has more
    behind it is a wrong one like any other."""
    return page(CheckPage(_shell(request), request.scope["path"]))


@router.post("/s/{token:path}")
@router.post("/cy/s/{token:path}")
def check(
    request: Request, token: str, wiring: Wired, now: Now, check: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """A right answer opens the page for half an hour; anything else gets the same words."""
    client = request.client.host if request.client else ""
    if wiring.refusals.wait(f"status {client}"):
        raise TooMany(TOO_MANY, 600)
    language = _language(request)
    with wiring.database.read() as session:
        known = status_links.look_up(session, token)
    link = None
    if known is not None:
        with wiring.database.write(known[0]) as session:
            tried = status_links.check(session, known[1], check, now=now)
            link = tried.link
            if tried.locked is not None:
                alerts.of_locked_link(session, open_desk(session, wiring.tools), tried.locked, now=now)
    if link is None:
        return page(CheckPage(_shell(request), request.scope["path"], wrong=True), status=422)
    answer = RedirectResponse("/cy/status" if language == "cy" else "/status", 303)
    answer.set_cookie(
        _cookie_name(wiring), _ticket(wiring, link, now), max_age=int(LIFE.total_seconds()), httponly=True,
        secure=wiring.settings.is_https, samesite="lax", path="/",
    )  # fmt: skip
    return answer


@router.get("/status")
@router.get("/cy/status")
def show(request: Request, wiring: Wired, now: Now) -> Response:
    """Stage, dates and the next step. Nothing that anybody wrote."""
    opened = _opened(request, wiring, now)
    if opened is None:
        return page(UnavailablePage(_shell(request)), status=404)
    link, case, office = opened
    with wiring.database.read(office.id) as session:
        status = status_links.status_of(session, link, case, now=now)
    return page(showing(_shell(request, office), status, office, _language(request)))


@router.get("/status/add")
@router.get("/cy/status/add")
def show_add(request: Request, wiring: Wired, now: Now) -> Response:
    opened = _opened(request, wiring, now)
    if opened is None:
        return page(UnavailablePage(_shell(request)), status=404)
    return _add_page(request, wiring, opened[1], opened[2], "", wrong=False)


@router.post("/status/add")
@router.post("/cy/status/add")
def add(
    request: Request,
    wiring: Wired,
    now: Now,
    text: Annotated[str, Form(max_length=MOST_WORDS)] = "",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
    go: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Puts what somebody adds on their case. It is never shown here again."""
    opened = _opened(request, wiring, now)
    if opened is None:  # half an hour is soon over for somebody who writes slowly
        return page(UnavailablePage(_shell(request), text), status=404)
    if not hmac.compare_digest(csrf_token.encode(), _csrf(request, wiring).encode()):
        raise NotAllowed("This page is out of date. Load it again, then try again. Nothing was changed.")
    link, case, office = opened
    if go:  # from the other language to this one, with what is typed
        return _add_page(request, wiring, case, office, text, wrong=False)
    if not text.strip():
        return _add_page(request, wiring, case, office, text, wrong=True)
    if wiring.searches.wait(f"status add {link.id}"):
        raise TooMany(TOO_MANY, 600)
    with wiring.database.write(office.id) as session:
        stored = find_or_none(session, Case, case.id)
        if stored is None:
            return page(UnavailablePage(_shell(request), text), status=404)
        desk = open_desk(session, wiring.tools)
        language = _language(request)
        adding.add_information(session, desk, stored, link, text, language=language, now=now)
        status = status_links.status_of(session, link, stored, now=now)
    shell = _shell(request, office)
    shown = showing(shell, status, office, _language(request))
    back = _prefix(request) + "/status"
    return page(AddedPage(shell, case.reference, shown.next_word, back, shown.urgent))


def _opened(request: Request, wiring: Wiring, now: datetime) -> tuple[StatusLink, Case, Office] | None:
    """Whose page this cookie opens, asked again at every view: a revoked link closes it at once."""
    ticket = _read_ticket(wiring, request.cookies.get(_cookie_name(wiring), ""), now)
    if ticket is None:
        return None
    office_id, link_id = ticket
    with wiring.database.read(office_id) as session:
        found = status_links.still_open(session, link_id, now=now)
        office = session.get(Office, office_id)
    return (*found, office) if found is not None and office is not None else None


def _add_page(
    request: Request, wiring: Wiring, case: Case, office: Office, text: str, *, wrong: bool
) -> Response:
    prefix = _prefix(request)
    view = AddPage(
        _shell(request, office), case.reference, prefix + "/status/add", text, prefix + "/status", wrong
    )
    return page(view, _csrf(request, wiring), status=422 if wrong else 200)


def _shell(request: Request, office: Office | None = None) -> PublicShell:
    path = request.scope["path"]
    other = path.removeprefix("/cy") if path.startswith("/cy/") else "/cy" + path
    return PublicShell(
        _language(request),
        office=office.name if office else None,
        other_language_url=other,
        privacy_url=office.privacy_url if office else None,
    )


def _language(request: Request) -> str:
    return "cy" if request.scope["path"].startswith("/cy/") else "en"


def _prefix(request: Request) -> str:
    return "/cy" if _language(request) == "cy" else ""


def _cookie_name(wiring: Wiring) -> str:
    return "__Host-status" if wiring.settings.is_https else "status"


def _ticket(wiring: Wiring, link: StatusLink, now: datetime) -> str:
    """Names the link and when this ends, under a MAC. It opens nothing else."""
    words = json.dumps([link.office_id, link.id, int((now + LIFE).timestamp())])
    mac = wiring.keys.mac("status cookie", words)
    return base64.urlsafe_b64encode(mac + words.encode()).decode()


def _read_ticket(wiring: Wiring, ticket: str, now: datetime) -> tuple[str, str] | None:
    try:
        whole = base64.urlsafe_b64decode(ticket.encode())
        words = whole[32:].decode()
        if not wiring.keys.is_mac("status cookie", words, whole[:32]):
            return None
        office_id, link_id, ends = json.loads(words)
    except ValueError:
        return None
    return (office_id, link_id) if now.timestamp() < ends else None


def _csrf(request: Request, wiring: Wiring) -> str:
    """Bound to this browser's cookie."""
    cookie = request.cookies.get(_cookie_name(wiring), "")
    return base64.urlsafe_b64encode(wiring.keys.mac("status form", cookie)).decode()
