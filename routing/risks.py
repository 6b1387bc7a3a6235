"""What must reach a person at once: threats, self-harm, and the flags that need care.

Recall comes before precision, but an inbox that cries wolf is turned off. What is put plainly is found by
phrases of who would do what to whom; words that undo a sign do so only in their own sentence, so a plain
threat elsewhere still stands. What is put indirectly is weighed: no word of it is a sign alone, but a target,
a means, a watching eye and a limit that stand together are, and so are calm, farewell, papers and a means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp

from routing.signals import Evidence, Signals
from routing.weighing import SELF_HARM, THREAT, WEIGHED_WORDS, Reading, Risks, log_odds
from routing.words import Flag

RAISED = 4.0
"""The score at which the phrases of a list raise a flag."""
UNOPPOSED = 0.7
"""The chance that the weighed words of some run must leave to what a plain phrase says."""
LIKELY = 0.5
"""The likelihood, after what speaks against it, at which the weighed words of a message raise a flag."""
CAUTION = 0.9
"""What is added to the odds, as a logarithm: a risk that is missed costs more than a false alarm."""
RUN, WHOLE = 0.3, 0.85
"""How much the odds of the likeliest run of sentences count, and those of the whole message. All three were
fitted on messages of hands that the weights were not made from."""
EITHER = 0.12
"""The chance at which the other flag is raised as well: a person must look, whatever its name."""
ALONE = 0.4
"""How much of its chance counts for one sentence of several, which says less than they do."""
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
_PLAIN = (
    Flag.SAFEGUARDING,
    Flag.DOMESTIC_ABUSE,
    Flag.CONFIDENTIAL,
    Flag.MEDIA,
    Flag.PARTY_POLITICAL,
    Flag.WELSH,
)
"""What a plain phrase raises by itself. Of people's circumstances it is wrong as often as right: these are
weighed (`routing.case_flags`)."""
LONGEST_WINDOW = 40
"""Words within which sentences are weighed together."""

LABELS = {
    flag: flag.value if flag in (Flag.THREAT, Flag.SELF_HARM) else f"flag {flag.value}" for flag in LISTED
}


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely a threat and self-harm are by the whole message, and where it speaks of the likelier.

    `run` is the greatest chance of either in a run of sentences, `where`. `anywhere` are the greatest of a
    threat and of self-harm in any sentence or run, also in one of several, which alone must say more.
    """

    threat: float
    self_harm: float
    run: float
    anywhere: Risks
    where: range

    @property
    def whole(self) -> float:
        """The chance of either."""
        return self.threat + self.self_harm


def flags_in(signals: Signals, risk: Risk) -> frozenset[Flag]:
    """The flags that the words of a message raise: what a plain phrase says, and what weighs enough."""
    likely = likelihood(risk)
    flags = {flag for flag in _PLAIN if signals.score(LABELS[flag]) >= RAISED}
    for flag, chance, other, anywhere in (
        (Flag.THREAT, risk.threat, risk.self_harm, risk.anywhere[0]),
        (Flag.SELF_HARM, risk.self_harm, risk.threat, risk.anywhere[1]),
    ):
        weighed = likely >= LIKELY and (chance >= other or chance >= EITHER)
        plain = signals.score(LABELS[flag]) >= RAISED and anywhere >= UNOPPOSED
        if weighed or plain:
            flags.add(flag)
    return frozenset(flags)


def likelihood(risk: Risk) -> float:
    """How likely a risk of either kind is, by its likeliest run of sentences and by the whole message."""
    odds = CAUTION + RUN * log_odds(risk.run) + WHOLE * log_odds(risk.whole)
    return 1 / (1 + exp(-odds))


def weigh_risk(reading: Reading) -> Risk:
    """The risk that the whole message speaks of, and that any few sentences in a row do."""
    weighed = reading.sentences
    words = [0, *accumulate(one.words for one in weighed)]
    threats = [0, *accumulate(one.threat for one in weighed)]
    harms = [0, *accumulate(one.self_harm for one in weighed)]
    where, best, anywhere = range(0), 0.0, (0.0, 0.0)
    for window in windows([one.words for one in weighed]):
        a, b = window.start, window.stop
        threat, harm = reading.weights.risk_chances(
            words[b] - words[a], threats[b] - threats[a], harms[b] - harms[a]
        )
        anywhere = (max(anywhere[0], threat), max(anywhere[1], harm))
        even = ALONE if len(window) == 1 < len(weighed) else 1.0
        if (threat + harm) * even > best:
            best, where = (threat + harm) * even, window
    threat, harm = reading.weights.risk_chances(words[-1], threats[-1], harms[-1])
    return Risk(threat, harm, best, anywhere, where)


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


def risk_evidence(signals: Signals, reading: Reading, risk: Risk) -> tuple[Evidence, ...]:
    """The sentences that weigh the most for the likelier risk, with the words in them that do."""
    is_threat = risk.threat >= risk.self_harm
    label, output = ("threat", THREAT) if is_threat else ("self-harm", SELF_HARM)
    sentences = signals.wording.sentences
    source = f"{WEIGHED_WORDS}, chance {max(risk.threat, risk.self_harm):.2f}"
    return tuple(
        Evidence(label, words, sentences[number].shown, source)
        for number, words in reading.speaking_for(output, risk.where)
    )
