"""Facts put right by programs: title, topics, language, and what is known of the person."""

from typing import Annotated, Any

from fastapi import Response

from inbox import facts, writing_down
from inbox.access import Action, Person, find_case
from inbox.web.api import shapes, showing
from inbox.web.api.cases import STALE
from inbox.web.dependencies import IfMatch, Now, Writing, WritingDesk, check_version, etag, may
from inbox.web.routers import api_router
from routing.words import Kind, Language, Topic

router = api_router("cases")


class PersonChange(shapes.Shape):
    """What to change of the person; what is left out stays, "" takes it away."""

    name: shapes.Line | None = None
    postcode: shapes.Line | None = None
    phone: shapes.Line | None = None
    address: shapes.Words | None = None


class FactsChange(shapes.Shape):
    """What to change; what is left out stays. Urgency and flags go through `/status`, with a reason."""

    subject: shapes.Line | None = None
    kind: Kind | None = None
    topics: Annotated[list[Topic], shapes.Short] | None = None
    language: Language | None = None
    constituent: PersonChange | None = None


@router.patch("/cases/{reference}")
def change_facts(
    reference: str,
    change: FactsChange,
    version: IfMatch,
    person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.CaseShape:
    """Puts facts right. A new postcode is read against the table of constituencies again."""
    case = find_case(session, person, reference, Action.TRIAGE)
    check_version(case.version, version, STALE, subject=case.subject)
    done: Any = {"now": now, "actor": person.actor}
    if change.subject is not None:
        facts.rename(session, case, change.subject, **done)
    if change.kind is not None and change.kind != case.kind:
        facts.set_kind(session, desk, case, change.kind, **done)
    if change.topics is not None:
        facts.set_topics(session, case, change.topics, **done)
    if change.language is not None:
        facts.set_language(session, case, change.language, **done)
    if change.constituent is not None:
        typed = facts.PersonFacts(**change.constituent.model_dump())
        old = facts.change_person(session, desk, case, typed, **done)
        writing_down.keep_old(session, case, old, "", author_id=person.staff_id, **done)
    session.flush()
    response.headers.update(etag(case.version))
    return showing.cases(session, desk, person, [case], now)[0]
