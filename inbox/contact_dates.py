"""When and how a person wrote to the office: dates and channels for their status page, never a word of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from inbox.dates import local_day
from inbox.models import Case, Channel, Direction, Message, MessageKind, Office, StatusLink


class Way(StrEnum):
    """How somebody wrote, as the public page says it."""

    EMAIL = "email"
    FORM = "form"
    PAGE = "page"
    LETTER = "letter"
    CALL = "call"
    VISIT = "visit"
    FACEBOOK = "facebook"
    X = "x"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Wrote:
    """One time that the person wrote."""

    way: Way
    at: datetime


_WAYS = {
    MessageKind.LETTER: Way.LETTER,
    MessageKind.CALL: Way.CALL,
    MessageKind.VISIT: Way.VISIT,
}
_CHANNELS = {
    "email": Way.EMAIL, "microsoft365": Way.EMAIL, "web": Way.FORM, "facebook": Way.FACEBOOK, "x": Way.X,
    "post": Way.LETTER, "phone": Way.CALL, "surgery": Way.VISIT, "outreach": Way.VISIT,
}  # fmt: skip
_OFTEN_OURS = frozenset({Way.CALL, Way.VISIT})
"""What staff write down on a case is as often a call of their own: only what began the case is theirs."""


def first_and_last(session: Session, link: StatusLink, case: Case) -> tuple[Wrote, ...]:
    """The first time the link's person wrote on this case, and the last where that was on another day."""
    person = link.constituent_id or case.constituent_id
    query = (
        select(Message.kind, Message.received_at, Channel.kind)
        .join(Channel, col(Channel.id) == col(Message.channel_id), isouter=True)
        .where(
            Message.case_id == case.id, Message.constituent_id == person, col(Message.edit_of).is_(None),
            Message.direction == Direction.INBOUND, col(Message.machine).is_(None),
        )
        .order_by(col(Message.received_at), col(Message.id))
    )  # fmt: skip
    found = [Wrote(_way(kind, channel), at) for kind, at, channel in session.exec(query)]
    later = [one for one in found[1:] if one.way not in _OFTEN_OURS]
    if not later:
        return tuple(found[:1])
    zone = session.exec(select(Office.time_zone).where(Office.id == case.office_id)).one()
    is_one_day = local_day(found[0].at, zone) == local_day(later[-1].at, zone)
    return (found[0],) if is_one_day else (found[0], later[-1])


def _way(kind: str, channel: str | None) -> Way:
    if kind in _WAYS:
        return _WAYS[MessageKind(kind)]
    way = _CHANNELS.get(channel or "", Way.OTHER)
    return Way.PAGE if kind == MessageKind.FORM and way is not Way.FORM else way
