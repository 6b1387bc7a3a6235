"""A pile in numbers: distinct people, ours and not, messages, own words, who is held back and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox.campaigns.holding import HeldBack, Member, by_person
from inbox.models import Reading
from routing.words import ConstituencyState

_OURS = frozenset({ConstituencyState.CONFIRMED, ConstituencyState.LIKELY})


@dataclass(frozen=True, slots=True)
class Count:
    """What a pile comes to. `channels`: channel id to messages; `held_back`: reason to people;
    `rank`: of the one copy on it with most points, so that how many there are never counts."""

    people: int
    messages: int
    ours: int
    not_ours: int
    unknown: int
    channels: Mapping[str, int]
    own_words: int
    own_words_read: int
    held_back: Mapping[HeldBack, int]
    to_answer: int
    newest_at: datetime | None
    rank: int

    @property
    def answered(self) -> int:
        return self.held_back.get(HeldBack.ANSWERED, 0)


def count(members: Sequence[Member]) -> Count:
    """The numbers of one pile. Somebody with two messages is one person, held back only if both are."""
    people = by_person(members)
    places = Counter(place_of(one.constituency) for one in people.values())
    reasons = Counter(one.held_back for one in people.values())
    own = [one for one in members if one.has_own_words]
    return Count(
        people=len(people),
        messages=len(members),
        ours=places["ours"],
        not_ours=places["not_ours"],
        unknown=places["unknown"],
        channels=Counter(one.channel_id or "" for one in members),
        own_words=len(own),
        own_words_read=sum(one.reading != Reading.UNREAD for one in own),
        held_back=in_order(reasons),
        to_answer=reasons[None],
        newest_at=max((one.received_at for one in members), default=None),
        rank=min((one.rank for one in members), default=0),
    )


def in_order(reasons: Mapping[HeldBack | None, int]) -> dict[HeldBack, int]:
    """The numbers of those held back, in the order in which the reasons are looked for."""
    return {why: reasons[why] for why in HeldBack if reasons.get(why)}


def place_of(constituency: str | None) -> str:
    """Ours, somebody else's, or not known."""
    if constituency in _OURS:
        return "ours"
    return "not_ours" if constituency == ConstituencyState.NOT_OURS else "unknown"
