"""The queues: a list, the case that is open beside it, and acts on many rows."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import sqlalchemy as sql
from fastapi import Query
from sqlmodel import col
from starlette.responses import RedirectResponse, Response

from inbox import presence, queues, taking
from inbox.access import Action, visible_cases
from inbox.errors import NotFound
from inbox.models import Channel, Staff, Team
from inbox.queues import View
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other, studying
from inbox.web.staff.showing import availability, queue_page, reading_pane
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Link
from inbox.web.views.queue import QueueList, QueueListPart, QueuePage, Reading, ReadingPart

router = page_router()
_ELSEWHERE = {View.TO_APPROVE: "/approvals", View.SENDING: "/sending"}
_OTHERWISE_COUNTED = queues.UNCOUNTED | {View.CAMPAIGNS, View.SET_ASIDE}
"""The rail has no number for them, or one of something else than cases."""
TAKE = Act("Take next", "/queue/take", "t")
_TAKEN_FROM = frozenset({View.TO_SORT, View.MINE})
"""The lists that one works from: there the next case can be taken."""
_STAFF = (
    sql.select(col(Staff.id), col(Staff.name), col(Staff.roles), col(Staff.away_from), col(Staff.away_until))
    .where(col(Staff.office_id) == sql.bindparam("office"), col(Staff.is_active))
    .order_by(col(Staff.name))
)
_CHANNELS = (
    sql.select(col(Channel.id), col(Channel.name))
    .where(col(Channel.office_id) == sql.bindparam("office"), col(Channel.removed_at).is_(None))
    .order_by(col(Channel.name))
)
_TEAMS = (
    sql.select(col(Team.id), col(Team.name))
    .where(col(Team.office_id) == sql.bindparam("office"))
    .order_by(col(Team.name))
)
Short = Annotated[str, Query(max_length=80)]
Cursor = Annotated[str | None, Query(max_length=512)]


@router.get("/queue/{view}")
def show(
    view: str,
    room: Annotated[Room, looking(Action.READ_CASE)],
    priority: Short = "",
    channel: Short = "",
    assignee: Short = "",
    cursor: Cursor = None,
) -> Response:
    """A view and its rows; the first of them is not opened, because opening is an audited view."""
    named = named_view(view)
    if named in _ELSEWHERE:
        return RedirectResponse(_ELSEWHERE[named], 303)
    listed = list_of(room, named, f"/queue/{view}", cursor=cursor)
    if room.is_htmx:
        return room.page(QueueListPart(room.shell(listed.heading), listed))
    return room.page(QueuePage(room.shell(listed.heading), listed, None))


@router.post("/queue/take")
def take_next(room: Annotated[Workroom, acting(Action.ASSIGN)]) -> Response:
    """Gives the next case to whoever presses; two who press at once get two cases."""
    return taken(room, none="/queue/to-sort", there="/queue/mine")


@router.get("/queue/{view}/{reference}")
def open_one(
    view: str, reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)], cursor: Cursor = None
) -> Response:
    """The same list with one case open; htmx asks for the pane alone."""
    named, base = named_view(view), f"/queue/{view}"
    reading = reading_of(room, reference, back=str(named), close_url=f"{base}#row-{reference}")
    if room.is_htmx:
        return room.page(ReadingPart(room.shell(), reading))
    listed = list_of(room, named, base, cursor=cursor, current=reference)
    return room.page(QueuePage(room.shell(listed.heading), listed, reading))


def taken(room: Workroom, *, none: str, there: str) -> Response:
    """The next case is theirs and open in their list `there`, with the reason why it was next."""
    try:
        found = taking.take_next(room.session, room.desk, room.person, now=room.now)
    except taking.Away as error:
        words = "Say that you are back, and the next case is yours."
        back = Act("I am back: take next", "/settings/away/back", fields=(("take", "yes"),))
        offer = ConfirmPage(room.shell(), "You are away", (words,), None, None, back, Link("Stay away", none))
        return room.page(offer, error.status)
    if found is None:
        return see_other(none, told="none")
    return see_other(f"{there}/{found.case.reference}", done=found.event)


def named_view(name: str) -> View:
    """Raises NotFound for a name that is no view."""
    try:
        return View(name)
    except ValueError:
        raise NotFound from None


def place_of(back: str, reference: str = "") -> str:
    """Where an act returns to: the list it was pressed in, or the case."""
    if back == "official":
        return "/official"
    if back in set(View):
        return f"/queue/{back}"
    return f"/cases/{reference}" if reference else "/queue/to-sort"


def list_of(
    room: Room, view: View, base: str, *, cursor: str | None = None, current: str | None = None,
    heading: str | None = None, take: Act = TAKE,
) -> QueueList:  # fmt: skip
    """The list of a view as this person may see it, with the filters of the address."""
    offers = view in _TAKEN_FROM and room.may(Action.ASSIGN)
    query = {name: value[:80] for name, value in room.request.query_params.items()}
    chosen = queues.Filters(**{name: query.get(name) or None for name in ("priority", "channel", "assignee")})
    reader = queues.Reader(room.person.staff_id, room.now, room.today)
    visible = visible_cases(room.person)
    found = queues.page(room.session, view, reader, filters=chosen, visible=visible, cursor=cursor)
    connection, office = room.session.connection(), {"office": room.office.id}
    staff = connection.execute(_STAFF, office).all()
    people = [(row.id, row.name) for row in staff]
    able = [(row.id, row.name) for row in staff if queue_page.WORKS & set(row.roles)]
    teams = [(row.id, row.name) for row in connection.execute(_TEAMS, office)]
    ways = [(row.id, row.name) for row in connection.execute(_CHANNELS, office)]
    there = presence.elsewhere(room.session, room.staff_id, room.now)
    busy = {
        row.case_id: "Nobody has it yet" for row in found.rows if view is View.MINE and not row.assignee_id
    }
    busy |= _away(staff, found.rows, room.today) if view is not View.MINE else {}
    busy |= {case_id: queue_page.doing(*who) for case_id, who in there.items()}
    shown = queue_page.rows(found.rows, room.office, room.now, base, current=current, busy=busy)
    total = len(shown) if view in _OTHERWISE_COUNTED else room.counts[view]
    return queue_page.listed(
        view, shown, office=room.office, people=people, channels=ways, query=query, total=total,
        next_cursor=found.next, now=room.now, base=base, heading=heading,
        may_create=room.may(Action.CREATE_CASE),
        take_next=take if offers else None, bulk=queue_page.bulk(room.person, able, teams),
    )  # fmt: skip


def _away(
    staff: Sequence[Any], rows: Sequence[queues.QueueRow], today: date
) -> dict[str, str]:  # fmt: skip
    """Of which cases the owner is away, by case: nobody else may be looking at them."""
    gone = {
        one.id: f"{one.name} is away"
        for one in staff
        if availability.is_away(one.away_from, one.away_until, today)
    }
    return {row.case_id: gone[row.assignee_id] for row in rows if row.assignee_id in gone}


def reading_of(room: Workroom, reference: str, *, back: str, close_url: str) -> Reading:
    """The pane of one case; the look is noted."""
    case = room.case(reference)
    room.looked(case)
    return reading_pane.reading(
        room.session, room.desk, room.person, case, room.now, back=back, close_url=close_url
    )
