"""Cases that a rule holds: a person has looked and lets them go."""

from typing import Annotated

from fastapi import Response

from inbox import holds
from inbox.access import Action, Person, find_case
from inbox.web.api import shapes, showing
from inbox.web.api.case_acts import STALE
from inbox.web.dependencies import IfMatch, Now, Writing, WritingDesk, check_version, may
from inbox.web.routers import api_router

router = api_router("cases")


@router.post("/cases/{reference}/let-go")
def let_go(
    reference: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """Replies may leave again. 409 where no rule holds it; `undo` takes it back."""
    case = find_case(session, person, reference, Action.TRIAGE)
    check_version(case.version, version, STALE)
    holds.let_go(session, case, now=now, actor=person.actor)
    return showing.case(session, desk, person, case, now, response)
