"""What is looked at before a draft leaves: what blocks it, what came in since, how plain it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from connectors.contract import PUBLIC, Form, Limits
from inbox import address_proofs, addressing, consents, files, holds, letters, standard_lines
from inbox.database import find, find_or_none, shown_in
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.models import (
    SENDING,
    Case,
    Constituent,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    Handle,
    Message,
)
from inbox.wording import gaps


def problems(session: Session, desk: Desk, draft: Draft, now: datetime) -> list[str]:
    """What blocks this draft from leaving, each in a sentence for its writer; empty when it may go."""
    case = find(session, Case, draft.case_id)
    found = holds.problems(case)
    if not draft.text.strip():
        found.append("Write the message first.")
    if not draft.recipients:
        found.append("Choose who this goes to.")
    found += [
        f"Fill in {gap}, or take it out." for gap in dict.fromkeys(gaps(draft.text + "\n" + draft.subject))
    ]
    channel = desk.channels.get(draft.channel_id or "")
    if channel is None:
        found.append("Choose the channel to send on.")
    elif channel.mode not in SENDING:
        found.append(f"The channel {channel.name} does not send: it is set to {channel.mode}.")
    if not draft.enquiry_id:
        typed = address_proofs.given_in_forms(session, draft.case_id, draft.recipients)
        found += _unproved(session, desk, sorted(typed), now)
    found += consents.problems(session, draft, now, desk.office.time_zone)
    if draft.identity != letters.OFFICE and draft.identity not in desk.staff:
        found.append("Choose in whose name this goes.")
    if draft.form in tuple(PUBLIC):
        found += told_to_everybody(session, desk, draft)
    found += files.problems(desk.tools, channel, files.of_draft(session, draft))
    found += standard_lines.ran_out(session, draft.text, now, desk.office.time_zone)
    if found or channel is None:
        return found
    return letters.judged(session, desk, case, draft, channel, now)[1]


def _unproved(session: Session, desk: Desk, typed: list[str], now: datetime) -> list[str]:
    """Addresses typed into the form that are not proved: what each waits for, and what can be done."""
    waiting = address_proofs.unproved(session, typed)
    asked = address_proofs.asked(session, waiting) if waiting else {}
    return [_how_to_prove(desk, address, asked.get(address), now) for address in waiting]


def _how_to_prove(desk: Desk, address: str, asked: datetime | None, now: datetime) -> str:
    ring = "ring them, and write the call down."
    if asked is None:
        return (
            f"Nobody has asked yet whether {address} is theirs. If a mail there is safe for them, press "
            f"“{address_proofs.ASK}” by their message; or {ring}"
        )
    told = f"Nobody has confirmed yet that {address} is theirs."
    if now - asked < address_proofs.LIFE:
        return f"{told} They can press the button in our mail; or {ring}"
    on = local_date(asked, desk.office.time_zone)
    return (
        f"{told} The button in our mail of {on} works no more. Press “{address_proofs.ASK_AGAIN}” by their "
        f"message; or {ring}"
    )


def told_to_everybody(session: Session, desk: Desk, draft: Draft) -> list[str]:
    """What a public answer holds that is the person's own to tell: how and where they are reached."""
    case = find(session, Case, draft.case_id)
    person = find_or_none(session, Constituent, case.constituent_id)
    if person is None:
        return []
    rows = session.exec(select(Handle).where(Handle.constituent_id == person.id)).all()
    own = [one.address for one in rows if not _is_seen_by_all(desk, one)]
    said = _squeezed(draft.text)
    return [
        f"Everybody can read this answer. Take out {one}, or answer privately."
        for one in dict.fromkeys((*own, *([person.postcode] if person.postcode else [])))
        if _squeezed(one) in said
    ]


def _is_seen_by_all(desk: Desk, handle: Handle) -> bool:
    """Whether this is what a platform, on which people speak in public, calls them itself."""
    return not PUBLIC.isdisjoint(desk.tools.limits.get(handle.channel_kind, Limits()).forms)


def _squeezed(words: str) -> str:
    return "".join(words.casefold().split())


