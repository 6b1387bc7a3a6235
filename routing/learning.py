"""What an office's own corrections and closed cases teach of messages: counts, nothing else.

For each label ("kind casework", "topic send", "team T", "priority priority") it is counted in how many
messages each word, and each two words in a row, stood. A new message leans to a label by those of its words
that stood more often in the label's messages than in the others. What a person took away is a label of its
own ("not topic send") and counts against. The counts stay with the office, can be read word by word, and are
forgotten by throwing them away. They never bear on a risk flag: the risks of a message are decided before
and without them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import log

from routing.word_families import stem_of
from routing.wording import Wording
from routing.words import Kind

LONGEST_READ = 400
"""Words of a message that teach and are weighed."""
MOST_WORDS = 20_000
"""Words kept; past that those seen in one message are dropped, then in two, and so on."""
TELLING = 12
"""How many of a message's words speak for a label: the most telling ones."""
CHANCE = 0.5
"""What the telling words of a message come to by chance, for each power of e of messages counted."""
NEAR_THE_BEST = 0.5
"""A leaning of a model that is much weaker than its strongest is chance."""
STRONGEST = 3.0
"""The most that learning can say for or against a label, as the logarithm of odds."""
FEWEST_MET = 2
LEAST_WORTH = 1.2
MOST_LABELS = 5
"""A word speaks only for labels in whose messages it was met twice and stands several times as often, and
for no more than a few of them."""
HALF_TRUST = 5
"""Messages of a label after which it is trusted by half."""
AGAINST = "not "
"""Begins the label of what a person took away."""
TEACHABLE = frozenset(
    {
        Kind.CASEWORK,
        Kind.POLICY_VIEW,
        Kind.THANK_YOU,
        Kind.SPAM,
        Kind.ABUSE,
        Kind.MEDIA,
        Kind.DATA_REQUEST,
        Kind.OFFICE,
    }
)
"""Kinds that words can tell; the others follow from a risk, a seat, a pile or a machine."""
READS = 1
"""Which words a message has for learning; another number means that counts must be made anew."""


class LearningError(ValueError):
    """Stored counts that cannot be read."""


Worth = tuple[tuple[str, float], ...]
"""What a word says for which labels, as the logarithm of how much more often it stands there."""


@dataclass(slots=True)
class Learned:
    """The counts of an office: messages, messages per word, and the same for each label.

    `corrected` is how many of a label's messages a person put right; the others are of closed cases.
    """

    messages: int = 0
    words: Counter[str] = field(default_factory=Counter)
    by_label: dict[str, int] = field(default_factory=dict)
    words_by_label: dict[str, Counter[str]] = field(default_factory=dict)
    corrected: dict[str, int] = field(default_factory=dict)
    _index: dict[str, Worth] | None = field(default=None, init=False, repr=False, compare=False)

    def worth(self, word: str) -> Worth:
        """What a word says for the labels in whose messages it stood; made once for all words."""
        if self._index is None:
            self._index = _index_of(self)
        return self._index.get(word, ())

    def changed(self) -> None:
        """The counts are others now."""
        self._index = None


@dataclass(frozen=True, slots=True)
class Leaning:
    """How far a message leans to a label (the logarithm of odds), the words that say so, and from how many
    messages that is known: those that people put right, and those of cases that were closed as they were."""

    score: float
    words: tuple[str, ...]
    corrections: int = 0
    closed: int = 0

    @property
    def source(self) -> str:
        """Where this was learned, in words."""
        counted = ((self.corrections, "correction"), (self.closed, "closed case"))
        parts = [f"{number} {noun}{'s' if number != 1 else ''}" for number, noun in counted if number]
        return f"learned from {' and '.join(parts)}"


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


def words_of_stems(wording: Wording, stems: Iterable[str]) -> list[str]:
    """The words of a message as they stand there, for stems that were found in it, each once."""
    said: dict[str, str] = {}
    for sentence in wording.sentences:
        plain = sentence.plain.split()
        for word in plain:
            said.setdefault(stem_of(word), word)
        for first, second in pairwise(plain):
            said.setdefault(f"{stem_of(first)} {stem_of(second)}", f"{first} {second}")
    return list(dict.fromkeys(said.get(stem, stem) for stem in stems))


def learn(learned: Learned, words: frozenset[str], labels: Iterable[str], *, corrected: bool = True) -> None:
    """Counts one message under its labels. `corrected`: a person put them right; else the case was closed
    with them."""
    _count(learned, words, labels, 1, corrected)
    fewest = 1
    while len(learned.words) > MOST_WORDS:
        _drop_rare(learned, fewest)
        fewest += 1


def unlearn(
    learned: Learned, words: frozenset[str], labels: Iterable[str], *, corrected: bool = True
) -> None:
    """Takes one message back, as when a correction is corrected or the person's data is erased."""
    _count(learned, words, labels, -1, corrected)


