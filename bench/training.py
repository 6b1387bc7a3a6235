"""Trains the weights that come with the product on the tuned part of the labelled messages.

`python -m bench.training` reads `tests/routing/labelled/tuned.jsonl` and writes
`routing/lists/learned/weights.txt` and `word_counts.txt`; the same messages always give the same files. The
never-tuned part is not read. Logistic regression, one model for each question, over the features of
`routing.weighing`; each is trained twice, the second time without the features that weigh little.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from pathlib import Path

from routing.assessment import SEVERAL_MATTERS
from routing.campaigns import COMMON, gist_of
from routing.case_flags import WEIGHED
from routing.labelled import Labels, read_labelled
from routing.pleas import FEWEST_WORDS, HIDING
from routing.risks import windows
from routing.signals import Signals
from routing.turns import PREFIX
from routing.weighing import SCALE, features_of, sentence_labels, softmax
from routing.wording import wording
from routing.words import Flag, Kind, Priority, Topic

TUNED = Path("tests/routing/labelled/tuned.jsonl")
WEIGHTS = Path("routing/lists/learned/weights.txt")
WORD_COUNTS = Path("routing/lists/learned/word_counts.txt")
ROUNDS = 20
RATE, BIAS_RATE = 1.0, 0.1
TRUST = 0.3
SEEN_TWICE = 2
WITHOUT_CIRCUMSTANCES = 6_400
"""So many lines at the beginning are by hands that labelled no flags of people's circumstances."""
MOST_OUTPUTS = 6
"""Outputs of a model that one feature keeps a weight for."""
_MARK = re.compile(r"(?:^| )(?:zz\d|\d[a-z]{2}(?:$| )|£\d|\d{3,})")
_NUMBERS_THAT_SPEAK = frozenset({"101", "111", "999"})
"""Helplines; other long numbers, sums and postcodes belong to one message and mean nothing in the next."""
TURNS = f"={PREFIX}"
FAINT = 1e-4
"""Errors smaller than this teach nothing."""


@dataclass(frozen=True, slots=True)
class Example:
    """The features of one message by how often they stand in it, its words, and the share of each class."""

    features: dict[str, int]
    words: int
    target: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """The classes, the first of which may be the rest that nothing speaks for, and their weights."""

    classes: tuple[str, ...]
    bias: list[float]
    weights: list[dict[str, float]]


def examples_of(labels: Labels) -> list[Example]:
    """The message as a whole, then each of its sentences and longest runs of them, without targets."""
    signals = Signals(wording(labels.message.subject, labels.message.text))
    hit = sentence_labels(signals)
    sentences = signals.wording.sentences
    features = [features_of(one, hit.get(number, ())) for number, one in enumerate(sentences)]
    words = [len(one.plain.split()) for one in sentences]
    runs = [range(len(sentences)), *(run for run in windows(words) if len(run) < len(sentences))]
    return [
        Example(dict(Counter(name for n in run for name in features[n])), sum(words[n] for n in run), ())
        for run in runs
    ]


def train(
    classes: Sequence[str], examples: Sequence[Example], *, rest: bool, most: int, trust: float = TRUST
) -> Model:
    """Weights of the `most` features that weigh the most, trained again without the others, whose share of
    the work they then take over.

    `trust` is how far the examples may pull the weights from nothing, as the inverse of the L2 penalty. A
    feature that few examples have counts for more: what everybody says tells little. With `rest`, the first
    class is what is left where nothing speaks for another, and has no weights.
    """
    seen = Counter(feature for example in examples for feature in example.features)
    rarity = {
        name: 1 + log(len(examples) / count)
        for name, count in seen.items()
        if count >= SEEN_TWICE and not _of_one_message(name)
    }
    first = _fitted(classes, examples, rarity, rest=rest, trust=trust)
    if len(rarity) <= most:
        return first
    worth: dict[str, float] = {}
    for weights in first.weights:
        for name, weight in weights.items():
            worth[name] = max(worth.get(name, 0.0), abs(weight))
    kept = {name: rarity[name] for name in sorted(worth, key=lambda name: -worth[name])[:most]}
    return _fitted(classes, examples, kept, rest=rest, trust=trust)


def _fitted(
    classes: Sequence[str], examples: Sequence[Example], rarity: dict[str, float], *, rest: bool, trust: float
) -> Model:
    """Weights for these features by stochastic gradient descent, the later half of the rounds averaged."""
    places = {name: place for place, name in enumerate(rarity)}
    known = [_known(example, places, rarity) for example in examples]
    learner = _Learner(len(classes), len(places), first=1 if rest else 0)
    penalty = 1 / (trust * len(known))
    chance = random.Random(1)
    order = list(range(len(known)))
    for number in range(ROUNDS):
        chance.shuffle(order)
        for index in order:
            learner.learn(*known[index], penalty)
        if number >= ROUNDS // 2:
            learner.remember()
    weights = [
        {name: one[place] * rarity[name] for name, place in places.items() if one[place]}
        for one in learner.averages()
    ]
    return Model(tuple(classes), learner.bias, weights)


