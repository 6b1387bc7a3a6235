"""Who is on a pile, and who must not get its standard answer, each with the reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlmodel import Session, col

from inbox import address_proofs
from inbox.areas import table_for
from inbox.database import office_of
from inbox.desk import Desk
from inbox.models import (
    Campaign,
    CampaignAnswer,
    CampaignCopy,
    CampaignRecipient,
    Case,
    CaseStatus,
    ChannelMode,
    Constituent,
    Delivery,
    DeliveryState,
    Message,
    MessageKind,
    Reading,
    RecipientState,
)
from inbox.our_answers import is_answer
from routing.differences import OWN_WORDS
from routing.words import RISK_FLAGS, ConstituencyState, Flag, Kind

OUTLIER = 42
"""Percent of the text's word pairs; what has fewer of them is a rewording, which a person looks at."""


_DANGERS = RISK_FLAGS | {Flag.CONFIDENTIAL}


class HeldBack(StrEnum):
    """Why somebody does not get the standard answer; the order is the order in which they are looked for."""

    ANSWERED = "answered"
    RISK = "risk"
    HIDDEN_CASEWORK = "hidden_casework"
    IN_WORK = "in_work"
    SAME_PERSON = "same_person"
    DISOWNED = "disowned"
    NO_WAY_BACK = "no_way_back"
    UNPROVED = "unproved"
    NOT_OURS = "not_ours"
    NO_ADDRESS = "no_address"
    HELD = "held"
    BY_RULE = "by_rule"
    OUTLIER = "outlier"
    OWN_WORDS = "own_words"


_ORDER = {reason: number for number, reason in enumerate(HeldBack)}

WHY = {
    HeldBack.ANSWERED: "answered already",
    HeldBack.RISK: "flagged, so a person must read it",
    HeldBack.HIDDEN_CASEWORK: "a matter of their own",
    HeldBack.IN_WORK: "somebody is working on it",
    HeldBack.SAME_PERSON: "on the list with another message",
    HeldBack.DISOWNED: "it may not be from whom it says",
    HeldBack.NO_WAY_BACK: "no address we can write to",
    HeldBack.UNPROVED: "not confirmed yet that the address they typed is theirs",
    HeldBack.NOT_OURS: "not our constituent",
    HeldBack.NO_ADDRESS: "no address given",
    HeldBack.HELD: "held back by a person",
    HeldBack.BY_RULE: "held by a rule",
    HeldBack.OUTLIER: "put in other words, not read yet",
    HeldBack.OWN_WORDS: "own words, not read yet",
}
"""Each reason in words that can follow a number of people."""

MAY_BE_INCLUDED = frozenset({HeldBack.NO_ADDRESS})
"""What a person may decide to answer all the same, for everybody at once."""


@dataclass(frozen=True, slots=True)
class Member:
    """One copy on a pile, with what a page and an answer need of its case and its writer."""

    message_id: str
    case_id: str
    reference: str
    constituent_id: str | None
    name: str
    postcode: str | None
    constituency: str
    channel_id: str | None
    """The channel they wrote by; `Desk.carrier_of` it is what answers them."""
    handle: str
    external_id: str | None
    language: str
    received_at: datetime
    likeness: int
    added_words: int
    reading: str
    rank: int
    held_back: HeldBack | None

    @property
    def has_own_words(self) -> bool:
        return self.added_words >= OWN_WORDS


def members(
    session: Session, desk: Desk, campaign: Campaign, *, included: Iterable[HeldBack] = (),
    case_ids: Sequence[str] | None = None, people: Collection[str] | None = None,
    visible: ColumnElement[bool] | None = None,
) -> list[Member]:  # fmt: skip
    """Every copy of a campaign in order of arrival, or those on some cases, or all that some people sent.

    `included`: reasons that do not hold back this time.
    """
    query = of_piles([campaign.id], _COLUMNS).order_by(col(CampaignCopy.message_id))
    if case_ids is not None:
        query = query.where(col(Case.id).in_(case_ids))
    if people is not None:
        query = query.where(col(Case.constituent_id).in_(people))
    if visible is not None:
        query = query.where(visible)
    rows = session.execute(query).all()
    answered = _answered(session, campaign, case_ids, people)
    typed = [row.sender_handle for row in rows if row.message_kind == MessageKind.FORM]
    if people is not None:
        typed = _typed(session, campaign, {row.sender_handle for row in rows}, visible)
    among = among_all(session, desk, {row.channel_id for row in rows}, typed)
    skipped = frozenset(included) & MAY_BE_INCLUDED
    return _once_each([
        _member(row, why_held(row, among, is_answered=row.constituent_id in answered, skipped=skipped))
        for row in rows
    ])  # fmt: skip


