"""Many messages at once, put into piles: copies of one text together, everything else by itself."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.campaigns import Gist, are_copies, is_same_text

_MOST_ALIKE = 24
"""Texts compared with one more message at most: those that share most prints with it."""
_ASKED_MEMBERS = 7
_ENOUGH = 2
"""Of the first members of a pile a text must agree with so many, or with most."""


@dataclass(slots=True)
class _Pile:
    members: list[int] = field(default_factory=list)


def piles(gists: Sequence[Gist]) -> list[int | None]:
    """For each text the number of its pile, or None for a text that no other is a copy of.

    A copy needs one like it; a reworded text must agree with two of the pile, so that own words on the same
    subject, which resemble one wording or another, stay out.
    """
    kept: dict[int, list[int]] = defaultdict(list)
    home: list[_Pile] = []
    for number, gist in enumerate(gists):
        prints = gist.asked
        near = Counter(other for one in prints for other in kept[one])
        home.append(_home(gists, home, number, [other for other, _ in near.most_common(_MOST_ALIKE)]))
        for one in prints:
            kept[one].append(number)
    names: dict[int, int] = {}
    return [names.setdefault(id(one), len(names)) if len(one.members) > 1 else None for one in home]


def _home(gists: Sequence[Gist], home: list[_Pile], number: int, near: list[int]) -> _Pile:
    """The pile that a text belongs to. Piles that turn out to be one through it are put together."""
    found: list[_Pile] = []
    for other in near:
        pile = home[other]
        if any(pile is one for one in found):
            continue
        if is_same_text(gists[number], gists[other]) or _agrees(gists, number, pile):
            found.append(pile)
    mine = found[0] if found else _Pile()
    for other_pile in found[1:]:
        mine.members += other_pile.members
        for member in other_pile.members:
            home[member] = mine
    mine.members.append(number)
    return mine


def _agrees(gists: Sequence[Gist], number: int, pile: _Pile) -> bool:
    asked = pile.members[:_ASKED_MEMBERS]
    alike = sum(are_copies(gists[number], gists[member]) for member in asked)
    return alike >= _ENOUGH or 2 * alike > len(asked)
