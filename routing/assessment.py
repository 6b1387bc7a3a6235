"""One door to what a message is, what it is about, how urgent and whether it is ours, with the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from routing.case_flags import LABELS as CASE_LABELS
from routing.case_flags import case_flags, flag_evidence, told_flags
from routing.constituency import Place, PostcodeTable, place_of
from routing.far_text import not_read, with_far_risks
from routing.folding import LONGEST_TEXT
from routing.kinds import UNWORKED, KindFacts, kind_chances, kind_of
from routing.language import language_of
from routing.learning import Leaning, Learned, all_leanings, leaned, lesson_words, of_model, words_of_stems
from routing.pleas import hides_casework, kind_beside, read_pleas
from routing.repeats import without_repeats
from routing.risks import LABELS, RAISED, Risk, flags_in, risk_evidence, weigh_risk
from routing.signals import Evidence, Signals
from routing.topics import is_split, topics_in, topics_of_kind
from routing.urgency import need_evidence, priority_of
from routing.weighing import Reading, bundled_weights
from routing.wording import Wording, wording
from routing.words import LIFE_FLAGS, ConstituencyState, Flag, Kind, Language, Machine, Priority, Topic
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


SURE_OF_A_TEAM = 1.0
"""How far a message must lean to a team before it is named to a person."""
SURE_OF_URGENCY = 1.0
SEVERAL_MATTERS = frozenset({Kind.CASEWORK, Kind.NOT_OURS})
"""Kinds that are looked through for several matters; so is any message that hides a case."""


class Taught:
    """What the office taught, for one message: its kinds and topics move, its urgency may rise."""

    def __init__(self, words: Wording, reading: Reading, learned: Learned | None) -> None:
        self._wording, self._reading = words, reading
        found = all_leanings(learned, lesson_words(words)) if learned and learned.messages else {}
        self.leanings: dict[str, dict[str, Leaning]] = {
            model: of_model(found, model) for model in ("kind", "topic", "team", "priority")
        }

    def kind_chances(self) -> dict[str, float]:
        return leaned(self._reading.chances("kind"), self.leanings["kind"])

    def raised(self, priority: Priority) -> Priority:
        """Priority instead of standard or low, where the office raised such messages; never the reverse."""
        leaning = self.leanings["priority"].get(Priority.PRIORITY)
        if leaning is None or leaning.score < SURE_OF_URGENCY or priority.rank <= Priority.PRIORITY.rank:
            return priority
        return Priority.PRIORITY

    def team(self) -> tuple[Evidence, ...]:
        """The team that the office moves such messages to, if it is clear; a person is asked."""
        teams = self.leanings["team"]
        best = max(teams, key=lambda name: (teams[name].score, name), default=None)
        return self.evidence("team", best) if best and teams[best].score >= SURE_OF_A_TEAM else ()

    def evidence(self, model: str, name: str) -> tuple[Evidence, ...]:
        """The words that the office taught for an answer, if they spoke for it."""
        leaning = self.leanings[model].get(name)
        if leaning is None or leaning.score <= 0:
            return ()
        said = words_of_stems(self._wording, leaning.words)
        return (Evidence(f"{model} {name}", ", ".join(said), "", leaning.source),)


def assess(message: MessageFacts, area: PostcodeTable | None, learned: Learned | None = None) -> Assessment:
    """What the product makes of one message; pure, bounded in time, with an answer for any text.

    `learned` is what the office taught; it moves kinds and topics, may raise the urgency, and is not asked
    about risks.
    """
    text, beyond = message.text[:LONGEST_TEXT], message.text[LONGEST_TEXT:]
    words = with_far_risks(wording(message.subject, without_repeats(text), beyond))
    signals = Signals(words)
    language, welsh_words = language_of(words.sentences)
    reading = Reading(signals, bundled_weights())
    risk = weigh_risk(reading)
    taught = Taught(words, reading, learned)
    flags = flags_in(signals, risk)
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
    pleas = read_pleas(signals, reading, is_copy=message.is_campaign)
    hides_case = hides_casework(pleas, kind, reading)
    kind = kind_beside(pleas, kind, hides_case)
    flags = case_flags(flags | told_flags(signals, reading), kind, hides_case)
    received = message.received_at.astimezone(LONDON).date()
    priority = priority_of(signals, kind, flags, received, reading.chances("need")["now"])
    raised = priority if kind in UNWORKED else taught.raised(priority)
    because = _because(signals, reading, risk, taught, kind, topics, flags, place, welsh_words)
    if raised is not priority:
        because["priority"] = taught.evidence("priority", raised)
    return Assessment(
        kind=kind,
        topics=topics_of_kind(kind, topics),
        priority=raised,
        flags=flags,
        language=language,
        postcode=place.postcode,
        constituency=place.state,
        constituency_confidence=place.confidence,
        seat=place.seat.constituency if place.seat else None,
        member=place.seat.member if place.seat else None,
        split=(kind in SEVERAL_MATTERS or hides_case) and is_split(reading),
        hidden_casework=hides_case,
        because=because,
    )


@cache
def make_ready() -> None:
    """Reads the lists and weights that come with the product, which takes half a second the first time.

    Whoever is about to hold a lock reads them before.
    """
    assess(MessageFacts("Mould in both bedrooms.", datetime(2026, 1, 5, 9, tzinfo=LONDON)), None)


def _place(message: MessageFacts, area: PostcodeTable | None, signals: Signals) -> Place:
    label = "constituency elsewhere"
    elsewhere = signals.evidence(label)[0].words if signals.score(label) >= 4 else ""
    shown = f"{signals.wording.subject}\n\n{signals.wording.text}"
    return place_of(shown, area, stated=message.stated_postcode, elsewhere=elsewhere)


def _flag_evidence(signals: Signals, reading: Reading, risk: Risk, flag: Flag) -> tuple[Evidence, ...]:
    if flag in LIFE_FLAGS:
        return (_listed(signals, LABELS[flag]) or risk_evidence(signals, reading, risk))[:1]
    listed = signals.evidence(LABELS[flag]) or signals.evidence(CASE_LABELS.get(flag, ""))
    return listed[:1] or flag_evidence(signals, reading, flag)


def _listed(signals: Signals, label: str) -> tuple[Evidence, ...]:
    """The phrases that say so by themselves; one that is only part of a sign is no evidence."""
    return signals.evidence(label) if signals.score(label) >= RAISED else ()


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
        "kind": _listed(signals, life[kind]) or risk_evidence(signals, reading, risk)
        if kind in life
        else (*signals.evidence(f"kind {kind}"), *taught.evidence("kind", kind)),
        "topics": tuple(
            one
            for topic in topics
            for one in (*signals.evidence(f"topic {topic}")[:1], *taught.evidence("topic", topic))
        ),
        "flags": tuple(
            one for flag in LABELS if flag in flags for one in _flag_evidence(signals, reading, risk, flag)
        ),
        "priority": signals.evidence("urgency immediate")
        or signals.evidence("need immediate")
        or need_evidence(signals, reading)
        or signals.evidence("urgency priority"),
        "team": taught.team(),
        "unread": not_read(signals.wording),
    }
    if place.words:
        found["constituency"] = (Evidence(place.state, place.words, place.words, place.confidence),)
    if welsh_words:
        found["language"] = (Evidence(Language.WELSH, welsh_words, welsh_words, "common Welsh words"),)
    return {name: evidence for name, evidence in found.items() if evidence}
