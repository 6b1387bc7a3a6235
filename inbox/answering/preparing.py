"""Letters of an approved answer, made a batch at a time: one for each person, exactly once.

A batch is composed with no transaction open and its bytes are durable before its rows. A process that dies
leaves whole batches only; whoever takes the job over goes on with those who still wait.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from connectors.contract import Handle, Letter, PermanentFailure
from inbox import letters, outbox
from inbox.answering.writing import (
    PERSONAL,
    UNDO_TIMES,
    add_recipients,
    common_values,
    on_the_list,
    ran_out,
)
from inbox.campaigns.holding import HeldBack, Member, by_person, may_be_answered, members
from inbox.database import find
from inbox.desk import Desk
from inbox.failpoints import reach
from inbox.history import Actor, ActorKind
from inbox.models import (
    ANSWER_MOVES,
    AnswerState,
    Campaign,
    CampaignAnswer,
    CampaignCopy,
    CampaignRecipient,
    Case,
    Channel,
    Direction,
    Message,
    MessageKind,
    RecipientState,
    move,
)
from inbox.references import new_message_id
from inbox.wording import fill

BATCH = 100
AT_ONCE = 500
"""People whose late copies are looked at together."""
NOBODY = "constituent"
"""How somebody is addressed who gave no name."""
_ALL = frozenset(HeldBack)
"""Whom a person put on the list stays on it; only what came up since holds back."""


@dataclass(frozen=True, slots=True)
class Made:
    """One letter whose bytes are to be stored, for the person of `recipient_id`: it answers `message_id`."""

    recipient_id: str
    message_id: str
    letter: Letter
    raw: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A letter whose bytes are durable under `raw_hash`."""

    made: Made
    raw_hash: str


def compose(session: Session, desk: Desk, answer: CampaignAnswer, *, now: datetime) -> list[Made]:
    """The next letters, for those who still wait and whom nothing holds back now. Changes nothing."""
    query = select(CampaignRecipient).where(
        CampaignRecipient.answer_id == answer.id, CampaignRecipient.state == RecipientState.WAITING
    )
    waiting = session.exec(query.order_by(col(CampaignRecipient.id)).limit(BATCH)).all()
    people = _people(session, desk, answer, waiting)
    made = []
    for recipient in waiting:
        member = people.get(recipient.case_id)
        if member is None or not on_the_list(member):
            continue
        channel = _carrier(desk, member)
        letter = _letter(desk, answer, channel, member, now)
        try:
            raw = desk.tools.composers[channel.kind].compose(letter)
        except PermanentFailure:
            continue  # an address that nothing can be sent to: left out by `queue`
        made.append(Made(recipient.id, member.message_id, letter, raw))
    return made


def sample(desk: Desk, answer: CampaignAnswer, member: Member) -> tuple[str, str]:
    """Subject and text as this person would read them."""
    values = _values(desk, member)
    return fill(answer.subject, values), fill(answer.text, values)


def queue(
    session: Session, desk: Desk, answer: CampaignAnswer, stored: list[Stored], *, now: datetime
) -> int:
    """Puts one batch in the outbox, in the caller's transaction; returns how many were dealt with.

    Somebody whom something holds back since the list was approved is left out, with the reason.
    """
    by_recipient = {one.made.recipient_id: one for one in stored}
    query = select(CampaignRecipient).where(
        CampaignRecipient.answer_id == answer.id, CampaignRecipient.state == RecipientState.WAITING
    )
    waiting = session.exec(query.order_by(col(CampaignRecipient.id)).limit(BATCH)).all()
    people = _people(session, desk, answer, waiting)
    cases = session.exec(select(Case).where(col(Case.id).in_([one.case_id for one in waiting]))).all()
    by_id = {case.id: case for case in cases}
    for recipient in waiting:
        member, letter = people.get(recipient.case_id), by_recipient.get(recipient.id)
        if member is None or member.held_back is not None or letter is None:
            recipient.state = RecipientState.LEFT_OUT
            recipient.why = str(member.held_back or "no_way_back") if member else "left_the_pile"
        elif letter.made.message_id == member.message_id:  # else made anew, for the copy that counts now
            _queue_one(session, desk, answer, recipient, member, letter, by_id[recipient.case_id], now)
    reach("answer.queued")
    return len(waiting)


def finish(session: Session, answer: CampaignAnswer, *, now: datetime) -> None:
    """Every letter is in the outbox."""
    answer.state = move(answer.state, AnswerState.PREPARED, ANSWER_MOVES, "answer")
    answer.updated_at = now


def late(session: Session, desk: Desk, answer: CampaignAnswer, *, now: datetime) -> list[str]:
    """The people whose copies came after the answer and whom nothing holds back, `AT_ONCE` at most; nobody
    once the date of a standard line in the answer has passed."""
    if ran_out(session, desk, answer, now):
        return []
    campaign = find(session, Campaign, answer.campaign_id)
    listed = select(CampaignRecipient.constituent_id).where(CampaignRecipient.answer_id == answer.id)
    query = (
        select(Case.constituent_id)
        .join(CampaignCopy, col(CampaignCopy.case_id) == Case.id)
        .where(CampaignCopy.campaign_id == campaign.id, may_be_answered())
        .where(col(Case.constituent_id).not_in(listed))
    )
    waiting = sorted(one for one in set(session.exec(query)) if one)
    for start in range(0, len(waiting), AT_ONCE):
        found = members(session, desk, campaign, people=waiting[start : start + AT_ONCE])
        people = {one.constituent_id for one in found if on_the_list(one)}
        if people:
            return sorted(one for one in people if one)
    return []


