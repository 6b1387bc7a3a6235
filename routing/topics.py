"""What a message is about: topics by the weight of their words, and whether it is several matters."""

from collections.abc import Mapping
from math import log

from routing.learning import Leaning
from routing.signals import Signals
from routing.weighing import Reading, log_odds
from routing.words import Kind, Topic

ENOUGH = 2.0
WEIGHED = 12.0
TAUGHT = 3.0
NEAR_THE_BEST = 0.3
MOST_TOPICS = 4

_OWN_TOPIC = {
    Kind.POLICY_VIEW: Topic.POLICY_VIEW,
    Kind.CAMPAIGN: Topic.POLICY_VIEW,
    Kind.THANK_YOU: Topic.OFFICE,
    Kind.MEDIA: Topic.OFFICE,
    Kind.OFFICE: Topic.OFFICE,
    Kind.DATA_REQUEST: Topic.DATA_REQUEST,
}
LABELS = {topic: f"topic {topic.value}" for topic in Topic}
SEVERAL, LONG = -2.6, 1.0
"""The odds, as a logarithm, from which a message is several matters (a chance of one in fifteen), and how
much more one needs that is longer than most: many words add up. The lowest at which, for every hand that
labelled such letters and taught no weights, half of those found are right."""
MIDDLING = 65
"""Words of a message up to which it is not long."""
SHORT, LIKELY_IN_SHORT = 25, -1.4
"""Words under which a message hardly has room for two matters, and the odds that it needs: a fifth."""


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


def is_split(reading: Reading) -> bool:
    """Whether the message has several matters, which different bodies handle."""
    chance = reading.chances("several")["several"]
    words = sum(one.words for one in reading.sentences)
    enough = LIKELY_IN_SHORT if words < SHORT else SEVERAL + LONG * log(max(words, MIDDLING) / MIDDLING)
    return log_odds(chance) >= enough
