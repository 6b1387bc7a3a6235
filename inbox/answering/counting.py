"""How far an answer is: who is on its list, how many letters are made, left out, gone."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from inbox.models import CampaignAnswer, CampaignRecipient, Delivery


def listed(session: Session, answer: CampaignAnswer) -> set[str]:
    """The cases of those on the list."""
    query = select(CampaignRecipient.case_id).where(CampaignRecipient.answer_id == answer.id)
    return set(session.exec(query))


def recipients(session: Session, answer: CampaignAnswer) -> dict[str, int]:
    """How many of the list are in which state."""
    query = select(CampaignRecipient.state, func.count()).where(CampaignRecipient.answer_id == answer.id)
    return dict(session.exec(query.group_by(col(CampaignRecipient.state))).all())


def left_out(session: Session, answer: CampaignAnswer) -> dict[str, int]:
    """Why letters of the list were not made."""
    query = select(CampaignRecipient.why, func.count()).where(
        CampaignRecipient.answer_id == answer.id, col(CampaignRecipient.why).is_not(None)
    )
    found = session.exec(query.group_by(col(CampaignRecipient.why))).all()
    return {why or "": number for why, number in found}


def letters(session: Session, answer: CampaignAnswer) -> dict[str, int]:
    """How the letters stand in the outbox."""
    query = (
        select(Delivery.state, func.count())
        .join(CampaignRecipient, col(CampaignRecipient.delivery_id) == Delivery.id)
        .where(CampaignRecipient.answer_id == answer.id)
    )
    return dict(session.exec(query.group_by(col(Delivery.state))).all())
