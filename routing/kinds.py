"""The one word for what a message is, decided in order: machine, risk, junk, the rest."""

from dataclasses import dataclass

from routing.signals import Signals
from routing.words import ConstituencyState, Flag, Kind, Machine, Topic

SURE = 4.0
_MACHINES = {Machine.AUTO_REPLY, Machine.BOUNCE}
_PLEA = 4.0


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What else bears on the kind beside the words."""

    machine: Machine | None
    flags: frozenset[Flag]
    topics: tuple[Topic, ...]
    constituency: ConstituencyState
    is_campaign: bool


def kind_of(signals: Signals, facts: KindFacts) -> Kind:
    """What a message is. A risk to life outranks junk, so that no list of junk words can hide it."""
    if facts.machine in _MACHINES:
        return Kind.AUTO_REPLY
    if Flag.THREAT in facts.flags:
        return Kind.THREAT
    if Flag.SELF_HARM in facts.flags:
        return Kind.SELF_HARM_RISK
    for kind, bar in (
        (Kind.AUTO_REPLY, 5.0),
        (Kind.SPAM, 5.0),
        (Kind.DATA_REQUEST, SURE),
        (Kind.MEDIA, SURE),
    ):
        if _score(signals, kind) >= bar:
            return kind
    if facts.is_campaign:
        return Kind.CAMPAIGN
    kind = _by_weight(signals, facts)
    elsewhere = facts.constituency is ConstituencyState.NOT_OURS
    return Kind.NOT_OURS if elsewhere and kind is Kind.CASEWORK else kind


def has_plea(signals: Signals, facts: KindFacts) -> bool:
    """Whether someone's own matter stands in the message, whatever else the message is."""
    matters = any(topic not in (Topic.OFFICE, Topic.POLICY_VIEW) for topic in facts.topics)
    return matters and _score(signals, Kind.CASEWORK) >= _PLEA


def _by_weight(signals: Signals, facts: KindFacts) -> Kind:
    thanks, policy = _score(signals, Kind.THANK_YOU), _score(signals, Kind.POLICY_VIEW)
    office, abuse = _score(signals, Kind.OFFICE), _score(signals, Kind.ABUSE)
    plea = _score(signals, Kind.CASEWORK)
    if thanks >= SURE and thanks >= plea * 0.6:
        return Kind.THANK_YOU
    strongest = max(policy, office, abuse, plea)
    if strongest < SURE and not facts.topics:
        return Kind.ABUSE if abuse >= 2 else Kind.CASEWORK
    if office >= SURE and office >= max(policy, plea):
        return Kind.OFFICE
    if policy >= SURE and policy > plea:
        return Kind.POLICY_VIEW
    if abuse >= SURE and plea < SURE:
        return Kind.ABUSE
    return Kind.CASEWORK


def _score(signals: Signals, kind: Kind) -> float:
    return signals.score(f"kind {kind}")
