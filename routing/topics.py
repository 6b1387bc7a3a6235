"""What a message is about: topics by the weight of their words, and whether it is several matters."""

import re
from collections.abc import Iterator, Mapping

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
SPLIT_CUES, APART_CUES = "several matters", "matters apart"
"""Words that one matter may hold as well, and words that plainly part two."""
CUED = 2.0
PLAIN = {"apart": 0.03, "cued": 0.12, "": 0.26}
"""How much more than no words at all a stretch must speak of one body: less where words part the matters, and
least where they do so plainly."""
APART = 0.1
"""How much more it may at most speak of the other."""
MOST_READ = 24
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


def is_split(signals: Signals, reading: Reading) -> bool:
    """Whether the message has several matters: two stretches of it that speak of different bodies.

    Words such as "also" ask for less; where words such as "on a different note" part the matters plainly, two
    subjects that one body handles are two matters as well. Without such words both must be plain.
    """
    parted = "apart" if signals.score(APART_CUES) >= CUED else "cued" * (signals.score(SPLIT_CUES) >= CUED)
    known: list[dict[str, float]] = []
    for shares in _shares(signals, reading, by_body=parted != "apart"):
        if max(shares.values()) < PLAIN[parted]:
            continue
        if any(_differ(earlier, shares) for earlier in known):
            return True
        known.append(shares)
    return False


def _differ(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Whether what each stretch speaks of is next to nothing in the other."""
    one, two = max(first, key=first.__getitem__), max(second, key=second.__getitem__)
    return one != two and first.get(two, 0.0) <= APART and second.get(one, 0.0) <= APART


def _shares(signals: Signals, reading: Reading, *, by_body: bool) -> Iterator[dict[str, float]]:
    """How much more than no words at all each stretch, a sentence or a part of one, speaks of each body or
    subject."""
    gathered = _by_body if by_body else dict[str, float]
    unspoken = gathered(reading.chances_of("topic", Sentence("", " "), ()))
    sentences = signals.wording.sentences[:MOST_READ]
    hit = [label for label in signals.labels() if label.startswith("topic ")]
    for number, sentence in enumerate(sentences):
        said = [(label, words) for label in hit if (words := signals.words_in(label, number))]
        parts = [part for part in _JOINTS.split(sentence.plain) if part.count(" ") >= FEWEST_WORDS]
        for part in parts if len(parts) > 1 else [sentence.plain]:
            labels = [label for label, words in said if any(word in part for word in words)]
            spoken = gathered(reading.chances_of("topic", Sentence("", f" {part.strip()} "), labels))
            yield {name: chance - unspoken[name] for name, chance in spoken.items()}


def _by_body(chances: Mapping[str, float]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for name, chance in chances.items():
        body = _BODY_OF.get(name, name)
        shares[body] = shares.get(body, 0.0) + chance
    return shares
