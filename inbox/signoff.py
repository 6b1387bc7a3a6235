"""A yes to exact words, queued in the same commit. Any later change voids it."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlmodel import Session, select

from connectors.contract import Letter, PermanentFailure
from inbox import casefile, draft_checks, drafting, files, outbox, standard_lines
from inbox.access import Action, Person, may_on, require_on
from inbox.database import after_commit, find
from inbox.desk import Desk
from inbox.errors import Conflict, NotAllowed, Refused, Stale
from inbox.failpoints import reach
from inbox.history import Actor, record
from inbox.letters import letter_for
from inbox.models import (
    DRAFT_MOVES,
    Approval,
    Case,
    Channel,
    ChannelAct,
    Delivery,
    Direction,
    Draft,
    DraftState,
    Enquiry,
    EventKind,
    Message,
    MessageKind,
    StandardLine,
    move,
)
from inbox.references import new_message_id


def submit(
    session: Session, desk: Desk, draft: Draft, *, now: datetime, actor: Actor, read_newest: bool = False
) -> None:
    """Asks for a yes. Refused while there are gaps, or while something newer is unread."""
    _must_be_ready(session, desk, draft, read_newest, now)
    draft.state = move(draft.state, DraftState.SUBMITTED, DRAFT_MOVES, "reply")
    draft.submitted_at = now
    draft.version += 1
    record(session, draft.case_id, EventKind.DRAFT_SUBMITTED, actor, now=now, draft=draft.id,
           digest=drafting.digest(session, draft))  # fmt: skip


class Signed(Protocol):
    """Words that go out in somebody's name: a draft, or the answer to a campaign."""

    @property
    def identity(self) -> str: ...
    @property
    def writers(self) -> list[str]: ...


def steps(desk: Desk, draft: Signed) -> list[str]:
    """Who must say yes, in words that pages and programs share."""
    if draft.identity != drafting.OFFICE:
        return [f"person:{draft.identity}"]
    return [f"office:{desk.office.approval_office}"]


def may_approve(desk: Desk, draft: Signed, staff_id: str) -> str | None:
    """None when this person may say yes; otherwise the sentence that says why not."""
    if draft.identity != drafting.OFFICE:
        if draft.identity == staff_id:
            return None
        owner = desk.staff.get(draft.identity)
        return f"This goes in the name of {owner.name if owner else 'somebody else'}, who must approve it."
    if desk.office.approval_office == "other" and staff_id in draft.writers:
        return "You wrote this, so someone else must approve it."
    return None


def approve(
    session: Session, desk: Desk, draft: Draft, *, staff_id: str, digest: str, now: datetime, actor: Actor,
    read_newest: bool = False,
) -> Delivery:  # fmt: skip
    """The yes and the place in the outbox, in one commit. `digest` is of the text the approver saw.

    Raises Conflict for what others still write: only words that they handed in can be approved.
    """
    why_not = may_approve(desk, draft, staff_id)
    if why_not:
        raise NotAllowed(why_not)
    if digest != drafting.digest(session, draft):
        raise Stale("The words changed after you read them. Read them again, then decide.")
    if (
        draft.writers
        and staff_id not in (*draft.writers, draft.holder_id)
        and draft.state != DraftState.SUBMITTED
    ):
        raise Conflict("Nobody asks for a yes to this now: its writer is still at work on it.")
    _must_be_ready(session, desk, draft, read_newest, now, is_own=staff_id in draft.writers)
    return _say_yes(session, desk, draft, staff_id=staff_id, step=steps(desk, draft)[0], now=now, actor=actor)


