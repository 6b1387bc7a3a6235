"""Sign-off: what waits, the exact words, a yes to them or a way back."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from inbox import draft_checks, own_drafts, queues, signoff
from inbox.access import Action, require_on, visible_cases
from inbox.database import find, savepoint
from inbox.errors import CaseworkError, Conflict, NotAllowed, NotFound, Refused, Stale
from inbox.models import Case, ChannelAct, Draft, DraftState
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import approval_page, campaign_answer_page
from inbox.web.views.approvals import ApprovalPage, ApprovalsPage

router = page_router()
HEADING = "To approve"


@router.get("/approvals")
def index(room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """What waits for this person, then what waits for others."""
    waiting = queues.submitted(room.session, visible_cases(room.person))
    yours, others = approval_page.rows(room.session, room.desk, room.person, waiting, room.now)
    to_many, of_others = campaign_answer_page.waiting(room.session, room.desk, room.person)
    total = room.counts[queues.View.TO_APPROVE]
    yours, others, loaded = yours + to_many, others + of_others, room.local(room.now)
    return room.page(ApprovalsPage(room.shell(HEADING), HEADING, total, yours, others, loaded))


@router.get("/approvals/{draft_id}")
def show(
    draft_id: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    show: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Exactly what will be sent, beside what they asked."""
    draft, case = _waiting(room, draft_id)
    room.looked(case)
    return _page(room, draft, case, changes=show == "changes")


@router.post("/approvals/{draft_id}/approve")
def approve(
    draft_id: str,
    room: Annotated[Workroom, acting(Action.APPROVE)],
    digest: Annotated[str, Form(max_length=64)] = "",
    read: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Yes to the text that was shown; the next one that waits opens by itself."""
    draft, case = _waiting(room, draft_id, Action.APPROVE)
    try:
        with savepoint(room.session):
            delivery = signoff.approve_as(
                room.session, room.desk, draft, room.person, digest=digest, now=room.now,
                read_newest=draft_checks.was_shown(room.session, room.desk, draft, read),
            )  # fmt: skip
    except (Refused, Conflict, NotAllowed, Stale) as error:
        room.session.refresh(draft)
        return _page(room, draft, case, error=error)
    room.session.flush()
    waiting = queues.submitted(room.session, visible_cases(room.person))
    yours, _ = approval_page.rows(room.session, room.desk, room.person, waiting, room.now)
    return see_other(yours[0].url if yours else "/approvals", left=delivery.id)


@router.post("/approvals/{draft_id}/return")
def send_back(
    draft_id: str,
    room: Annotated[Workroom, acting(Action.APPROVE)],
    note: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """No, with the reason: the draft goes back to its writer."""
    draft, case = _waiting(room, draft_id, Action.APPROVE)
    require_on(room.person, ChannelAct.APPROVE, draft.channel_id)
    try:
        with savepoint(room.session):
            signoff.send_back(
                room.session, draft, staff_id=room.staff_id, note=note, now=room.now, actor=room.person.actor
            )
    except Refused as error:
        return _page(room, draft, case, problem=error.sentence, note=note)
    return see_other("/approvals", told="returned")


@router.post("/approvals/{draft_id}/change")
def change(
    draft_id: str,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    version: Annotated[int, Form(ge=0, lt=1 << 31)] = 0,
) -> Response:
    """The words that were read into the reader's own hands, on the page where they are written. They still
    wait for a yes until one of them is changed."""
    draft, case = _waiting(room, draft_id, Action.DRAFT)
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    own_drafts.take_over(
        room.session, draft, version=version, staff_id=room.staff_id, now=room.now, actor=room.person.actor
    )
    return see_other(f"/cases/{case.reference}/drafts/{draft.number}?change=yes#text")


def _page(
    room: Workroom, draft: Draft, case: Case, *, changes: bool = False, error: CaseworkError | None = None,
    problem: str | None = None, note: str = "",
) -> Response:  # fmt: skip
    view = approval_page.approval(
        room.session, room.desk, room.person, draft, case, room.now, changes=changes, note=note,
        problem=problem, refused=error,
    )  # fmt: skip
    status = error.status if error else (422 if problem else 200)
    return room.page(ApprovalPage(room.shell(HEADING), view), status)


def _waiting(room: Workroom, draft_id: str, action: Action = Action.READ_CASE) -> tuple[Draft, Case]:
    """A draft that waits for a yes, on a case this person may know."""
    draft = find(room.session, Draft, draft_id)
    case = room.case(find(room.session, Case, draft.case_id).reference, action)
    room.session.refresh(draft)  # as it is now that its case is locked
    require_on(room.person, ChannelAct.READ, draft.channel_id)
    if draft.state != DraftState.SUBMITTED:
        if action is Action.READ_CASE:
            raise NotFound("This text does not wait for sign-off any more. Look at its case.")
        raise Conflict("This text does not wait for sign-off any more. Look at its case.")
    return draft, case
