"""Piles joined and letters moved between them by hand, each with the way back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from inbox.campaigns import founding
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.history import Actor, record
from inbox.models import (
    AnswerState,
    Campaign,
    CampaignAnswer,
    CampaignCopy,
    Case,
    Event,
    EventKind,
    Message,
    Reading,
)

_LIVE = (AnswerState.DRAFT, AnswerState.SUBMITTED, AnswerState.PREPARING)


def merge(session: Session, into: Campaign, other: Campaign, *, now: datetime, actor: Actor) -> int:
    """Puts everybody on the pile `other` on the pile `into`; returns how many copies that were.

    What each added to the text they had is kept as it was found. Later copies of either text join `into`.
    """
    if into.id == other.id:
        raise Refused("Choose another pile.")
    if _has_open_answer(session, other):
        raise Conflict(
            "An answer to that pile is being written or sent. Put it away or wait until it is done."
        )
    brought = [one.id for one in joined_to(session, other)]
    mine = col(CampaignCopy.campaign_id) == other.id
    count = _move_all(session, mine, into, func.coalesce(CampaignCopy.moved_from, other.id))
    was_closed = other.closed_at is not None
    other.closed_at, other.updated_at, into.updated_at = other.closed_at or now, now, now
    _follow(session, into)
    record(session, None, EventKind.CAMPAIGN_MERGED, actor, now=now, campaign=other.id, into=into.id,
           copies=count, brought=brought, was_closed=was_closed)  # fmt: skip
    return count


def part(session: Session, campaign: Campaign, other: Campaign, *, now: datetime, actor: Actor) -> int:
    """Takes back that `other` was joined to this pile: its copies, and those that came since, go back, with
    the piles that had been joined to it before; a pile that was put away then is put away again."""
    if _has_open_answer(session, campaign):
        raise Conflict(
            "An answer to this pile is being written or sent. Put it away or wait until it is done."
        )
    joined = _joining(session, campaign, other)
    here, came_from = col(CampaignCopy.campaign_id) == campaign.id, col(CampaignCopy.moved_from)
    brought = here & came_from.in_(joined.get("brought", ()))
    count = _move_all(session, here & (came_from == other.id), other, None)
    if not count:
        raise Conflict("Nothing of that pile is on this one any more.")
    count += _move_all(session, brought, other, CampaignCopy.moved_from)
    other.closed_at = now if joined.get("was_closed") else None
    other.updated_at, campaign.updated_at = now, now
    _follow(session, other)
    record(session, None, EventKind.CAMPAIGN_PARTED, actor, now=now, campaign=campaign.id, into=other.id,
           copies=count)  # fmt: skip
    return count


def _joining(session: Session, campaign: Campaign, other: Campaign) -> Mapping[str, Any]:
    """What the history says of how `other` came to this pile, the last time."""
    query = select(Event.detail).where(Event.kind == EventKind.CAMPAIGN_MERGED)
    for detail in session.exec(query.order_by(col(Event.sequence).desc())):
        if detail.get("campaign") == other.id and detail.get("into") == campaign.id:
            return detail
    return {}


def joined_to(session: Session, campaign: Campaign) -> list[Campaign]:
    """The piles that were joined to this one."""
    query = select(CampaignCopy.moved_from).where(
        CampaignCopy.campaign_id == campaign.id, col(CampaignCopy.moved_from).is_not(None)
    )
    keys = sorted(one for one in set(session.exec(query.distinct())) if one)
    rows = select(Campaign).where(col(Campaign.id).in_(keys)).order_by(col(Campaign.id))
    return list(session.exec(rows))


def move_copy(
    session: Session, desk: Desk, copy: CampaignCopy, case: Case, into: Campaign, *, now: datetime,
    actor: Actor,
) -> str:  # fmt: skip
    """Puts one letter on another pile; whoever does it has read it."""
    if copy.campaign_id == into.id:
        raise Refused("Choose another pile.")
    before, reading, moved_from = copy.campaign_id, copy.reading, copy.moved_from
    _put_on(session, desk, copy, case, into)
    if copy.reading != Reading.LIFTED:
        copy.reading = Reading.CAMPAIGN_ONLY
    case.version += 1
    return record(
        session, case, EventKind.CAMPAIGN_MOVED, actor, now=now, message=copy.message_id, before=before,
        after=into.id, reading=reading, moved_from=moved_from, case_kind=case.kind,
    )  # fmt: skip


def move_back(
    session: Session, desk: Desk, copy: CampaignCopy, case: Case, detail: dict[str, object]
) -> None:
    """Takes back that one letter was moved. Raises Conflict where it is elsewhere by now."""
    if copy.campaign_id != detail["after"]:
        raise Conflict("Somebody has changed this since, so it cannot be taken back.")
    _put_on(session, desk, copy, case, find(session, Campaign, str(detail["before"])))
    copy.reading = str(detail["reading"])
    copy.moved_from = str(detail["moved_from"]) if detail["moved_from"] else None


def _put_on(session: Session, desk: Desk, copy: CampaignCopy, case: Case, into: Campaign) -> None:
    message = find(session, Message, copy.message_id)
    copy.campaign_id, copy.moved_from, case.campaign = into.id, None, into.slug
    founding.compare(session, desk, into, copy, message)


def _move_all(session: Session, which: object, into: Campaign, moved_from: object) -> int:
    session.flush()
    moved = session.execute(
        update(CampaignCopy)
        .where(which)  # type: ignore[arg-type]
        .values(campaign_id=into.id, moved_from=moved_from)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return int(moved.rowcount)  # type: ignore[attr-defined]


def _follow(session: Session, campaign: Campaign) -> None:
    """The cases say on which pile they are."""
    on_it = select(CampaignCopy.case_id).where(CampaignCopy.campaign_id == campaign.id)
    session.execute(
        update(Case)
        .where(col(Case.id).in_(on_it), col(Case.campaign) != campaign.slug)
        .values(campaign=campaign.slug, version=Case.version + 1)
        .execution_options(synchronize_session=False)
    )


def _has_open_answer(session: Session, campaign: Campaign) -> bool:
    query = select(CampaignAnswer.id).where(
        CampaignAnswer.campaign_id == campaign.id, col(CampaignAnswer.state).in_(_LIVE)
    )
    return session.exec(query.limit(1)).first() is not None
