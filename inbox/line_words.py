"""Whether the words of a standard line stand in a text, also where somebody touched them up.

Words are compared two by two in their folded form: capitals, punctuation, white space and accents say
nothing, and a word or two may be others. No pattern is made: the cost is that of reading the words once.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from routing.folding import fold_words

Pairs = frozenset[tuple[str, str]]

_PLACE = re.compile(r"\{\{[^{}]{1,60}\}\}|\[[^\[\]]{1,60}\]")
"""A gap: what is filled in there is no word of the line."""
_WORD = re.compile(r"\w+")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_FEWEST = 6
"""Pairs of words from which a text may differ and still be the line; what is shorter must be the same."""
_TOUCHED_UP = 2
"""Pairs that one changed word costs."""
_OF_TEN = 10


def pairs(text: str) -> Pairs:
    """Each two words that follow each other, gaps apart."""
    pieces = (_WORD.findall(fold_words(piece)) for piece in _PLACE.split(text))
    return frozenset(both for words in pieces for both in pairwise(words))


def parts(line: str) -> Iterator[Pairs]:
    """A line by its paragraphs, those as short as a greeting apart; as a whole where all are short."""
    each = [found for one in _PARAGRAPHS.split(line) if len(found := pairs(one)) >= _FEWEST]
    yield from each or ([whole] if (whole := pairs(line)) else [])


def stands_in(part: Pairs, text: Pairs) -> bool:
    """Whether this part of a line is said in the text, word for word or nearly so."""
    may_miss = max(_TOUCHED_UP, len(part) // _OF_TEN) if len(part) >= _FEWEST else 0
    return len(part - text) <= may_miss


def said_by_another(part: Pairs, others: Iterable[Pairs], text: Pairs) -> bool:
    """Whether what the text has of this is said as fully by one of the others: then those are its words."""
    said = part & text
    misses = len(part) - len(said)
    return any(len(said - other) <= len(said) // _OF_TEN and len(other - text) <= misses for other in others)
