"""Which piles somebody may know of, and whether they may read the text that stands for all letters."""

import sqlalchemy as sql
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from inbox.access import Person, visible_cases
from inbox.errors import NotFound
from inbox.models import Campaign, CampaignCopy, Case, Message


def known_to(person: Person) -> ColumnElement[bool]:
    """A pile with a letter that this person may know of. One that is empty tells of nobody."""
    copies = sql.select(col(CampaignCopy.message_id)).where(col(CampaignCopy.campaign_id) == col(Campaign.id))
    visible = copies.join(Case, col(Case.id) == CampaignCopy.case_id).where(visible_cases(person))
    return sql.or_(visible.exists(), ~copies.exists())


def find_campaign(session: Session, person: Person, name: str) -> Campaign:
    """A campaign by its id or the name in its address.

    Raises NotFound, also for a pile on which all letters are ones that this person may not know of.
    """
    known = known_to(person)
    found = session.exec(select(Campaign).where(Campaign.slug == name, known)).first()
    found = found or session.exec(select(Campaign).where(Campaign.id == name, known)).first()
    if found is None:
        raise NotFound
    return found


def open_campaigns(session: Session, person: Person) -> list[Campaign]:
    """The campaigns that nobody closed and this person may know of, the newest first."""
    query = select(Campaign).where(col(Campaign.closed_at).is_(None), known_to(person))
    return list(session.exec(query.order_by(col(Campaign.id).desc()).limit(200)))


def text_for(session: Session, person: Person, campaign: Campaign) -> str:
    """The text that most people sent; empty for whoever may not read the letter that it was taken from.

    It may end with its writer's name and address, so it is theirs before it is everybody's.
    """
    query = (
        select(sql.func.coalesce(Message.channel_id, ""))
        .join(Case, col(Case.id) == Message.case_id)
        .where(
            Message.id == campaign.template_id,
            visible_cases(person),
        )
    )
    came_by = session.exec(query).first()
    return "" if came_by is None or came_by in person.hidden_channels else campaign.template
