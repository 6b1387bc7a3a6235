"""Drafts: saved as typed under a version, submitted, approved as exactly the text that was read."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from sqlmodel import Session, col, select

from connectors.contract import Form
from inbox import drafting, own_drafts, signoff
from inbox.access import Action, Person, find_case, require_on
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import NotAllowed, Refused
from inbox.models import Case, ChannelAct, Draft
from inbox.web.api import shapes, showing
from inbox.web.dependencies import (
    IfMatch,
    Now,
    Page,
    Reading,
    ReadingDesk,
    Writing,
    WritingDesk,
    check_version,
    cursor,
    etag,
    may,
)
from inbox.web.own_site import takes_files
from inbox.web.routers import api_router
from inbox.web.uploads import Uploads, uploads

router = api_router("drafts")
_ACTS = {
    Action.READ_CASE: ChannelAct.READ,
    Action.DRAFT: ChannelAct.DRAFT,
    Action.SEND: ChannelAct.READ,  # whether it may leave by it is asked where it leaves
    Action.APPROVE: ChannelAct.APPROVE,
}
STALE = "Somebody else changed this reply. Read it again, then decide."


class DraftChange(shapes.Shape):
    """What to change; what is left out stays. `identity`: `office`, or a staff address.

    `form`: `message` answers privately; `comment` and `post` are read by everybody.
    """

    text: shapes.Words | None = None
    subject: shapes.Line | None = None
    recipients: shapes.Lines | None = None
    identity: shapes.Line | None = None
    attachments: shapes.Lines | None = None
    form: Form | None = None


class Submission(shapes.Shape):
    """`read_newest`: the writer has read what arrived after the draft was begun."""

    read_newest: bool = False


class ApprovalGiven(shapes.Shape):
    """`digest` of the text that was read; left out, the version in If-Match stands for it."""

    digest: shapes.Line | None = None
    read_newest: bool = False


class SentBack(shapes.Shape):
    note: shapes.Words


@router.get("/cases/{reference}/drafts")
def list_drafts(
    reference: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    now: Now,
    page: Page,
) -> shapes.Page[shapes.DraftShape]:
    case = find_case(session, person, reference, Action.READ_CASE)
    query = select(Draft).where(Draft.case_id == case.id).order_by(col(Draft.number))
    if page.after:
        query = query.where(col(Draft.number) > page.after_number)
    rows = session.exec(query.limit(page.limit + 1)).all()
    shown = [showing.draft(session, desk, row, case, now) for row in rows[: page.limit]]
    return shapes.Page(items=shown, next=cursor(shown[-1].number) if len(rows) > page.limit else None)


@router.get("/drafts/{draft_id}")
def read_draft(
    draft_id: str,
    person: Annotated[Person, may(Action.READ_CASE)],
    session: Reading,
    desk: ReadingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    draft, case = find_draft(session, person, draft_id, Action.READ_CASE)
    return shown_draft(session, desk, draft, case, now, response)


@router.get("/drafts/{draft_id}/versions")
def list_versions(
    draft_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, page: Page
) -> shapes.Page[shapes.DraftVersionShape]:
    """Every text that was saved under this draft, the newest first, and who wrote it."""
    draft, _ = find_draft(session, person, draft_id, Action.READ_CASE)
    before = page.after_number if page.after else None
    rows = own_drafts.versions(session, draft, limit=page.limit + 1, before=before)
    shown = [
        shapes.DraftVersionShape(
            version=row.version, subject=row.subject, text=row.text, drafted_by=row.author_id,
            saved_at=row.saved_at,
        )
        for row in rows[: page.limit]
    ]  # fmt: skip
    return shapes.Page(items=shown, next=cursor(shown[-1].version) if len(rows) > page.limit else None)


@router.patch("/drafts/{draft_id}")
def save_draft(
    draft_id: str,
    change: DraftChange,
    version: IfMatch,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """Saves what was typed. Any change voids an approval, and takes over what a colleague held.

    Stale, 412 holds both texts: `text` as it stands, with `drafted_by`, and `yours`, which is not saved.
    """
    draft, case = find_draft(session, person, draft_id, Action.DRAFT)
    changes = drafting.Changes(
        text=change.text,
        subject=change.subject,
        recipients=change.recipients,
        identity=identity_of(desk, change.identity),
        attachments=change.attachments,
        form=change.form,
    )
    drafting.save(
        session, desk, draft, changes, version=version, author_id=person.staff_id, now=now, actor=person.actor
    )
    return shown_draft(session, desk, draft, case, now, response)


@router.post("/drafts/{draft_id}/attachments", status_code=201)
@takes_files
def add_files(
    draft_id: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.DRAFT)],
    given: Annotated[Uploads, uploads(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """Adds files, sent as multipart/form-data in the field `files`. Voids an approval, like any change."""
    draft, case = find_draft(session, person, draft_id, Action.DRAFT)
    if not given.checked():
        raise Refused("Send at least one file, in the field files.")
    drafting.add_files(session, desk, draft, given.files, version=version, author_id=person.staff_id, now=now,
                       actor=person.actor)  # fmt: skip
    return shown_draft(session, desk, draft, case, now, response)


@router.delete("/drafts/{draft_id}/attachments/{attachment_id}")
def remove_file(
    draft_id: str,
    attachment_id: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """Takes a file off the draft. Voids an approval, like any change."""
    draft, case = find_draft(session, person, draft_id, Action.DRAFT)
    drafting.remove_file(
        session, desk, draft, attachment_id, version=version, author_id=person.staff_id, now=now,
        actor=person.actor,
    )  # fmt: skip
    return shown_draft(session, desk, draft, case, now, response)


@router.post("/drafts/{draft_id}/submit")
def submit(
    draft_id: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
    given: Submission | None = None,
) -> shapes.DraftShape:
    """Asks for sign-off. Refused while there are gaps."""
    draft, case = find_draft(session, person, draft_id, Action.DRAFT)
    check_version(draft.version, version, STALE, text=draft.text)
    read = given.read_newest if given else False
    signoff.submit(session, desk, draft, now=now, actor=person.actor, read_newest=read)
    return shown_draft(session, desk, draft, case, now, response)


@router.post("/drafts/{draft_id}/approve")
def approve(
    draft_id: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.SEND)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
    given: ApprovalGiven | None = None,
) -> shapes.DraftShape:
    """Says yes to exactly this text; it is queued in the same commit."""
    draft, case = find_draft(session, person, draft_id, Action.SEND)
    check_version(draft.version, version, STALE, text=draft.text)
    given = given or ApprovalGiven()
    unchanged = given.digest in (None, drafting.digest(session, draft))
    if unchanged and signoff.stands_alone(session, desk, draft, person, now):
        signoff.send(session, desk, draft, person, now=now, read_newest=given.read_newest)
    else:
        signoff.approve_as(
            session, desk, draft, person, digest=given.digest, now=now, read_newest=given.read_newest
        )
    return shown_draft(session, desk, draft, case, now, response)


@router.post("/drafts/{draft_id}/return")
def send_back(
    draft_id: str,
    given: SentBack,
    version: IfMatch,
    person: Annotated[Person, may(Action.APPROVE)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """Says no, with a note to the writer."""
    draft, case = find_draft(session, person, draft_id, Action.APPROVE)
    check_version(draft.version, version, STALE, text=draft.text)
    signoff.send_back(session, draft, staff_id=_staff(person), note=given.note, now=now, actor=person.actor)
    return shown_draft(session, desk, draft, case, now, response)


@router.post("/drafts/{draft_id}/withdraw")
def withdraw(
    draft_id: str,
    version: IfMatch,
    person: Annotated[Person, may(Action.DRAFT)],
    session: Writing,
    desk: WritingDesk,
    now: Now,
    response: Response,
) -> shapes.DraftShape:
    """Puts the draft away; its words are kept."""
    draft, case = find_draft(session, person, draft_id, Action.DRAFT)
    check_version(draft.version, version, STALE, text=draft.text)
    own_drafts.require_own(draft, person.staff_id)
    drafting.withdraw(session, draft, now=now, actor=person.actor)
    return shown_draft(session, desk, draft, case, now, response)


def _staff(person: Person) -> str:
    if person.staff_id is None:
        raise NotAllowed("A token that acts for nobody may not approve or send.")
    return person.staff_id


def identity_of(desk: Desk, given: str | None) -> str | None:
    """`office`, or the id of the person with that address. Raises Refused."""
    if given is None or given == drafting.OFFICE:
        return given
    found = [one.id for one in desk.staff.values() if given.lower() in (one.email, one.id) and one.is_active]
    if not found:
        raise Refused("Nobody here has that address.")
    return found[0]


def find_draft(session: Session, person: Person, draft_id: str, action: Action) -> tuple[Draft, Case]:
    """The draft and its case, locked first: everybody who writes takes the case first."""
    draft = find(session, Draft, draft_id)
    case = find_case(session, person, find(session, Case, draft.case_id).reference, action)
    require_on(person, _ACTS[action], draft.channel_id)
    session.refresh(draft)
    return draft, case


def shown_draft(
    session: Session, desk: Desk, draft: Draft, case: Case, now: datetime, response: Response
) -> shapes.DraftShape:
    session.flush()
    response.headers.update(etag(draft.version))
    return showing.draft(session, desk, draft, case, now)
