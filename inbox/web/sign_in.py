"""The sign-in pages: address and password, then the code; signing out; and the demo's list of people."""

import ipaddress
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Form, Query, Request
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from inbox import alerts
from inbox.access import Action, Person
from inbox.database import find, find_or_none
from inbox.desk import open_desk
from inbox.errors import CaseworkError, NotFound, NotSignedIn, TooMany
from inbox.models import Office, Role, SignInAddress, Staff
from inbox.sign_in import door, passwords, sessions, throttle
from inbox.web.dependencies import Now, SignedIn, Visitor, Wired
from inbox.web.own_site import check_csrf
from inbox.web.rendering import page
from inbox.web.routers import page_router
from inbox.web.views.errors import ErrorPage
from inbox.web.views.parts import Link, Problem, PublicShell
from inbox.web.views.sign_in import CodePage, DemoPerson, SignedInPage, SignInPage
from inbox.web.wiring import Wiring, cookie_name

HELP = "Cannot sign in? Ask the person who manages your office's inbox."
TELL_FROM = 5
"""So many wrong passwords before a right one, and its owner is told."""
_SORTERS = frozenset({Role.CASEWORKER, Role.OFFICIAL, Role.MANAGER})
"""Whose day begins with what came in; who only signs begins with what waits for them."""

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip

router = page_router()
Next = Annotated[str, Form(max_length=2000)]
Short = Annotated[str, Form(max_length=320)]


@router.get("/")
def front_door(visit: Visitor) -> Response:
    """To one's own first page, or to sign-in."""
    return RedirectResponse(home_of(visit.person) if visit else "/sign-in", 303)


