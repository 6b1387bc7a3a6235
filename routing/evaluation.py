"""Measures assessments against labels: how much was found, how much of that was right."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from routing.assessment import Assessment
from routing.labelled import Labels
from routing.words import ConstituencyState, Flag, Kind, Priority

LIFE_KINDS = frozenset({Kind.THREAT, Kind.SELF_HARM_RISK})
UNWORKED = frozenset({Kind.SPAM, Kind.AUTO_REPLY, Kind.ABUSE})
"""Kinds that nobody works on: casework filed as one of these is lost."""


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


def measure(pairs: Sequence[Pair]) -> list[Figure]:
    """The table of figures, in the order in which they matter."""
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
        _share("constituency state", pairs, _any, lambda p: p[0].constituency is p[1].constituency),
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


def _share(name: str, pairs: Iterable[Pair], counts: Holds, right: Holds) -> Figure:
    counted = [pair for pair in pairs if counts(pair)]
    misses = tuple(
        f"{labels.message.subject} :: {labels.message.text}"
        for labels, found in counted
        if not right((labels, found))
    )
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