def by_person(copies: Iterable[Member]) -> dict[str, Member]:
    """The copy that stands for each person: the first that nothing holds back, else their first."""
    found: dict[str, Member] = {}
    for one in copies:
        key = one.constituent_id or one.message_id
        if key not in found or (found[key].held_back is not None and one.held_back is None):
            found[key] = one
    return found


def _once_each(copies: list[Member]) -> list[Member]:
    """Of the copies of one person that nothing holds back the first stays so: one letter, whatever they sent
    it from and however often. A copy with a weightier reason of its own keeps that."""
    chosen = by_person(copies)
    weightier = _ORDER[HeldBack.SAME_PERSON]
    return [
        replace(one, held_back=HeldBack.SAME_PERSON)
        if (stands := chosen[one.constituent_id or one.message_id]) is not one
        and stands.held_back is None
        and (one.held_back is None or _ORDER[one.held_back] > weightier)
        else one
        for one in copies
    ]


def _typed(
    session: Session, campaign: Campaign, addresses: Collection[str], visible: ColumnElement[bool] | None
) -> list[str]:
    """Those of `addresses` that anybody on the pile gave in a form."""
    query = of_piles([campaign.id], [col(Message.sender_handle)]).where(
        col(Message.kind) == MessageKind.FORM, col(Message.sender_handle).in_(addresses)
    )
    return list(session.execute(query if visible is None else query.where(visible)).scalars())


@dataclass(frozen=True, slots=True)
class Among:
    """What is known of all on a pile together: by which channels they can be answered, which addresses nobody
    proved, and whether there is a table that tells whose constituent somebody is."""

    answering: frozenset[str | None]
    unproved: frozenset[str]
    are_placed: bool


def among_all(session: Session, desk: Desk, channel_ids: Iterable[str | None], typed: Iterable[str]) -> Among:
    """`channel_ids` by which they wrote; `typed`: addresses that were given in a form."""
    return Among(
        frozenset(one for one in channel_ids if _is_answered_by_mail(desk, one)),
        frozenset(address_proofs.unproved(session, typed)),
        table_for(session, desk.office) is not None,
    )


def _is_answered_by_mail(desk: Desk, channel_id: str | None) -> bool:
    carrier = desk.carrier_of(channel_id)
    return carrier is not None and carrier.mode == ChannelMode.FULL and desk.can_mail(carrier)


def why_held(
    row: Row[Any], among: Among, *, is_answered: bool, skipped: frozenset[HeldBack] = frozenset()
) -> HeldBack | None:
    """The first reason that holds for a copy by itself, or None for one that the standard answer can answer.
    `skipped`: reasons that do not count this time."""
    unread = row.reading == Reading.UNREAD
    reasons = {
        HeldBack.ANSWERED: is_answered,
        HeldBack.RISK: not _DANGERS.isdisjoint(row.flags) or row.is_restricted,
        HeldBack.HIDDEN_CASEWORK: row.hides or row.reading == Reading.LIFTED,
        HeldBack.IN_WORK: row.kind != Kind.CAMPAIGN or row.status != CaseStatus.NEW or bool(row.merged_into),
        HeldBack.SAME_PERSON: row.constituent_id is None,
        HeldBack.DISOWNED: "dmarc-fail" in row.warnings,
        HeldBack.NO_WAY_BACK: row.channel_id not in among.answering or "@" not in row.sender_handle,
        HeldBack.UNPROVED: row.sender_handle in among.unproved,
        HeldBack.NOT_OURS: row.constituency == ConstituencyState.NOT_OURS,
        HeldBack.NO_ADDRESS: among.are_placed and row.constituency == ConstituencyState.UNKNOWN,
        HeldBack.HELD: row.reading == Reading.HELD,
        HeldBack.BY_RULE: row.held_by is not None,
        HeldBack.OUTLIER: unread and row.likeness < OUTLIER,
        HeldBack.OWN_WORDS: unread and row.added_words >= OWN_WORDS,
    }
    return next((one for one, holds in reasons.items() if holds and one not in skipped), None)


def may_be_answered() -> ColumnElement[bool]:
    """What a query of copies and their cases can say of `why_held`: where this is false, something holds."""
    unread = col(CampaignCopy.reading) == Reading.UNREAD
    read = col(CampaignCopy.reading) == Reading.CAMPAIGN_ONLY
    alike = and_(col(CampaignCopy.likeness) >= OUTLIER, col(CampaignCopy.added_words) < OWN_WORDS)
    return and_(
        col(Case.kind) == Kind.CAMPAIGN,
        col(Case.status) == CaseStatus.NEW,
        col(Case.constituent_id).is_not(None),
        col(Case.held_by).is_(None),
        col(CampaignCopy.hides).is_(False),
        or_(read, and_(unread, alike)),
    )


