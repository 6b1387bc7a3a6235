"""Search for programs: the same box as on the pages."""

from typing import Annotated

from fastapi import Query, Request

from inbox import search
from inbox.access import Action, Person, visible_cases
from inbox.web.api import shapes
from inbox.web.dependencies import Reading, may
from inbox.web.routers import api_router

router = api_router("search")


@router.get("/search")
def find(
    request: Request,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    q: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> shapes.Page[shapes.HitShape]:
    """Cases that hold these words, newest first; after them, those with words that begin so."""
    found = search.find(session, q, visible=visible_cases(person), cursor=cursor, limit=limit)
    items = [
        shapes.HitShape(
            reference=hit.reference,
            subject=hit.subject,
            status=hit.status,
            kind=hit.kind,
            message=hit.message_id,
            sender=hit.sender_name,
            excerpt=hit.excerpt,
            received_at=hit.received_at,
        )
        for hit in found.hits
    ]
    return shapes.Page(items=items, next=found.next)
