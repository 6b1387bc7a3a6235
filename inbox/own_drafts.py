"""Whose draft it is: everybody has their own; a colleague's is read, taken over knowingly, or left alone.

Where two wrote on one text all the same, the later words become a draft of their own: nothing typed is lost.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from inbox import drafting
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Stale
from inbox.history import Actor, record
from inbox.models import EDITABLE, Case, Draft, DraftState, DraftVersion, EventKind

_APART_FROM = "apart_from"
"""In the provenance of a draft set apart: the id of the one it was written on."""


def open_for(session: Session, case: Case, staff_id: str | None) -> Draft | None:
    """What this person is writing to the person on a case, else what a rule laid ready and nobody holds."""
    drafts = _open(session, case)
    own = [one for one in drafts if staff_id and one.holder_id == staff_id]
    return next(iter(own or [one for one in drafts if one.holder_id is None]), None)


def of_colleagues(session: Session, case: Case, staff_id: str | None) -> list[Draft]:
    """What others are writing to the person on a case, the newest first."""
    return [one for one in _open(session, case) if one.holder_id not in (None, staff_id)]


def is_anothers(draft: Draft, staff_id: str | None) -> bool:
    """Whether a draft is in a colleague's box, so that this person only reads it."""
    return draft.holder_id not in (None, staff_id)


def require_own(draft: Draft, staff_id: str | None) -> None:
    """Raises Conflict for a colleague's: it is neither changed nor put away before it is taken over."""
    if is_anothers(draft, staff_id):
        raise Conflict("This is the text of a colleague. Take it over first.")


def take_over(
    session: Session, draft: Draft, *, version: int, staff_id: str, now: datetime, actor: Actor
) -> None:
    """Puts a colleague's draft as it stands into this person's box; whose words they are does not change.

    Raises Stale where it is not what this person read, Conflict where it has left.
    """
    if draft.version != version:
        raise Stale("It was changed after you read it. Read it again, then take it over.",
                    version=draft.version, text=draft.text)  # fmt: skip
    if draft.state not in EDITABLE:
        raise Conflict("This reply has left, so it cannot be taken over.")
    if draft.holder_id == staff_id:
        return
    drafting.into_hands(session, draft, staff_id, now=now, actor=actor)
    draft.version, draft.updated_at = draft.version + 1, now
    drafting.keep_version(session, draft, now)


def set_apart(
    session: Session, desk: Desk, draft: Draft, changes: drafting.Changes, *, author_id: str | None,
    now: datetime, actor: Actor,
) -> Draft:  # fmt: skip
    """The words that could not be saved on `draft`, as a draft of their writer's own, to whom it would go.

    Saved again on the same draft, they go on in the same one apart, so that a repeated try makes no second.
    """
    own = _apart(session, draft, author_id) or _begun_apart(session, draft, author_id, now, actor)
    kept = drafting.Changes(text=changes.text, subject=changes.subject, form=changes.form)
    return drafting.save(
        session, desk, own, kept, version=own.version, author_id=author_id, now=now, actor=actor
    )


def versions(
    session: Session, draft: Draft, *, limit: int, before: int | None = None
) -> Sequence[DraftVersion]:
    """Every text saved under a draft's number, the newest first, below version `before`."""
    query = select(DraftVersion).where(DraftVersion.draft_id == draft.id)
    if before is not None:
        query = query.where(col(DraftVersion.version) < before)
    return session.exec(query.order_by(col(DraftVersion.version).desc()).limit(limit)).all()


def bring_back(
    session: Session, desk: Desk, draft: Draft, number: int, *, author_id: str | None, now: datetime,
    actor: Actor,
) -> Draft:  # fmt: skip
    """Earlier words into this person's box: into the draft where they hold it, else as a draft of their own.

    Raises NotFound for a version that was never saved.
    """
    query = select(DraftVersion).where(DraftVersion.draft_id == draft.id, DraftVersion.version == number)
    kept = session.exec(query).first()
    if kept is None:
        raise NotFound
    changes = drafting.Changes(text=kept.text, subject=kept.subject)
    done: dict[str, Any] = {"author_id": author_id, "now": now, "actor": actor}
    if draft.state in EDITABLE and not is_anothers(draft, author_id):
        drafting.save(session, desk, draft, changes, version=draft.version, **done)
    else:
        draft = set_apart(session, desk, draft, changes, **done)
    _are_words_of(session, draft, kept.author_id)
    record(session, draft.case_id, EventKind.DRAFT_WORDS_BACK, actor, now=now, draft=draft.id, version=number)
    return draft


def _are_words_of(session: Session, draft: Draft, author_id: str | None) -> None:
    """Whoever brings words back has not written them."""
    drafting.written_by(draft, author_id)
    session.flush()
    newest = versions(session, draft, limit=1)[0]
    newest.author_id = author_id


def _open(session: Session, case: Case) -> Sequence[Draft]:
    """What is being written to the person on a case. A letter to a body has its own page."""
    query = select(Draft).where(
        Draft.case_id == case.id, col(Draft.state).in_(EDITABLE), col(Draft.enquiry_id).is_(None)
    )
    return session.exec(query.order_by(col(Draft.id).desc())).all()


def _apart(session: Session, draft: Draft, author_id: str | None) -> Draft | None:
    query = select(Draft).where(
        Draft.case_id == draft.case_id, Draft.holder_id == author_id, col(Draft.state).in_(EDITABLE)
    )
    rows = session.exec(query.order_by(col(Draft.id).desc())).all()
    return next((one for one in rows if one.provenance.get(_APART_FROM) == draft.id), None)


def _begun_apart(
    session: Session, draft: Draft, author_id: str | None, now: datetime, actor: Actor
) -> Draft:  # fmt: skip
    """To the same people by the same channel. It counts as begun when the other was, so that what left since
    is told before it leaves too."""
    own = Draft(
        office_id=draft.office_id, case_id=draft.case_id, enquiry_id=draft.enquiry_id, answers=draft.answers,
        number=drafting.next_number(session, draft.case_id), state=DraftState.DRAFT,
        channel_id=draft.channel_id, recipients=list(draft.recipients), subject=draft.subject,
        language=draft.language, form=draft.form, identity=draft.identity, told=dict(draft.told),
        author_id=author_id, holder_id=author_id, writers=[author_id] if author_id else [],
        provenance={**draft.provenance, "drafted_by": author_id, _APART_FROM: draft.id,
                    "source": "machine" if draft.provenance.get("source") == "machine" else "typed"},
        version=0, created_at=draft.created_at, updated_at=now,
    )  # fmt: skip
    session.add(own)
    session.flush()
    find(session, Case, draft.case_id).updated_at = now
    record(session, own.case_id, EventKind.DRAFT_SET_APART, actor, now=now, draft=own.id, beside=draft.id)
    return own