_COLUMNS: Any = (
    col(CampaignCopy.message_id), col(CampaignCopy.case_id), col(CampaignCopy.likeness),
    col(CampaignCopy.added_words), col(CampaignCopy.hides), col(CampaignCopy.reading),
    col(Case.reference), col(Case.constituent_id), col(Case.flags), col(Case.is_restricted),
    col(Case.kind), col(Case.status), col(Case.merged_into), col(Case.language), col(Case.held_by),
    col(Case.rank),
    col(Constituent.name), col(Constituent.postcode), col(Constituent.constituency),
    col(Message.channel_id), col(Message.sender_handle), col(Message.external_id),
    col(Message.kind).label("message_kind"), col(Message.warnings), col(Message.received_at),
)  # fmt: skip


def of_piles(campaign_ids: Sequence[str], columns: Any) -> Select[Any]:
    """These columns of every copy on some piles, with its case, its message and its writer."""
    query: Select[Any] = select(*columns)
    return (
        query.select_from(CampaignCopy)
        .join(Case, col(Case.id) == CampaignCopy.case_id)
        .join(Message, col(Message.id) == CampaignCopy.message_id)
        .join(Constituent, col(Constituent.id) == Case.constituent_id, isouter=True)
        .where(col(CampaignCopy.campaign_id).in_(campaign_ids))
    )


def answered_by_list(session: Session, campaign_ids: Sequence[str]) -> Select[Any]:
    """Pile and person of everybody who was answered by an answer to one of these campaigns."""
    pile_and_person: Any = (col(CampaignAnswer.campaign_id), col(CampaignRecipient.constituent_id))
    return (
        select(*pile_and_person)
        .select_from(CampaignRecipient)
        .join(CampaignAnswer, col(CampaignAnswer.id) == CampaignRecipient.answer_id)
        .join(Delivery, col(Delivery.id) == CampaignRecipient.delivery_id)
        .where(
            col(CampaignAnswer.campaign_id).in_(campaign_ids),
            col(CampaignRecipient.state) == RecipientState.QUEUED,
            col(Delivery.state) != DeliveryState.STOPPED,
        )
    )  # fmt: skip


def answered_by_letter(session: Session, campaign_ids: Sequence[str]) -> Select[Any]:
    """Pile and person of everybody who was answered on their case by a letter of its own."""
    theirs = select(col(Message.id)).where(col(Message.case_id) == col(Case.id), is_answer())
    pile_and_person: Any = (col(Campaign.id), col(Case.constituent_id))
    return (
        select(*pile_and_person)
        .join(Case, col(Case.campaign) == Campaign.slug)
        .where(
            col(Campaign.id).in_(campaign_ids), col(Case.office_id) == office_of(session),
            col(Case.constituent_id).is_not(None), theirs.exists(),
        )
    )  # fmt: skip


def _answered(
    session: Session, campaign: Campaign, case_ids: Sequence[str] | None, people: Collection[str] | None
) -> set[str]:
    """Who was answered already, of all on the pile or of some."""
    on_the_list = answered_by_list(session, [campaign.id])
    by_letter = answered_by_letter(session, [campaign.id])
    if case_ids is not None:
        on_the_list = on_the_list.where(col(CampaignRecipient.case_id).in_(case_ids))
        by_letter = by_letter.where(col(Case.id).in_(case_ids))
    if people is not None:
        on_the_list = on_the_list.where(col(CampaignRecipient.constituent_id).in_(people))
        by_letter = by_letter.where(col(Case.constituent_id).in_(people))
    return {person for query in (on_the_list, by_letter) for _, person in session.execute(query)}


def _member(row: Row[Any], held_back: HeldBack | None) -> Member:
    return Member(
        message_id=row.message_id, case_id=row.case_id, reference=row.reference,
        constituent_id=row.constituent_id, name=row.name or row.sender_handle, postcode=row.postcode,
        constituency=row.constituency or ConstituencyState.UNKNOWN, channel_id=row.channel_id,
        handle=row.sender_handle, external_id=row.external_id, language=row.language,
        received_at=row.received_at, likeness=row.likeness, added_words=row.added_words,
        reading=row.reading, rank=row.rank, held_back=held_back,
    )  # fmt: skip
