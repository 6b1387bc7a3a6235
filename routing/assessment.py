"""One door to what a message is, what it is about, how urgent and whether it is ours, with the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.constituency import Place, PostcodeTable, place_of
from routing.kinds import KindFacts, hides_casework, kind_of
from routing.language import language_of
from routing.risks import LABELS, Risk, flags_in, weigh_risk
from routing.signals import Evidence, Signals
from routing.topics import is_split, topics_in, topics_of_kind
from routing.urgency import priority_of
from routing.weighing import Reading, bundled_weights
from routing.wording import wording
from routing.words import ConstituencyState, Flag, Kind, Language, Machine, Priority, Topic
from routing.working_time import LONDON


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What triage reads of a message. `text` is the new text only, without quoted history."""

    text: str
    received_at: datetime
    subject: str = ""
    channel: str = "email"
    from_name: str = ""
    from_address: str = ""
    machine: Machine | None = None
    attachments: tuple[str, ...] = ()
    stated_postcode: str | None = None
    is_campaign: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the words of a message say, before any rule of the office. `because` is keyed by field."""

    kind: Kind
    topics: tuple[Topic, ...]
    priority: Priority
    flags: frozenset[Flag]
    language: Language
    postcode: str | None
    constituency: ConstituencyState
    constituency_confidence: str
    seat: str | None
    member: str | None
    split: bool
    hidden_casework: bool
    because: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


def assess(message: MessageFacts, area: PostcodeTable | None) -> Assessment:
    """What the product makes of one message; pure, bounded in time, with an answer for any text."""
    words = wording(message.subject, message.text)
    signals = Signals(words)
    language, welsh_words = language_of(words.sentences)
    reading = Reading(signals, bundled_weights())
    risk = weigh_risk(signals, reading)
    flags = flags_in(signals, risk)
    if language is Language.WELSH:
        flags |= {Flag.WELSH}
    place = _place(message, area, signals)
    topics = topics_in(signals, reading)
    chances = reading.chances("kind") | {"threat": risk.threat, "self-harm": risk.self_harm}
    facts = KindFacts(message.machine, flags, topics, place.state, message.is_campaign, chances)
    kind = kind_of(signals, facts)
    received = message.received_at.astimezone(LONDON).date()
    return Assessment(
        kind=kind,
        topics=topics_of_kind(kind, topics),
        priority=priority_of(signals, kind, flags, received),
        flags=flags,
        language=language,
        postcode=place.postcode,
        constituency=place.state,
        constituency_confidence=place.confidence,
        seat=place.seat.constituency if place.seat else None,
        member=place.seat.member if place.seat else None,
        split=is_split(signals),
        hidden_casework=hides_casework(signals, facts, kind),
        because=_because(signals, risk, kind, topics, flags, place, welsh_words),
    )


def _place(message: MessageFacts, area: PostcodeTable | None, signals: Signals) -> Place:
    label = "constituency elsewhere"
    elsewhere = signals.evidence(label)[0].words if signals.score(label) >= 4 else ""
    shown = f"{signals.wording.subject}\n\n{signals.wording.text}"
    return place_of(shown, area, stated=message.stated_postcode, elsewhere=elsewhere)


def _because(
    signals: Signals,
    risk: Risk,
    kind: Kind,
    topics: tuple[Topic, ...],
    flags: frozenset[Flag],
    place: Place,
    welsh_words: str,
) -> dict[str, tuple[Evidence, ...]]:
    life = {Kind.THREAT: "threat", Kind.SELF_HARM_RISK: "self-harm"}
    found = {
        "kind": signals.evidence(life[kind]) or risk.evidence
        if kind in life
        else signals.evidence(f"kind {kind}"),
        "topics": tuple(one for topic in topics for one in signals.evidence(f"topic {topic}")[:1]),
        "flags": tuple(one for flag in LABELS if flag in flags for one in signals.evidence(LABELS[flag])[:1]),
        "priority": signals.evidence("urgency immediate") or signals.evidence("urgency priority"),
    }
    if place.words:
        found["constituency"] = (Evidence(place.state, place.words, place.words, place.confidence),)
    if welsh_words:
        found["language"] = (Evidence(Language.WELSH, welsh_words, welsh_words, "common Welsh words"),)
    return {name: evidence for name, evidence in found.items() if evidence}
