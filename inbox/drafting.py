"""Our words before they leave: started from a template or an empty page, saved as typed, never lost."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors.contract import PUBLIC, Form, Limits
from inbox import (
    addressing,
    files,
    letters,
    people,
    status_links,
)
from inbox.areas import table_for
from inbox.database import find_or_none
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Refused, Stale
from inbox.history import Actor, record
from inbox.models import (
    DRAFT_MOVES,
    EDITABLE,
    Approval,
    Case,
    Constituent,
    Direction,
    Draft,
    DraftFile,
    DraftState,
    DraftVersion,
    EventKind,
    Message,
    Office,
    Template,
    move,
)
from inbox.wording import fill
from routing.constituency import Seat

OFFICE = letters.OFFICE


@dataclass(frozen=True, slots=True)
class Changes:
    """What a writer changed; None leaves a thing as it is."""

    text: str | None = None
    subject: str | None = None
    recipients: Sequence[str] | None = None
    identity: str | None = None
    attachments: Sequence[str] | None = None
    channel_id: str | None = None
    form: Form | None = None


def begin(
    session: Session, desk: Desk, case: Case, *, author_id: str | None, now: datetime, actor: Actor,
    answers: Message | None = None, template: Template | None = None, text: str = "",
) -> Draft:  # fmt: skip
    """A new draft on a case: to the person who wrote, on the channel they used, in the office's name.

    Words that a template or the program laid ready are private until somebody says otherwise.
    """
    draft = unsaved(session, desk, case, now, answers=answers)
    laid_ready = template or not author_id
    if laid_ready:
        draft.form = Form.MESSAGE
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    draft.number = next_number(session, case.id)
    draft.text = fill(template.body, values(session, desk, case, person, now)) if template else text
    draft.author_id = draft.holder_id = author_id
    draft.writers = [author_id] if author_id else []
    draft.provenance = {
        "drafted_by": author_id,
        "source": "template" if template else "typed",
        "template": f"{template.name} v{template.version}" if template else None,
        "lines": [],
    }
    if laid_ready:
        note_privacy(desk, draft)
    session.add(draft)
    session.flush()
    keep_version(session, draft, now)
    record(session, case, EventKind.DRAFT_STARTED, actor, now=now, draft=draft.id)
    return draft


def unsaved(
    session: Session, desk: Desk, case: Case, now: datetime, *, answers: Message | None = None
) -> Draft:
    """The draft that would begin now, not stored: to whom, by which channel, answering what, seen by whom."""
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    language = person.language if person else "en"
    answers = answers or newest_inbound(session, case)
    channel = addressing.carrier(desk, case, answers)
    draft = Draft(
        office_id=case.office_id,
        case_id=case.id,
        number=0,
        channel_id=channel.id if channel else None,
        answers=answers.id if answers else None,
        recipients=addressing.recipients(session, desk, person, channel, answers),
        subject=addressing.subject(desk, case, channel, answers, language),
        language=language,
        created_at=now,
        updated_at=now,
    )
    draft.form = addressing.form(session, desk, case, draft, now)
    return draft


def moved(session: Session, desk: Desk, case: Case, channel_id: str, changes: Changes) -> Changes:
    """The same changes, and the reply goes by another channel, privately, to the person's address there."""
    channel = desk.channels.get(channel_id)
    if channel is None or channel.kind not in desk.tools.composers:
        raise NotFound
    known = people.addresses(session, case.constituent_id or "", channel.kind)[:1]
    if not known:
        raise Refused("We know no address of theirs for that channel.")
    person = find_or_none(session, Constituent, case.constituent_id)
    subject = addressing.subject(desk, case, channel, None, person.language if person else "en")
    return replace(changes, channel_id=channel.id, recipients=known, form=Form.MESSAGE, subject=subject)


_WHY_FIXED = {
    DraftState.QUEUED: "This reply waits to leave, so it cannot be changed. Stop it first.",
    DraftState.SENT: "This reply has left, so it cannot be changed.",
    DraftState.WITHDRAWN: "This reply was put away, so it cannot be changed. Begin a new one.",
}


def save(
    session: Session, desk: Desk, draft: Draft, changes: Changes, *, version: int, author_id: str | None,
    now: datetime, actor: Actor,
) -> Draft:  # fmt: skip
    """Saves what was typed. Any change voids an approval.

    Raises Stale where somebody saved first: with `text` as it stands, whose it is, and `yours`, the text that
    was not saved. Whoever changes what a colleague held has taken it over: the history says so.
    """
    if draft.version != version:
        raise Stale(_who_was_first(desk, draft), version=draft.version, text=draft.text,
                    drafted_by=draft.author_id, yours=changes.text)  # fmt: skip
    if draft.state not in EDITABLE:
        raise Conflict(_WHY_FIXED[DraftState(draft.state)], text=draft.text, yours=changes.text)
    before, words = digest(session, draft), draft.text
    _apply(session, desk, draft, changes)
    if digest(session, draft) == before:
        return draft
    draft.version, draft.updated_at = draft.version + 1, now
    into_hands(session, draft, author_id, now=now, actor=actor)
    if author_id and author_id not in draft.writers:
        draft.writers = [*draft.writers, author_id]
    if draft.text != words:
        written_by(draft, author_id)
    note_privacy(desk, draft)
    keep_version(session, draft, now)
    _void(session, draft, now=now, actor=actor)
    return draft


