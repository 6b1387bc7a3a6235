"""Weighs a message by what its words, and words near each other, have been found to speak for.

A feature is the stem of a word or its family ("petrol", "WEAPON"), two of them in a row ("watch your"),
two with one word between ("see~face"), or a label of the phrase lists that a sentence hits, by its name after
"=". The weights come from a file that training wrote and a person can read: one feature a line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import exp, sqrt

from routing.signals import Signals
from routing.word_families import MOST_KNOWN, families_of, stem_of
from routing.wording import Sentence

Row = tuple[tuple[int, float], ...]
"""What a feature adds to which outputs."""
ENOUGH_ALONE = 4.0
"""The score at which the lists alone raise a flag in one sentence."""
SCALE = 100.0
"""The file holds whole hundredths."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weight of one sentence, or of several together: words in it, and a sum for each output."""

    words: int
    sums: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Aspect:
    """A word or family: what it weighs alone, with the next word, and with the one after."""

    alone: Row
    next: Mapping[str, Row]
    later: Mapping[str, Row]


_NOTHING: Mapping[str, Row] = {}


class Weights:
    """Weights of features for named outputs, such as "risk threat" or "topic send"."""

    def __init__(
        self, outputs: Sequence[str], bias: Sequence[float], rows: Iterable[tuple[str, Row]]
    ) -> None:
        self.outputs = tuple(outputs)
        self.bias = tuple(bias)
        self._labels: dict[str, Row] = {}
        alone: dict[str, Row] = {}
        pairs: dict[str, tuple[dict[str, Row], dict[str, Row]]] = {}
        for feature, row in rows:
            if feature.startswith("="):
                self._labels[feature[1:]] = row
            elif "~" in feature:
                first, _, second = feature.partition("~")
                pairs.setdefault(first, ({}, {}))[1][second] = row
            elif " " in feature:
                first, _, second = feature.partition(" ")
                pairs.setdefault(first, ({}, {}))[0][second] = row
            else:
                alone[feature] = row
        self._aspects = {
            name: _Aspect(alone.get(name, ()), *pairs.get(name, (_NOTHING, _NOTHING)))
            for name in {*alone, *pairs}
        }
        self._classes: dict[str, dict[str, int]] = {}
        self._known: dict[str, tuple[tuple[str, ...], tuple[_Aspect, ...]]] = {}

    def classes_of(self, model: str) -> dict[str, int]:
        """The classes of a model and the place of each among the outputs."""
        if model not in self._classes:
            names = ((name.removeprefix(f"{model} "), name, at) for at, name in enumerate(self.outputs))
            self._classes[model] = {short: at for short, name, at in names if short != name}
        return self._classes[model]

    def weigh(self, sentence: Sentence, labels: Iterable[str]) -> Weighed:
        """The weight of a sentence that hits these labels of the lists."""
        sums = [0.0] * len(self.outputs)
        words = sentence.plain.split()
        for row in self._rows(words, labels):
            for output, weight in row:
                sums[output] += weight
        return Weighed(len(words), tuple(sums))

    def _rows(self, words: list[str], labels: Iterable[str]) -> Iterator[Row]:
        for label in labels:
            yield self._labels.get(label, ())
        known = [self._aspects_of(word) for word in words]
        nothing: tuple[str, ...] = ()
        names = [name for name, _ in known] + [nothing, nothing]
        for at, (_, aspects) in enumerate(known):
            for aspect in aspects:
                yield aspect.alone
                if aspect.next:
                    for name in names[at + 1]:
                        if name in aspect.next:
                            yield aspect.next[name]
                if aspect.later:
                    for name in names[at + 2]:
                        if name in aspect.later:
                            yield aspect.later[name]

    def _aspects_of(self, word: str) -> tuple[tuple[str, ...], tuple[_Aspect, ...]]:
        found = self._known.get(word)
        if found is None:
            names = (stem_of(word), *families_of(word))
            found = names, tuple(self._aspects[name] for name in names if name in self._aspects)
            if len(self._known) < MOST_KNOWN:
                self._known[word] = found
        return found

    def words_for(self, sentence: Sentence, index: int, most: int = 3) -> str:
        """The words of a sentence that speak the loudest for an output, in reading order."""
        words = sentence.plain.split()
        worth = [0.0] * (len(words) + 2)
        known = [self._aspects_of(word) for word in words]
        for at, (_, aspects) in enumerate(known):
            for aspect in aspects:
                worth[at] += dict(aspect.alone).get(index, 0.0)
                for ahead, rows in ((1, aspect.next), (2, aspect.later)):
                    for name in known[at + ahead][0] if at + ahead < len(words) else ():
                        half = dict(rows.get(name, ())).get(index, 0.0) / 2
                        worth[at] += half
                        worth[at + ahead] += half
        best = sorted(range(len(words)), key=lambda at: -worth[at])[:most]
        return " ".join(words[at] for at in sorted(best) if worth[at] > 0)

    def chances(self, weighed: Weighed, outputs: Sequence[int], *, rest: bool) -> list[float]:
        """The chance of each output against the others; `rest` adds one that nothing speaks for."""
        even = sqrt(weighed.words + 4)
        scores = [self.bias[output] + weighed.sums[output] / even for output in outputs]
        return softmax([*scores, 0.0] if rest else scores)


