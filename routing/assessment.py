"""One door to what a message is, what it is about, how urgent and whether it is ours, with the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.constituency import Place, PostcodeTable, place_of
from routing.kinds import KindFacts, kind_chances, kind_of
from routing.language import language_of
from routing.learning import Leaning, Learned, leaned, leanings, lesson_words
from routing.pleas import hides_casework
from routing.risks import LABELS, Risk, flags_in, risk_evidence, weigh_risk
from routing.signals import Evidence, Signals
from routing.topics import is_split, topics_in, topics_of_kind
from routing.urgency import priority_of
from routing.weighing import Reading, bundled_weights
from routing.wording import Wording, wording
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


class Taught:
    """The chances of one message's kinds and topics, moved by what the office taught."""

    def __init__(self, words: Wording, reading: Reading, learned: Learned | None) -> None:
        self._reading = reading
        stems = lesson_words(words) if learned else frozenset()
        self.leanings: dict[str, dict[str, Leaning]] = {
            model: leanings(learned, stems, model) if learned else {} for model in ("kind", "topic")
        }

    def kind_chances(self) -> dict[str, float]:
        return leaned(self._reading.chances("kind"), self.leanings["kind"])

    def evidence(self, model: str, name: str) -> tuple[Evidence, ...]:
        """The words that the office taught for an answer, if they spoke for it."""
        leaning = self.leanings[model].get(name)
        if leaning is None or leaning.score <= 0:
            return ()
        return (
            Evidence(f"{model} {name}", ", ".join(leaning.words), "", "learned from this office's cases"),
        )


def assess(message: MessageFacts, area: PostcodeTable | None, learned: Learned | None = None) -> Assessment:
    """What the product makes of one message; pure, bounded in time, with an answer for any text.

    `learned` is what the office taught; it moves kinds and topics and is not asked about risks.
    """
    words = wording(message.subject, message.text)
    signals = Signals(words)
    language, welsh_words = language_of(words.sentences)
    reading = Reading(signals, bundled_weights())
    risk = weigh_risk(reading)
    taught = Taught(words, reading, learned)
    flags = flags_in(signals, risk, reading.chances("kind"))
    if language is Language.WELSH:
        flags |= {Flag.WELSH}
    place = _place(message, area, signals)
    topics = topics_in(signals, reading.chances("topic"), taught.leanings["topic"])
    chances = kind_chances(reading.chances("kind"), taught.kind_chances()) | {
        "threat": risk.threat,
        "self-harm": risk.self_harm,
    }
    facts = KindFacts(message.machine, flags, topics, place.state, message.is_campaign, chances)
    kind = kind_of(signals, facts)
    if kind is Kind.MEDIA:
        flags |= {Flag.MEDIA}
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
        split=is_split(signals, reading, topics),
        hidden_casework=hides_casework(signals, reading, kind),
        because=_because(signals, reading, risk, taught, kind, topics, flags, place, welsh_words),
    )


def _place(message: MessageFacts, area: PostcodeTable | None, signals: Signals) -> Place:
    label = "constituency elsewhere"
    elsewhere = signals.evidence(label)[0].words if signals.score(label) >= 4 else ""
    shown = f"{signals.wording.subject}\n\n{signals.wording.text}"
    return place_of(shown, area, stated=message.stated_postcode, elsewhere=elsewhere)


def _because(
    signals: Signals,
    reading: Reading,
    risk: Risk,
    taught: Taught,
    kind: Kind,
    topics: tuple[Topic, ...],
    flags: frozenset[Flag],
    place: Place,
    welsh_words: str,
) -> dict[str, tuple[Evidence, ...]]:
    life = {Kind.THREAT: "threat", Kind.SELF_HARM_RISK: "self-harm"}
    found = {
        "kind": signals.evidence(life[kind]) or risk_evidence(signals, reading, risk)
        if kind in life
        else (*signals.evidence(f"kind {kind}"), *taught.evidence("kind", kind)),
        "topics": tuple(
            one
            for topic in topics
            for one in (*signals.evidence(f"topic {topic}")[:1], *taught.evidence("topic", topic))
        ),
        "flags": tuple(one for flag in LABELS if flag in flags for one in signals.evidence(LABELS[flag])[:1]),
        "priority": signals.evidence("urgency immediate") or signals.evidence("urgency priority"),
    }
    if place.words:
        found["constituency"] = (Evidence(place.state, place.words, place.words, place.confidence),)
    if welsh_words:
        found["language"] = (Evidence(Language.WELSH, welsh_words, welsh_words, "common Welsh words"),)
    return {name: evidence for name, evidence in found.items() if evidence}
