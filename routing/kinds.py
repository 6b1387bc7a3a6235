"""The one word for what a message is, decided in order: machine, risk, junk, the rest."""

from dataclasses import dataclass

from routing.signals import Signals
from routing.words import ConstituencyState, Flag, Kind, Machine, Topic

SURE = 4.0
FAINT = 2.0
"""What is enough where nothing at all asks for help."""
_MACHINES = {Machine.AUTO_REPLY, Machine.BOUNCE}
HIDING = frozenset({Kind.CAMPAIGN, Kind.THANK_YOU, Kind.OFFICE, Kind.POLICY_VIEW, Kind.ABUSE})
"""Kinds that nobody reads for a plea, so that one inside must be lifted out."""


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


def hides_casework(signals: Signals, facts: KindFacts, kind: Kind) -> bool:
    """Whether someone's own matter stands in a message that is something else, or inside an insult."""
    insulting = kind is Kind.CASEWORK and _score(signals, Kind.ABUSE) >= SURE
    if not (kind in HIDING or insulting):
        return False
    matters = any(topic not in (Topic.OFFICE, Topic.POLICY_VIEW) for topic in facts.topics)
    return matters and _score(signals, Kind.CASEWORK) >= SURE


def _by_weight(signals: Signals, facts: KindFacts) -> Kind:
    thanks, policy = _score(signals, Kind.THANK_YOU), _score(signals, Kind.POLICY_VIEW)
    office, abuse = _score(signals, Kind.OFFICE), _score(signals, Kind.ABUSE)
    plea = _score(signals, Kind.CASEWORK)
    if thanks >= SURE and (thanks >= plea * 0.6 or _opens_with(signals, Kind.THANK_YOU)):
        return Kind.THANK_YOU
    if plea < FAINT and max(policy, office, abuse, thanks) >= FAINT:
        return max(
            (policy, Kind.POLICY_VIEW), (office, Kind.OFFICE), (thanks, Kind.THANK_YOU), (abuse, Kind.ABUSE)
        )[1]
    if office >= SURE and office >= max(policy, plea):
        return Kind.OFFICE
    if policy >= SURE and policy > plea:
        return Kind.POLICY_VIEW
    if abuse >= SURE and plea < SURE:
        return Kind.ABUSE
    return Kind.CASEWORK


def _opens_with(signals: Signals, kind: Kind) -> bool:
    """Whether the subject or the first sentences of the text already say it."""
    return any(number <= 1 for number in signals.sentence_scores(f"kind {kind}"))


def _score(signals: Signals, kind: Kind) -> float:
    return signals.score(f"kind {kind}")