def _known(
    example: Example, places: dict[str, int], rarity: dict[str, float]
) -> tuple[list[tuple[int, float]], tuple[float, ...]]:
    """How much of each feature there is in an example, and what it is an example of."""
    even = 1 / sqrt(example.words + 4)
    values = [
        (places[name], count * even * rarity[name])
        for name, count in example.features.items()
        if name in places
    ]
    return values, example.target


class _Learner:
    """Weights while they are learned. One scale stands before all: the penalty then costs one product."""

    def __init__(self, classes: int, features: int, *, first: int) -> None:
        self.first = first
        self.bias = [0.0] * classes
        self._weights = [[0.0] * features for _ in range(classes)]
        self._sums = [[0.0] * features for _ in range(classes)]
        self._scale, self._steps, self._remembered = 1.0, 0, 0

    def learn(self, values: list[tuple[int, float]], target: tuple[float, ...], penalty: float) -> None:
        """One step down the slope of one example; the steps grow shorter."""
        self._steps += 1
        rate = RATE / (1 + RATE * penalty * self._steps)
        scores = [0.0] * self.first
        for weights, bias in zip(self._weights[self.first :], self.bias[self.first :], strict=True):
            scores.append(bias + self._scale * sum([weights[place] * value for place, value in values]))
        self._scale *= 1 - rate * penalty
        for index, share in enumerate(softmax(scores)):
            error = share - target[index]
            if index < self.first or abs(error) < FAINT:
                continue
            self.bias[index] -= BIAS_RATE * rate * error
            weights, step = self._weights[index], rate * error / self._scale
            for place, value in values:
                weights[place] -= step * value

    def remember(self) -> None:
        self._remembered += 1
        for sums, weights in zip(self._sums, self._weights, strict=True):
            for place, weight in enumerate(weights):
                sums[place] += weight * self._scale

    def averages(self) -> list[list[float]]:
        return [[value / self._remembered for value in sums] for sums in self._sums]


def _of_one_message(feature: str) -> bool:
    """Whether a feature holds a postcode, a sum or a reference, for which the family of numbers stands."""
    return feature not in _NUMBERS_THAT_SPEAK and _MARK.search(feature) is not None


def weights_text(models: Iterable[tuple[str, Model, float]]) -> str:
    """The file of the weights: of each model its name and the least weight that is written."""
    outputs: list[str] = []
    bias: list[int] = []
    rows: dict[str, list[str]] = defaultdict(list)
    for name, model, least in models:
        first = len(outputs)
        outputs += [f"{name} {one}" for one in model.classes]
        bias += [round(value * SCALE) for value in model.bias]
        for feature in dict.fromkeys(feature for weights in model.weights for feature in weights):
            values = [(round(one.get(feature, 0.0) * SCALE), at) for at, one in enumerate(model.weights)]
            strongest = sorted(values, key=lambda pair: -abs(pair[0]))[:MOST_OUTPUTS]
            rows[feature] += [
                f"{first + at}:{value}" for value, at in strongest if abs(value) >= least * SCALE
            ]
    lines = [f"{feature}\t{' '.join(row)}" for feature, row in sorted(rows.items()) if row]
    head = "# Made by `python -m bench.training` from the tuned labelled messages; not to be edited by hand."
    return "\n".join([head, ",".join(outputs), " ".join(map(str, bias)), *lines]) + "\n"


def _risk(labels: Labels) -> tuple[float, ...]:
    return (
        float(labels.kind not in (Kind.THREAT, Kind.SELF_HARM_RISK)),
        float(labels.kind is Kind.THREAT),
        float(labels.kind is Kind.SELF_HARM_RISK),
    )


def _need(labels: Labels) -> tuple[float, ...]:
    """Whether it must not wait; of risks to life that is known."""
    if labels.kind in (Kind.THREAT, Kind.SELF_HARM_RISK):
        return (0.0, 0.0)
    is_now = labels.priority is Priority.IMMEDIATE
    return (float(not is_now), float(is_now))


def _several(labels: Labels) -> tuple[float, ...]:
    """Whether a case, open or hidden, is several matters; other messages are not looked through for that."""
    if labels.kind not in SEVERAL_MATTERS and not labels.hidden_casework:
        return (0.0, 0.0)
    return (float(not labels.split), float(labels.split))


def _hidden(labels: Labels) -> tuple[float, ...]:
    """Whether a case hides in the message, where it may."""
    if labels.kind in (Kind.THREAT, Kind.SELF_HARM_RISK, Kind.SPAM, Kind.AUTO_REPLY):
        return (0.0, 0.0)
    return (float(not labels.hidden_casework), float(labels.hidden_casework))


def _flag(flag: Flag) -> Callable[[Labels], tuple[float, ...]]:
    return lambda labels: (float(flag not in labels.flags), float(flag in labels.flags))


