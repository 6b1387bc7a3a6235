"""Measures what triage makes of labelled messages: how much was found, how much of that was right."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from routing.assessment import Assessment, MessageFacts, assess
from routing.constituency import PostcodeTable
from routing.copies import read_together
from routing.labelled import Labels
from routing.learning import AGAINST, TEACHABLE, Learned, learn, lesson_words
from routing.wording import wording
from routing.words import ConstituencyState, Flag, Kind, Priority

LIFE_KINDS = frozenset({Kind.THREAT, Kind.SELF_HARM_RISK})
UNWORKED = frozenset({Kind.SPAM, Kind.AUTO_REPLY, Kind.ABUSE})
"""Kinds that nobody works on: casework filed as one of these is lost."""


@dataclass(frozen=True, slots=True)
class Read:
    """What triage made of one message; `campaign` is the key its copies share."""

    assessment: Assessment
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: so many right of so many, and which messages were not."""

    name: str
    right: int
    of: int
    misses: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 1.0


Pair = tuple[Labels, Assessment]
Holds = Callable[[Pair], bool]


def evaluate(
    labelled: Sequence[Labels], area: PostcodeTable | None, learned: Learned | None = None
) -> list[Figure]:
    """The whole table on labelled messages, read together as one batch, just as a preview reads them."""
    read = read_all([one.message for one in labelled], area, learned)
    pairs = [(one, found.assessment) for one, found in zip(labelled, read, strict=True)]
    keys = [(one, found.campaign) for one, found in zip(labelled, read, strict=True)]
    return [*measure(pairs), *_campaign_figures(keys)]


def teach(labelled: Sequence[Labels], area: PostcodeTable | None) -> Learned:
    """What an office would have taught that put each of these messages right."""
    learned = Learned()
    for one in labelled:
        made = assess(one.message, area, learned)
        labels = [f"kind {one.kind}"] if one.kind in TEACHABLE else []
        labels += (
            [f"{AGAINST}kind {made.kind}"] if made.kind is not one.kind and made.kind in TEACHABLE else []
        )
        labels += [f"topic {topic}" for topic in one.topics]
        labels += [f"{AGAINST}topic {topic}" for topic in made.topics if topic not in one.topics]
        if one.kind not in LIFE_KINDS:
            learn(learned, lesson_words(wording(one.message.subject, one.message.text)), labels)
    return learned


def read_all(
    messages: Sequence[MessageFacts], area: PostcodeTable | None, learned: Learned | None = None
) -> list[Read]:
    """What triage makes of each message, copies of one text recognised among them."""
    copies = read_together(messages, area)
    return [
        Read(copies[place][1].assessment, copies[place][0])
        if place in copies
        else Read(assess(message, area, learned))
        for place, message in enumerate(messages)
    ]


def measure(pairs: Sequence[Pair]) -> list[Figure]:
    """The figures of each message by itself, in the order in which they matter."""
    return [
        _share("threat recall", pairs, _is_kind(Kind.THREAT), _found_kind(Kind.THREAT)),
        _share("self-harm recall", pairs, _is_kind(Kind.SELF_HARM_RISK), _found_kind(Kind.SELF_HARM_RISK)),
        _share(
            "risk before a person at once", pairs, _is_life, lambda p: p[1].priority is Priority.IMMEDIATE
        ),
        _share("harmless messages without a false alarm", pairs, lambda p: not _is_life(p), _no_alarm),
        _share("immediate recall", pairs, _is_immediate, _found_immediate),
        _share("immediate precision", pairs, _found_immediate, _is_immediate),
        _share("priority exact", pairs, _any, lambda p: p[0].priority is p[1].priority),
        _share("kind accuracy", pairs, _any, lambda p: p[0].kind is p[1].kind),
        _share(
            "topic, any right",
            pairs,
            lambda p: bool(p[0].topics),
            lambda p: bool(p[0].topics & {*p[1].topics}),
        ),
        _share("postcode exact", pairs, _any, lambda p: p[0].postcode == p[1].postcode),
        _share("constituency state", pairs, _any, lambda p: _state(p[0]) == _state(p[1])),
        _share("language", pairs, _any, lambda p: p[0].language is p[1].language),
        _share(
            "hidden casework recall", pairs, lambda p: p[0].hidden_casework, lambda p: p[1].hidden_casework
        ),
        _share(
            "hidden casework precision", pairs, lambda p: p[1].hidden_casework, lambda p: p[0].hidden_casework
        ),
        _share("several issues recall", pairs, lambda p: p[0].split, lambda p: p[1].split),
        _share("several issues precision", pairs, lambda p: p[1].split, lambda p: p[0].split),
        _share("casework kept in sight", pairs, _is_kind(Kind.CASEWORK), lambda p: p[1].kind not in UNWORKED),
        _share("ours not told they are not", pairs, _is_ours, lambda p: not _told_not_ours(p)),
        *(figure for flag in Flag for figure in _flag_figures(flag, pairs)),
    ]


