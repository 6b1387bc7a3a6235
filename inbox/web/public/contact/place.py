"""Where in the form somebody stands: which office's, in which language, with whose cookie."""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inbox import form_sessions
from inbox.errors import NotAllowed, NotFound
from inbox.form_sessions import Visit
from inbox.models import Channel, ChannelMode, Office
from inbox.web.dependencies import Now, Wired
from inbox.web.own_site import STALE_PAGE
from inbox.web.rendering import View, page
from inbox.web.views.contact import PlainPage
from inbox.web.views.parts import PublicShell
from inbox.web.wiring import Wiring
from inbox.web.words import translate

STEPS = ("", "message", "you", "reach", "check")
"""The pages in their order; the first one asks the postcode."""


@dataclass(frozen=True, slots=True)
class Place:
    """One office's form, as one request finds it."""

    wiring: Wiring
    office: Office
    channel: Channel
    language: str
    path: str
    client: str
    now: datetime
    cookie: str

    @property
    def is_open(self) -> bool:
        return self.channel.mode in (ChannelMode.FULL, ChannelMode.LISTEN)

    def url(self, step: str = "") -> str:
        """The address of a page of this form in this language."""
        welsh = "/cy" if self.language == "cy" else ""
        return f"{welsh}/contact/{self.office.slug}" + (f"/{step}" if step else "")

    def say(self, key: str, **values: object) -> str:
        return translate(key, self.language, **values)

    def or_call(self, words: str) -> str:
        """The words with the number of the office, where it has one."""
        phone = self.office.phone
        return f"{words} {self.say('call_us', phone=phone)}" if phone else words

    def in_other_language(self) -> "Place":
        """The same place in the form's other language."""
        other = self.path.removeprefix("/cy") if self.language == "cy" else "/cy" + self.path
        return replace(self, language="en" if self.language == "cy" else "cy", path=other)

    def shell(self) -> PublicShell:
        other = self.in_other_language().path
        return PublicShell(self.language, self.office.name, other, self.office.privacy_url)

    def visit(self, session: Session) -> Visit | None:
        """The answers under this browser's cookie, if their two hours are not over."""
        return form_sessions.read(session, self.cookie, self.now) if self.cookie else None

    def csrf(self, key: str) -> str:
        """Binds a page's form to the browser that holds `key`."""
        return base64.urlsafe_b64encode(self.wiring.keys.mac("contact form", key)).decode()

    def check_csrf(self, visit: Visit, token: str) -> None:
        """Raises NotAllowed for a form that another browser's page brought."""
        if not hmac.compare_digest(token.encode(), self.csrf(visit.key).encode()):
            raise NotAllowed(STALE_PAGE)

    def show(self, view: View, visit: Visit | None = None, *, status: int = 200) -> Response:
        return page(view, self.csrf(visit.key) if visit else "", status=status)

    def go(self, step: str, visit: Visit | None = None) -> Response:
        """On to another page; the browser gets the visit's key, if it has not got it yet."""
        answer = RedirectResponse(self.url(step), 303)
        if visit is not None and visit.key != self.cookie:
            answer.set_cookie(
                self.cookie_name, visit.key, max_age=int(form_sessions.LIFE.total_seconds()), httponly=True,
                secure=self.wiring.settings.is_https, samesite="lax", path="/",
            )  # fmt: skip
        return answer

    @property
    def cookie_name(self) -> str:
        return cookie_name(self.wiring, self.office.slug)

    def closed(self) -> Response:
        """The office takes nothing by this form just now."""
        words = self.closed_words()
        return self.show(PlainPage(self.shell(), self.say("form_closed_title"), tuple(words)))

    def closed_words(self) -> list[str]:
        """Why, and where to go: in the office's own words, where it gave some."""
        own = self.channel.redirect_words if self.channel.mode == ChannelMode.REDIRECT else None
        words = [own or self.say("form_closed")]
        if self.office.phone:
            words.append(self.say("call_us", phone=self.office.phone))
        if self.office.address:
            words.append(self.say("form_write_us", address=self.office.address))
        return words


def cookie_name(wiring: Wiring, slug: str) -> str:
    """One for each office, so that two forms in two tabs do not meet."""
    return f"__Host-contact-{slug}" if wiring.settings.is_https else f"contact-{slug}"


def find_place(request: Request, wiring: Wired, now: Now, office: str) -> Place:
    """Raises NotFound alike for an office that does not exist and one that has no form."""
    path = request.scope["path"]
    with wiring.database.read() as session:
        row = session.exec(select(Office).where(Office.slug == office[:63])).first()
    if row is None:
        raise NotFound
    with wiring.database.read(row.id) as session:
        query = select(Channel).where(Channel.kind == "web", col(Channel.removed_at).is_(None))
        channel = session.exec(query.order_by(col(Channel.id)).limit(1)).first()
    if channel is None:
        raise NotFound
    language = "cy" if path.startswith("/cy/") else "en"
    client = request.client.host if request.client else ""
    cookie = request.cookies.get(cookie_name(wiring, row.slug), "")
    return Place(wiring, row, channel, language, path, client, now, cookie)


Here = Annotated[Place, Depends(find_place)]


async def typed(request: Request) -> dict[str, str]:
    """The text fields of a form, the first of each name; what else is sent is not looked at."""
    form = await request.form()
    given: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            given.setdefault(name, value)
    return given


Typed = Annotated[dict[str, str], Depends(typed)]


def both(router: APIRouter, method: str, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A route in English and in Welsh."""

    def register(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        for welsh in ("", "/cy"):
            router.add_api_route(f"{welsh}/contact/{{office}}{path}", endpoint, methods=[method])
        return endpoint

    return register
