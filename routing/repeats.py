"""One word over and over is read as that word once: a hundred kilobytes of it weigh no more.

A word of death or violence is left as it came: whoever writes nothing else is read by a person.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import eq

SAID = 1
"""How often a word, or a line, that is repeated is still read."""
GRAVE = frozenset({
    "kill", "killed", "die", "dying", "dead", "death", "suicide", "murder", "murdered", "hang", "knife",
    "knives", "stab", "shoot", "shot", "gun", "bomb", "burn", "acid", "rape", "blood", "hurt", "strangle",
})  # fmt: skip
"""Words that are never shortened away."""
MANY = 8
"""So often in a row is no way of speaking any more ("no no no no" is)."""
LONG = 200
"""Letters of a word past which it is looked at for a piece that it repeats."""
PIECE = 64


def without_repeats(text: str) -> str:
    """The text with such runs shortened; as it came where it has none."""
    words = text.split()
    runs = sum(map(eq, words, words[1:])) >= MANY - 1
    if not runs and all(len(word) < LONG for word in words):
        return text
    return "\n".join(" ".join(_shortened(line.split())) for line in _lines(text))


def _lines(text: str) -> Iterator[str]:
    """The lines, of many alike in a row a few."""
    for _, same in groupby(text.splitlines(), key=str.strip):
        alike = list(same)
        is_kept = len(alike) < MANY or GRAVE & set(alike[0].casefold().split())
        yield from alike if is_kept else alike[:SAID]


def _shortened(words: list[str]) -> Iterator[str]:
    for word, same in groupby(words):
        count = len(list(same))
        is_kept = count < MANY or word.strip(".,!?").casefold() in GRAVE
        yield from [_once(word)] * (count if is_kept else SAID)


def _once(word: str) -> str:
    """A word that is nothing but a piece of itself again and again, as that piece."""
    if len(word) < LONG:
        return word
    period = word.find(word[:PIECE], 1)
    if 0 < period <= PIECE and word[period:] == word[:-period] and word[:period].casefold() not in GRAVE:
        return word[:period]
    return word