def _campaign_figures(keys: Sequence[tuple[Labels, str | None]]) -> Iterable[Figure]:
    """Of pairs of copies: how many were put together, and how many put together are copies."""
    same = _pairs(one.campaign for one, _ in keys)
    joined = _pairs(key for _, key in keys)
    for name, of in (("campaign pairs recall", same), ("campaign pairs precision", joined)):
        missed = sorted(of - (same & joined))
        misses = tuple(f"{_shown(keys[a][0])} | {_shown(keys[b][0])}" for a, b in missed)
        yield Figure(name, len(of) - len(misses), len(of), misses)


def _pairs(names: Iterable[str | None]) -> set[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name:
            places.setdefault(name, []).append(place)
    return {pair for members in places.values() for pair in combinations(members, 2)}


def _state(one: Labels | Assessment) -> str:
    """Likely and confirmed are both ours."""
    ours = one.constituency in (ConstituencyState.LIKELY, ConstituencyState.CONFIRMED)
    return "ours" if ours else str(one.constituency)


def _shown(one: Labels) -> str:
    subject = f"{one.message.subject} :: " if one.message.subject else ""
    return f"{subject}{' '.join(one.message.text.split())}"


def _share(name: str, pairs: Iterable[Pair], counts: Holds, right: Holds) -> Figure:
    counted = [pair for pair in pairs if counts(pair)]
    misses = tuple(_shown(labels) for labels, found in counted if not right((labels, found)))
    return Figure(name, len(counted) - len(misses), len(counted), misses)


def _flag_figures(flag: Flag, pairs: Sequence[Pair]) -> Iterable[Figure]:
    if any(flag in labels.flags for labels, _ in pairs):
        yield _share(f"{flag} flag recall", pairs, lambda p: flag in p[0].flags, lambda p: flag in p[1].flags)
        yield _share(
            f"{flag} flag precision", pairs, lambda p: flag in p[1].flags, lambda p: flag in p[0].flags
        )


def _any(pair: Pair) -> bool:
    return True


def _is_kind(kind: Kind) -> Holds:
    return lambda pair: pair[0].kind is kind


def _found_kind(kind: Kind) -> Holds:
    return lambda pair: pair[1].kind is kind


def _is_life(pair: Pair) -> bool:
    return pair[0].kind in LIFE_KINDS


def _no_alarm(pair: Pair) -> bool:
    return pair[1].kind not in LIFE_KINDS


def _is_immediate(pair: Pair) -> bool:
    return pair[0].priority is Priority.IMMEDIATE


def _found_immediate(pair: Pair) -> bool:
    return pair[1].priority is Priority.IMMEDIATE


def _is_ours(pair: Pair) -> bool:
    return pair[0].constituency is ConstituencyState.LIKELY


def _told_not_ours(pair: Pair) -> bool:
    return pair[1].constituency is ConstituencyState.NOT_OURS
