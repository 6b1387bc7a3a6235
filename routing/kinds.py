"""The one word for what a message is, decided in order: machine, risk, junk, the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.signals import Signals
from routing.words import ConstituencyState, Flag, Kind, Machine, Topic

SURE = 4.0
FAINT_CHANCE = 0.05
"""The chance under which weighed words speak against what a list says."""
JUNK_CHANCE = 0.3
"""The same where a list says that nobody wrote it: casework filed there is lost."""
UNWORKED_CHANCE = 0.6
"""What a kind needs that nobody works on, or that others answer: casework filed there is lost or late."""
CLEARLY = 1.3
"""How many times as likely as casework the likeliest kind must be: few words say little."""
PLAINLY = 2.0
"""How many times as likely as casework another kind must be that is left when the likeliest is in doubt."""
MOVABLE = 0.2
"""The chance from which learning may raise such a kind."""
UNWORKED = frozenset({Kind.SPAM, Kind.AUTO_REPLY, Kind.ABUSE})
OUR_OWN_KINDS = frozenset({Kind.MEDIA, Kind.OFFICE, Kind.DATA_REQUEST})
"""What is asked of the office itself: it may have a deadline, and nobody comes to harm by it."""
_DOUBTED = UNWORKED | {Kind.MEDIA, Kind.DATA_REQUEST}
_MACHINES = {Machine.AUTO_REPLY, Machine.BOUNCE}


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What else bears on the kind beside the phrases: `chances` are those of the weighed words."""

    machine: Machine | None
    flags: frozenset[Flag]
    topics: tuple[Topic, ...]
    constituency: ConstituencyState
    is_campaign: bool
    chances: Mapping[str, float]


def kind_of(signals: Signals, facts: KindFacts) -> Kind:
    """What a message is. A risk to life outranks junk, so that no list of junk words can hide it."""
    if facts.machine in _MACHINES:
        return Kind.AUTO_REPLY
    if Flag.THREAT in facts.flags and Flag.SELF_HARM in facts.flags:
        return Kind.THREAT if facts.chances["threat"] >= facts.chances["self-harm"] else Kind.SELF_HARM_RISK
    if Flag.THREAT in facts.flags:
        return Kind.THREAT
    if Flag.SELF_HARM in facts.flags:
        return Kind.SELF_HARM_RISK
    for kind, bar, chance in (
        (Kind.AUTO_REPLY, 5.0, JUNK_CHANCE),
        (Kind.SPAM, 5.0, JUNK_CHANCE),
        (Kind.DATA_REQUEST, SURE, FAINT_CHANCE),
        (Kind.MEDIA, SURE, FAINT_CHANCE),
    ):
        if _score(signals, kind) >= bar and facts.chances[kind] >= chance:
            return kind
    if facts.is_campaign:
        return Kind.CAMPAIGN
    chances = {name: chance for name, chance in facts.chances.items() if name != Kind.AUTO_REPLY}
    kind = _likeliest(chances if _quotes_a_machine(signals) else facts.chances)
    if kind is Kind.CASEWORK:
        kind = _opening(signals, facts.chances) or kind
    elsewhere = facts.constituency is ConstituencyState.NOT_OURS
    return Kind.NOT_OURS if elsewhere and kind is Kind.CASEWORK else kind


def kind_chances(weighed: Mapping[str, float], taught: Mapping[str, float]) -> dict[str, float]:
    """The chances after learning; it cannot alone send a message to a kind that nobody works on."""
    return {
        name: min(chance, weighed[name]) if Kind(name) in UNWORKED and weighed[name] < MOVABLE else chance
        for name, chance in taught.items()
    }


def _opening(signals: Signals, chances: Mapping[str, float]) -> Kind | None:
    """What a message is by how it opens, where a plea follows: thanks, an invitation, a view."""
    for kind in (Kind.THANK_YOU, Kind.OFFICE, Kind.POLICY_VIEW):
        scores = signals.sentence_scores(f"kind {kind}")
        first = max(scores.get(0, 0.0), scores.get(1, 0.0))
        if first >= SURE and chances[kind] >= FAINT_CHANCE:
            return kind
    return None


def _likeliest(chances: Mapping[str, float]) -> Kind:
    """The likeliest kind that is no risk, if clearly likelier than casework. Where it is one that nobody
    works on, or that others answer, and not sure: casework, unless what is left speaks plainly for another.
    """
    kinds = [kind for kind in Kind if kind in chances and kind is not Kind.THREAT]
    best = max(kinds, key=lambda kind: chances[kind])
    if chances[best] < CLEARLY * chances[Kind.CASEWORK]:
        return Kind.CASEWORK
    if best not in _DOUBTED or chances[best] >= UNWORKED_CHANCE:
        return best
    left = max((kind for kind in kinds if kind not in _DOUBTED), key=lambda kind: chances[kind])
    return left if chances[left] >= PLAINLY * chances[Kind.CASEWORK] else Kind.CASEWORK


def _score(signals: Signals, kind: Kind) -> float:
    """How surely the lists say so."""
    if kind is Kind.AUTO_REPLY and _quotes_a_machine(signals):
        return 0.0
    return signals.score(f"kind {kind}")


def _quotes_a_machine(signals: Signals) -> bool:
    """Whether only what is repeated reads as a machine's: a person answers our out-of-office."""
    said = signals.sentence_scores(f"kind {Kind.AUTO_REPLY}")
    sure = [number for number, score in said.items() if score >= SURE]
    return bool(sure) and all(signals.wording.is_repeated(number) for number in sure)
