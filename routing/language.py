"""English or Welsh, by the small words that every sentence needs."""

from collections.abc import Iterable

from routing.word_sets import word_set
from routing.wording import Sentence
from routing.words import Language

_WELSH = word_set("welsh")
_ENGLISH = word_set("english")
_SHARED = frozenset({"a", "i", "o", "am", "he", "me", "no", "y", "na", "ni", "ar", "as", "do", "has"})
_WORTH = 0.3
"""How much a word that both languages have counts."""


def language_of(sentences: Iterable[Sentence]) -> tuple[Language, str]:
    """The language a message is written in, and the words that say so; English where nothing does."""
    welsh: list[str] = []
    welsh_score = english_score = 0.0
    for sentence in sentences:
        for word in sentence.plain.split():
            worth = _WORTH if word in _SHARED else 1.0
            if word in _WELSH:
                welsh_score += worth
                welsh.append(word)
            if word in _ENGLISH:
                english_score += worth
    if welsh_score >= 1.3 and welsh_score > english_score:
        return Language.WELSH, " ".join(dict.fromkeys(welsh[:8]))
    return Language.ENGLISH, ""
