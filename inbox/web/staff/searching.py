"""Search: names, phones, postcodes, references and words, newest first."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from sqlmodel import col, select
from starlette.responses import RedirectResponse, Response

from inbox import search
from inbox.access import Action, visible_cases
from inbox.errors import TooMany
from inbox.models import Case, CaseStatus, Channel, Constituent
from inbox.references import read_reference
from inbox.search import Hit, is_long, understand
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking
from inbox.web.staff.showing import hostile_words
from inbox.web.staff.showing import words as say
from inbox.web.views.office import Found, SearchPage
from inbox.web.views.parts import Link

router = page_router()
PAGE = 25


@router.get("/search")
def find(
    room: Annotated[Room, looking(Action.READ_CASE)],
    q: Annotated[str, Query(max_length=400)] = "",
    after: Annotated[str | None, Query(max_length=30)] = None,
) -> Response:
    """A whole reference opens its case; everything else lists what was found."""
    now, words = room.local(room.now), q.strip()
    if not words:
        return room.page(SearchPage(room.shell("Find"), "", None, "", now))
    visible = visible_cases(room.person)
    reference = read_reference(words)
    if reference and room.session.exec(select(Case.id).where(Case.reference == reference, visible)).first():
        return RedirectResponse(f"/cases/{reference}", 303)
    try:
        room.wiring.searches.hit(room.staff_id)
    except TooMany as error:
        return room.page(SearchPage(room.shell("Find"), q, None, "", now, None, error.sentence), 429)
    page = search.find(room.session, words, visible=visible, cursor=after, limit=PAGE)
    found = _shown(room, page.hits, words)
    more = Link("Show more", f"/search?q={quote(words, safe='')}&after={page.next}") if page.next else None
    total = "No cases" if not found else "1 case" if len(found) == 1 and not more else f"{len(found)} cases"
    return room.page(SearchPage(room.shell("Find"), q, found, total, now, more))


def _shown(room: Room, hits: tuple[Hit, ...], words: str) -> tuple[Found, ...]:
    keys = [hit.case_id for hit in hits]
    rows = room.session.exec(
        select(Case, Channel.kind, Constituent.name)
        .join(Channel, col(Channel.id) == Case.channel_id, isouter=True)
        .join(Constituent, col(Constituent.id) == Case.constituent_id, isouter=True)
        .where(col(Case.id).in_(keys))
    ).all()
    facts = {case.id: (case, kind, name) for case, kind, name in rows}
    marks = _marks(words)
    found = []
    for hit in hits:
        case, kind, name = facts.get(hit.case_id, (None, None, None))
        word, icon = say.channel(kind)
        hidden, language = hit.is_restricted, case.language if case else "en"
        status = say.STATUSES[CaseStatus(hit.status)]
        name = name or hit.sender_name
        who = f"{name}. {status}" if name and not hidden else status
        title = hit.reference if hidden else hostile_words.subject(hit)
        snippet = (
            ()
            if hidden or hostile_words.is_hostile(hit.risks or ())
            else split(" ".join(hit.excerpt.split()), marks)
        )
        found.append(
            Found(
                hit.reference,
                f"/cases/{hit.reference}",
                title,
                who,
                room.local(hit.received_at),
                word,
                icon,
                snippet,
                language=language,
            )
        )
    return tuple(found)


def split(text: str, marks: re.Pattern[str] | None) -> tuple[tuple[str, bool], ...]:
    """The text in runs, each with whether it was asked for."""
    if marks is None:
        return ((text, False),) if text else ()
    parts = marks.split(text)
    return tuple((part, number % 2 == 1) for number, part in enumerate(parts) if part)


def _marks(words: str) -> re.Pattern[str] | None:
    question = understand(words)
    asked = (one for one in (*question.phrases, *question.words, *question.beginnings) if ":" not in one)
    wanted = [re.escape(one) + ("" if is_long(one) else r"\b") for one in asked]
    return re.compile(rf"\b({'|'.join(wanted)})", re.IGNORECASE) if wanted else None
