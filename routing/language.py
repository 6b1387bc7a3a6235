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
_ENOUGH = 1.3
"""What the Welsh words of a message must be worth."""


def language_of(sentences: Iterable[Sentence]) -> tuple[Language, str]:
    """The language a message is written in, and the words that say so; English where nothing does."""
    words = [word for sentence in sentences for word in sentence.plain.split()]
    welsh = [word for word in words if word in _WELSH]
    score = _worth(welsh)
    if score >= _ENOUGH and score > _worth(word for word in words if word in _ENGLISH):
        return Language.WELSH, " ".join(dict.fromkeys(welsh[:8]))
    return Language.ENGLISH, ""


def _worth(words: Iterable[str]) -> float:
    return sum(_WORTH if word in _SHARED else 1.0 for word in words)
