"""What must reach a person at once: threats, self-harm, and the flags that need care.

Recall comes before precision, but an inbox that cries wolf is turned off. What is put plainly is found by
phrases of who would do what to whom; words that undo a sign do so only in their own sentence, so a plain
threat elsewhere still stands. What is put indirectly is weighed: no word of it is a sign alone, but a target,
a means, a watching eye and a limit that stand together are, and so are calm, farewell, papers and a means.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.signals import Evidence, Signals
from routing.weighing import Reading
from routing.words import Flag, Kind

RAISED = 4.0
"""The score at which the phrases of a list raise a flag."""
CERTAIN = 5.0
"""The score at which they do so whatever the other words weigh, if those do not speak against it."""
AGAINST = {Flag.THREAT: 0.25, Flag.SELF_HARM: 0.09}
LIKELY = 0.36
"""The chance at which the weighed words of a run of sentences raise a flag."""
CLAIMED = 0.6
"""The chance from which a message reads clearly as something other than a plea."""
LIKELY_AGAINST_KIND = 0.7
"""The chance that raises a flag on such a message."""
EITHER = 0.12
"""The chance at which the other flag is raised as well: a person must look, whatever its name."""
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
    """How likely a threat and self-harm are, and the sentences that weigh the most for the likelier.

    `anywhere` is the greatest chance of any sentence or run, also of one sentence of several, which alone
    must say more.
    """

    threat: float
    self_harm: float
    anywhere: float
    where: range


def flags_in(signals: Signals, risk: Risk, kinds: Mapping[str, float]) -> frozenset[Flag]:
    """The flags that the words of a message raise.

    `kinds` are the chances of each kind. What reads clearly as a view, thanks, an invitation, an insult or
    junk must weigh more to be a risk; what a plain phrase says stands in any of them.
    """
    claimed = max((chance for kind, chance in kinds.items() if kind != Kind.CASEWORK), default=0.0) >= CLAIMED
    enough = LIKELY_AGAINST_KIND if claimed else LIKELY
    flags: set[Flag] = {
        flag
        for flag, label in LABELS.items()
        if flag not in (Flag.THREAT, Flag.SELF_HARM) and signals.score(label) >= RAISED
    }
    for flag, chance, other in (
        (Flag.THREAT, risk.threat, risk.self_harm),
        (Flag.SELF_HARM, risk.self_harm, risk.threat),
    ):
        likely = chance + other >= enough and (chance >= other or chance >= EITHER)
        bar = AGAINST[flag] if signals.score(LABELS[flag]) >= CERTAIN else enough
        plain = signals.score(LABELS[flag]) >= RAISED and risk.anywhere >= bar and chance >= other
        if likely or plain:
            flags.add(flag)
    return frozenset(flags)


def weigh_risk(reading: Reading) -> Risk:
    """The greatest risk that any few sentences in a row speak of."""
    weighed = reading.sentences
    worst, where, best, anywhere = (0.0, 0.0), range(0), 0.0, 0.0
    for window in windows([one.words for one in weighed]):
        threat, harm = reading.weights.risk_chances(weighed[window.start : window.stop])
        anywhere = max(anywhere, threat + harm)
        even = LIKELY / LIKELY_ALONE if len(window) == 1 < len(weighed) else 1.0
        if (threat + harm) * even > best:
            best, worst, where = (threat + harm) * even, (threat * even, harm * even), window
    return Risk(*worst, anywhere, where)


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
    label, chance = ("threat", risk.threat) if is_threat else ("self-harm", risk.self_harm)
    weighed = reading.sentences
    ranked = sorted(risk.where, key=lambda n: -(weighed[n].threat if is_threat else weighed[n].self_harm))
    sentences = signals.wording.sentences
    return tuple(
        Evidence(label, words, sentences[n].shown, f"weighed words, chance {chance:.2f}")
        for n in ranked[:2]
        if (words := reading.weights.words_for(sentences[n], 0 if is_threat else 1))
    )