def all_leanings(learned: Learned, words: frozenset[str]) -> dict[str, Leaning]:
    """How far a message leans to each label that has a word of it; what was taken away counts against."""
    found: dict[str, list[tuple[float, str]]] = {}
    for word in words:
        for label, worth in learned.worth(word):
            found.setdefault(label, []).append((worth, word))
    leanings = {label: _leaning(learned, label, telling) for label, telling in found.items()}
    for label in [one for one in leanings if one.startswith(AGAINST)]:
        against, plain = leanings.pop(label), label.removeprefix(AGAINST)
        own = leanings.get(plain, Leaning(0.0, ()))
        leanings[plain] = replace(own, score=max(-STRONGEST, own.score - max(0.0, against.score)))
    return leanings


def leanings(learned: Learned, words: frozenset[str], model: str) -> dict[str, Leaning]:
    """How far a message leans to each class of one model ("kind", "topic", "team", "priority")."""
    return of_model(all_leanings(learned, words), model)


def of_model(found: Mapping[str, Leaning], model: str) -> dict[str, Leaning]:
    """The leanings of one model, by the names of its classes, without those much weaker than the best."""
    prefix = f"{model} "
    own = {label.removeprefix(prefix): one for label, one in found.items() if label.startswith(prefix)}
    bar = NEAR_THE_BEST * max((one.score for one in own.values()), default=0.0)
    return {name: one for name, one in own.items() if one.score >= bar or one.score < 0}


def telling_words(learned: Learned, label: str, most: int = 20, fewest: int = 1) -> list[Telling]:
    """The words that speak for a label, the most telling first: what the office is shown.

    With `fewest`, only those that stood in so many of its messages: no name of one person is among them.
    """
    here = learned.words_by_label.get(label, Counter())
    shown = [word for word in here if here[word] >= fewest and _telling(learned, word, label) > 0]
    ranked = sorted(shown, key=lambda word: (-_telling(learned, word, label), -here[word], word))
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
        label: {
            "messages": count,
            "corrected": learned.corrected.get(label, 0),
            "words": dict(sorted(learned.words_by_label[label].items())),
        }
        for label, count in sorted(learned.by_label.items())
    }
    return json.dumps(
        {"messages": learned.messages, "words": dict(sorted(learned.words.items())), "labels": labels},
        ensure_ascii=False,
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
            {label: int(one.get("corrected", 0)) for label, one in labels.items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LearningError(f"what was learned cannot be read: {error}") from error


def _count(learned: Learned, words: frozenset[str], labels: Iterable[str], by: int, corrected: bool) -> None:
    learned.changed()
    learned.messages = max(0, learned.messages + by)
    _add(learned.words, words, by)
    for label in labels:
        learned.by_label[label] = learned.by_label.get(label, 0) + by
        if corrected:
            learned.corrected[label] = max(0, learned.corrected.get(label, 0) + by)
        _add(learned.words_by_label.setdefault(label, Counter()), words, by)
        if learned.by_label[label] <= 0:
            del learned.by_label[label], learned.words_by_label[label]
            learned.corrected.pop(label, None)


def _add(counts: Counter[str], words: frozenset[str], by: int) -> None:
    for word in words:
        counts[word] += by
        if counts[word] <= 0:
            del counts[word]


def _drop_rare(learned: Learned, fewest: int) -> None:
    rare = {word for word, count in learned.words.items() if count <= fewest}
    for counts in (learned.words, *learned.words_by_label.values()):
        for word in rare & counts.keys():
            del counts[word]


def _leaning(learned: Learned, label: str, telling: list[tuple[float, str]]) -> Leaning:
    """What chance words say together is taken off, so that one of them alone says nothing."""
    ranked = sorted(telling, key=lambda one: (-one[0], one[1]))[:TELLING]
    messages = learned.by_label[label]
    trust = messages / (messages + HALF_TRUST)
    chance = CHANCE * log(1 + learned.messages)
    said = 2 * (sum(worth for worth, _ in ranked) - chance) / chance
    corrections = min(messages, learned.corrected.get(label, 0))
    words = tuple(word for _, word in ranked)[:5]
    return Leaning(trust * max(0.0, min(STRONGEST, said)), words, corrections, messages - corrections)


def _index_of(learned: Learned) -> dict[str, Worth]:
    """For each word the few labels that it tells of. A word met once in a label's messages tells nothing."""
    found: dict[str, list[tuple[float, str]]] = {}
    for label, counts in learned.words_by_label.items():
        for word, here in counts.items():
            if here >= FEWEST_MET and (worth := _telling(learned, word, label)) >= LEAST_WORTH:
                found.setdefault(word, []).append((worth, label))
    return {
        word: tuple((label, worth) for worth, label in sorted(labels, reverse=True)[:MOST_LABELS])
        for word, labels in found.items()
    }


def _telling(learned: Learned, word: str, label: str) -> float:
    """The logarithm of how much more often a word stands in a label's messages than in the others, less
    where it was met only a few times."""
    inside, outside = learned.by_label[label], learned.messages - learned.by_label[label]
    here = learned.words_by_label[label][word]
    elsewhere = learned.words[word] - here
    odds = log((here + 0.5) / (inside + 1.0)) - log((elsewhere + 0.5) / (outside + 1.0))
    return odds * here / (here + 1.0)