def into_hands(session: Session, draft: Draft, holder_id: str | None, *, now: datetime, actor: Actor) -> None:
    """Puts a draft into somebody's box. Out of a colleague's, that is told in the history."""
    if draft.holder_id not in (None, holder_id):
        record(session, draft.case_id, EventKind.DRAFT_TAKEN_OVER, actor, now=now, draft=draft.id,
               before=draft.holder_id)  # fmt: skip
    draft.holder_id = holder_id


def written_by(draft: Draft, author_id: str | None) -> None:
    """Says who wrote the words that stand there: whoever changed them last, not who began."""
    draft.author_id = author_id
    draft.provenance = {**draft.provenance, "drafted_by": author_id}


def note_privacy(desk: Desk, draft: Draft) -> None:
    """Remembers that these words stood as private where they could become public: that is asked about."""
    channel = desk.channels.get(draft.channel_id or "")
    forms = desk.tools.limits.get(channel.kind, Limits()).forms if channel else ()
    if len(forms) > 1 and draft.form not in tuple(PUBLIC) and draft.text.strip():
        draft.provenance = {**draft.provenance, "begun_privately": True}


def turns_public(draft: Draft) -> bool:
    """Whether words that were begun privately would be read by everybody."""
    return draft.form in tuple(PUBLIC) and bool(draft.provenance.get("begun_privately"))


