"""The copies of a pile a page at a time, without reading the others."""

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from inbox.campaigns.holding import Member, members
from inbox.desk import Desk
from inbox.models import Campaign, CampaignCopy, Case


def page_of(
    session: Session, desk: Desk, campaign: Campaign, *, after: str, limit: int,
    visible: ColumnElement[bool],
) -> list[Member]:  # fmt: skip
    """So many of `members`, in order of arrival, those after the message `after`."""
    query = (
        select(col(CampaignCopy.message_id), col(CampaignCopy.case_id), col(Case.constituent_id))
        .join(Case, col(Case.id) == CampaignCopy.case_id)
        .where(col(CampaignCopy.campaign_id) == campaign.id, col(CampaignCopy.message_id) > after, visible)
        .order_by(col(CampaignCopy.message_id))
    )
    rows = session.execute(query.limit(limit)).all()
    people = {row.constituent_id for row in rows if row.constituent_id}
    nameless = [row.case_id for row in rows if not row.constituent_id]
    found = members(session, desk, campaign, people=people, visible=visible) if people else []
    if nameless:
        found += members(session, desk, campaign, case_ids=nameless, visible=visible)
    by_id = {one.message_id: one for one in found}
    return [by_id[row.message_id] for row in rows]
