"""What an office's own corrections and closed cases teach of kinds and topics: counts, nothing else.

For each label ("kind casework", "topic send") it is counted in how many messages each word, and each two
words in a row, stood. A new message leans to a label by the words that stood more often in its messages than
in the others. The counts stay with the office, can be read word by word, and are forgotten by throwing them
away. They never bear on a risk flag: the risks of a message are decided before and without them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

from routing.word_families import stem_of
from routing.wording import Wording

LONGEST_READ = 400
"""Words of a message that teach and are weighed."""
MOST_WORDS = 30_000
"""Words kept; past that those seen in one message are dropped."""
TELLING = 12
"""How many of a message's words speak for a label: the most telling ones."""
STRONGEST = 3.0
"""The most that learning can say for or against a label, as the logarithm of odds."""
HALF_TRUST = 5
"""Messages of a label after which it is trusted by half."""


class LearningError(ValueError):
    """Stored counts that cannot be read."""


@dataclass(slots=True)
class Learned:
    """The counts of an office: messages, messages per word, and the same for each label."""

    messages: int = 0
    words: Counter[str] = field(default_factory=Counter)
    by_label: dict[str, int] = field(default_factory=dict)
    words_by_label: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaning:
    """How far a message leans to a label (the logarithm of odds), and the words that say so."""

    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """A word of a label: in how many of its messages it stood, and in how many of the others."""

    word: str
    here: int
    elsewhere: int


def lesson_words(wording: Wording) -> frozenset[str]:
    """The words, and pairs of words in a row, by which a message is learned and recognised."""
    found: set[str] = set()
    left = LONGEST_READ
    for sentence in wording.sentences:
        stems = [stem_of(word) for word in sentence.plain.split()[:left]]
        found.update(stem for stem in stems if len(stem) > 2)
        found.update(f"{first} {second}" for first, second in pairwise(stems))
        left -= len(stems)
        if left <= 0:
            break
    return frozenset(found)


def learn(learned: Learned, words: frozenset[str], labels: Iterable[str]) -> None:
    """Counts one message under the labels that a person gave it ("kind casework", "topic send")."""
    _count(learned, words, labels, 1)
    if len(learned.words) > MOST_WORDS:
        _drop_rare(learned)


def unlearn(learned: Learned, words: frozenset[str], labels: Iterable[str]) -> None:
    """Takes one message back, as when a correction is corrected or the person's data is erased."""
    _count(learned, words, labels, -1)


def leanings(learned: Learned, words: frozenset[str], model: str) -> dict[str, Leaning]:
    """How far a message leans to each class of a model ("kind" or "topic") that was ever taught."""
    prefix = f"{model} "
    return {
        label.removeprefix(prefix): _leaning(learned, words, label)
        for label in learned.by_label
        if label.startswith(prefix)
    }


def telling_words(learned: Learned, label: str, most: int = 20) -> list[Telling]:
    """The words that speak for a label, the most telling first: what the office is shown."""
    here = learned.words_by_label.get(label, Counter())
    ranked = sorted(here, key=lambda word: (-_telling(learned, word, label), word))
    return [Telling(word, here[word], learned.words[word] - here[word]) for word in ranked[:most]]


def leaned(chances: Mapping[str, float], leaning: Mapping[str, Leaning]) -> dict[str, float]:
    """Chances moved by what was learned; they add up to what they added up to before."""
    moved = {
        name: chance * 2.718281828 ** (leaning[name].score if name in leaning else 0.0)
        for name, chance in chances.items()
    }
    share = sum(chances.values()) / (sum(moved.values()) or 1.0)
    return {name: chance * share for name, chance in moved.items()}


def as_json(learned: Learned) -> str:
    """The counts as plain JSON, the same for the same counts."""
    labels = {
        label: {"messages": count, "words": dict(sorted(learned.words_by_label[label].items()))}
        for label, count in sorted(learned.by_label.items())
    }
    return json.dumps(
        {"messages": learned.messages, "words": dict(sorted(learned.words.items())), "labels": labels}
    )


def from_json(text: str) -> Learned:
    """Counts from `as_json`; raises `LearningError` if it is anything else."""
    try:
        given = json.loads(text)
        labels = given["labels"]
        return Learned(
            int(given["messages"]),
            Counter({str(word): int(count) for word, count in given["words"].items()}),
            {label: int(one["messages"]) for label, one in labels.items()},
            {
                label: Counter({str(word): int(n) for word, n in one["words"].items()})
                for label, one in labels.items()
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LearningError(f"what was learned cannot be read: {error}") from error


def _count(learned: Learned, words: frozenset[str], labels: Iterable[str], by: int) -> None:
    learned.messages = max(0, learned.messages + by)
    _add(learned.words, words, by)
    for label in labels:
        learned.by_label[label] = max(0, learned.by_label.get(label, 0) + by)
        _add(learned.words_by_label.setdefault(label, Counter()), words, by)


def _add(counts: Counter[str], words: frozenset[str], by: int) -> None:
    for word in words:
        counts[word] += by
        if counts[word] <= 0:
            del counts[word]


def _drop_rare(learned: Learned) -> None:
    rare = {word for word, count in learned.words.items() if count <= 1}
    for counts in (learned.words, *learned.words_by_label.values()):
        for word in rare & counts.keys():
            del counts[word]


def _leaning(learned: Learned, words: frozenset[str], label: str) -> Leaning:
    worth = {word: _telling(learned, word, label) for word in words if word in learned.words}
    ranked = sorted(worth, key=lambda word: (-abs(worth[word]), word))[:TELLING]
    trust = learned.by_label[label] / (learned.by_label[label] + HALF_TRUST)
    score = trust * max(-STRONGEST, min(STRONGEST, sum(worth[word] for word in ranked)))
    return Leaning(score, tuple(word for word in ranked if worth[word] * score > 0)[:5])


def _telling(learned: Learned, word: str, label: str) -> float:
    """The logarithm of how much more often a word stands in a label's messages than in the others."""
    inside, outside = learned.by_label[label], learned.messages - learned.by_label[label]
    here = learned.words_by_label[label][word]
    elsewhere = learned.words[word] - here
    return log((here + 0.5) / (inside + 1.0)) - log((elsewhere + 0.5) / (outside + 1.0))