def _say_yes(
    session: Session, desk: Desk, draft: Draft, *, staff_id: str, step: str, now: datetime, actor: Actor,
    **detail: Any,
) -> Delivery:  # fmt: skip
    """Notes whose yes it is, and queues exactly that text in the same commit."""
    digest = drafting.digest(session, draft)
    draft.state = move(draft.state, DraftState.APPROVED, DRAFT_MOVES, "reply")
    session.add(
        Approval(
            office_id=draft.office_id,
            draft_id=draft.id,
            staff_id=staff_id,
            step=step,
            digest=digest,
            is_yes=True,
            decided_at=now,
        )
    )
    record(session, draft.case_id, EventKind.DRAFT_APPROVED, actor, now=now, draft=draft.id, digest=digest,
           **detail)  # fmt: skip
    delivery = _queue(session, desk, draft, now=now, actor=actor)
    reach("signoff.approved")
    after_commit(session, lambda: reach("signoff.committed"))
    return delivery


def approve_as(
    session: Session, desk: Desk, draft: Draft, person: Person, *, digest: str | None, now: datetime,
    read_newest: bool = False,
) -> Delivery:  # fmt: skip
    """The yes of whoever acts. Standing for what somebody else wrote needs the right to approve.

    Without a `digest` the text as it stands is meant: the caller has checked its version.
    """
    if person.staff_id is None:
        raise NotAllowed("A token that acts for nobody may not approve or send.")
    if set(draft.writers) - {person.staff_id} and Action.APPROVE not in person.actions:
        raise NotAllowed("Your role does not include approving what others wrote.")
    is_own = not set(draft.writers) - {person.staff_id}
    require_on(person, ChannelAct.SEND if is_own else ChannelAct.APPROVE, draft.channel_id)
    read = drafting.digest(session, draft) if digest is None else digest
    return approve(
        session, desk, draft, staff_id=person.staff_id, digest=read, now=now, actor=person.actor,
        read_newest=read_newest,
    )  # fmt: skip


def stands_alone(session: Session, desk: Desk, draft: Draft | None, person: Person, now: datetime) -> bool:
    """Whether this person may let a text leave without asking anybody; None is a text nobody saved yet."""
    if Action.SEND not in person.actions or person.staff_id is None:
        return False
    if draft is None:
        return desk.office.approval_office == "self"
    if not may_on(person, ChannelAct.SEND, draft.channel_id):
        return False
    return _is_own(desk, draft, person) or standing(session, desk, draft, now) is not None


def send(
    session: Session, desk: Desk, draft: Draft, person: Person, *, now: datetime, read_newest: bool = False
) -> Delivery:
    """Lets a text leave that needs nobody else's yes. Raises NotAllowed for any other (`stands_alone`)."""
    approved = None if _is_own(desk, draft, person) else standing(session, desk, draft, now)
    if approved is None or Action.SEND not in person.actions:
        return approve_as(session, desk, draft, person, digest=None, now=now, read_newest=read_newest)
    require_on(person, ChannelAct.SEND, draft.channel_id)
    _must_be_ready(session, desk, draft, read_newest, now)
    named = [f"{line.number} v{line.version}" for line in approved]
    draft.provenance = {**draft.provenance, "lines": named}
    return _say_yes(
        session, desk, draft, staff_id=approved[0].approved_by or "", step="standard_lines", now=now,
        actor=person.actor, lines=[line.id for line in approved],
    )  # fmt: skip


def standing(session: Session, desk: Desk, draft: Draft, now: datetime) -> list[StandardLine] | None:
    """The lines that a draft in a person's name is made of, where that person has approved every one.

    In the office's name there is no such exception: where somebody else must approve, they read each text.
    """
    if draft.identity == drafting.OFFICE or not draft.text.strip():
        return None
    if not draft_checks.has_plain_frame(session, desk, draft):
        return None
    theirs = [one for one in standard_lines.in_date(session, now) if one.approved_by == draft.identity]
    return standard_lines.made_of(draft.text, theirs, draft_checks.filled_in(session, draft)) or None


def _is_own(desk: Desk, draft: Draft, person: Person) -> bool:
    """Whether this person's own word is enough for a text they wrote, or may stand for."""
    if set(draft.writers) - {person.staff_id} and Action.APPROVE not in person.actions:
        return False
    if draft.identity == drafting.OFFICE:
        return desk.office.approval_office == "self"
    return draft.identity == person.staff_id


