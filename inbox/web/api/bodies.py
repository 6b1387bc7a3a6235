"""The contact directory."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from inbox import bodies
from inbox.access import Action, Person
from inbox.database import find
from inbox.models import Body, ConsentRule
from inbox.web.api import shapes
from inbox.web.dependencies import IfMatch, Now, Page, Reading, Writing, check_version, cursor, etag, may
from inbox.web.routers import api_router
from routing.words import Nation, Unit

router = api_router("bodies")
STALE = "Somebody else changed this organisation. Read it again, then decide."


class BodyFields(shapes.Shape):
    """What the directory says of a body; null: nobody has said."""

    name: shapes.Line
    other_names: shapes.Lines = Field(default_factory=list)
    email: shapes.Line | None = None
    post: shapes.Words | None = None
    hotline: shapes.Line | None = None
    hotline_email: shapes.Line | None = None
    minister: shapes.Line | None = None
    minister_email: shapes.Line | None = None
    escalation: shapes.Lines = Field(default_factory=list)
    nation: Nation | None = None
    consent: ConsentRule | None = None
    third_party_consent: ConsentRule | None = None
    target: int | None = None
    unit: Unit = Unit.WORKING_DAYS


class BodyShape(BodyFields):
    """A body with its id and version; `holes` says in words what is not written down."""

    id: str
    version: int
    changed_at: shapes.Moment
    holes: list[str]


@router.get("/bodies")
def list_bodies(
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    page: Page,
    q: Annotated[str, Query(max_length=200)] = "",
) -> shapes.Page[BodyShape]:
    """The bodies that the office can ask, by id; `q` looks in names and addresses."""
    found = sorted(bodies.search(session, q) if q.strip() else bodies.listed(session), key=lambda row: row.id)
    rows = [row for row in found if not page.after or row.id > page.after_id]
    shown = [_shown(row) for row in rows[: page.limit]]
    return shapes.Page(items=shown, next=cursor(shown[-1].id) if len(rows) > page.limit else None)


@router.get("/bodies/{body_id}")
def read_body(
    body_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, response: Response
) -> BodyShape:
    row = find(session, Body, body_id)
    response.headers.update(etag(row.version))
    return _shown(row)


@router.post("/bodies", status_code=201)
def add_body(
    new: BodyFields,
    person: Annotated[Person, may(Action.MANAGE_OFFICE)],
    session: Writing,
    now: Now,
    response: Response,
) -> BodyShape:
    """A new line of the directory. 422 where the name is taken."""
    row = bodies.write(session, None, _typed(new), version=None, now=now, actor=person.actor,
                       staff_id=person.staff_id)  # fmt: skip
    response.headers.update(etag(row.version))
    response.headers["Location"] = f"/api/v1/bodies/{row.id}"
    return _shown(row)


@router.put("/bodies/{body_id}")
def change_body(
    body_id: str,
    new: BodyFields,
    version: IfMatch,
    person: Annotated[Person, may(Action.MANAGE_OFFICE)],
    session: Writing,
    now: Now,
    response: Response,
) -> BodyShape:
    """The next version of a line, whole; the one before is kept."""
    check_version(find(session, Body, body_id).version, version, STALE)
    row = bodies.write(session, body_id, _typed(new), version=None, now=now, actor=person.actor,
                       staff_id=person.staff_id)  # fmt: skip
    response.headers.update(etag(row.version))
    return _shown(row)


def _typed(new: BodyFields) -> dict[str, str]:
    """The fields as a file would hold them, so that one place reads both."""
    given = new.model_dump()
    return {
        name: "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        for name, value in given.items()
    }


def _shown(row: Body) -> BodyShape:
    facts = bodies.facts_of(row)
    return BodyShape(
        id=row.id, version=row.version, changed_at=row.changed_at, holes=list(bodies.holes(facts)),
        **facts.plain(),
    )  # fmt: skip
