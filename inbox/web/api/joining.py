"""Cases that are one matter, two matters, or belong together: merged, split, linked."""

from typing import Annotated

from fastapi import Response
from sqlmodel import Session, col, select

from inbox import linking, merging
from inbox.access import Action, Person, find_case, visible_cases
from inbox.models import Case, LinkKind
from inbox.web.api import shapes, showing
from inbox.web.api.case_acts import STALE
from inbox.web.dependencies import IfMatch, Now, Reading, Writing, WritingDesk, check_version, may
from inbox.web.routers import api_router

router = api_router("cases")


class Merging(shapes.Shape):
    """`into`: the reference of the case that everything goes to."""

    into: shapes.Line


class Splitting(shapes.Shape):
    """`messages`: the ids that move to a new case; at least one stays."""

    messages: shapes.Lines
    subject: shapes.Line = ""


class Linking(shapes.Shape):
    case: shapes.Line
    kind: LinkKind = LinkKind.RELATED


class LinkShape(shapes.Shape):
    """A case that belongs with this one, and how."""

    case: str
    kind: LinkKind


@router.post("/cases/{reference}/merge")
def merge(
    reference: str,
    given: Merging,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """Everything on this case goes to `into`, which is answered; this one ends and points there."""
    case = find_case(session, person, reference, Action.TRIAGE)
    target = find_case(session, person, given.into, Action.TRIAGE)
    check_version(case.version, version, STALE)
    response.headers["Undo"] = merging.merge(session, case, target, now=now, actor=person.actor)
    return showing.case(session, desk, person, target, now, response)


@router.post("/cases/{reference}/split", status_code=201)
def split(
    reference: str,
    given: Splitting,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """The messages become a new case of the same person, which is answered, linked with this one."""
    case = find_case(session, person, reference, Action.TRIAGE)
    check_version(case.version, version, STALE)
    made, event = merging.split(
        session, desk, case, given.messages, subject=given.subject, now=now, actor=person.actor
    )
    response.headers["Undo"] = event
    response.headers["Location"] = f"/api/v1/cases/{made.reference}"
    return showing.case(session, desk, person, made, now, response)


@router.get("/cases/{reference}/links")
def list_links(
    reference: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading
) -> shapes.Page[LinkShape]:
    """The cases that belong with this one; one that the reader may not know is left out."""
    case = find_case(session, person, reference, Action.READ_CASE)
    return shapes.Page(items=_links(session, person, case))


@router.post("/cases/{reference}/links", status_code=201)
def link(
    reference: str,
    given: Linking,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    now: Now,
    response: Response,
) -> shapes.Page[LinkShape]:
    """Says that two cases belong together, and how."""
    case = find_case(session, person, reference, Action.TRIAGE)
    other = find_case(session, person, given.case, Action.TRIAGE)
    check_version(case.version, version, STALE)
    response.headers["Undo"] = linking.link(session, case, other, given.kind, now=now, actor=person.actor)
    return shapes.Page(items=_links(session, person, case))


@router.delete("/cases/{reference}/links/{other}")
def unlink(
    reference: str,
    other: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    now: Now,
    response: Response,
) -> shapes.Page[LinkShape]:
    """They do not belong together after all."""
    case = find_case(session, person, reference, Action.TRIAGE)
    second = find_case(session, person, other, Action.TRIAGE)
    check_version(case.version, version, STALE)
    response.headers["Undo"] = linking.unlink(session, case, second, now=now, actor=person.actor)
    return shapes.Page(items=_links(session, person, case))


def _links(session: Session, person: Person, case: Case) -> list[LinkShape]:
    session.flush()
    kinds = linking.of_case(session, case)
    query = select(Case.id, Case.reference).where(col(Case.id).in_(list(kinds)), visible_cases(person))
    return [LinkShape(case=name, kind=kinds[key]) for key, name in session.exec(query.order_by(Case.id))]
