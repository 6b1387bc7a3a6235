"""Piles by hand, for programs: two joined and parted again, a letter read, moved to another or taken off."""

from typing import Annotated

from fastapi import Response
from sqlmodel import Session, select

from inbox import campaigns
from inbox.access import Action, Person, find_case
from inbox.errors import NotFound, Refused
from inbox.models import Campaign, CampaignCopy, Case, Reading
from inbox.web.api import shapes, showing
from inbox.web.api.campaigns import CampaignShape, shown_campaign
from inbox.web.dependencies import Now, Writing, WritingDesk, may
from inbox.web.routers import api_router

router = api_router("campaigns")
_DECISIONS = (Reading.LIFTED, Reading.CAMPAIGN_ONLY, Reading.HELD)


class OtherPile(shapes.Shape):
    """The other pile, by its id or its slug."""

    campaign: shapes.Line


class Decided(shapes.Shape):
    """What the words that a person added are: `lifted` (their own matter), `campaign_only`, `held`."""

    decision: Reading


@router.post("/campaigns/{campaign_id}/join")
def join(
    campaign_id: str, given: OtherPile, person: Annotated[Person, may(Action.TRIAGE)], session: Writing,
    desk: WritingDesk, now: Now,
) -> CampaignShape:  # fmt: skip
    """Everybody on the other pile comes to this one, which is answered. `part`, said the same, undoes it."""
    here, other = _two(session, person, campaign_id, given)
    campaigns.merge(session, here, other, now=now, actor=person.actor)
    return shown_campaign(session, desk, person, here, now)


@router.post("/campaigns/{campaign_id}/part")
def part(
    campaign_id: str, given: OtherPile, person: Annotated[Person, may(Action.TRIAGE)], session: Writing,
    desk: WritingDesk, now: Now,
) -> CampaignShape:  # fmt: skip
    """A pile that was joined to this one is a pile of its own again. `join` undoes it."""
    here, other = _two(session, person, campaign_id, given)
    campaigns.part(session, here, other, now=now, actor=person.actor)
    return shown_campaign(session, desk, person, here, now)


@router.post("/campaigns/{campaign_id}/messages/{message_id}/read")
def read(
    campaign_id: str, message_id: str, given: Decided, person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing, desk: WritingDesk, now: Now, response: Response,
) -> shapes.CaseShape:  # fmt: skip
    """Says what the added words are. The header `Undo` names the event that `POST /undo/{id}` takes back."""
    if given.decision not in _DECISIONS:
        raise Refused("Say what the added words are: lifted, campaign_only or held.")
    _, copy, case = _copy(session, person, campaign_id, message_id)
    response.headers["Undo"] = campaigns.read(
        session, desk, copy, case, given.decision, now=now, actor=person.actor
    )
    return _case(session, desk, person, case, now)


@router.post("/campaigns/{campaign_id}/messages/{message_id}/move")
def move(
    campaign_id: str, message_id: str, given: OtherPile, person: Annotated[Person, may(Action.TRIAGE)],
    session: Writing, desk: WritingDesk, now: Now, response: Response,
) -> shapes.CaseShape:  # fmt: skip
    """Puts one letter on another pile."""
    _, copy, case = _copy(session, person, campaign_id, message_id)
    into = campaigns.find_campaign(session, person, given.campaign)
    response.headers["Undo"] = campaigns.move_copy(
        session, desk, copy, case, into, now=now, actor=person.actor
    )
    return _case(session, desk, person, case, now)


@router.post("/campaigns/{campaign_id}/messages/{message_id}/leave")
def leave(
    campaign_id: str, message_id: str, person: Annotated[Person, may(Action.TRIAGE)], session: Writing,
    desk: WritingDesk, now: Now, response: Response,
) -> shapes.CaseShape:  # fmt: skip
    """Takes one letter off the pile: a message like any other."""
    _, copy, case = _copy(session, person, campaign_id, message_id)
    response.headers["Undo"] = campaigns.leave(session, desk, copy, case, now=now, actor=person.actor)
    return _case(session, desk, person, case, now)


def _two(session: Session, person: Person, campaign_id: str, given: OtherPile) -> tuple[Campaign, Campaign]:
    here = campaigns.find_campaign(session, person, campaign_id)
    return here, campaigns.find_campaign(session, person, given.campaign)


def _copy(
    session: Session, person: Person, campaign_id: str, message_id: str
) -> tuple[Campaign, CampaignCopy, Case]:
    """The pile, the letter on it and its case, which this person must be allowed to sort. Raises NotFound."""
    campaign = campaigns.find_campaign(session, person, campaign_id)
    copy = campaigns.find_copy(session, campaign, message_id)
    reference = session.exec(select(Case.reference).where(Case.id == copy.case_id)).first()
    if reference is None:
        raise NotFound
    return campaign, copy, find_case(session, person, reference, Action.TRIAGE)


def _case(session: Session, desk: WritingDesk, person: Person, case: Case, now: Now) -> shapes.CaseShape:
    session.flush()
    return showing.cases(session, desk, person, [case], now)[0]
