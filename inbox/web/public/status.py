"""The status link: an inert page, a check, then the page of the case for thirty minutes.

Every token gets the same page and every wrong answer the same words, real or not. The pages send no referrer,
so browsers name no origin with these forms; nothing here rests on one, and the cookie is not sent from afar.
"""

import ipaddress
import json
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Request
from sqlmodel import Session, select
from starlette.responses import RedirectResponse, Response

from inbox import adding, status_links
from inbox.desk import open_desk
from inbox.errors import CaseworkError, TooMany
from inbox.models import Case, Office, StatusLink
from inbox.web.dependencies import Now, Wired
from inbox.web.own_site import from_anywhere
from inbox.web.public import showing
from inbox.web.rendering import page
from inbox.web.routers import page_router
from inbox.web.views.parts import PublicShell
from inbox.web.views.status import AddedPage, AddPage, CheckPage, UnavailablePage
from inbox.web.wiring import Wiring

router = page_router()
OPEN_FOR = timedelta(minutes=30)
PURPOSE = "status cookie"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
Answer = Annotated[str, Form(max_length=2000)]


@router.get("/s/{token}")
def ask_english(token: str) -> Response:
    """The same page for every token: nothing is looked up, nothing changes."""
    return _check_page("en", token)


@router.get("/cy/s/{token}")
def ask_welsh(token: str) -> Response:
    return _check_page("cy", token)


@router.post("/s/{token}")
@from_anywhere
def check_english(token: str, request: Request, wiring: Wired, now: Now, check: Answer = "") -> Response:
    """The right answer opens the page of the case; every other one gets the same words."""
    return _checked("en", token, check, request, wiring, now)


@router.post("/cy/s/{token}")
@from_anywhere
def check_welsh(token: str, request: Request, wiring: Wired, now: Now, check: Answer = "") -> Response:
    return _checked("cy", token, check, request, wiring, now)


@router.get("/status")
def show_english(request: Request, wiring: Wired, now: Now) -> Response:
    """Stage, dates, what is next; nothing that anybody wrote."""
    return _show("en", request, wiring, now)


@router.get("/cy/status")
def show_welsh(request: Request, wiring: Wired, now: Now) -> Response:
    return _show("cy", request, wiring, now)


@router.get("/status/add")
def add_form_english(request: Request, wiring: Wired, now: Now) -> Response:
    return _add_form("en", request, wiring, now)


@router.get("/cy/status/add")
def add_form_welsh(request: Request, wiring: Wired, now: Now) -> Response:
    return _add_form("cy", request, wiring, now)


@router.post("/status/add")
@from_anywhere
def add_english(
    request: Request, wiring: Wired, now: Now, text: Annotated[str, Form(max_length=100_000)] = ""
) -> Response:
    """Puts what they wrote on their case; it is shown to nobody outside the office again."""
    return _add("en", text, request, wiring, now)


@router.post("/cy/status/add")
@from_anywhere
def add_welsh(
    request: Request, wiring: Wired, now: Now, text: Annotated[str, Form(max_length=100_000)] = ""
) -> Response:
    return _add("cy", text, request, wiring, now)


def _check_page(language: str, token: str, *, wrong: bool = False) -> Response:
    safe = quote(token[:200], safe="")
    prefix, other = ("/cy", "") if language == "cy" else ("", "/cy")
    shell = PublicShell(language, None, f"{other}/s/{safe}")
    view = CheckPage(shell, f"{prefix}/s/{safe}", wrong)
    return page(view, status=422 if wrong else 200, headers=HEADERS)


