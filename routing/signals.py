"""The list hits of one message, summed by what they speak for, with the sentences as evidence."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from routing.phrases import Hit, PhraseLists, bundled_lists
from routing.wording import Wording

CARRIED = 0.5
"""How much of a sentence's score counts towards the whole message beside its strongest sentence."""
MOST_EVIDENCE = 3
_NOTHING: Mapping[int, float] = {}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an answer was given: for what, the words found, the sentence they stand in, by which rule."""

    what: str
    words: str
    sentence: str
    rule: str


class Signals:
    """Scores and evidence of one message for every label of the lists.

    In each sentence the hits for a label add up and those for `not LABEL` are taken away, so that words
    which undo a sign do so where it stands; the strongest sentence counts whole, the others by half.
    """

    def __init__(self, wording: Wording, lists: PhraseLists | None = None) -> None:
        self.wording = wording
        self._hits: dict[str, list[Hit]] = {}
        for hit in (lists or bundled_lists()).find(wording.sentences):
            self._hits.setdefault(hit.phrase.label, []).append(hit)
        self._scores: dict[str, float] = {}
        self._by_sentence: dict[str, Mapping[int, float]] = {}

    def labels(self) -> tuple[str, ...]:
        """Every label that any sentence hits."""
        return tuple(self._hits)

    def score(self, label: str) -> float:
        if label not in self._hits:
            return 0.0
        if label not in self._scores:
            self._scores[label] = self._sum(label)
        return self._scores[label]

    def sentence_scores(self, label: str) -> Mapping[int, float]:
        """What each sentence says for a label, after what undoes it there; only those above nothing."""
        if label not in self._hits:
            return _NOTHING
        if label not in self._by_sentence:
            self._by_sentence[label] = self._summed(label)
        return self._by_sentence[label]

    def sentences_of(self, label: str) -> frozenset[int]:
        """The sentences in which any phrase for a label stands."""
        return frozenset(hit.sentence for hit in self._hits.get(label, ()))

    def evidence(self, label: str) -> tuple[Evidence, ...]:
        """The strongest sentences for a label, each once, the strongest first."""
        scores = self.sentence_scores(label)
        best: dict[int, Hit] = {}
        for hit in self._hits.get(label, ()):
            known = best.get(hit.sentence)
            if hit.sentence in scores and (known is None or hit.phrase.weight > known.phrase.weight):
                best[hit.sentence] = hit
        ranked = sorted(best.values(), key=lambda hit: (-scores[hit.sentence], hit.sentence))
        sentences = self.wording.sentences
        return tuple(
            Evidence(label, hit.words, sentences[hit.sentence].shown, hit.phrase.written)
            for hit in ranked[:MOST_EVIDENCE]
        )

    def _sum(self, label: str) -> float:
        scores = sorted(self.sentence_scores(label).values(), reverse=True)
        return scores[0] + CARRIED * sum(scores[1:]) if scores else 0.0

    def _summed(self, label: str) -> Mapping[int, float]:
        scores: dict[int, float] = defaultdict(float)
        for hit in self._hits[label]:
            scores[hit.sentence] += hit.phrase.weight
        for hit in self._hits.get(f"not {label}", ()):
            if hit.sentence in scores:
                scores[hit.sentence] -= hit.phrase.weight
        return {number: score for number, score in scores.items() if score > 0}
