"""Standard lines for programs: read, written, changed under their version, approved, taken out of use."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field
from sqlmodel import Session

from inbox import standard_lines
from inbox.access import Action, Person
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import NotAllowed, Refused
from inbox.models import StandardLine
from inbox.web.api import shapes
from inbox.web.dependencies import (
    IfMatch,
    Now,
    Reading,
    ReadingDesk,
    Writing,
    WritingDesk,
    check_version,
    etag,
    may,
)
from inbox.web.routers import api_router

router = api_router("standard lines")
STALE = "Somebody else changed this line. Read it again, then decide."


class LineShape(shapes.Shape):
    """One version of a line. `may_be_used`: approved and in date."""

    id: str
    number: int
    version: int
    title: str
    topic: str | None
    english: str
    welsh: str | None
    owner: str | None
    written_by: str | None
    approved_by: str | None
    approved_at: shapes.Moment | None
    good_until: shapes.Moment | None
    may_be_used: bool


class LineWords(shapes.Shape):
    """A line as it shall read. `owner`: a staff address; `good_until`: when it ceases to hold."""

    title: shapes.Line
    english: shapes.Words
    welsh: shapes.Words = ""
    topic: shapes.Line = ""
    owner: shapes.Line | None = None
    good_until: Annotated[datetime | None, Field()] = None


@router.get("/standard-lines")
def list_lines(
    person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk, now: Now
) -> shapes.Page[LineShape]:
    """Every line that is in use or waits for approval, by number."""
    return shapes.Page(items=[_shape(desk, line, now) for line in standard_lines.listed(session)])


@router.post("/standard-lines", status_code=201)
def write(
    given: LineWords, person: Annotated[Person, may(Action.DRAFT)], session: Writing, desk: WritingDesk,
    now: Now, response: Response,
) -> LineShape:  # fmt: skip
    """A new line, for somebody to approve."""
    line = _write(session, desk, person, None, given, now)
    response.headers.update(etag(line.version))
    return _shape(desk, line, now)


@router.put("/standard-lines/{line_id}", status_code=201)
def change(
    line_id: str, given: LineWords, version: IfMatch, person: Annotated[Person, may(Action.DRAFT)],
    session: Writing, desk: WritingDesk, now: Now, response: Response,
) -> LineShape:  # fmt: skip
    """The next version, which is answered; the approved one stays in use until this is approved."""
    before = find(session, StandardLine, line_id)
    versions = [one.version for one in standard_lines.listed(session) if one.number == before.number]
    check_version(max([before.version, *versions]), version, STALE)
    line = _write(session, desk, person, before.number, given, now)
    response.headers.update(etag(line.version))
    return _shape(desk, line, now)


@router.post("/standard-lines/{line_id}/approve")
def approve(
    line_id: str, person: Annotated[Person, may(Action.APPROVE)], session: Writing, desk: WritingDesk,
    now: Now,
) -> LineShape:  # fmt: skip
    """Stands for exactly these words. Where the office wants two people, never the writer."""
    if person.staff_id is None:
        raise NotAllowed("A token that acts for nobody may not approve or send.")
    line = find(session, StandardLine, line_id)
    if standard_lines.wrote_it(desk.office, line, person.staff_id):
        raise NotAllowed(standard_lines.NOT_YOUR_OWN)
    done = standard_lines.approve(session, line_id, staff_id=person.staff_id, now=now, actor=person.actor)
    return _shape(desk, done, now)


@router.post("/standard-lines/{line_id}/retire")
def retire(
    line_id: str, person: Annotated[Person, may(Action.APPROVE)], session: Writing, desk: WritingDesk,
    now: Now,
) -> LineShape:  # fmt: skip
    """Out of use: no letter is made of it any more."""
    standard_lines.retire(session, line_id, now=now, actor=person.actor)
    return _shape(desk, find(session, StandardLine, line_id), now)


def _write(
    session: Session, desk: Desk, person: Person, number: int | None, given: LineWords, now: datetime
) -> StandardLine:
    if given.good_until is not None and given.good_until.tzinfo is None:
        raise Refused("good_until needs a time zone.")
    return standard_lines.write(
        session, number=number, title=given.title, topic=given.topic, english=given.english,
        welsh=given.welsh, owner_id=_owner(desk, given.owner), good_until=given.good_until,
        author_id=person.staff_id, now=now, actor=person.actor,
    )  # fmt: skip


def _owner(desk: Desk, address: str | None) -> str | None:
    if not address:
        return None
    found = next((one.id for one in desk.staff.values() if one.email == address.strip().lower()), None)
    if found is None:
        raise Refused("Nobody here has that address.")
    return found


def _shape(desk: Desk, line: StandardLine, now: datetime) -> LineShape:
    def who(key: str | None) -> str | None:
        found = desk.staff.get(key or "")
        return found.email if found else None

    in_date = line.good_until is None or line.good_until > now
    return LineShape(
        id=line.id, number=line.number, version=line.version, title=line.title, topic=line.topic,
        english=line.english, welsh=line.welsh, owner=who(line.owner_id), written_by=who(line.written_by),
        approved_by=who(line.approved_by), approved_at=line.approved_at, good_until=line.good_until,
        may_be_used=line.approved_at is not None and line.retired_at is None and in_date,
    )  # fmt: skip
