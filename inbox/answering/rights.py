"""Whether somebody may write an answer or say yes to it: also on every channel of its letters."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from inbox import signoff
from inbox.access import Person, may_on
from inbox.desk import Desk
from inbox.errors import NotAllowed
from inbox.models import CampaignAnswer, CampaignCopy, CampaignRecipient, ChannelAct, Message


def why_not(session: Session, desk: Desk, answer: CampaignAnswer, person: Person) -> str | None:
    """Why this person may not approve it, in a sentence; None when they may."""
    refusal = signoff.may_approve(desk, answer, person.staff_id or "")
    is_own = not set(answer.writers) - {person.staff_id}
    act = ChannelAct.SEND if is_own else ChannelAct.APPROVE
    if refusal or all(may_on(person, act, one) for one in _carriers(desk, _came_by(session, answer))):
        return refusal
    if is_own:
        return "Your role may not send on a channel that some of these letters leave by. Ask for sign-off."
    return "Your role may not approve what others wrote on a channel that some of these letters leave by."


def require_writer(session: Session, desk: Desk, answer: CampaignAnswer, person: Person) -> None:
    """Raises NotAllowed where somebody on the list uses a channel on which this person may not write."""
    came_by = _came_by(session, answer)
    if person.hidden_channels & came_by or not all(
        may_on(person, ChannelAct.DRAFT, one) for one in _carriers(desk, came_by)
    ):
        raise NotAllowed("Your role may not write on a channel that some of these people use. Ask who may.")


def require(session: Session, desk: Desk, answer: CampaignAnswer, person: Person) -> None:
    """Raises NotAllowed with the sentence of `why_not`."""
    if refusal := why_not(session, desk, answer, person):
        raise NotAllowed(refusal)


def _came_by(session: Session, answer: CampaignAnswer) -> set[str | None]:
    """The channels by which those on the list wrote."""
    query = (
        select(Message.channel_id)
        .join(CampaignCopy, col(CampaignCopy.message_id) == Message.id)
        .join(CampaignRecipient, col(CampaignRecipient.case_id) == CampaignCopy.case_id)
        .where(CampaignRecipient.answer_id == answer.id)
    )
    return set(session.exec(query.distinct()))


def _carriers(desk: Desk, came_by: Iterable[str | None]) -> set[str | None]:
    """The channels that answer who wrote by these."""
    carriers = [desk.carrier_of(one) for one in came_by]
    return {one.id if one else None for one in carriers}
