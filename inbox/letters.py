"""A draft as the letter it would be: to whom, from whom, answering what, with which files."""

from datetime import datetime

from sqlalchemy import or_, true
from sqlmodel import Session, col, func, select

from connectors.contract import PUBLIC, Advises, Form, Handle, Judges, Letter
from connectors.contract import Attachment as File
from inbox import files, pictures
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.models import Case, Channel, Constituent, Delivery, DeliveryState, Direction, Draft, Message
from inbox.references import reply_token

OFFICE = "office"
_FORMS = frozenset(Form)


def letter_for(
    session: Session, desk: Desk, case: Case, draft: Draft, channel: Channel, *, outgoing_id: str,
    now: datetime, with_files: bool = True, before: str | None = None,
) -> Letter:  # fmt: skip
    """The letter that a draft is, as it would leave now. Without files it is for judging only.

    `before`: as in `is_second`.
    """
    answers = (
        session.exec(select(Message).where(Message.id == draft.answers)).first() if draft.answers else None
    )
    if draft.enquiry_id:
        answers = None
    references = _chain(session, case, answers)
    return Letter(
        message_id=outgoing_id,
        sender=Handle(sender_name(desk, draft.identity), channel.account),
        recipients=tuple(
            Handle(_name_of(session, case, draft, address), address) for address in draft.recipients
        ),
        subject=draft.subject,
        text=draft.text,
        date=now,
        language=draft.language,
        reply_to=reply_to(desk, case.reference, channel),
        in_reply_to=answers.external_id if answers else None,
        references=references,
        attachments=tuple(_file(desk, one) for one in files.of_draft(session, draft)) if with_files else (),
        form=Form(draft.form),
        answered_form=Form(answers.kind) if answers and answers.kind in _FORMS else Form.MESSAGE,
        answered_at=answers.received_at if answers else None,
        is_second=is_second(session, draft, answers, before=before),
        heard_at=_heard_at(session, case, draft, channel),
        answered_warnings=tuple(answers.warnings) if answers else (),
        told=draft.told,
    )


def judged(
    session: Session, desk: Desk, case: Case, draft: Draft, channel: Channel, now: datetime
) -> tuple[list[str], list[str]]:
    """What the channel says of this draft: what is good to know, and what stands in its way."""
    composer = desk.tools.composers.get(channel.kind)
    if not isinstance(composer, (Judges, Advises)):
        return [], []
    here = now.astimezone(desk.calendar.zone)  # so that times are told in the office's own
    letter = letter_for(session, desk, case, draft, channel, outgoing_id="", now=here, with_files=False)
    advice = list(composer.advice(letter, now)) if isinstance(composer, Advises) else []
    problems = list(composer.problems(letter, now)) if isinstance(composer, Judges) else []
    return advice, problems


def stands_against(
    session: Session, desk: Desk, delivery: Delivery, channel: Channel, now: datetime
) -> list[str]:
    """What the channel's own rules say against an approved answer just before it leaves: they held when it
    was approved, and a window may have closed since, or another answer have left."""
    composer = desk.tools.composers.get(channel.kind)
    if delivery.draft_id is None or not isinstance(composer, Judges):
        return []
    draft = session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
    case = session.exec(select(Case).where(Case.id == delivery.case_id)).first()
    if draft is None or case is None or channel.id != draft.channel_id:
        return []
    here = now.astimezone(desk.calendar.zone)
    letter = letter_for(
        session, desk, case, draft, channel, outgoing_id="", now=here, with_files=False, before=delivery.id
    )
    return list(composer.problems(letter, now))


def is_second(session: Session, draft: Draft, answers: Message | None, *, before: str | None = None) -> bool:
    """Whether something has gone out, or may have, in answer to the same message in the same form.

    `before`: a delivery that is about to leave; what was queued after it and has not left comes after it.
    """
    if answers is None:
        return False
    waits = col(Delivery.state).in_((DeliveryState.QUEUED, DeliveryState.RETRYING))
    ahead = or_(col(Delivery.id) < before, ~waits) if before is not None else true()
    query = (
        select(Delivery.id)
        .join(Draft, col(Draft.id) == Delivery.draft_id)
        .where(Draft.answers == answers.id, Draft.form == draft.form, Draft.id != draft.id)
        .where(col(Delivery.state).not_in((DeliveryState.FAILED, DeliveryState.STOPPED)), ahead)
    )
    return session.exec(query.limit(1)).first() is not None


def _heard_at(session: Session, case: Case, draft: Draft, channel: Channel) -> datetime | None:
    """When those it goes to last spoke to us through this channel, from which reply windows count.

    Platforms know no cases: what the person said on another of theirs opens the window too.
    """
    theirs = (
        select(Case.id).where(Case.constituent_id == case.constituent_id)
        if case.constituent_id
        else [case.id]
    )
    query = select(func.max(Message.received_at)).where(
        col(Message.case_id).in_(theirs),
        Message.channel_id == channel.id,
        Message.direction == Direction.INBOUND,
        col(Message.sender_handle).in_(draft.recipients),
        col(Message.kind).not_in(tuple(PUBLIC)),
    )
    return session.exec(query).one()


def _chain(session: Session, case: Case, answers: Message | None) -> tuple[str, ...]:
    """The ids of the conversation with this person, oldest first, ending with the one answered."""
    if answers is None or not answers.external_id:
        return ()
    query = select(Message.external_id).where(
        Message.case_id == case.id, Message.id <= answers.id, Message.constituent_id == answers.constituent_id
    )
    earlier = [one for one in session.exec(query.order_by(Message.id)) if one and one != answers.external_id]
    return (*earlier, answers.external_id)


def sender_name(desk: Desk, identity: str) -> str:
    """The name that a letter goes out under."""
    return desk.office.name if identity == OFFICE else desk.staff[identity].name


def _name_of(session: Session, case: Case, draft: Draft, address: str) -> str:
    if draft.enquiry_id:
        return ""
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    return person.name if person and person.name != address else ""


def reply_to(desk: Desk, reference: str, channel: Channel) -> Handle | None:
    """The signed address that replies come to, where the mailbox takes plus addresses."""
    if channel.settings.get("plus_addressing") != "yes":
        return None
    local, _, domain = channel.account.rpartition("@")
    return Handle(desk.office.name, f"{local}+{reply_token(reference, desk.keys)}@{domain}")


def _file(desk: Desk, row: files.Outgoing) -> File:
    """A file as it leaves: a picture or video without where it was taken. Raises Refused if that stays in."""
    content = pictures.without_place(desk.store.get(row.office_id, row.content_hash))
    if content is None:
        raise Refused(
            f"{row.filename} is damaged or may say where it was taken. Take it off; a JPEG or MP4 may go."
        )
    return File(row.filename, row.content_type, len(content), content)
