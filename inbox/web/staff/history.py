"""The history of the office: every act, newest first, and whether the chain holds."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox.access import Action, visible_cases
from inbox.dates import day_of
from inbox.history import verify
from inbox.models import Case, Event, Staff
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking
from inbox.web.staff.showing import history_words
from inbox.web.views.office import HistoryLine, HistoryPage
from inbox.web.views.parts import Choice, Field, FieldKind, Link, Notice, Tone

router = page_router()
PAGE = 100
Word = Annotated[str, Query(max_length=40)]


@router.get("/history")
def index(
    room: Annotated[Room, looking(Action.READ_HISTORY)],
    who: Word = "",
    since: Annotated[str, Query(alias="from", max_length=40)] = "",
    until: Annotated[str, Query(alias="to", max_length=40)] = "",
    before: Annotated[int | None, Query(ge=1)] = None,
    check: Word = "",
) -> Response:
    """What was done; a case is named only to those who may know it."""
    query = select(Event).order_by(col(Event.sequence).desc())
    if who:
        query = query.where(Event.actor_id == who)
    if start := _day(since):
        query = query.where(Event.at >= datetime.combine(start, time(), room.zone))
    if end := _day(until):
        query = query.where(Event.at < datetime.combine(end + timedelta(days=1), time(), room.zone))
    if before is not None:
        query = query.where(col(Event.sequence) < before)
    rows = room.session.exec(query.limit(PAGE + 1)).all()
    kept = {"who": who, "from": since, "to": until}
    more = None
    if len(rows) > PAGE:
        following = {**{k: v for k, v in kept.items() if v}, "before": rows[PAGE - 1].sequence}
        more = Link("Show earlier", f"/history?{urlencode(following)}")
    view = HistoryPage(room.shell("History"), _filters(room, kept), _lines(room, list(rows[:PAGE])),
                       _chain(room, bool(check)), room.local(room.now), more)  # fmt: skip
    return room.page(view)


def _lines(room: Room, rows: list[Event]) -> tuple[HistoryLine, ...]:
    keys = {row.case_id for row in rows if row.case_id}
    query = select(Case.id, Case.reference).where(col(Case.id).in_(keys), visible_cases(room.person))
    known = dict(room.session.exec(query).all())
    names = history_words.Names(room.session, rows)
    return tuple(
        HistoryLine(
            room.local(row.at),
            history_words.who(row),
            history_words.words(room.session, row, names),
            known.get(row.case_id or ""),
            f"/cases/{known[row.case_id]}" if row.case_id in known else None,
        )
        for row in rows
    )


def _chain(room: Room, wanted: bool) -> Notice:
    """Checking reads every line, so it is done when somebody asks for it."""
    if not wanted:
        link = Link("Check every line now", "/history?check=yes")
        return Notice("Every line is chained to the one before it.", Tone.CALM, None, (link,))
    fault = verify(room.session)
    if fault is None:
        at = room.local(room.now)
        return Notice(
            f"Every line is chained to the one before it. Checked at {at:%H:%M}: nothing was changed.",
            Tone.OK,
        )
    words = f"Line {fault.sequence}: {fault.why}. Call your administrator."
    return Notice(words, Tone.LATE, "The history does not hold")


def _filters(room: Room, kept: dict[str, str]) -> tuple[Field, ...]:
    staff = room.session.exec(select(Staff).order_by(col(Staff.name))).all()
    people = (
        Choice("", "Anybody", not kept["who"]),
        *(Choice(one.id, one.name, one.id == kept["who"]) for one in staff),
    )
    return (
        Field("who", "Who", kind=FieldKind.SELECT, choices=people),
        Field("from", "From", kept["from"], FieldKind.DATE),
        Field("to", "To", kept["to"], FieldKind.DATE),
    )


def _day(words: str) -> date | None:
    return day_of(words)
