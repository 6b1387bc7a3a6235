"""Weighs a message by what its words, and words near each other, have been found to speak for.

A feature is the stem of a word or its family ("petrol", "WEAPON"), the word as it stands and how a long one
begins and ends ("'killing", "kill-", "-ing"), two stems or families in a row ("watch your"), or a label of
the phrase lists that a sentence hits, by its name after "=". The weights come from a file that training wrote
and a person can read: one feature a line. Pairs bear on risks, needs, hidden cases and several matters alone;
all else is weighed by single words and by labels. Where a message turns ("=turn opens and") bears on several
matters alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import groupby, pairwise
from math import exp, log, sqrt
from operator import itemgetter
from sys import intern
from typing import NamedTuple

from routing.lanes import Lanes
from routing.phrases import SENTENCES_KEPT
from routing.signals import Signals
from routing.turns import turns_in
from routing.word_families import MOST_KNOWN, families_of, matters_of, stem_of
from routing.wording import MAIL_ADDRESS, WEB_LINK, Sentence

Row = tuple[tuple[int, int], ...]
"""What a feature adds to which outputs, in whole hundredths."""
Risks = tuple[float, float]
"""The threat and the self-harm."""
ENOUGH_ALONE = 4.0
"""The score at which the lists alone raise a flag in one sentence."""
SCALE = 100.0
"""The file holds whole hundredths, and they are added as such: a sum is the same in any order."""
_MASKS = frozenset({MAIL_ADDRESS, WEB_LINK})
THREAT, SELF_HARM = "risk threat", "risk self-harm"
WEIGHED_WORDS = "weighed words"
"""What evidence names as its rule where no word was a sign alone."""
LONG_WORD, BEGINNING, ENDING = 5, 4, 3


class Weighed(NamedTuple):
    """How many words a sentence has, and what it weighs for every output, in lanes."""

    words: int
    sums: int
    threat: int
    self_harm: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What a word and its families weigh alone, and with words that follow at once.

    `names` are those under which it may itself follow another.
    """

    alone: int
    names: tuple[str, ...] = ()
    next: tuple[Mapping[str, int], ...] = ()


_UNKNOWN = _Known(0)
"""A word that nothing was learned of: hostile text makes such words without end."""


