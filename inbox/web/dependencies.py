"""What routes ask for: who is here, a session that reads or writes for their office, the time, the version.

`Reading` and `Writing` close before the answer is sent (`scope="function"`): a commit that fails must never
be answered with 200.
"""

import base64
import binascii
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from inbox.access import Action, Person, require
from inbox.database import enter_office, hide_channels
from inbox.desk import Desk, open_desk
from inbox.errors import NotFound, NotSignedIn, Refused, Stale, VersionMissing
from inbox.sign_in import sessions, tokens
from inbox.web import idempotency
from inbox.web.own_site import SAFE, check_csrf, check_origin
from inbox.web.wiring import Wiring, cookie_name, wiring_of


async def _wiring(request: Request) -> Wiring:
    return wiring_of(request)


Wired = Annotated[Wiring, Depends(_wiring)]


async def _now(request: Request) -> datetime:
    return wiring_of(request).settings.now()


Now = Annotated[datetime, Depends(_now)]
_ID = re.compile(r"[0-9a-f]{32}")
_FOREIGN = "This cursor did not come from us. Begin at the first page."


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in. `seat` is None for a token."""

    person: Person
    seat: sessions.Seat | None

    @property
    def csrf_token(self) -> str:
        return self.seat.csrf if self.seat else ""


# Every request walks all that its route depends on, so what only needs the request asks for nothing else.


def _visit(request: Request) -> Visit | None:
    """Who this is, by bearer token under /api/, else by cookie; None for nobody."""
    wiring = wiring_of(request)
    if request.scope["path"].startswith("/api/") and "authorization" in request.headers:
        found: Visit | None = Visit(_bearer(request, wiring), None)
    else:
        found = _seated(request, wiring, wiring.settings.now())
    if found is not None:
        request.state.person = found.person
    return found


def _bearer(request: Request, wiring: Wiring) -> Person:
    kind, _, token = request.headers["authorization"].partition(" ")
    if kind.lower() == "bearer" and token:
        with wiring.database.read() as session:
            found = tokens.find(session, token.strip())
            if found is not None:
                enter_office(session, found.office_id)
                person = tokens.bearer(session, found)
                if person is not None:
                    return person
    raise NotSignedIn("This token is not known, or it was revoked.")


def _seated(request: Request, wiring: Wiring, now: datetime) -> Visit | None:
    token = request.cookies.get(cookie_name(wiring))
    if not token:
        return None
    with wiring.database.read() as session:
        seat = sessions.find(session, token, now)
        if seat is None or not seat.is_full:
            return None
        enter_office(session, seat.office_id)
        person = sessions.person_of(session, seat.staff_id)
    if person is None:
        return None
    wiring.afterwards.used(seat.key, now)
    return Visit(person, seat)


Visitor = Annotated[Visit | None, Depends(_visit)]


async def _signed_in(request: Request, visit: Visitor) -> Visit:
    """Raises NotSignedIn for nobody, NotAllowed for a write that does not prove its page."""
    if visit is None:
        raise NotSignedIn("Sign in to carry on.")
    if "\0" in request.scope["path"]:
        raise NotFound
    if b"%00" in request.scope["query_string"]:
        raise Refused("This address holds a zero byte, which nothing here is called.")
    if request.method not in SAFE and visit.seat is not None:
        await check_csrf(request, visit.seat.csrf)
    return visit


SignedIn = Annotated[Visit, Depends(_signed_in)]


async def _person(visit: SignedIn) -> Person:
    return visit.person


Someone = Annotated[Person, Depends(_person)]
"""Whoever is signed in, whatever their role. Guarded routes ask for `may(Action…)` instead."""


class Guard:
    """Lets through who may do `action`; what a route declares, and the policy test reads."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, visit: SignedIn) -> Person:
        require(visit.person, self.action)
        return visit.person


@cache
def may(action: Action) -> Any:
    """`person: Annotated[Person, may(Action.NOTE)]`: the person, if their role allows it at all."""
    return Depends(Guard(action))


