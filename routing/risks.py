"""What must reach a person at once: threats, self-harm, and the flags that need care.

Recall comes before precision. What is put plainly is found by phrases of who would do what to whom; words
that undo a sign do so only in their own sentence, so a plain threat elsewhere still stands. What is put
indirectly is found by its parts: no part alone is a sign, but a target, a means, a watching eye and a limit
that stand within three sentences of each other are, and so are despair, calm, farewell and a means.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.signals import Signals
from routing.words import Flag

RAISED = 4.0
"""The score at which a flag is raised."""

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
WINDOW = 3
"""Sentences within which the parts of an indirect sign belong together."""


UNDOES = 5.0
"""The strength at which words that undo a plain sign undo its parts in their sentence too."""

PEACE = 3.0
"""How much more an indirect sign needs in a message that asks, invites or signs off like ordinary mail."""


@dataclass(frozen=True, slots=True)
class Indirect:
    """The parts of an indirect sign: which there are, which one of must be there, and how much is enough."""

    parts: tuple[str, ...]
    needed: frozenset[str]
    enough: float
    fewest: int


INDIRECT: Mapping[Flag, Indirect] = {
    Flag.THREAT: Indirect(
        (
            "target",
            "means",
            "outcome",
            "watching",
            "coming",
            "limits",
            "gloat",
            "frame",
            "body",
            "danger",
            "located",
            "victim",
        ),
        frozenset({"means", "outcome", "watching", "coming", "body", "danger", "located", "victim"}),
        7.0,
        3,
    ),
    Flag.SELF_HARM: Indirect(
        ("despair", "calm", "farewell", "order", "means", "burden", "alive", "night", "ending", "change"),
        frozenset({"calm", "farewell", "order", "means", "burden", "alive", "ending", "change"}),
        5.0,
        2,
    ),
}
LABELS = {
    flag: flag.value if flag in (Flag.THREAT, Flag.SELF_HARM) else f"flag {flag.value}" for flag in LISTED
}


def flags_in(signals: Signals) -> frozenset[Flag]:
    """The flags that the words of a message raise.

    Someone in despair is not reported as a threat, nor a plain threat as despair, on indirect signs alone.
    """
    flags = {flag for flag, label in LABELS.items() if signals.score(label) >= RAISED}
    plain = flags & set(INDIRECT)
    if Flag.THREAT not in plain and indirect_parts(signals, Flag.SELF_HARM):
        flags.add(Flag.SELF_HARM)
    if Flag.SELF_HARM not in flags and indirect_parts(signals, Flag.THREAT):
        flags.add(Flag.THREAT)
    return frozenset(flags)


def indirect_parts(signals: Signals, flag: Flag) -> tuple[str, ...]:
    """The labels of the parts that together make an indirect sign, or nothing where they do not."""
    kind = INDIRECT[flag]
    base = LABELS[flag]
    strengths = {part: found for part in kind.parts if (found := signals.strengths(f"{base} part {part}"))}
    enough = kind.enough + min(PEACE, signals.score("peaceful"))
    best = sum(max(found.values()) for found in strengths.values())
    if len(strengths) < kind.fewest or best < enough or not kind.needed & set(strengths):
        return ()
    undone = _undone(signals, base)
    numbers = {number for found in strengths.values() for number in found} - undone
    for start in sorted(numbers):
        window = range(start, start + WINDOW)
        together = {
            part: max(near)
            for part, found in strengths.items()
            if (near := [found[number] for number in window if number in found and number in numbers])
        }
        if len(together) >= kind.fewest and kind.needed & set(together) and sum(together.values()) >= enough:
            return tuple(f"{base} part {part}" for part in together)
    return ()


def _undone(signals: Signals, base: str) -> frozenset[int]:
    """The sentences in which nothing counts: words there undo the sign or its parts."""
    plain = signals.strengths(f"not {base}")
    strong = {number for number, strength in plain.items() if strength >= UNDOES}
    return signals.sentences_of(f"not {base} part") | strong