def filled_in(session: Session, draft: Draft) -> dict[str, str]:
    """The name and the reference that a standard line on this draft's case may hold."""
    query = (
        select(Case.reference, Constituent.name)
        .outerjoin(Constituent, col(Constituent.id) == Case.constituent_id)
        .where(Case.id == draft.case_id)
    )
    reference, name = session.exec(query).one()
    return {"reference": reference, "name": name or ""}


def has_plain_frame(session: Session, desk: Desk, draft: Draft) -> bool:
    """Whether everything about a draft but its text is as the program made it.

    It answers the person, goes to addresses on file, under the subject it was given, with no files.
    """
    if draft.enquiry_id or draft.attachments or draft.form != Form.MESSAGE:
        return False
    case = find(session, Case, draft.case_id)
    channel = desk.channels.get(draft.channel_id or "")
    answers = find_or_none(session, Message, draft.answers)
    known = select(Handle.address).where(Handle.constituent_id == case.constituent_id)
    on_file = set(session.exec(known)) | ({answers.sender_handle} if answers else set())
    given = addressing.subject(desk, case, channel, answers, draft.language)
    return draft.subject == given and set(draft.recipients) <= on_file


@dataclass(frozen=True, slots=True)
class Since:
    """What happened after a reply was begun: a sentence, and what was said, oldest first."""

    words: str
    messages: tuple[Message, ...]

    @property
    def newest(self) -> str:
        """Up to where somebody has read who was shown these messages."""
        return self.messages[-1].id


def happened_since(session: Session, desk: Desk, draft: Draft) -> Since | None:
    """What a writer must be told before a reply leaves: they wrote again, or a colleague answered them.

    None where nothing happened, as far as this reader may know. Letters to bodies have none.
    """
    if draft.enquiry_id:
        return None
    newer, answer = _written_since(session, draft), _answered_since(session, draft)
    if newer:
        told = "They wrote again after this was begun."
    elif answer is not None:
        told = _who_answered(desk, *answer)
    else:
        return None
    said = {one.id: one for one in (*newer, *((answer[0],) if answer else ()))}
    return Since(told, tuple(said[key] for key in sorted(said)))


def was_shown(session: Session, desk: Desk, draft: Draft, newest: str) -> bool:
    """Whether a page that showed everything up to the message `newest` left nothing unread."""
    since = happened_since(session, desk, draft)
    return since is None or since.newest <= newest


_NEVER_CAME = (DeliveryState.FAILED, DeliveryState.STOPPED, DeliveryState.BOUNCED)


def _who_answered(desk: Desk, _: Message, author_id: str | None, at: datetime) -> str:
    author = desk.staff.get(author_id or "")
    name = author.name if author else "The office"
    return f"{name} answered them at {at.astimezone(desk.calendar.zone):%H:%M}, after this was begun."


def _answered_since(session: Session, draft: Draft) -> tuple[Message, str | None, datetime] | None:
    """A reply of ours to the same person that left, or is leaving, after this one was begun."""
    query = (
        select(Message, Draft.author_id, Delivery.queued_at)
        .join(Delivery, col(Delivery.message_id) == Message.id)
        .join(Draft, col(Draft.id) == Delivery.draft_id)
        .where(Draft.case_id == draft.case_id, Draft.id != draft.id, col(Draft.enquiry_id).is_(None))
        .where(Delivery.queued_at > draft.created_at, col(Delivery.state).not_in(_NEVER_CAME))
        .where(shown_in(session, col(Message.channel_id)))
    )
    return session.exec(query.order_by(col(Delivery.id).desc()).limit(1)).first()


def _written_since(session: Session, draft: Draft) -> Sequence[Message]:
    """What arrived on the case after the message that this draft answers, oldest first."""
    is_newer = or_(col(Message.received_at) > draft.created_at, col(Message.id) > (draft.answers or ""))
    query = (
        select(Message)
        .where(
            Message.case_id == draft.case_id,
            Message.direction == Direction.INBOUND,
            col(Message.machine).is_(None),
            Message.id != (draft.answers or ""),
            is_newer,
            shown_in(session, col(Message.channel_id)),
        )
        .order_by(col(Message.id))
    )
    return session.exec(query).all()