class Reading:
    """One message weighed: each sentence, and the whole."""

    def __init__(self, signals: Signals, weights: Weights) -> None:
        labels = sentence_labels(signals)
        self.weights = weights
        self.sentences = [
            weights.weigh(sentence, labels.get(number, ()))
            for number, sentence in enumerate(signals.wording.sentences)
        ]
        self.whole = together(self.sentences) if self.sentences else Weighed(0, (0.0,) * len(weights.outputs))

    def chances(self, model: str, part: Weighed | None = None) -> dict[str, float]:
        """The chance of each class of a model ("kind", "topic") for the whole message or a part of it."""
        outputs = self.weights.classes_of(model)
        found = self.weights.chances(part or self.whole, list(outputs.values()), rest=False)
        return dict(zip(outputs, found, strict=True))


def together(parts: Sequence[Weighed]) -> Weighed:
    """Several sentences weighed as one."""
    if len(parts) == 1:
        return parts[0]
    return Weighed(
        sum(part.words for part in parts),
        tuple(map(sum, zip(*(part.sums for part in parts), strict=True))),
    )


def softmax(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    powers = [exp(score - most) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def features_of(sentence: Sentence, labels: Iterable[str]) -> list[str]:
    """All features of a sentence by name: what training counts and `Weights.weigh` looks up."""
    words = sentence.plain.split()
    names = [(stem_of(word), *families_of(word)) for word in words]
    features = [f"={label}" for label in labels]
    for at, here in enumerate(names):
        features += here
        for ahead, sign in ((1, " "), (2, "~")):
            if at + ahead < len(names):
                features += [f"{first}{sign}{second}" for first in here for second in names[at + ahead]]
    return features


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
    return found


def read_weights(text: str) -> Weights:
    """Weights from the text of their file; `weights_text` writes it."""
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    outputs = [name.strip() for name in lines[0].split(",")]
    bias = [int(number) / SCALE for number in lines[1].split()]
    return Weights(outputs, bias, map(_row, lines[2:]))


def _row(line: str) -> tuple[str, Row]:
    feature, _, weights = line.partition("\t")
    pairs = (pair.partition(":") for pair in weights.split())
    return feature, tuple((int(output), int(weight) / SCALE) for output, _, weight in pairs)


@lru_cache(maxsize=1)
def bundled_weights() -> Weights:
    """The weights that come with the product."""
    file = resources.files("routing") / "lists" / "learned" / "weights.txt"
    return read_weights(file.read_text(encoding="utf-8"))
