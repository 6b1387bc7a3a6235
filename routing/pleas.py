"""A person's own matter inside a message that is something else: thanks, a view, an invitation, an insult.

Nobody reads such a message for a plea, so one in it must be lifted out. Each sentence, and each two in a row,
is weighed by itself: words of help wanted, of what was refused or never came, and of whose matter it is. What
stands before the first plea is the frame of the letter, and says what the letter is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.signals import Signals
from routing.weighing import Reading
from routing.words import Kind

HIDING = frozenset({Kind.CAMPAIGN, Kind.THANK_YOU, Kind.OFFICE, Kind.POLICY_VIEW, Kind.ABUSE})
"""Kinds that nobody reads for a plea."""
FRAMES = (Kind.THANK_YOU, Kind.OFFICE, Kind.POLICY_VIEW)
"""What a letter with a plea in it may open as."""
AT_RISK = frozenset({Kind.THREAT, Kind.SELF_HARM_RISK})
PLEA = 0.94
"""The chance of a plea in a sentence from which it is lifted out."""
TURNED_TO = 0.9
"""The same where words such as "by the way" turn to it."""
HIDDEN, NOT_HIDDEN = 0.2, 0.002
"""The chance by the weighed words of a message at which a plea hides in it, and under which none does."""
LEAST = 0.8
"""The chance of a plea that some sentence must have all the same: what a campaign is about is no plea."""
TOLD = 0.6
"""The chance from which a sentence belongs to the plea and no longer to the frame."""
FRAMED, FRAMED_BESIDE = 0.5, 0.3
"""The chance of thanks, a view or an invitation in the frame of what reads as a plea; the second where words
such as "by the way" turn to it."""
PLAINLY_FRAMED = 0.8
"""The same in what reads as a risk to life."""
INSULTED = 0.8
"""The chance of an insult in one sentence of what reads as a plea."""
SHORTEST_FRAME = 5
RAMBLE = 30
"""Words from which any frame is one: who tells so much before the matter hides it."""
FEWEST_WORDS = 4
MOST_READ = 24
"""Sentences of a message that are read for a plea, from its beginning and its end."""
BESIDE = "plea beside"


@dataclass(frozen=True, slots=True)
class Pleas:
    """How likely a plea is, and what else the message says: its frame and what that reads as."""

    chance: float
    turned_to: bool
    frame_words: int
    frame: Mapping[str, float]
    other_words: int

    @property
    def framed_as(self) -> Kind:
        """What the frame of the letter reads as, if it is thanks, a view or an invitation at all."""
        return max(FRAMES, key=lambda kind: self.frame.get(kind, 0.0))

    @property
    def framed(self) -> float:
        """The chance that the frame is that; a few words are none."""
        return self.frame.get(self.framed_as, 0.0) if self.frame_words >= SHORTEST_FRAME else 0.0


def read_pleas(signals: Signals, reading: Reading, *, is_copy: bool) -> Pleas | None:
    """What a message pleads for, and beside what; None if no plea stands beside other things.

    A copy of another message is always looked through.
    """
    if not is_copy and reading.chances("hidden")["hidden"] < NOT_HIDDEN:
        return None
    words = [one.words for one in reading.sentences]
    chances = {run: reading.chances("plea", run)["own"] for run in _runs(words)}
    chance = max(chances.values(), default=0.0)
    if chance < LEAST:
        return None
    own = [chances.get((n,), 0.0) for n in range(len(words))]
    first = next((n for n, chance in enumerate(own) if chance >= TOLD), len(own))
    return Pleas(
        chance=chance,
        turned_to=bool(signals.sentences_of(BESIDE)),
        frame_words=sum(words[:first]),
        frame=reading.chances("kind", range(first)) if 0 < first < len(own) else {},
        other_words=sum(count for count, chance in zip(words, own, strict=True) if chance < TOLD),
    )


def hides_casework(pleas: Pleas | None, kind: Kind, reading: Reading) -> bool:
    """Whether somebody's own matter stands in a message of a kind that nobody reads for one."""
    if pleas is None:
        return False
    if reading.chances("hidden")["hidden"] >= HIDDEN and (kind in HIDING or kind is Kind.CASEWORK):
        return True
    if pleas.chance < (TURNED_TO if pleas.turned_to else PLEA):
        return False
    if kind is Kind.CAMPAIGN:
        return True
    if kind in HIDING:
        return pleas.other_words >= FEWEST_WORDS
    if kind in AT_RISK:
        return pleas.framed >= PLAINLY_FRAMED
    return kind is Kind.CASEWORK and _says_something_else(pleas, reading)


def kind_beside(pleas: Pleas | None, kind: Kind, hides_case: bool) -> Kind:
    """The kind after a look at the plea: what the frame says if one is hidden, casework if all pleads.

    An insult has nothing to act on; one with a plea in it is a case, or nobody would work on it.
    """
    if pleas is None:
        return kind
    if kind is Kind.ABUSE and hides_case:
        return Kind.CASEWORK
    if kind is Kind.CASEWORK and hides_case and pleas.framed >= FRAMED_BESIDE:
        return pleas.framed_as
    if kind in FRAMES and pleas.chance >= PLEA and not pleas.other_words:
        return Kind.CASEWORK
    return kind


def _says_something_else(pleas: Pleas, reading: Reading) -> bool:
    """Whether what reads as a plea has an insult in it, opens with thanks or the like, or comes late."""
    bar = FRAMED_BESIDE if pleas.turned_to else FRAMED
    if pleas.framed >= bar or pleas.frame_words >= RAMBLE:
        return True
    parts = _read(len(reading.sentences))
    return any(reading.chances("kind", (n,))[Kind.ABUSE] >= INSULTED for n in parts)


def _read(count: int) -> Iterator[int]:
    """The sentences that are read: of a long message the first and the last."""
    return (n for n in range(count) if not MOST_READ // 2 <= n < count - MOST_READ // 2)


def _runs(words: list[int]) -> Iterator[tuple[int, ...]]:
    """Each sentence that is long enough, and each two in a row."""
    for n in _read(len(words)):
        if words[n] >= FEWEST_WORDS:
            yield (n,)
        if n + 1 < len(words):
            yield (n, n + 1)
