"""A person's own matter inside a message that is something else: thanks, a view, an invitation, an insult.

Nobody reads such a message for a plea, so one in it must be lifted out. Each sentence, and each two in a row,
is weighed by itself: words of help wanted, of what was refused or never came, and of whose matter it is.
"""

from collections.abc import Iterator, Mapping

from routing.signals import Signals
from routing.topics import LABELS, MATTER_TOPICS
from routing.weighing import Reading
from routing.words import Kind

HIDING = frozenset({Kind.CAMPAIGN, Kind.THANK_YOU, Kind.OFFICE, Kind.POLICY_VIEW, Kind.ABUSE})
"""Kinds that nobody reads for a plea."""
PLEA = 0.8
"""The chance of a plea in a sentence from which it is lifted out."""
FAINT = 2.0
"""What the phrases of a plea must score in a campaign's letter, which tells of a matter that all share."""
BESIDE = 0.6
"""The chance of thanks, a view, an invitation or an insult in another sentence, in what reads as a plea."""
OF_A_MATTER = 2.0
"""What the phrases of a topic must score in a sentence for it to be about a matter."""
FEWEST_WORDS = 4
MOST_READ = 60
"""Sentences of a message that are read for a plea, from its beginning and its end."""


def hides_casework(signals: Signals, reading: Reading, kind: Kind) -> bool:
    """Whether somebody's own matter stands in a message of a kind that nobody reads for one."""
    if kind is not Kind.CASEWORK and kind not in HIDING:
        return False
    if plea_chance(signals, reading) < PLEA:
        return False
    if kind is Kind.CAMPAIGN:
        return signals.score("kind casework") >= FAINT
    return kind in HIDING or _says_something_else(reading)


def plea_chance(signals: Signals, reading: Reading) -> float:
    """The greatest chance of a plea in any sentence, or two in a row, that is about a matter."""
    about = _about_a_matter(signals)
    return max(
        (reading.chances("plea", run)["own"] for run in _runs(reading) if about.intersection(run)),
        default=0.0,
    )


def _says_something_else(reading: Reading) -> bool:
    """Whether what reads as a plea has an insult in it, or opens with thanks, a view or an invitation."""
    count = len(reading.sentences)
    if count < 2:
        return False
    if any(reading.chances("kind", [n])[Kind.ABUSE] >= BESIDE for n in range(min(count, MOST_READ))):
        return True
    opening = reading.chances("kind", range(min(2, count - 1)))
    return any(opening[kind] >= BESIDE for kind in (Kind.THANK_YOU, Kind.POLICY_VIEW, Kind.OFFICE))


def _about_a_matter(signals: Signals) -> frozenset[int]:
    scores: Iterator[Mapping[int, float]] = (
        signals.sentence_scores(LABELS[topic]) for topic in MATTER_TOPICS
    )
    return frozenset(n for found in scores for n, score in found.items() if score >= OF_A_MATTER)


def _runs(reading: Reading) -> Iterator[tuple[int, ...]]:
    """Each sentence that is long enough, and each two in a row; of a long message the first and the last."""
    count = len(reading.sentences)
    for n in range(count):
        if MOST_READ // 2 <= n < count - MOST_READ // 2:
            continue
        if reading.sentences[n].words >= FEWEST_WORDS:
            yield (n,)
        if n + 1 < count:
            yield (n, n + 1)
