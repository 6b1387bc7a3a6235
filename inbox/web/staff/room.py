"""What a staff route works with: who asks, their office, a session, the time; and how it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, cast
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from sqlalchemy import bindparam
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inbox import queues
from inbox.access import Action, Person, find_case, visible_cases
from inbox.access import may as has_right
from inbox.desk import Desk
from inbox.models import Case, Office, Staff
from inbox.web.dependencies import (
    Now,
    Reading,
    ReadingDesk,
    SignedIn,
    Visit,
    Writing,
    WritingDesk,
    may,
)
from inbox.web.errors import is_htmx
from inbox.web.rendering import View, page
from inbox.web.staff.showing import frame
from inbox.web.views.parts import Notice, Shell, Undo
from inbox.web.wiring import Wiring, wiring_of

_OFFICE = select(Office).where(col(Office.id) == bindparam("office"))


@dataclass(frozen=True, slots=True)
class Room:
    """One request of somebody who is signed in. `now` is UTC; `local` puts it in the office's zone."""

    request: Request
    visit: Visit
    session: Session
    wiring: Wiring
    now: datetime

    @property
    def office(self) -> Office:
        """The office; asked once for a request."""
        state = self.request.state
        if not hasattr(state, "office"):
            state.office = self.session.exec(_OFFICE, params={"office": self.person.office_id}).one()
        return cast(Office, state.office)

    @property
    def person(self) -> Person:
        return self.visit.person

    @property
    def staff_id(self) -> str:
        return self.person.staff_id or ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.office.time_zone)

    @property
    def is_htmx(self) -> bool:
        return is_htmx(self.request)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The date at the office."""
        return self.local(self.now).date()

    def may(self, action: Action) -> bool:
        return has_right(self.person, action)

    def case(self, reference: str, action: Action = Action.READ_CASE) -> Case:
        """The case, if this person may know it and do that. Raises NotFound or NotAllowed."""
        return find_case(self.session, self.person, reference, action)

    def looked(self, case: Case) -> None:
        """Notes that this person opened the case; a refresh by the page itself is no view."""
        if self.request.headers.get("x-background") != "yes" and self.person.staff_id:
            self.wiring.afterwards.looked(self.office.id, self.person.staff_id, case.id, self.now)

    @property
    def counts(self) -> Mapping[queues.View, int]:
        """How many this person has in each view; asked once for a request."""
        state = self.request.state
        if not hasattr(state, "counts"):
            reader = queues.Reader(self.person.staff_id, self.now, self.today)
            state.counts = queues.counts(self.session, reader, visible_cases(self.person))
        return cast("Mapping[queues.View, int]", state.counts)

    def shell(self, current: str = "", *, banners: tuple[Notice, ...] = ()) -> Shell:
        """The frame of the page, with what was just done (`?done=`, `?left=`) at its foot."""
        counts = self.counts if self.may(Action.READ_CASE) else {}
        made = frame.shell(self.session, self.person, self.office, current, counts, self.today)
        undo = frame.just_done(self.session, self.person, self.office, self.request.query_params, self.now)
        full = frame.nearly_full(self.wiring.store.is_nearly_full())
        banners = (*made.banners, *full, *banners)
        return replace(made, undo=undo, banners=banners, answers=self.request.method == "POST")

    def page(self, view: View, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        answer = page(view, self.visit.csrf_token, status=status, headers=headers)
        answer.headers["Vary"] = "HX-Request"
        return answer

    def undo_of(self, event_id: str | None) -> Undo | None:
        return frame.undo_of(self.session, self.person, event_id, self.now) if event_id else None

    @property
    def preferences(self) -> Mapping[str, str]:
        staff = self.session.exec(select(Staff).where(Staff.id == self.staff_id)).first()
        return staff.preferences if staff else {}


@dataclass(frozen=True, slots=True)
class Workroom(Room):
    """A room with the office ready to work: rules, calendar, teams, channels."""

    desk: Desk

    @property
    def office(self) -> Office:
        return self.desk.office


def looking(action: Action) -> Any:
    """A route that reads and whose person may do `action`."""

    async def room(
        request: Request, visit: SignedIn, person: Annotated[Person, may(action)], session: Reading, now: Now
    ) -> Room:
        return Room(request, visit, session, wiring_of(request), now)

    return Depends(room)


def studying(action: Action) -> Any:
    """As `looking`, with the whole desk."""

    async def room(
        request: Request,
        visit: SignedIn,
        person: Annotated[Person, may(action)],
        session: Reading,
        desk: ReadingDesk,
        now: Now,
    ) -> Workroom:
        return Workroom(request, visit, session, wiring_of(request), now, desk)

    return Depends(room)


def acting(action: Action) -> Any:
    """A route that writes: one transaction, with the whole desk."""

    async def room(
        request: Request,
        visit: SignedIn,
        person: Annotated[Person, may(action)],
        session: Writing,
        desk: WritingDesk,
        now: Now,
    ) -> Workroom:
        return Workroom(request, visit, session, wiring_of(request), now, desk)

    return Depends(room)


def see_other(path: str, **query: str | None) -> Response:
    """Send the browser on with a GET, so that going back or reloading repeats nothing."""
    given = {name: value for name, value in query.items() if value}
    path, hash_mark, place = path.partition("#")
    joined = f"{path}{'&' if '?' in path else '?'}{urlencode(given)}" if given else path
    return RedirectResponse(joined + hash_mark + quote(place), 303)
