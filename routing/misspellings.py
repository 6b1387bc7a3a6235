"""Words of risk as they are misspelt in a hurry or dictated, and the words that are meant.

Only a few words are mended, those that a life may hang on; a spelling that is a word of its own stays.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from routing.word_sets import word_set

_VOWELS = "aeiouy"
_SOUND_ALIKE = {"c": "sk", "s": "c", "k": "c", "f": "v"}
_LONG = 6
"""Letters from which a word is known though one of them is missing or mistaken."""
_OWNERS = {"my": "my", "me": "my", "your": "your", "his": "him", "him": "him", "her": "her"}
_APART = re.compile(
    r" (?:(my|me|your|his|him|her) self|(our|their|them|your) (?:selfs|selves|self))"
    rf" (?!(?:{'|'.join(sorted(word_set('self_compounds')))})[^ ]* )"
)
_TO = re.compile(r" (want|wants|wanted|going|ready|try|trying|need|used) 2 (?=[a-z])")


def put_right(plain: str) -> str:
    """A sentence of plain words with "my self" in one word and "want 2 die" with its "to"."""
    if " sel" in plain:
        plain = _APART.sub(_reflexive, plain)
    return _TO.sub(r" \1 to ", plain) if " 2 " in plain else plain


def _reflexive(found: "re.Match[str]") -> str:
    if found[1]:
        return f" {_OWNERS[found[1]]}self "
    return f" {'them' if found[2] in ('their', 'them') else found[2]}selves "


@lru_cache(maxsize=1)
def misspellings() -> dict[str, str]:
    """Each misspelling that is mended, and the word that is meant."""
    names = ("english", "frequent_words", "welsh", "misspelt_words", "own_words")
    known = frozenset[str]().union(*map(word_set, names))
    return {
        wrong: word
        for word in sorted(word_set("misspelt_words"))
        for wrong in _slips(word)
        if wrong not in known
    }


def _slips(word: str) -> Iterator[str]:
    """The spellings one slip away."""
    for at, letter in enumerate(word):
        before, after = word[:at], word[at + 1 :]
        if after.startswith(letter):
            yield before + after  # "kil"
        elif len(word) < _LONG and at:
            yield before + letter + letter + after  # "stabb"
        if at and after and after[0] != letter:
            yield before + after[0] + letter + after[1:]  # "myslef"
        if len(word) >= _LONG:
            if at:
                yield before + after  # "suicde"
            yield before + letter + letter + after
            swaps = _VOWELS.replace(letter, "") if letter in _VOWELS else _SOUND_ALIKE.get(letter, "")
            yield from (before + other + after for other in swaps if at)  # "suiside"