@router.get("/sign-in")
def show(request: Request, wiring: Wired, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    return _password_page(request, wiring, safe_next(next), "")


@router.post("/sign-in")
def sign_in(
    request: Request,
    wiring: Wired,
    now: Now,
    email: Short = "",
    password: Annotated[str, Form(max_length=4096)] = "",
    next: Next = "/",
) -> Response:
    """A right password opens a half session that waits for the code. Every wrong answer reads the same."""
    onward, client = safe_next(next), request.client.host if request.client else ""
    try:
        with wiring.database.read() as session:
            caller = door.knock(session, wiring.keys, email, client, now)
        staff = _staff_of(wiring, caller)
        if not passwords.is_password(staff.password_hash if staff else None, password) or staff is None:
            with wiring.database.write(caller.office_id) as session:
                _warn(wiring, session, caller.staff_id, door.turn_away(session, caller, now), now)
            return _password_page(request, wiring, onward, email, door.WRONG)
        with wiring.database.write(staff.office_id) as session:
            throttle.check(session, caller.account_key, throttle.ACCOUNT, now)
            half = door.let_in(session, staff, now, request.cookies.get(cookie_name(wiring)))
    except TooMany as error:
        return _password_page(request, wiring, onward, email, error.sentence, error)
    return _with_cookie(wiring, RedirectResponse(f"/sign-in/code?next={quote(onward, safe='')}", 303), half)


@router.get("/sign-in/code")
def show_code(
    request: Request, wiring: Wired, now: Now, next: Annotated[str, Query(max_length=2000)] = "/"
) -> Response:
    seat = _half_seat(request, wiring, now)
    return _code_page(seat, safe_next(next)) if seat else RedirectResponse("/sign-in", 303)


@router.post("/sign-in/code")
async def check_half(request: Request, wiring: Wired, now: Now) -> Response:
    """Proves the page first (its token is the half session's), then checks the code off the event loop."""
    seat = await run_in_threadpool(_half_seat, request, wiring, now)
    if seat is None:
        raise NotSignedIn("This took too long. Begin again with your password.")
    await check_csrf(request, seat.csrf)
    form = await request.form()
    code, onward = str(form.get("code", ""))[:32], safe_next(str(form.get("next", "/")))
    return await run_in_threadpool(_finish, request, wiring, seat, code, onward, now)


@router.post("/sign-in/demo")
def demo_sign_in(request: Request, wiring: Wired, now: Now, staff: Short = "", next: Next = "/") -> Response:
    """One press signs in as somebody of the demo, on the demo's own machine only."""
    if not is_demo_here(request, wiring):
        raise NotFound
    with wiring.database.read() as session:
        found = session.exec(select(SignInAddress).where(SignInAddress.staff_id == staff)).first()
    if found is None:
        raise NotFound
    before = request.cookies.get(cookie_name(wiring))
    with wiring.database.write(found.office_id) as session:
        person = find(session, Staff, staff)
        token = door.open_seat(
            session, wiring.keys, person, now, replaces=before, browser=browser_of(request)
        )
        onward = _onward(safe_next(next), session, person)
    return _with_cookie(wiring, RedirectResponse(onward, 303), token)


@router.post("/sign-out")
def sign_out(visit: SignedIn, wiring: Wired, now: Now) -> Response:
    if visit.seat is not None:
        with wiring.database.write(visit.person.office_id) as session:
            door.leave(session, visit.seat, visit.person.actor, now)
    answered = RedirectResponse("/sign-in", 303)
    answered.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    answered.delete_cookie(
        cookie_name(wiring), secure=wiring.settings.is_https, httponly=True, samesite="lax"
    )
    return answered


@router.get("/signed-in")
def signed_in(visit: SignedIn) -> Response:
    """The end of signing in again in a new tab."""
    return page(SignedInPage(PublicShell("en")))


@router.get("/session")
def session_facts(visit: SignedIn) -> JSONResponse:
    """The token of this session, for a page that was open before its person signed in again."""
    return JSONResponse({"csrf_token": visit.csrf_token})


def safe_next(target: str) -> str:
    """`target` if it is a path on this site, else `/`."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def home_of(person: Person) -> str:
    """The first page of somebody's day."""
    if Action.READ_CASE in person.actions:
        signs = Action.APPROVE in person.actions and not person.roles & _SORTERS
        return "/approvals" if signs else "/queue/to-sort"
    return "/channels" if Action.MANAGE_CHANNELS in person.actions else "/history"


def is_demo_here(request: Request, wiring: Wiring) -> bool:
    """Whether one press may sign in: a demo, asked for from the machine it runs on."""
    client = request.client.host if request.client else ""
    own = urlsplit(wiring.settings.base_url).hostname or ""
    return wiring.is_demo and _is_loopback(client) and _is_loopback(own)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _staff_of(wiring: Wiring, caller: door.Caller) -> Staff | None:
    if caller.office_id is None:
        return None
    with wiring.database.read(caller.office_id) as session:
        staff = find_or_none(session, Staff, caller.staff_id)
    return staff if staff and staff.is_active else None


def _half_seat(request: Request, wiring: Wiring, now: datetime) -> sessions.Seat | None:
    token = request.cookies.get(cookie_name(wiring))
    if not token:
        return None
    with wiring.database.read() as session:
        seat = sessions.find(session, token, now)
    return seat if seat and not seat.is_full else None


def _finish(
    request: Request, wiring: Wiring, seat: sessions.Seat, code: str, onward: str, now: datetime
) -> Response:
    half = request.cookies[cookie_name(wiring)]
    try:
        with wiring.database.write(seat.office_id) as session:
            closes = door.count_code(session, seat.staff_id, now)
        with wiring.database.write(seat.office_id) as session:
            staff = find(session, Staff, seat.staff_id)
            failures = door.failures_before(session, wiring.keys, staff.email)
            token = door.finish(session, wiring.keys, staff, half, code, now, browser_of(request))
            onward = _onward(onward, session, staff)
    except TooMany as error:
        return _code_page(seat, onward, error.sentence, error)
    except NotSignedIn as error:
        with wiring.database.write(seat.office_id) as session:
            _warn(wiring, session, seat.staff_id, closes, now)
        return _code_page(seat, onward, error.sentence)
    if failures < TELL_FROM:
        return _with_cookie(wiring, RedirectResponse(onward, 303), token)
    return _with_cookie(wiring, page(_warning(failures, onward)), token)


def browser_of(request: Request) -> str:
    """The kind of browser by its own word, so that its owner knows it again: "Firefox on Windows"."""
    said = request.headers.get("user-agent", "")
    name = next((word for mark, word in BROWSERS if mark in said), "A browser")
    system = next((word for mark, word in SYSTEMS if mark in said), "")
    return f"{name} on {system}" if system else name


def _warn(wiring: Wiring, session: Session, staff_id: str | None, tries: int, now: datetime) -> None:
    """The failure that closed somebody's sign-in is told to them by mail."""
    if tries and staff_id:
        alerts.of_sign_in(session, open_desk(session, wiring.tools), staff_id, tries, now=now)


def _onward(target: str, session: Session, staff: Staff) -> str:
    person = sessions.person_of(session, staff.id)
    return home_of(person) if target == "/" and person else target


def _warning(failures: int, onward: str) -> ErrorPage:
    words = (
        f"Before you signed in, {failures} wrong passwords were tried for your address. "
        "If that was not you, choose a new password and tell the person who manages your office's inbox."
    )
    return ErrorPage(
        PublicShell("en"), "Somebody tried to sign in as you", words, (Link("Carry on", onward),)
    )


def _with_cookie(wiring: Wiring, response: Response, token: str) -> Response:
    response.set_cookie(
        cookie_name(wiring), token, path="/", secure=wiring.settings.is_https, httponly=True, samesite="lax"
    )
    return response


def _password_page(
    request: Request,
    wiring: Wiring,
    onward: str,
    email: str,
    problem: str | None = None,
    error: CaseworkError | None = None,
) -> Response:
    problems = (Problem("email", problem),) if problem else ()
    demo = _demo_people(wiring) if is_demo_here(request, wiring) else ()
    view = SignInPage(PublicShell("en"), onward, email, HELP, None, demo, problems)
    return _refusing(page(view, status=422 if problem else 200), error)


def _code_page(
    seat: sessions.Seat, onward: str, problem: str | None = None, error: CaseworkError | None = None
) -> Response:
    problems = (Problem("code", problem),) if problem else ()
    view = CodePage(PublicShell("en"), onward, HELP, problems)
    return _refusing(page(view, seat.csrf, status=422 if problem else 200), error)


def _refusing(response: Response, error: CaseworkError | None) -> Response:
    if isinstance(error, TooMany):
        response.status_code = error.status
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _demo_people(wiring: Wiring) -> tuple[DemoPerson, ...]:
    with wiring.database.read() as session:
        offices = session.exec(select(Office).order_by(col(Office.created_at))).all()
    found: list[DemoPerson] = []
    for office in offices:
        with wiring.database.read(office.id) as session:
            query = select(Staff).where(col(Staff.is_active)).order_by(col(Staff.created_at))
            staff = session.exec(query).all()
        found += [DemoPerson(one.name, f"{_roles(one)}, {office.name}", one.id) for one in staff]
    return tuple(found)


def _roles(staff: Staff) -> str:
    return " and ".join(Role(role).value for role in staff.roles)