KINDS = (
    Kind.CASEWORK,
    Kind.POLICY_VIEW,
    Kind.THANK_YOU,
    Kind.OFFICE,
    Kind.MEDIA,
    Kind.DATA_REQUEST,
    Kind.ABUSE,
    Kind.SPAM,
    Kind.AUTO_REPLY,
)
_SAME_WORDS = {Kind.NOT_OURS: Kind.CASEWORK, Kind.CAMPAIGN: Kind.POLICY_VIEW}
"""Kinds that differ by more than words: by the place of the writer, by the copies of others."""


def _kind(labels: Labels) -> tuple[float, ...]:
    kind = _SAME_WORDS.get(labels.kind, labels.kind)
    return tuple(float(kind is one) for one in KINDS)


def _topic(labels: Labels) -> tuple[float, ...]:
    share = 1 / (len(labels.topics) or 1)
    return tuple(share * (topic in labels.topics) for topic in TOPICS)


TOPICS = tuple(topic for topic in Topic if topic not in (Topic.POLICY_VIEW, Topic.OFFICE, Topic.DATA_REQUEST))


def _teaches_pleas(labels: Labels) -> bool:
    """Whether all of a message is a plea, or none of it."""
    return labels.kind in (Kind.CASEWORK, Kind.NOT_OURS, *HIDING) and not labels.hidden_casework


def _plea(labels: Labels) -> tuple[float, ...]:
    return (float(labels.kind in HIDING), float(labels.kind not in HIDING))


def _without_turns(examples: list[Example]) -> list[Example]:
    """Examples without what says where a message turns, which bears on several matters alone."""
    return _only(examples, lambda name: not name.startswith(TURNS))


def _alone(examples: list[Example]) -> list[Example]:
    """Kinds and topics are weighed by single words and by the phrases of the lists: pairs add only cost."""
    without = _without_turns(examples)
    return _only(without, lambda name: name.startswith("=") or " " not in name)


def _only(examples: list[Example], holds: Callable[[str], bool]) -> list[Example]:
    return [
        replace(one, features={name: count for name, count in one.features.items() if holds(name)})
        for one in examples
    ]


def trained(labelled: Sequence[Labels]) -> list[tuple[str, Model, float]]:
    """The models, each from the messages that can teach it, with the least weight worth writing down."""
    examples = [(one, examples_of(one)) for one in labelled]

    def taught(target: Callable[[Labels], tuple[float, ...]], after: int = 0) -> list[Example]:
        found = [replace(whole, target=target(one)) for one, (whole, *_) in examples[after:]]
        return [example for example in found if sum(example.target) > 0.99]

    def plain(target: Callable[[Labels], tuple[float, ...]]) -> list[Example]:
        return _without_turns(taught(target))

    pleas = [
        replace(part, target=_plea(one))
        for one, parts in examples
        if _teaches_pleas(one)
        for part in parts
        if part.words >= FEWEST_WORDS
    ]
    kinds, topics = [str(kind) for kind in KINDS], [str(topic) for topic in TOPICS]
    return [
        ("risk", train(("none", "threat", "self-harm"), plain(_risk), rest=True, most=50_000), 0.06),
        ("need", train(("later", "now"), plain(_need), rest=True, most=12_000), 0.08),
        ("several", train(("one", "several"), taught(_several), rest=True, most=12_000), 0.08),
        ("hidden", train(("open", "hidden"), plain(_hidden), rest=True, most=30_000), 0.06),
        ("kind", train(kinds, _alone(taught(_kind)), rest=False, most=12_000), 0.1),
        ("topic", train(topics, _alone(taught(_topic)), rest=False, most=8_000), 0.15),
        ("plea", train(("none", "own"), _alone(pleas), rest=True, most=6_000, trust=0.02), 0.05),
        *(
            (
                flag.value,
                train(
                    ("none", "raised"),
                    _alone(taught(_flag(flag), WITHOUT_CIRCUMSTANCES)),
                    rest=True,
                    most=8_000,
                ),
                0.08,
            )
            for flag in WEIGHED
        ),
    ]


def word_counts_text(labelled: Sequence[Labels]) -> str:
    """In how many letters each common word stands: by these, copies in other words are told."""
    held = Counter(word for one in labelled for word in gist_of(one.message.subject, one.message.text).words)
    common = [(word, count) for word, count in held.items() if count >= COMMON]
    lines = [f"{word} {count}" for word, count in [("LETTERS", len(labelled)), *sorted(common)]]
    head = f"# Made by `python -m bench.training`: words in {COMMON} letters or more of the tuned ones."
    return "\n".join([head, *lines]) + "\n"


def main() -> None:
    labelled = read_labelled(TUNED)
    WORD_COUNTS.write_text(word_counts_text(labelled), encoding="utf-8")
    WEIGHTS.write_text(weights_text(trained(labelled)), encoding="utf-8")


if __name__ == "__main__":
    main()