def send_back(
    session: Session, draft: Draft, *, staff_id: str, note: str, now: datetime, actor: Actor
) -> None:
    """A no with a reason: the draft goes back to its writer."""
    if not note.strip():
        raise Refused("Say why. Others will read it.")
    digest = drafting.digest(session, draft)
    draft.state = move(draft.state, DraftState.RETURNED, DRAFT_MOVES, "reply")
    draft.version += 1
    session.add(
        Approval(
            office_id=draft.office_id,
            draft_id=draft.id,
            staff_id=staff_id,
            step="returned",
            digest=digest,
            is_yes=False,
            note=note.strip(),
            decided_at=now,
        )
    )
    record(session, draft.case_id, EventKind.DRAFT_RETURNED, actor, now=now, draft=draft.id, digest=digest)


def _must_be_ready(
    session: Session, desk: Desk, draft: Draft, read_newest: bool, now: datetime, *, is_own: bool = True
) -> None:
    """Raises Refused while something is missing, and Conflict while something newer is unread."""
    blocking = draft_checks.problems(session, desk, draft, now)
    if blocking:
        raise Refused(" ".join(blocking), problems=blocking)
    since = None if read_newest else draft_checks.happened_since(session, desk, draft)
    if since is not None:
        then = "send anyway or change your reply" if is_own else "approve this or send it back"
        raise Conflict(f"{since.words} Read it, then {then}.", message=since.newest)


def _queue(session: Session, desk: Desk, draft: Draft, *, now: datetime, actor: Actor) -> Delivery:
    case = find(session, Case, draft.case_id)
    channel = desk.channels[draft.channel_id or ""]
    outgoing_id = new_message_id(case.reference, channel.account.rpartition("@")[2], desk.keys)
    letter = letter_for(session, desk, case, draft, channel, outgoing_id=outgoing_id, now=now)
    raw_hash = desk.store.put(case.office_id, _composed(desk, channel, letter))
    message = _message(session, desk, case, draft, channel, letter, now)
    files.on_message(session, message, files.of_draft(session, draft))
    casefile.index(session, case, message)
    draft.state = move(draft.state, DraftState.QUEUED, DRAFT_MOVES, "reply")
    draft.version += 1
    case.updated_at = now
    case.message_count += 1
    enquiry = session.exec(select(Enquiry).where(Enquiry.id == draft.enquiry_id)).first()
    return outbox.queue(
        session, case=case, message=message, channel=channel, draft=draft,
        purpose=outbox.Purpose.ENQUIRY if enquiry else outbox.Purpose.REPLY,
        recipients=list(draft.recipients), envelope_sender=channel.account, outgoing_id=outgoing_id,
        raw_hash=raw_hash, now=now, not_before=now + timedelta(seconds=desk.office.undo_seconds), actor=actor,
    )  # fmt: skip


def _composed(desk: Desk, channel: Channel, letter: Letter) -> bytes:
    """The letter as bytes. Raises Refused for an address that came with a mail and cannot be written to."""
    try:
        return desk.tools.composers[channel.kind].compose(letter)
    except PermanentFailure as failure:
        raise Refused(failure.reason) from failure


def _message(
    session: Session, desk: Desk, case: Case, draft: Draft, channel: Channel, letter: Letter, now: datetime
) -> Message:
    message = Message(
        office_id=case.office_id,
        case_id=case.id,
        channel_id=channel.id,
        direction=Direction.OUTBOUND,
        kind=MessageKind(letter.form),
        external_id=letter.message_id,
        sender_name=letter.sender.name,
        sender_handle=channel.account,
        recipients=list(draft.recipients),
        subject=letter.subject,
        text=letter.text,
        new_text=letter.text,
        language=draft.language,
        author_id=draft.author_id,
        constituent_id=None if draft.enquiry_id else case.constituent_id,
        received_at=now,
    )
    session.add(message)
    session.flush()
    return message
