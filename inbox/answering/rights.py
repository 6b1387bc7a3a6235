"""Whether somebody may say yes to an answer: also on every channel that its letters leave by."""

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
    if refusal or all(may_on(person, act, one) for one in _carriers(session, desk, answer)):
        return refusal
    if is_own:
        return "Your role may not send on a channel that some of these letters leave by. Ask for sign-off."
    return "Your role may not approve what others wrote on a channel that some of these letters leave by."


def require(session: Session, desk: Desk, answer: CampaignAnswer, person: Person) -> None:
    """Raises NotAllowed with the sentence of `why_not`."""
    if refusal := why_not(session, desk, answer, person):
        raise NotAllowed(refusal)


def _carriers(session: Session, desk: Desk, answer: CampaignAnswer) -> set[str | None]:
    """The channels that answer those on the list."""
    query = (
        select(Message.channel_id)
        .join(CampaignCopy, col(CampaignCopy.message_id) == Message.id)
        .join(CampaignRecipient, col(CampaignRecipient.case_id) == CampaignCopy.case_id)
        .where(CampaignRecipient.answer_id == answer.id)
    )
    carriers = [desk.carrier_of(one) for one in session.exec(query.distinct())]
    return {one.id if one else None for one in carriers}