@dataclass(frozen=True, slots=True)
class _Model:
    """The classes of a model, which stand side by side among the outputs, and their bias."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    places: slice


class Weights:
    """Weights of features for named outputs, such as "risk threat" or "topic send"."""

    def __init__(self, outputs: Sequence[str], bias: Sequence[int], rows: Iterable[tuple[str, Row]]) -> None:
        self._outputs = tuple(outputs)
        self._lanes = Lanes(len(outputs))
        self._models = dict(_models(outputs, bias))
        self._risks = (outputs.index(THREAT), outputs.index(SELF_HARM))
        self._risk_bias = (bias[self._risks[0]] / SCALE, bias[self._risks[1]] / SCALE)
        self._alone: dict[str, int] = {}
        self._next: dict[str, dict[str, int]] = {}
        for feature, row in rows:
            self._take(feature, self._lanes.packed(row))
        self._second = frozenset(name for table in self._next.values() for name in table)
        self._known: dict[str, _Known] = {}
        self._weighed = lru_cache(maxsize=SENTENCES_KEPT)(self._weigh)

    def weigh(self, sentence: Sentence, labels: Iterable[str]) -> Weighed:
        """What a sentence that hits these labels speaks for."""
        return self._weighed(sentence.plain, tuple(labels))

    def _weigh(self, plain: str, labels: tuple[str, ...]) -> Weighed:
        words = plain.split()
        known = [self._known.get(word) or self._learn(word) for word in words]
        said = self._labelled(labels) + [one.alone for one in known]
        sums = sum(said + _paired(known, known[1:]))
        row = self._lanes.unpacked(sums)
        return Weighed(len(words), sums, row[self._risks[0]], row[self._risks[1]])

    def chances(self, model: str, words: int, sums: int) -> dict[str, float]:
        """The chance of each class of a model in so many words that weigh so much."""
        known = self._models[model]
        even = SCALE * sqrt(words + 4)
        row = self._lanes.unpacked(sums)[known.places]
        scores = [bias + weight / even for bias, weight in zip(known.bias, row, strict=True)]
        return dict(zip(known.classes, softmax(scores), strict=True))

    def words_for(self, sentence: Sentence, output: str, most: int = 3) -> str:
        """The words of a sentence that weigh the most for an output ("need now"), in their order."""
        words = sentence.plain.split()
        known = [self._learn(word) for word in words]
        worth = [float(self.weight(one.alone, output)) for one in known]
        for at, (first, second) in enumerate(pairwise(known)):
            half = self.weight(sum(_paired([first], [second])), output) / 2
            worth[at] += half
            worth[at + 1] += half
        best = sorted(range(len(known)), key=lambda at: -worth[at])[:most]
        return " ".join(words[at] for at in sorted(best) if worth[at] > 0)

    def weight(self, sums: int, output: str) -> int:
        """What these sums hold for an output, in hundredths."""
        return self._lanes.unpacked(sums)[self._outputs.index(output)]

    def risk_chances(self, words: int, threat: int, harm: int) -> Risks:
        """The chances of a threat and of self-harm in so many words that weigh so much."""
        even = SCALE * sqrt(words + 4)
        bias = self._risk_bias
        found = softmax((bias[0] + threat / even, bias[1] + harm / even, 0.0))
        return found[0], found[1]

    def _labelled(self, labels: Iterable[str]) -> list[int]:
        return [self._alone[name] for label in labels if (name := f"={label}") in self._alone]

    def _take(self, feature: str, row: int) -> None:
        first, found, second = feature.partition(" ")
        if found and not feature.startswith("="):
            self._next.setdefault(first, {})[intern(second)] = row
        else:
            self._alone[feature] = row

    def _learn(self, word: str) -> _Known:
        names = _names(word)
        known = _Known(
            sum(self._alone.get(name, 0) for name in (*names, *matters_of(word), *_shapes(word))),
            tuple(name for name in names if name in self._second),
            tuple(self._next[name] for name in names if name in self._next),
        )
        if known == _UNKNOWN:
            known = _UNKNOWN
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[word] = known
        return known


def _paired(firsts: Sequence[_Known], seconds: Sequence[_Known]) -> list[int]:
    """What words weigh with those that follow them."""
    return [
        table[name]
        for first, second in zip(firsts, seconds, strict=False)
        for table in first.next
        for name in second.names
        if name in table
    ]


def _models(outputs: Sequence[str], bias: Sequence[int]) -> Iterator[tuple[str, _Model]]:
    named = [name.split(" ", 1) for name in outputs]
    start = 0
    for model, group in groupby(named, key=itemgetter(0)):
        classes = tuple(name for _, name in group)
        places = slice(start, start + len(classes))
        yield model, _Model(classes, tuple(value / SCALE for value in bias[places]), places)
        start = places.stop


class Reading:
    """One message weighed: what each sentence speaks for, and the whole."""

    def __init__(self, signals: Signals, weights: Weights) -> None:
        labels = sentence_labels(signals)
        self.weights = weights
        self._sentences = signals.wording.sentences
        self.sentences = [
            weights.weigh(sentence, labels.get(number, ())) for number, sentence in enumerate(self._sentences)
        ]
        self._whole: dict[str, dict[str, float]] = {}

    def chances(self, model: str, sentences: Sequence[int] | None = None) -> dict[str, float]:
        """The chance of each class of a model ("kind", "topic") for the whole message, or some sentences."""
        if sentences is not None:
            return self._chances(model, [self.sentences[number] for number in sentences])
        if model not in self._whole:
            self._whole[model] = self._chances(model, self.sentences)
        return self._whole[model]

    def speaking_for(self, output: str, among: Iterable[int], most: int = 2) -> Iterator[tuple[int, str]]:
        """The sentences that weigh the most for an output ("need now"), each with the words in it that do."""
        worth = {number: self.weights.weight(self.sentences[number].sums, output) for number in among}
        for number in sorted(worth, key=lambda number: -worth[number])[:most]:
            if words := self.weights.words_for(self._sentences[number], output):
                yield number, words

    def _chances(self, model: str, some: Sequence[Weighed]) -> dict[str, float]:
        words, sums = sum([one.words for one in some]), sum([one.sums for one in some])
        return self.weights.chances(model, words, sums)


def log_odds(chance: float) -> float:
    """The logarithm of the odds of a chance, kept within what a chance of one in ten thousand has."""
    kept = min(max(chance, 1e-4), 1 - 1e-4)
    return log(kept / (1 - kept))


def softmax(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    powers = [exp(score - most) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def features_of(sentence: Sentence, labels: Iterable[str]) -> list[str]:
    """All features of a sentence by name: what training counts and `Weights.weigh` adds up."""
    words = sentence.plain.split()
    names = [_names(word) for word in words]
    features = [f"={label}" for label in labels]
    for at, here in enumerate(names):
        features += (*here, *matters_of(words[at]), *_shapes(words[at]))
        if at + 1 < len(names):
            features += [f"{first} {second}" for first in here for second in names[at + 1]]
    return features


def _names(word: str) -> tuple[str, ...]:
    """A stem and its families. A link or an address says nothing: anybody may send one."""
    return () if word in _MASKS else (stem_of(word), *families_of(word))


def _shapes(word: str) -> tuple[str, ...]:
    """A word as it stands, and how a long one begins and ends: "'killing", "kill-", "-ing"."""
    if not word.isalpha() or word in _MASKS:
        return ()
    if len(word) < LONG_WORD:
        return (f"'{word}",)
    return f"'{word}", f"{word[:BEGINNING]}-", f"-{word[-ENDING:]}"


def sentence_labels(signals: Signals) -> dict[int, list[str]]:
    """The labels of the lists that each sentence hits, those that are enough alone also by `LABEL!`."""
    found: dict[int, list[str]] = {}
    for label in signals.labels():
        scores = signals.sentence_scores(label)
        for number in sorted(signals.sentences_of(label)):
            found.setdefault(number, []).append(label)
            if scores.get(number, 0.0) >= ENOUGH_ALONE:
                found[number].append(f"{label}!")
    for number, sentence in enumerate(signals.wording.sentences):
        if sentence.shown.endswith("?"):
            found.setdefault(number, []).append("question")
    for number, label in list(turns_in(signals.wording, found)):
        found.setdefault(number, []).append(label)
    return found


def read_weights(text: str) -> Weights:
    """Weights from the text of their file; `weights_text` writes it."""
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    outputs = [name.strip() for name in lines[0].split(",")]
    bias = [int(number) for number in lines[1].split()]
    return Weights(outputs, bias, map(_row, lines[2:]))


def _row(line: str) -> tuple[str, Row]:
    feature, _, weights = line.partition("\t")
    pairs = (pair.partition(":") for pair in weights.split())
    return feature, tuple((int(output), int(weight)) for output, _, weight in pairs)


@lru_cache(maxsize=1)
def bundled_weights() -> Weights:
    """The weights that come with the product."""
    file = resources.files("routing") / "lists" / "learned" / "weights.txt"
    return read_weights(file.read_text(encoding="utf-8"))
