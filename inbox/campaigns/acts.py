"""What people do with a pile: read added words, lift a matter out, take a copy off, put one on, close it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from inbox import clocks, triage
from inbox.areas import table_for
from inbox.campaigns import founding, joining
from inbox.campaigns.before import CHANGED, restore, standing
from inbox.database import find_or_none
from inbox.desk import Desk
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import (
    Campaign,
    CampaignCopy,
    Case,
    CaseStatus,
    Direction,
    Event,
    EventKind,
    Message,
    Reading,
)
from inbox.triage import facts_of
from routing.assessment import assess
from routing.campaigns import gist_of, likeness
from routing.rules import ClockOrder
from routing.words import ClockKind, Kind, Priority

UNDOES = frozenset(
    {
        EventKind.CAMPAIGN_READ,
        EventKind.CAMPAIGN_LEFT,
        EventKind.CAMPAIGN_JOINED,
        EventKind.CAMPAIGN_MOVED,
    }
)


def find_copy(session: Session, campaign: Campaign, message_id: str) -> CampaignCopy:
    """A message as a copy on this pile. Raises NotFound."""
    query = select(CampaignCopy).where(
        CampaignCopy.message_id == message_id, CampaignCopy.campaign_id == campaign.id
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound
    return found


def read(
    session: Session, desk: Desk, copy: CampaignCopy, case: Case, decision: Reading, *, now: datetime,
    actor: Actor,
) -> str:  # fmt: skip
    """Says what the added words are. A matter of their own is lifted out: casework with its clock."""
    before, was = copy.reading, standing(session, case)
    copy.reading = decision
    if decision is Reading.LIFTED and case.kind == Kind.CAMPAIGN:
        _lift(session, desk, copy, case, now=now, actor=actor)
    case.version += 1
    return record(session, case, EventKind.CAMPAIGN_READ, actor, now=now, message=copy.message_id,
                  before=before, after=decision, case_kind=was["kind"], was=was,
                  became=standing(session, case))  # fmt: skip


def leave(
    session: Session, desk: Desk, copy: CampaignCopy, case: Case, *, now: datetime, actor: Actor
) -> str:
    """Takes a copy off its pile: a message like any other, with its promise."""
    before, was = copy.campaign_id, standing(session, case)
    copy.campaign_id, case.campaign = None, None
    if case.kind == Kind.CAMPAIGN:
        message = session.exec(select(Message).where(Message.id == copy.message_id)).one()
        apart = assess(facts_of(desk, message), table_for(session, desk.office), desk.learned)
        case.kind = apart.kind if apart.kind is not Kind.CAMPAIGN else Kind.POLICY_VIEW
        triage.set_priority(case, apart.priority)
        _promise(session, desk, case, now=now, actor=actor)
    case.version += 1
    return record(session, case, EventKind.CAMPAIGN_LEFT, actor, now=now, message=copy.message_id,
                  before=before, case_kind=was["kind"], was=was,
                  became=standing(session, case))  # fmt: skip


def put(session: Session, desk: Desk, case: Case, campaign: Campaign, *, now: datetime, actor: Actor) -> str:
    """Puts a case on a pile by hand, by the newest message that its person wrote."""
    if case.campaign is not None:
        raise Conflict("It is on the pile of a campaign already. Take it off there first.")
    if case.status != CaseStatus.NEW:
        raise Refused("Somebody works on this case already, so it stays where it is.")
    inbound = select(Message).where(Message.case_id == case.id, Message.direction == Direction.INBOUND)
    message = session.exec(inbound.order_by(col(Message.id).desc()).limit(1)).first()
    if message is None:
        raise Refused("Nothing came in on this case, so there is nothing to put on a pile.")
    was, copy_was = standing(session, case), _copy_standing(session, message)
    _put_copy(session, desk, campaign, case, message, now)
    case.campaign, case.kind = campaign.slug, Kind.CAMPAIGN
    triage.set_priority(case, Priority.LOW)
    clocks.cancel_all(session, case, now=now, actor=actor)
    case.version += 1
    return record(session, case, EventKind.CAMPAIGN_JOINED, actor, now=now, message=message.id,
                  campaign=campaign.id, case_kind=was["kind"], copy_was=copy_was, was=was,
                  became=standing(session, case))  # fmt: skip


def set_closed(session: Session, campaign: Campaign, closed: bool, *, now: datetime, actor: Actor) -> None:
    """Puts a pile away, or brings it back. Copies that come later still join it."""
    if (campaign.closed_at is not None) == closed:
        return
    campaign.closed_at, campaign.updated_at = (now if closed else None), now
    record(session, None, EventKind.CAMPAIGN_CHANGED, actor, now=now, campaign=campaign.id, closed=closed)


def take_back(session: Session, desk: Desk, event: Event, case: Case, *, now: datetime, actor: Actor) -> None:
    """Takes back one act on a pile, where nobody has acted on the same copy since. Raises Conflict."""
    copy = session.exec(
        select(CampaignCopy).where(CampaignCopy.message_id == str(event.detail["message"]))
    ).first()
    if copy is None:
        raise NotFound
    if event.kind == EventKind.CAMPAIGN_MOVED:
        joining.move_back(session, desk, copy, case, event.detail)
        return
    if "was" not in event.detail:  # joined by itself
        raise NotFound
    if event.kind == EventKind.CAMPAIGN_READ:
        _must(copy.reading == event.detail["after"])
        copy.reading = str(event.detail["before"])
    elif event.kind == EventKind.CAMPAIGN_LEFT:
        _must(copy.campaign_id is None)
        campaign = find_or_none(session, Campaign, str(event.detail["before"]))
        _must(campaign is not None)
        copy.campaign_id, case.campaign = (campaign.id, campaign.slug) if campaign else (None, None)
    else:
        _must(copy.campaign_id == event.detail["campaign"])
        detail: Mapping[str, Any] = event.detail
        _take_off(session, copy, detail["copy_was"])
        case.campaign = None
    restore(session, case, event, now=now, actor=actor)


def _copy_standing(session: Session, message: Message) -> dict[str, object] | None:
    """How a message stood as a copy before it was put on a pile; None for one that was no copy."""
    copy = session.exec(select(CampaignCopy).where(CampaignCopy.message_id == message.id)).first()
    return {"reading": copy.reading, "moved_from": copy.moved_from} if copy else None


def _take_off(session: Session, copy: CampaignCopy, was: Mapping[str, Any] | None) -> None:
    if was is None:
        session.delete(copy)
        return
    copy.campaign_id, copy.reading, copy.moved_from = None, was["reading"], was["moved_from"]


def _lift(
    session: Session, desk: Desk, copy: CampaignCopy, case: Case, *, now: datetime, actor: Actor
) -> None:
    message = session.exec(select(Message).where(Message.id == copy.message_id)).one()
    own = "\n".join(message.new_text[start:end] for start, end in copy.added)
    apart = assess(replace(facts_of(desk, message), subject="", text=own), table_for(session, desk.office))
    case.kind, case.topics = Kind.CASEWORK, [str(topic) for topic in apart.topics]
    triage.heed_own_words(case, message, apart)
    case.team_id = None
    _promise(session, desk, case, now=now, actor=actor)


def _promise(session: Session, desk: Desk, case: Case, *, now: datetime, actor: Actor) -> None:
    order = ClockOrder(kind=ClockKind.FIRST_REPLY)
    clocks.start(session, desk, case, order, received_at=case.received_at, now=now, actor=actor)


def _put_copy(
    session: Session, desk: Desk, campaign: Campaign, case: Case, message: Message, now: datetime
) -> None:
    query = select(CampaignCopy).where(CampaignCopy.message_id == message.id)
    copy = session.exec(query).first()
    if copy is None:
        shared = likeness(gist_of("", message.new_text), gist_of("", campaign.template))
        copy = founding.a_copy(message, case, campaign.template_id, round(100 * shared), now)
        copy.is_by_hand = True
        session.add(copy)
    copy.campaign_id = campaign.id
    founding.compare(session, desk, campaign, copy, message)
    copy.reading = Reading.CAMPAIGN_ONLY  # whoever puts it there has read it


def _must(holds: bool) -> None:
    if not holds:
        raise Conflict(CHANGED)