def take_late(
    session: Session, desk: Desk, answer: CampaignAnswer, people: Collection[str], *, now: datetime
) -> int:
    """Puts these people, found by `late`, on the answer's list, if nothing holds them back by now."""
    campaign = find(session, Campaign, answer.campaign_id)
    listed = set(session.exec(
        select(CampaignRecipient.constituent_id).where(
            CampaignRecipient.answer_id == answer.id, col(CampaignRecipient.constituent_id).in_(people)
        )
    ))  # fmt: skip
    new = [
        one for one in members(session, desk, campaign, people=people)
        if on_the_list(one) and one.constituent_id not in listed
    ]  # fmt: skip
    if new:
        add_recipients(session, answer, new)
        answer.state = move(answer.state, AnswerState.PREPARING, ANSWER_MOVES, "answer")
        answer.leaves_at = now + timedelta(seconds=UNDO_TIMES * desk.office.undo_seconds)
    return len(new)


def _people(
    session: Session, desk: Desk, answer: CampaignAnswer, waiting: Sequence[CampaignRecipient]
) -> Mapping[str, Member]:
    """The copy that stands for each who waits, by case: the one to be answered, else the first."""
    campaign = find(session, Campaign, answer.campaign_id)
    found = members(session, desk, campaign, included=_ALL, case_ids=[one.case_id for one in waiting])
    stands = by_person(found).values()
    return {one.case_id: one for one in (*found, *stands)}


def _carrier(desk: Desk, member: Member) -> Channel:
    """The mailbox that answers somebody on the list: whoever filled in a form is answered by email."""
    carrier = desk.carrier_of(member.channel_id)
    if carrier is None:
        raise RuntimeError("somebody is on the list whom no channel can answer")
    return carrier


def _letter(desk: Desk, answer: CampaignAnswer, channel: Channel, member: Member, now: datetime) -> Letter:
    named = _named(member)
    values = _values(desk, member)
    domain = channel.account.rpartition("@")[2]
    return Letter(
        message_id=new_message_id(member.reference, domain, desk.keys),
        sender=Handle(letters.sender_name(desk, answer.identity), channel.account),
        recipients=(Handle("" if named == NOBODY else named, member.handle),),
        subject=fill(answer.subject, values),
        text=fill(answer.text, values),
        date=now,
        reply_to=letters.reply_to(desk, member.reference, channel),
        in_reply_to=member.external_id,
        references=(member.external_id,) if member.external_id else (),
    )


def _named(member: Member) -> str:
    return member.name if member.name != member.handle else NOBODY


def _values(desk: Desk, member: Member) -> dict[str, str]:
    return common_values(desk) | dict(zip(sorted(PERSONAL), (_named(member), member.reference), strict=True))


def _queue_one(
    session: Session, desk: Desk, answer: CampaignAnswer, recipient: CampaignRecipient, member: Member,
    stored: Stored, case: Case, now: datetime,
) -> None:  # fmt: skip
    channel = _carrier(desk, member)
    message = _message(answer, stored.made.letter, case, channel, member, now)
    session.add(message)
    outgoing_id = stored.made.letter.message_id
    delivery = outbox.queue(
        session, case=case, message=message, channel=channel, purpose=outbox.Purpose.CAMPAIGN,
        recipients=[member.handle], envelope_sender=channel.account, outgoing_id=outgoing_id,
        raw_hash=stored.raw_hash, now=now, not_before=answer.leaves_at or now,
        actor=Actor(ActorKind.STAFF, answer.approved_by, _approver(desk, answer)),
    )  # fmt: skip
    recipient.state, recipient.delivery_id = RecipientState.QUEUED, delivery.id
    case.message_count += 1
    case.version += 1
    case.updated_at = now


def _approver(desk: Desk, answer: CampaignAnswer) -> str:
    person = desk.staff.get(answer.approved_by or "")
    return person.name if person else ""


def _message(
    answer: CampaignAnswer, letter: Letter, case: Case, channel: Channel, member: Member, now: datetime
) -> Message:
    """What the case shows of the letter. It is not put into the search: the pile has its text once."""
    return Message(
        office_id=case.office_id,
        case_id=case.id,
        channel_id=channel.id,
        direction=Direction.OUTBOUND,
        kind=MessageKind.MESSAGE,
        external_id=letter.message_id,
        sender_name=letter.sender.name,
        sender_handle=channel.account,
        recipients=[member.handle],
        subject=letter.subject,
        text=letter.text,
        new_text=letter.text,
        author_id=answer.author_id,
        constituent_id=case.constituent_id,
        received_at=now,
    )
