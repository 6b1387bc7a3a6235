"""Weighs a message by what its words, and words near each other, have been found to speak for.

A feature is the stem of a word or its family ("petrol", "WEAPON"), two of them in a row ("watch your"),
two with one word between ("see~face"), or a label of the phrase lists that a sentence hits, by its name after
"=". The weights come from a file that training wrote and a person can read: one feature a line. Pairs bear
on risks alone; kinds and topics are weighed by single words and by labels.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import chain
from math import exp, sqrt
from typing import Literal

from routing.signals import Signals
from routing.word_families import MOST_KNOWN, families_of, matters_of, stem_of
from routing.wording import Sentence

Row = tuple[tuple[int, float], ...]
"""What a feature adds to which outputs."""
Risks = tuple[float, float]
"""What it adds to the threat and to the self-harm."""
ENOUGH_ALONE = 4.0
"""The score at which the lists alone raise a flag in one sentence."""
SCALE = 100.0
"""The file holds whole hundredths."""
MOST_PAIRS = 20_000
"""Pairs of words remembered with what they weigh; forgotten all at once when they are too many."""
THREAT, SELF_HARM = "risk threat", "risk self-harm"
_NOTHING: Risks = (0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """What a word or label weighs by model ("kind", "topic"); told apart by identity, to be counted fast."""

    rows: Mapping[str, tuple[float, ...]]
    """For each model that it speaks in at all, what it adds to each of its classes."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weight of one sentence for the two risks; `rest` is what else its words weigh."""

    words: int
    threat: float
    self_harm: float
    rest: tuple[Rest, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """A word with its families: what they weigh alone, and the names under which it stands in pairs."""

    word: str
    risks: Risks
    rest: Rest
    names: tuple[str, ...]
    next: tuple[Mapping[str, Risks], ...]
    later: tuple[Mapping[str, Risks], ...]


class Weights:
    """Weights of features for named outputs, such as "risk threat" or "topic send"."""

    def __init__(
        self, outputs: Sequence[str], bias: Sequence[float], rows: Iterable[tuple[str, Row]]
    ) -> None:
        self.outputs = tuple(outputs)
        self.bias = tuple(bias)
        self.risks = (self.outputs.index(THREAT), self.outputs.index(SELF_HARM))
        self._classes: dict[str, dict[str, int]] = {}
        models = [name.partition(" ")[0] for name in self.outputs]
        self._places = [(model, models[:at].count(model)) for at, model in enumerate(models)]
        self._alone: dict[str, tuple[Risks, Rest]] = {}
        self._next: dict[str, dict[str, Risks]] = {}
        self._later: dict[str, dict[str, Risks]] = {}
        for feature, row in rows:
            self._take(feature, row)
        self._known: dict[str, _Known] = {}
        self._pairs: dict[tuple[str, str, str], Risks] = {}

    def classes_of(self, model: str) -> dict[str, int]:
        """The classes of a model and the place of each among the outputs."""
        if model not in self._classes:
            names = ((name.removeprefix(f"{model} "), name, at) for at, name in enumerate(self.outputs))
            self._classes[model] = {short: at for short, name, at in names if short != name}
        return self._classes[model]

    def weigh(self, sentence: Sentence, labels: Iterable[str]) -> Weighed:
        """What a sentence that hits these labels speaks for."""
        words = sentence.plain.split()
        known = [self._known.get(word) or self._learn(word) for word in words]
        spoken = [self._alone[name] for label in labels if (name := f"={label}") in self._alone]
        spoken += [(one.risks, one.rest) for one in known]
        threat, harm = sum([risks[0] for risks, _ in spoken]), sum([risks[1] for risks, _ in spoken])
        for sign, ahead in ((" ", 1), ("~", 2)):
            for first, second in zip(known, known[ahead:], strict=False):
                if not (first.next if ahead == 1 else first.later):
                    continue
                pair = self._pairs.get((first.word, sign, second.word))
                if pair is None:
                    pair = self._pair(first, sign, second)
                threat += pair[0]
                harm += pair[1]
        return Weighed(len(words), threat, harm, tuple([rest for _, rest in spoken]))

    def words_for(self, sentence: Sentence, risk: Literal[0, 1], most: int = 3) -> str:
        """The words of a sentence that weigh the most for a risk (0 threat, 1 self-harm), in their order."""
        known = [self._learn(word) for word in sentence.plain.split()]
        worth = [one.risks[risk] for one in known]
        for sign, ahead in ((" ", 1), ("~", 2)):
            for at, (first, second) in enumerate(zip(known, known[ahead:], strict=False)):
                half = self._pair(first, sign, second)[risk] / 2
                worth[at] += half
                worth[at + ahead] += half
        best = sorted(range(len(known)), key=lambda at: -worth[at])[:most]
        return " ".join(known[at].word for at in sorted(best) if worth[at] > 0)

    def risk_chances(self, words: int, threat: float, harm: float) -> Risks:
        """The chances of a threat and of self-harm in so many words that weigh so much."""
        even = sqrt(words + 4)
        found = softmax(
            (self.bias[self.risks[0]] + threat / even, self.bias[self.risks[1]] + harm / even, 0.0)
        )
        return found[0], found[1]

    def _take(self, feature: str, row: Row) -> None:
        given = dict(row)
        risks = given.get(self.risks[0], 0.0), given.get(self.risks[1], 0.0)
        for sign, pairs in (("~", self._later), (" ", self._next)):
            first, found, second = feature.partition(sign)
            if found and not feature.startswith("="):
                pairs.setdefault(first, {})[second] = risks
                return
        rest: dict[str, list[float]] = {}
        for at, weight in row:
            if at not in self.risks:
                model, place = self._places[at]
                rest.setdefault(model, [0.0] * len(self.classes_of(model)))[place] = weight
        self._alone[feature] = risks, Rest({model: tuple(sums) for model, sums in rest.items()})

    def _learn(self, word: str) -> _Known:
        names = (stem_of(word), *families_of(word))
        alone = [self._alone[name] for name in (*names, *matters_of(word)) if name in self._alone]
        known = _Known(
            word,
            (sum(risks[0] for risks, _ in alone), sum(risks[1] for risks, _ in alone)),
            _together([rest for _, rest in alone]),
            names,
            tuple(self._next[name] for name in names if name in self._next),
            tuple(self._later[name] for name in names if name in self._later),
        )
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[word] = known
        return known

    def _pair(self, first: _Known, sign: str, second: _Known) -> Risks:
        """What two words weigh together, in a row or with one between."""
        ahead = first.next if sign == " " else first.later
        found = [one[name] for one in ahead for name in second.names if name in one]
        pair = (sum(one[0] for one in found), sum(one[1] for one in found)) if found else _NOTHING
        if len(self._pairs) >= MOST_PAIRS:
            self._pairs.clear()
        self._pairs[first.word, sign, second.word] = pair
        return pair


def _together(some: Sequence[Rest]) -> Rest:
    """What several names of one word weigh."""
    if len(some) == 1:
        return some[0]
    rows: dict[str, list[tuple[float, ...]]] = {}
    for one in some:
        for model, row in one.rows.items():
            rows.setdefault(model, []).append(row)
    return Rest({model: tuple(map(sum, zip(*found, strict=True))) for model, found in rows.items()})


class Reading:
    """One message weighed: the risks of each sentence, and everything else of the whole."""

    def __init__(self, signals: Signals, weights: Weights) -> None:
        labels = sentence_labels(signals)
        self.weights = weights
        self.sentences = [
            weights.weigh(sentence, labels.get(number, ()))
            for number, sentence in enumerate(signals.wording.sentences)
        ]
        self._whole: dict[str, Sequence[float]] = {}

    def chances(self, model: str, sentences: Sequence[int] | None = None) -> dict[str, float]:
        """The chance of each class of a model ("kind", "topic") for the whole message, or some sentences."""
        if sentences is None:
            if model not in self._whole:
                self._whole[model] = self._sums(model, self.sentences)
            return self._chances(model, self._whole[model], sum(one.words for one in self.sentences))
        chosen = [self.sentences[n] for n in sentences]
        return self._chances(model, self._sums(model, chosen), sum(one.words for one in chosen))

    def chances_of(self, model: str, part: Sentence, labels: Iterable[str]) -> dict[str, float]:
        """The same for a part of a sentence, which hits these labels."""
        weighed = self.weights.weigh(part, labels)
        return self._chances(model, self._sums(model, [weighed]), weighed.words)

    def _chances(self, model: str, sums: Sequence[float], words: int) -> dict[str, float]:
        classes = self.weights.classes_of(model)
        even = sqrt(words + 4)
        bias = self.weights.bias
        scores = [bias[at] + weight / even for at, weight in zip(classes.values(), sums, strict=True)]
        return dict(zip(classes, softmax(scores), strict=True))

    def _sums(self, model: str, sentences: Iterable[Weighed]) -> Sequence[float]:
        """What the words of some sentences weigh together for each class of a model."""
        said = chain.from_iterable([one.rest for one in sentences])
        rows = [row for rest in said if (row := rest.rows.get(model)) is not None]
        return list(map(sum, zip(*rows, strict=True))) or [0.0] * len(self.weights.classes_of(model))


def softmax(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    powers = [exp(score - most) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def features_of(sentence: Sentence, labels: Iterable[str]) -> list[str]:
    """All features of a sentence by name: what training counts and `Weights.weigh` adds up."""
    words = sentence.plain.split()
    names = [(stem_of(word), *families_of(word)) for word in words]
    features = [f"={label}" for label in labels]
    for at, here in enumerate(names):
        features += (*here, *matters_of(words[at]))
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
