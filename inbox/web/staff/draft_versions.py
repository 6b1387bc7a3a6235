"""Whose draft it is, and what it was: a colleague's taken over, earlier versions read and brought back."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from inbox import drafting, own_drafts
from inbox.access import Action, require_on
from inbox.errors import NotAllowed
from inbox.models import ChannelAct, Draft, DraftVersion
from inbox.web.routers import page_router
from inbox.web.staff.composing import draft_of
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page
from inbox.web.views.case_pages import DraftVersions, EarlierWords
from inbox.web.views.parts import Act

router = page_router()
PAGE = 50
Number = Annotated[int, Form(ge=0, lt=1 << 31)]


@router.post("/cases/{reference}/drafts/{number}/take")
def take_over(
    reference: str, number: int, room: Annotated[Workroom, acting(Action.DRAFT)], version: Number = 0
) -> Response:
    """A colleague's draft as it stands into one's own box. The colleague keeps every word typed since."""
    case = room.case(reference, Action.DRAFT)
    draft = draft_of(room, case, number)
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    if room.person.staff_id is None:
        raise NotAllowed("Only a person can take over a draft.")
    own_drafts.take_over(
        room.session, draft, version=version, staff_id=room.person.staff_id, now=room.now,
        actor=room.person.actor,
    )  # fmt: skip
    return see_other(f"/cases/{reference}/drafts/{number}#text")


@router.post("/cases/{reference}/drafts/{number}/take-back")
def take_back(
    reference: str, number: int, room: Annotated[Workroom, acting(Action.DRAFT)], version: Number = 0
) -> Response:
    """One's own text out of sign-off again, to be changed or put away."""
    case = room.case(reference, Action.DRAFT)
    draft = draft_of(room, case, number)
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    own_drafts.require_own(draft, room.person.staff_id)
    drafting.take_back(room.session, draft, version=version, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}/drafts/{number}#text", told="taken-back")


@router.get("/cases/{reference}/drafts/{number}/versions")
def show(
    reference: str,
    number: int,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    before: Annotated[int | None, Query(ge=0, lt=1 << 31)] = None,
) -> Response:
    """Every text that was saved, the newest first, and who wrote it."""
    case = room.case(reference)
    room.looked(case)
    draft = draft_of(room, case, number)
    rows = own_drafts.versions(room.session, draft, limit=PAGE + 1, before=before)
    header = case_page.header(room.session, room.desk, room.person, case)
    url = f"/cases/{reference}/drafts/{number}"
    more = f"{url}/versions?before={rows[PAGE - 1].version}" if len(rows) > PAGE else None
    able = room.may(Action.DRAFT)
    shown = tuple(_shown(room, draft, row, url, able=able) for row in rows[:PAGE])
    return room.page(DraftVersions(room.shell(), header, url, shown, draft.language, more))


@router.post("/cases/{reference}/drafts/{number}/versions")
def bring_back(
    reference: str, number: int, room: Annotated[Workroom, acting(Action.DRAFT)], use: Number = 0
) -> Response:
    """Earlier words into one's own box: into this draft, or where it is not theirs a draft of their own."""
    case = room.case(reference, Action.DRAFT)
    draft = draft_of(room, case, number)
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    own = own_drafts.bring_back(
        room.session, room.desk, draft, use, author_id=room.person.staff_id, now=room.now,
        actor=room.person.actor,
    )  # fmt: skip
    return see_other(f"/cases/{reference}/drafts/{own.number}#text")


def _shown(room: Workroom, draft: Draft, row: DraftVersion, url: str, *, able: bool) -> EarlierWords:
    author = room.desk.staff.get(row.author_id or "")
    use = Act("Bring these words back", f"{url}/versions", fields=(("use", str(row.version)),))
    stands = row.text == draft.text and row.subject == draft.subject
    return EarlierWords(
        row.version, room.local(row.saved_at), author.name if author else "The program", row.subject,
        row.text, use if able and not stands else None, stands,
    )  # fmt: skip
