"""What must reach a person at once: threats, self-harm, and the flags that need care.

Recall comes before precision, but an inbox that cries wolf is turned off. What is put plainly is found by
phrases of who would do what to whom; words that undo a sign do so only in their own sentence, so a plain
threat elsewhere still stands. What is put indirectly is weighed: no word of it is a sign alone, but a target,
a means, a watching eye and a limit that stand together are, and so are calm, farewell, papers and a means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.signals import Evidence, Signals
from routing.weighing import Weighed, Weights, bundled_weights, sentence_labels, together
from routing.words import Flag

RAISED = 4.0
"""The score at which the phrases of a list raise a flag."""
CERTAIN = 5.0
"""The score at which they do so whatever the other words weigh, if those do not speak against it."""
AGAINST = 0.15
LIKELY = 0.5
"""The chance at which the weighed words of a run of sentences raise a flag."""
LIKELY_ALONE = 0.9
"""The same for one sentence of several, which says less than they do."""
LISTED = (
    Flag.THREAT,
    Flag.SELF_HARM,
    Flag.SAFEGUARDING,
    Flag.DOMESTIC_ABUSE,
    Flag.CONFIDENTIAL,
    Flag.MEDIA,
    Flag.REPRESENTATIVE,
    Flag.THIRD_PARTY,
    Flag.SPECIAL_CATEGORY,
    Flag.VULNERABLE,
    Flag.PARTY_POLITICAL,
    Flag.WELSH,
)
LONGEST_WINDOW = 60
"""Words within which sentences are weighed together."""

LABELS = {
    flag: flag.value if flag in (Flag.THREAT, Flag.SELF_HARM) else f"flag {flag.value}" for flag in LISTED
}


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely a threat and self-harm are, and the sentences that weigh the most for the likelier."""

    threat: float
    self_harm: float
    evidence: tuple[Evidence, ...]


def flags_in(signals: Signals, risk: Risk) -> frozenset[Flag]:
    """The flags that the words of a message raise."""
    flags: set[Flag] = {
        flag
        for flag, label in LABELS.items()
        if flag not in (Flag.THREAT, Flag.SELF_HARM) and signals.score(label) >= RAISED
    }
    for flag, chance, other in (
        (Flag.THREAT, risk.threat, risk.self_harm),
        (Flag.SELF_HARM, risk.self_harm, risk.threat),
    ):
        plain = signals.score(LABELS[flag]) >= CERTAIN and max(chance, other) >= AGAINST
        if (chance + other >= LIKELY and chance >= other) or (plain and chance >= other):
            flags.add(flag)
    return frozenset(flags)


def weigh_risk(signals: Signals, weights: Weights | None = None) -> Risk:
    """The greatest risk that any few sentences in a row speak of."""
    weights = weights or bundled_weights()
    labels = sentence_labels(signals)
    sentences = signals.wording.sentences
    weighed = [weights.weigh(one, labels.get(number, ())) for number, one in enumerate(sentences)]
    indexes = [weights.outputs.index(f"risk {name}") for name in ("threat", "self-harm")]
    worst, where, best = (0.0, 0.0), range(0), 0.0
    for window in windows([one.words for one in weighed]):
        threat, harm, _ = weights.chances(together([weighed[n] for n in window]), indexes, rest=True)
        chance = threat + harm
        if len(window) == 1 < len(weighed):
            chance *= LIKELY / LIKELY_ALONE
        if chance > best:
            share = chance / (threat + harm)
            best, worst, where = chance, (threat * share, harm * share), window
    return Risk(*worst, _evidence(signals, weights, weighed, where, worst))


def windows(words: Sequence[int]) -> Iterator[range]:
    """What is weighed together, given the words of each sentence: each alone, and each longest run."""
    end = last = total = 0
    for start in range(len(words)):
        yield range(start, start + 1)
        while end < len(words) and (end <= start or total + words[end] <= LONGEST_WINDOW):
            total += words[end]
            end += 1
        if end > last and end > start + 1:
            yield range(start, end)
        last = max(last, end)
        total -= words[start]


def _evidence(
    signals: Signals, weights: Weights, weighed: list[Weighed], window: range, chances: tuple[float, float]
) -> tuple[Evidence, ...]:
    label = "threat" if chances[0] >= chances[1] else "self-harm"
    output = f"risk {label}"
    index = weights.outputs.index(output)
    ranked = sorted(window, key=lambda number: -weighed[number].sums[index])[:2]
    sentences = signals.wording.sentences
    return tuple(
        Evidence(label, words, sentences[n].shown, f"weighed words, chance {max(chances):.2f}")
        for n in ranked
        if (words := weights.words_for(sentences[n], output))
    )
