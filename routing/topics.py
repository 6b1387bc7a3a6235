"""What a message is about: topics by the weight of their words, and whether it is several matters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from routing.learning import Leaning
from routing.signals import Signals
from routing.weighing import Reading
from routing.wording import Sentence
from routing.words import Kind, Topic

ENOUGH = 2.0
WEIGHED = 12.0
TAUGHT = 2.0
NEAR_THE_BEST = 0.3
MOST_TOPICS = 4
MATTER_TOPICS = frozenset(Topic) - {Topic.POLICY_VIEW, Topic.OFFICE, Topic.DATA_REQUEST}
"""Topics that a person can have a matter in."""

_BODIES = {
    "council": ("housing-social homelessness council-services planning social-care send schools"),
    "landlord": ("housing-private",),
    "home office": ("immigration asylum passports"),
    "benefits": ("benefits-uc benefits-disability child-maintenance pensions"),
    "tax": ("tax"),
    "health": ("nhs-access mental-health"),
    "law": ("policing asb"),
    "courts": ("justice prisons"),
    "roads": ("transport",),
    "vehicles": ("driving",),
}
_BODY_OF = {
    code: body
    for body, codes in _BODIES.items()
    for code in (codes.split() if isinstance(codes, str) else codes)
}
_OWN_TOPIC = {
    Kind.POLICY_VIEW: Topic.POLICY_VIEW,
    Kind.CAMPAIGN: Topic.POLICY_VIEW,
    Kind.THANK_YOU: Topic.OFFICE,
    Kind.MEDIA: Topic.OFFICE,
    Kind.OFFICE: Topic.OFFICE,
    Kind.DATA_REQUEST: Topic.DATA_REQUEST,
}
LABELS = {topic: f"topic {topic.value}" for topic in Topic}
SPLIT_CUES = "several matters"
CUED = 2.0
PLAIN = {True: 0.2, False: 0.3}
"""How far a stretch must speak of one body, with words that part matters and without."""
APART = {True: 0.2, False: 0.2}
"""How far it may at most speak of the other."""
MOST_READ = 60
"""Sentences that are read for several matters."""
FEWEST_WORDS = 4
_JOINTS = re.compile(r" (?:and|but|also|plus|then|meanwhile|while|because|so|nor) ")


def topics_in(
    signals: Signals, chances: Mapping[str, float], taught: Mapping[str, Leaning]
) -> tuple[Topic, ...]:
    """The topics of a message, the strongest first; those much weaker than it are left out.

    The phrases of the lists, the weighed words (a chance of one is worth `WEIGHED`) and what the office
    taught speak together.
    """
    scores = {
        topic: signals.score(label) + WEIGHED * chances.get(topic, 0.0) for topic, label in LABELS.items()
    }
    for topic in scores:
        if topic in taught:
            scores[topic] += TAUGHT * taught[topic].score
    best = max(scores.values())
    bar = max(ENOUGH, best * NEAR_THE_BEST)
    found = sorted((topic for topic in Topic if scores[topic] >= bar), key=lambda topic: -scores[topic])
    return tuple(found[:MOST_TOPICS])


def topics_of_kind(kind: Kind, topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """The topics that suit a kind: views and thanks carry their own first, junk carries none."""
    if kind in (Kind.SPAM, Kind.AUTO_REPLY):
        return ()
    own = _OWN_TOPIC.get(kind)
    if own is None:
        return topics
    return (own, *(topic for topic in topics if topic is not own))[:MOST_TOPICS]


def body_of(topic: Topic) -> str:
    """The sort of body that handles a topic; a topic without one stands for itself."""
    return _BODY_OF.get(topic.value, topic.value)


def is_split(signals: Signals, reading: Reading, topics: Sequence[Topic]) -> bool:
    """Whether the message has several matters: two stretches of it that speak of different bodies.

    Words such as "also" and "another thing" ask for less; without them both must be plain.
    """
    cued = signals.score(SPLIT_CUES) >= CUED
    if not cued and len({body_of(topic) for topic in topics if topic in MATTER_TOPICS}) < 2:
        return False
    stretches = [shares for shares in _bodies(signals, reading) if max(shares.values()) >= PLAIN[cued]]
    return any(_differ(first, second, APART[cued]) for first, second in combinations(stretches, 2))


def _differ(first: Mapping[str, float], second: Mapping[str, float], apart: float) -> bool:
    """Whether what each stretch speaks of is next to nothing in the other."""
    one, two = max(first, key=first.__getitem__), max(second, key=second.__getitem__)
    return one != two and first.get(two, 0.0) <= apart and second.get(one, 0.0) <= apart


def _bodies(signals: Signals, reading: Reading) -> Iterator[dict[str, float]]:
    """How far each stretch of the message, a sentence or a part of one, speaks of each sort of body."""
    sentences = signals.wording.sentences[:MOST_READ]
    for number, sentence in enumerate(sentences):
        parts = [part for part in _JOINTS.split(sentence.plain) if part.count(" ") >= FEWEST_WORDS]
        for part in parts if len(parts) > 1 else [sentence.plain]:
            labels = [
                label
                for label in LABELS.values()
                if (words := signals.words_in(label, number)) and any(word in part for word in words)
            ]
            chances = reading.chances_of("topic", Sentence("", f" {part.strip()} "), labels)
            shares: dict[str, float] = {}
            for name, chance in chances.items():
                body = body_of(Topic(name))
                shares[body] = shares.get(body, 0.0) + chance
            yield shares