def add_files(
    session: Session, desk: Desk, draft: Draft, given: Sequence[files.Given], *, version: int,
    author_id: str | None, now: datetime, actor: Actor,
) -> Draft:  # fmt: skip
    """Adds files to what goes with a draft; like any change it voids an approval.

    Raises Refused, and adds none, where they are more than the channel takes.
    """
    channel = desk.channels.get(draft.channel_id or "")
    together = [*files.of_draft(session, draft), *given]
    if too_much := files.too_much(desk.tools, channel, together):
        raise Refused(" ".join(too_much))
    rows = [
        DraftFile(
            office_id=draft.office_id,
            draft_id=draft.id,
            filename=one.filename,
            content_type=one.content_type,
            size=one.size,
            content_hash=one.content_hash,
            scan=one.scan,
            added_by=author_id,
            added_at=now,
        )
        for one in given
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        record(session, draft.case_id, EventKind.FILE_ADDED, actor, now=now, draft=draft.id, file=row.id)
    changes = Changes(attachments=[*draft.attachments, *(row.id for row in rows)])
    return save(session, desk, draft, changes, version=version, author_id=author_id, now=now, actor=actor)


def remove_file(
    session: Session, desk: Desk, draft: Draft, file_id: str, *, version: int, author_id: str | None,
    now: datetime, actor: Actor,
) -> Draft:  # fmt: skip
    """Takes a file off a draft. Raises NotFound for one that does not go with it."""
    if file_id not in draft.attachments:
        raise NotFound
    record(session, draft.case_id, EventKind.FILE_REMOVED, actor, now=now, draft=draft.id, file=file_id)
    changes = Changes(attachments=[one for one in draft.attachments if one != file_id])
    return save(session, desk, draft, changes, version=version, author_id=author_id, now=now, actor=actor)


def withdraw(session: Session, draft: Draft, *, now: datetime, actor: Actor) -> None:
    """Puts a draft away. Its words stay in its versions."""
    draft.state = move(draft.state, DraftState.WITHDRAWN, DRAFT_MOVES, "reply")
    draft.version += 1
    record(session, draft.case_id, EventKind.DRAFT_WITHDRAWN, actor, now=now, draft=draft.id)


def take_back(session: Session, draft: Draft, *, version: int, now: datetime, actor: Actor) -> None:
    """Out of the checkers' hands, word for word. Raises Stale, or Conflict where they have decided."""
    if draft.version != version:
        raise Stale(
            "It was changed after you read it. Read it again, then take it back.", version=draft.version
        )
    if draft.state != DraftState.SUBMITTED:
        raise Conflict("This text does not wait for sign-off any more.")
    draft.state = move(draft.state, DraftState.DRAFT, DRAFT_MOVES, "reply")
    draft.version, draft.updated_at = draft.version + 1, now
    record(session, draft.case_id, EventKind.DRAFT_TAKEN_BACK, actor, now=now, draft=draft.id)


def digest(session: Session, draft: Draft) -> str:
    """What an approval is bound to: text, subject, recipients, files, identity and channel."""
    goes_with = [[one.id, one.filename, one.content_hash] for one in files.of_draft(session, draft)]
    words = [
        draft.text,
        draft.subject,
        list(draft.recipients),
        goes_with,
        list(draft.attachments),
        draft.identity,
        draft.channel_id,
        draft.form,
        *([draft.told] if draft.told else []),
    ]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def newest_inbound(session: Session, case: Case) -> Message | None:
    """The last thing that a person wrote to us on this case."""
    query = (
        select(Message)
        .where(
            Message.case_id == case.id,
            Message.direction == Direction.INBOUND,
            col(Message.machine).is_(None),
        )
        .order_by((col(Message.constituent_id) == case.constituent_id).desc(), col(Message.id).desc())
    )
    return session.exec(query.limit(1)).first()


def values(
    session: Session, desk: Desk, case: Case, person: Constituent | None, now: datetime, *,
    language: str | None = None,
) -> dict[str, str]:  # fmt: skip
    """What named placeholders stand for on this case, dates in `language` (by itself the person's own). What
    is not known is left out, and so stays a gap."""
    office, promised = desk.office, status_links.next_word(session, case, now)
    language = language or (person.language if person else "en")
    elsewhere = _seat_elsewhere(session, office, person)
    known = {
        "name": person.name if person else "",
        "reference": case.reference,
        "office": office.name,
        "member": office.member or "",
        "constituency": office.constituency or "",
        "received_on": local_date(case.received_at, office.time_zone, language),
        "next_update": local_date(promised, office.time_zone, language) if promised else "",
        "postcode": person.postcode or "" if person else "",
        "their_constituency": elsewhere.constituency if elsewhere else "",
        "their_member": elsewhere.member if elsewhere else "",
        "signature": office.signature or "",
        "phone": office.phone or "",
        "today": local_date(now, office.time_zone, language),
    }
    return {name: value for name, value in known.items() if value}


def _seat_elsewhere(session: Session, office: Office, person: Constituent | None) -> Seat | None:
    """The seat that a person's postcode is in, where the table is sure of it and it is not ours."""
    table = table_for(session, office)
    if table is None or person is None or not person.postcode:
        return None
    seat, is_certain = table.seat_of(person.postcode)
    return seat if seat and is_certain and seat.constituency != table.ours else None


def _apply(session: Session, desk: Desk, draft: Draft, changes: Changes) -> None:
    if changes.text is not None:
        draft.text = changes.text.replace("\r\n", "\n").replace("\x00", "")
    if changes.subject is not None:
        draft.subject = " ".join(changes.subject.split())[:500]
    if changes.form is not None:
        draft.form = changes.form
    if changes.identity is not None:
        draft.identity = changes.identity
    if changes.channel_id is not None:
        draft.channel_id = changes.channel_id
    if changes.recipients is not None:
        draft.recipients = addressing.checked(session, desk, draft, changes.recipients)
    if changes.attachments is not None:
        draft.attachments = [_own_file(session, draft, one) for one in changes.attachments]


def _own_file(session: Session, draft: Draft, file_id: str) -> str:
    """Only files that were added to this draft, or came on its own case, can go with it."""
    if not files.belongs_to(session, draft, file_id):
        raise NotFound
    return file_id


def _void(session: Session, draft: Draft, *, now: datetime, actor: Actor) -> None:
    """A text that changed was approved by nobody."""
    if draft.state not in (DraftState.SUBMITTED, DraftState.APPROVED, DraftState.RETURNED):
        return
    approvals = session.exec(
        select(Approval).where(Approval.draft_id == draft.id, col(Approval.void_at).is_(None))
    ).all()
    for approval in approvals:
        approval.void_at = now
    if draft.state != DraftState.RETURNED:
        record(session, draft.case_id, EventKind.APPROVAL_VOIDED, actor, now=now, draft=draft.id)
    draft.state = move(draft.state, DraftState.DRAFT, DRAFT_MOVES, "reply")


def keep_version(session: Session, draft: Draft, now: datetime) -> None:
    """Keeps the text as it stands, and who wrote it, under the draft's version."""
    session.add(
        DraftVersion(
            office_id=draft.office_id,
            draft_id=draft.id,
            version=draft.version,
            subject=draft.subject,
            text=draft.text,
            author_id=draft.author_id,
            saved_at=now,
        )
    )


def _who_was_first(desk: Desk, draft: Draft) -> str:
    """What stands against an older text: who wrote the newer one, or that it has left."""
    author = desk.staff.get(draft.author_id or "")
    name = author.name if author else "Another program"
    at = draft.updated_at.astimezone(desk.calendar.zone)
    if draft.state in (DraftState.QUEUED, DraftState.SENT):
        return f"This reply has left while you were writing, with the words of {name} ({at:%H:%M})."
    return f"{name} changed this reply at {at:%H:%M}, while you were writing. Nothing is overwritten."


def next_number(session: Session, case_id: str) -> int:
    """The next number of a draft on a case."""
    return (session.exec(select(func.max(Draft.number)).where(Draft.case_id == case_id)).one() or 0) + 1