async def _read(request: Request, visit: SignedIn) -> AsyncIterator[Session]:
    async with wiring_of(request).turns.read(visit.person.office_id) as session:
        hide_channels(session, visit.person.hidden_channels)
        yield session


async def _write(request: Request, visit: SignedIn) -> AsyncIterator[Session]:
    wiring = wiring_of(request)
    async with wiring.turns.write(visit.person.office_id) as session:
        hide_channels(session, visit.person.hidden_channels)
        await run_in_threadpool(idempotency.claim, session, request, visit.person, wiring.settings.now())
        yield session


Reading = Annotated[Session, Depends(_read, scope="function")]
Writing = Annotated[Session, Depends(_write, scope="function")]


def _desk(request: Request, session: Reading) -> Desk:
    return open_desk(session, wiring_of(request).tools)


def _writing_desk(request: Request, session: Writing) -> Desk:
    return open_desk(session, wiring_of(request).tools)


ReadingDesk = Annotated[Desk, Depends(_desk)]
WritingDesk = Annotated[Desk, Depends(_writing_desk)]
"""The person's office, ready to work, in the session that the route reads or writes with."""


async def _if_match(
    visit: SignedIn,
    if_match: Annotated[str, Header(description="The version you change; a read gives it as ETag")] = "",
) -> int:
    """The version that this write changes, from If-Match: 428 without it, 412 for what is no version."""
    version = _version_in(if_match)
    if version is None:
        raise VersionMissing("Say in If-Match which version you change; a read gives it as ETag.")
    return version


async def _if_match_given(
    visit: SignedIn,
    if_match: Annotated[str, Header(description="May be left out: this adds and overwrites nothing")] = "",
) -> int | None:
    """The same for a write that only adds: it may leave If-Match out, and what it says is kept."""
    return _version_in(if_match)


def _version_in(if_match: str) -> int | None:
    """None for no version. Raises Stale for what cannot be one."""
    given = if_match.strip()
    if not given or given == "*":
        return None
    bare = given.removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit():
        raise Stale("This is not the current version. Read it again.")
    return int(bare[:18])


IfMatch = Annotated[int, Depends(_if_match)]
IfMatchGiven = Annotated[int | None, Depends(_if_match_given)]


def check_version(current: int, given: int | None, sentence: str, **details: object) -> None:
    """Raises Stale unless `given` is the `current` version. `details` (both texts) go into the answer.

    None, from a write that only adds, is whatever version there is.
    """
    if given is not None and current != given:
        raise Stale(sentence, version=current, **details)


def etag(version: int) -> dict[str, str]:
    """The header that tells a reader which version this is."""
    return {"ETag": f'"{version}"'}


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list: `after` holds the sort keys of the last item of the page before, or is empty."""

    limit: int
    after: tuple[str | int, ...]

    @property
    def after_id(self) -> str:
        """Where a list by id goes on. Raises Refused for a cursor of another list."""
        if not isinstance(self.after[0], str) or not _ID.fullmatch(self.after[0]):
            raise Refused(_FOREIGN)
        return self.after[0]

    @property
    def after_number(self) -> int:
        """Where a numbered list goes on. Raises Refused for a cursor of another list."""
        if type(self.after[0]) is not int or abs(self.after[0]) >= 1 << 31:
            raise Refused(_FOREIGN)
        return self.after[0]


async def _paging(
    visit: SignedIn,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Paging:
    return Paging(limit, _opened(cursor) if cursor else ())


Page = Annotated[Paging, Depends(_paging)]


def cursor(*keys: str | int) -> str:
    """An opaque place in a list, from the sort keys of its last item."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode().rstrip("=")


def _opened(words: str) -> tuple[str | int, ...]:
    try:
        keys = json.loads(base64.urlsafe_b64decode(words + "=" * (-len(words) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, str | int) for key in keys):
        raise Refused(_FOREIGN)
    return tuple(keys)


async def from_our_pages(request: Request) -> None:
    """For every route: refuses writes that another site's page began. See `own_site`."""
    check_origin(request)