def _checked(
    language: str, token: str, answer: str, request: Request, wiring: Wiring, now: datetime
) -> Response:
    opened: str | None = None
    try:
        wiring.status_checks.hit(_network(request))
        with wiring.database.read() as session:
            place = status_links.look_up(session, token)
        if place is not None:
            office_id, link_id = place
            with wiring.database.write(office_id) as session:
                link = status_links.check(session, link_id, answer, now=now)
                opened = _sealed(wiring, office_id, link_id, now) if link is not None else None
    except TooMany:
        opened = None
    if opened is None:
        return _check_page(language, token, wrong=True)
    prefix = "/cy" if language == "cy" else ""
    response = RedirectResponse(f"{prefix}/status", 303, HEADERS)
    response.set_cookie(
        _cookie(wiring), opened, max_age=int(OPEN_FOR.total_seconds()), path="/",
        secure=wiring.settings.is_https, httponly=True, samesite="lax",
    )  # fmt: skip
    return response


def _show(language: str, request: Request, wiring: Wiring, now: datetime) -> Response:
    place = _opened(request, wiring, now)
    if place is None:
        return _nothing(language)
    with wiring.database.read(place[0]) as session:
        found = _still_open(session, place[1], now)
        if found is None:
            return _nothing(language)
        link, case, office = found
        view = showing.status(session, link, case, office, language, now)
    return page(view, headers=HEADERS)


def _add_form(
    language: str, request: Request, wiring: Wiring, now: datetime, wrong: bool = False
) -> Response:
    place = _opened(request, wiring, now)
    if place is None:
        return _nothing(language)
    with wiring.database.read(place[0]) as session:
        found = _still_open(session, place[1], now)
    if found is None:
        return _nothing(language)
    prefix = "/cy" if language == "cy" else ""
    shell = showing.shell(found[2], language, "/status/add")
    view = AddPage(shell, found[1].reference, f"{prefix}/status/add", "", f"{prefix}/status", wrong)
    return page(view, status=422 if wrong else 200, headers=HEADERS)


def _add(language: str, text: str, request: Request, wiring: Wiring, now: datetime) -> Response:
    place = _opened(request, wiring, now)
    if place is None:
        return _nothing(language)
    if not text.strip():
        return _add_form(language, request, wiring, now, wrong=True)
    with wiring.database.write(place[0]) as session:
        found = _still_open(session, place[1], now)
        if found is None:
            return _nothing(language)
        link, case, office = found
        try:
            desk = open_desk(session, wiring.tools)
            adding.add_information(session, desk, case, link, text, language=language, now=now)
        except CaseworkError:
            return _nothing(language)
        word = showing.next_word(session, link, case, office, now)
    prefix = "/cy" if language == "cy" else ""
    shell = showing.shell(office, language, "/status")
    return page(AddedPage(shell, case.reference, word, f"{prefix}/status"), headers=HEADERS)


def _nothing(language: str) -> Response:
    other = "/status" if language == "cy" else "/cy/status"
    return page(UnavailablePage(PublicShell(language, None, other)), status=404, headers=HEADERS)


def _still_open(session: Session, link_id: str, now: datetime) -> tuple[StatusLink, Case, Office] | None:
    found = status_links.still_open(session, link_id, now=now)
    if found is None:
        return None
    link, case = found
    return link, case, session.exec(select(Office).where(Office.id == case.office_id)).one()


def _cookie(wiring: Wiring) -> str:
    return "__Host-status" if wiring.settings.is_https else "status"


def _sealed(wiring: Wiring, office_id: str, link_id: str, now: datetime) -> str:
    facts = json.dumps([office_id, link_id, (now + OPEN_FOR).timestamp()])
    return wiring.keys.seal(facts, PURPOSE)


def _opened(request: Request, wiring: Wiring, now: datetime) -> tuple[str, str] | None:
    """(office id, link id) of a cookie that we made and that has not run out."""
    sealed = request.cookies.get(_cookie(wiring), "")
    if not sealed or len(sealed) > 2000:
        return None
    try:
        office_id, link_id, until = json.loads(wiring.keys.open(sealed, PURPOSE))
    except Exception:
        return None  # a cookie that we did not make opens nothing, however it is broken
    return (str(office_id), str(link_id)) if now.timestamp() < float(until) else None


def _network(request: Request) -> str:
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{address}/{64 if address.version == 6 else 32}", strict=False))
