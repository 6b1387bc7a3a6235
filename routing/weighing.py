"""Weighs a message by what its words, and words near each other, have been found to speak for.

A feature is the stem of a word or its family ("petrol", "WEAPON"), two of them in a row ("watch your"),
two with one word between ("see~face"), or a label of the phrase lists that a sentence hits, by its name after
"=". The weights come from a file that training wrote and a person can read: one feature a line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import exp, sqrt
from typing import Literal

from routing.signals import Signals
from routing.word_families import MOST_KNOWN, families_of, stem_of
from routing.wording import Sentence

Row = tuple[tuple[int, float], ...]
"""What a feature adds to which outputs."""
Share = tuple[float, float, Row]
"""The same, ready to add: to the threat, to the self-harm, to the rest."""
ENOUGH_ALONE = 4.0
"""The score at which the lists alone raise a flag in one sentence."""
SCALE = 100.0
"""The file holds whole hundredths."""
THREAT, SELF_HARM = "risk threat", "risk self-harm"


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weight of one sentence, or of several together, for the two risks."""

    words: int
    threat: float
    self_harm: float


@dataclass(frozen=True, slots=True)
class _Aspect:
    """A word or family: what it weighs alone, with the next word, and with the one after."""

    alone: Share
    next: Mapping[str, Share]
    later: Mapping[str, Share]


_NOTHING: Share = (0.0, 0.0, ())
_NONE: Mapping[str, Share] = {}


class Weights:
    """Weights of features for named outputs, such as "risk threat" or "topic send"."""

    def __init__(
        self, outputs: Sequence[str], bias: Sequence[float], rows: Iterable[tuple[str, Row]]
    ) -> None:
        self.outputs = tuple(outputs)
        self.bias = tuple(bias)
        self.risks = (self.outputs.index(THREAT), self.outputs.index(SELF_HARM))
        self._labels: dict[str, Share] = {}
        alone: dict[str, Share] = {}
        pairs: dict[str, tuple[dict[str, Share], dict[str, Share]]] = {}
        for feature, row in rows:
            share = self._share(row)
            if feature.startswith("="):
                self._labels[feature[1:]] = share
            elif "~" in feature:
                first, _, second = feature.partition("~")
                pairs.setdefault(first, ({}, {}))[1][second] = share
            elif " " in feature:
                first, _, second = feature.partition(" ")
                pairs.setdefault(first, ({}, {}))[0][second] = share
            else:
                alone[feature] = share
        self._aspects = {
            name: _Aspect(alone.get(name, _NOTHING), *pairs.get(name, (_NONE, _NONE)))
            for name in {*alone, *pairs}
        }
        self._known: dict[str, tuple[tuple[str, ...], tuple[_Aspect, ...]]] = {}

    def classes_of(self, model: str) -> dict[str, int]:
        """The classes of a model and the place of each among the outputs."""
        names = ((name.removeprefix(f"{model} "), name, at) for at, name in enumerate(self.outputs))
        return {short: at for short, name, at in names if short != name}

    def weigh(self, sentence: Sentence, labels: Iterable[str], rest: list[Row]) -> Weighed:
        """The risks of a sentence that hits these labels; `rest` collects what else it weighs."""
        words = sentence.plain.split()
        threat = harm = 0.0
        for more_threat, more_harm, row in self._shares(words, labels):
            threat += more_threat
            harm += more_harm
            if row:
                rest.append(row)
        return Weighed(len(words), threat, harm)

    def _shares(self, words: list[str], labels: Iterable[str]) -> list[Share]:
        found = [self._labels[label] for label in labels if label in self._labels]
        known = [self._known.get(word) or self._aspects_of(word) for word in words]
        last = len(known) - 1
        for at, (_, aspects) in enumerate(known):
            for aspect in aspects:
                found.append(aspect.alone)
                ahead = aspect.next
                if ahead and at < last:
                    found += [ahead[name] for name in known[at + 1][0] if name in ahead]
                ahead = aspect.later
                if ahead and at + 1 < last:
                    found += [ahead[name] for name in known[at + 2][0] if name in ahead]
        return found

    def _aspects_of(self, word: str) -> tuple[tuple[str, ...], tuple[_Aspect, ...]]:
        names = (stem_of(word), *families_of(word))
        found = names, tuple(self._aspects[name] for name in names if name in self._aspects)
        if len(self._known) < MOST_KNOWN:
            self._known[word] = found
        return found

    def _share(self, row: Row) -> Share:
        risks = dict(row)
        rest = tuple((at, weight) for at, weight in row if at not in self.risks)
        return risks.get(self.risks[0], 0.0), risks.get(self.risks[1], 0.0), rest

    def words_for(self, sentence: Sentence, risk: Literal[0, 1], most: int = 3) -> str:
        """The words of a sentence that weigh the most for a risk (0 threat, 1 self-harm), in their order."""
        words = sentence.plain.split()
        worth = [0.0] * (len(words) + 2)
        known = [self._aspects_of(word) for word in words]
        for at, (_, aspects) in enumerate(known):
            for aspect in aspects:
                worth[at] += aspect.alone[risk]
                for ahead, shares in ((1, aspect.next), (2, aspect.later)):
                    for name in known[at + ahead][0] if at + ahead < len(words) else ():
                        half = shares.get(name, _NOTHING)[risk] / 2
                        worth[at] += half
                        worth[at + ahead] += half
        best = sorted(range(len(words)), key=lambda at: -worth[at])[:most]
        return " ".join(words[at] for at in sorted(best) if worth[at] > 0)

    def risk_chances(self, parts: Sequence[Weighed]) -> tuple[float, float]:
        """The chances of a threat and of self-harm in sentences weighed as one."""
        even = sqrt(sum(part.words for part in parts) + 4)
        threat = self.bias[self.risks[0]] + sum(part.threat for part in parts) / even
        harm = self.bias[self.risks[1]] + sum(part.self_harm for part in parts) / even
        found = softmax((threat, harm, 0.0))
        return found[0], found[1]


class Reading:
    """One message weighed: the risks of each sentence, and everything else of the whole."""

    def __init__(self, signals: Signals, weights: Weights) -> None:
        labels = sentence_labels(signals)
        rest: list[Row] = []
        self.weights = weights
        self.sentences = [
            weights.weigh(sentence, labels.get(number, ()), rest)
            for number, sentence in enumerate(signals.wording.sentences)
        ]
        self._sums = [0.0] * len(weights.outputs)
        for row in rest:
            for output, weight in row:
                self._sums[output] += weight

    def chances(self, model: str) -> dict[str, float]:
        """The chance of each class of a model ("kind", "topic") for the whole message."""
        classes = self.weights.classes_of(model)
        even = sqrt(sum(one.words for one in self.sentences) + 4)
        scores = [self.weights.bias[at] + self._sums[at] / even for at in classes.values()]
        return dict(zip(classes, softmax(scores), strict=True))


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
