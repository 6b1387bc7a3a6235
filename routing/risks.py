"""What must reach a person at once: threats, self-harm, and the flags that need care.

Recall comes before precision, but an inbox that cries wolf is turned off. What is put plainly is found by
phrases of who would do what to whom; words that undo a sign do so only in their own sentence, so a plain
threat elsewhere still stands. What is put indirectly is weighed: no word of it is a sign alone, but a target,
a means, a watching eye and a limit that stand together are, and so are calm, farewell, papers and a means.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log

from routing.signals import Evidence, Signals
from routing.weighing import SELF_HARM, THREAT, Reading
from routing.words import Flag

RAISED = 4.0
"""The score at which the phrases of a list raise a flag."""
UNOPPOSED = 0.6
"""The chance that the weighed words of some run must leave to what a plain phrase says."""
LIKELY = 0.5
"""The likelihood, after what speaks against it, at which the weighed words of a message raise a flag."""
CALM = 4.7
"""What is added to the odds, as a logarithm, before that which speaks against a risk."""
RUN, WHOLE = 0.7, 0.85
"""How much the odds of the likeliest run of sentences count, and those of the whole message."""
CLAIMED, ASKING, LENGTH = 0.3, 1.3, 0.9
"""What speaks against: that it reads clearly as one kind, that it ends in a question, how long it is.
All of these were fitted on held-out folds."""
SHORTEST = 18
"""Fewer words than this do not speak for a risk by being few."""
UNDONE = 1.5
"""What is taken away where every sentence that weighs has a turn of speech that is no threat."""
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
    """How likely a threat and self-harm are, and the sentences that weigh the most for the likelier.

    `whole` is the chance of either when the whole message is weighed at once.
    `anywhere` is the greatest chance of any sentence or run, also of one sentence of several, which alone
    must say more.
    """

    threat: float
    self_harm: float
    whole: float
    anywhere: float
    where: range


def flags_in(signals: Signals, risk: Risk, kinds: Mapping[str, float]) -> frozenset[Flag]:
    """The flags that the words of a message raise; `kinds` are the chances of each kind.

    What a plain phrase says stands in a message of any kind; what is only weighed must outweigh what speaks
    against it (`likelihood`).
    """
    likely = likelihood(signals, risk, kinds)
    flags = {flag for flag in _PLAIN if signals.score(LABELS[flag]) >= RAISED}
    for flag, chance, other in (
        (Flag.THREAT, risk.threat, risk.self_harm),
        (Flag.SELF_HARM, risk.self_harm, risk.threat),
    ):
        weighed = likely >= LIKELY and (chance >= other or chance >= EITHER)
        plain = signals.score(LABELS[flag]) >= RAISED and risk.anywhere >= UNOPPOSED and chance >= other
        if weighed or plain:
            flags.add(flag)
    return frozenset(flags)


def likelihood(signals: Signals, risk: Risk, kinds: Mapping[str, float]) -> float:
    """How likely a risk of either kind is, after what speaks against it in the message as a whole.

    One who asks a question hopes for an answer; a long letter says many things; thanks, a view or a plea that
    is clearly that is seldom more.
    """
    sentences = signals.wording.sentences
    asks = bool(sentences) and sentences[-1].shown.endswith("?")
    odds = CALM + RUN * _odds(risk.threat + risk.self_harm) + WHOLE * _odds(risk.whole)
    odds -= CLAIMED * _odds(max(kinds.values(), default=0.5))
    odds -= LENGTH * log(1 + max(signals.wording.word_count, SHORTEST)) + (ASKING if asks else 0.0)
    if risk.where and signals.sentences_of("not threat").issuperset(risk.where):
        odds -= UNDONE
    return 1 / (1 + exp(-odds))


def _odds(chance: float) -> float:
    """The logarithm of the odds of a chance, kept within what a chance of one in ten thousand has."""
    kept = min(max(chance, 1e-4), 1 - 1e-4)
    return log(kept / (1 - kept))


def weigh_risk(reading: Reading) -> Risk:
    """The greatest risk that any few sentences in a row speak of."""
    weighed = reading.sentences
    words = [0, *accumulate(one.words for one in weighed)]
    threats = [0, *accumulate(one.threat for one in weighed)]
    harms = [0, *accumulate(one.self_harm for one in weighed)]
    worst, where, best, anywhere = (0.0, 0.0), range(0), 0.0, 0.0
    for window in windows([one.words for one in weighed]):
        a, b = window.start, window.stop
        threat, harm = reading.weights.risk_chances(
            words[b] - words[a], threats[b] - threats[a], harms[b] - harms[a]
        )
        anywhere = max(anywhere, threat + harm)
        even = ALONE if len(window) == 1 < len(weighed) else 1.0
        if (threat + harm) * even > best:
            best, worst, where = (threat + harm) * even, (threat * even, harm * even), window
    whole = sum(reading.weights.risk_chances(words[-1], threats[-1], harms[-1]))
    return Risk(*worst, whole, anywhere, where)


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
    source = f"weighed words, chance {max(risk.threat, risk.self_harm):.2f}"
    return tuple(
        Evidence(label, words, sentences[number].shown, source)
        for number, words in reading.speaking_for(output, risk.where)
    )
