"""Piles in numbers without reading their copies: those that stand alike are one row, with their number."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, tuple_
from sqlmodel import Session, col

from inbox.campaigns.counting import Count, in_order, place_of
from inbox.campaigns.holding import (
    OUTLIER,
    Among,
    HeldBack,
    among_all,
    answered_by_letter,
    answered_by_list,
    of_piles,
    why_held,
)
from inbox.desk import Desk
from inbox.models import Campaign, CampaignCopy, Case, Constituent, Message, MessageKind, Reading
from routing.differences import OWN_WORDS


def tally(
    session: Session, desk: Desk, campaigns: Sequence[Campaign], *,
    visible: ColumnElement[bool] | None = None,
) -> dict[str, Count]:  # fmt: skip
    """By campaign id, what `counting.count` says of its members, whatever the number of piles and copies."""
    if not campaigns:
        return {}
    rows = session.execute(alike(session, [one.id for one in campaigns], visible)).all()
    typed = [row.sender_handle for row in rows if row.is_typed]
    among = among_all(session, desk, {row.channel_id for row in rows}, typed)
    piles: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        piles[row.campaign_id].append(row)
    return {one.id: _count(piles[one.id], among) for one in campaigns}


def _count(rows: Sequence[Row[Any]], among: Among) -> Count:
    places: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    own: Counter[bool] = Counter()
    for row in rows:
        channels[row.channel_id or ""] += row.number
        if row.added_words >= OWN_WORDS:
            own[row.reading != Reading.UNREAD] += row.number
        if row.is_first:
            places[place_of(row.constituency)] += row.number
    reasons = _people_held(rows, among)
    return Count(
        people=places.total(),
        messages=channels.total(),
        ours=places["ours"],
        not_ours=places["not_ours"],
        unknown=places["unknown"],
        channels=channels,
        own_words=own.total(),
        own_words_read=own[True],
        to_answer=reasons.pop(None, 0),
        held_back=in_order(reasons),
        newest_at=max((row.newest_at for row in rows), default=None),
        rank=min((row.rank for row in rows), default=0),
    )


def _people_held(rows: Sequence[Row[Any]], among: Among) -> Counter[HeldBack | None]:
    """How many people each reason holds back: somebody with several copies only if it does so for all."""
    once: Counter[HeldBack | None] = Counter()
    several: dict[str, HeldBack | None] = {}
    for row in sorted(rows, key=lambda one: not one.is_first):
        why = why_held(row, among, is_answered=row.is_answered)
        if row.several is None:
            once[why] += row.number
        elif row.several not in several or why is None:
            several[row.several] = why
    return once + Counter(several.values())


def alike(
    session: Session, campaign_ids: Sequence[str], visible: ColumnElement[bool] | None = None
) -> Select[Any]:
    """The copies of some piles, those of a pile that stand alike in all that `why_held` asks as one row.

    Of each fact no more is kept than is asked of it; only addresses that were typed into a form stay whole,
    because each is proved or not, and people who sent several copies, because one of those may do.
    """
    each = _each(session, campaign_ids, visible).subquery()
    same = [one for one in each.c if one.name not in ("received_at", "rank")]
    return select(
        *same,
        func.count().label("number"),
        func.max(each.c.received_at).label("newest_at"),
        func.min(each.c.rank).label("rank"),
    ).group_by(*same)


def _each(session: Session, campaign_ids: Sequence[str], visible: ColumnElement[bool] | None) -> Select[Any]:
    pile, message_id = col(CampaignCopy.campaign_id), col(CampaignCopy.message_id)
    person, address = col(Case.constituent_id), col(Message.sender_handle)
    place = func.row_number().over(
        partition_by=(pile, func.coalesce(person, message_id)), order_by=message_id
    )
    copies = func.count().over(partition_by=(pile, person))
    forms = func.max(case((col(Message.kind) == MessageKind.FORM, 1), else_=0)).over(
        partition_by=(pile, address)
    )
    answered = (answered_by_list(session, campaign_ids), answered_by_letter(session, campaign_ids))
    columns: Any = (
        pile,
        (place == 1).label("is_first"),
        case((and_(person.is_not(None), copies > 1), person)).label("several"),
        (forms == 1).label("is_typed"),
        or_(*(tuple_(pile, person).in_(query) for query in answered)).label("is_answered"),
        case((person.is_not(None), "somebody")).label("constituent_id"),
        case((forms == 1, address), (address.contains("@"), "@"), else_="").label("sender_handle"),
        case((col(CampaignCopy.likeness) < OUTLIER, 0), else_=OUTLIER).label("likeness"),
        case((col(CampaignCopy.added_words) < OWN_WORDS, 0), else_=OWN_WORDS).label("added_words"),
        case((col(Case.merged_into).is_not(None), "another")).label("merged_into"),
        case((col(Case.held_by).is_not(None), "a rule")).label("held_by"),
        col(CampaignCopy.hides), col(CampaignCopy.reading), col(Case.kind), col(Case.status),
        col(Case.flags), col(Case.is_restricted), col(Case.rank), col(Constituent.constituency),
        col(Message.channel_id), col(Message.warnings), col(Message.received_at),
    )  # fmt: skip
    query = of_piles(campaign_ids, columns)
    return query if visible is None else query.where(visible)
