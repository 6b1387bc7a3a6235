"""One plain form of any text to search in, with the same offsets as the text that is shown.

`clean` removes what a reader cannot see (zero-width and direction marks, control characters) and evens
out spaces and quotes; `fold` maps each character of that to exactly one lower-case letter without
accents, look-alike letters of other alphabets included. A hit in the folded text can therefore be shown
in the cleaned text by its offsets.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST_TEXT = 200_000
"""Characters that triage reads; more is kept and shown but decides nothing."""

_BREAKS = re.compile(r"\n{2,}")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Marks drawn over or through letters that no composed letter has: what is struck out is read as well."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LOOK_ALIKES = dict(
    zip(
        "абвеёіїјкмнорстухѕԁոαβεικνορτυχæœøłđðþß‘’‛`´“”„‟–—‐‑‒−…",
        "a6beeiijkmhopctyxsdnabeiknoptuxaoolddps'''''\"\"\"\"------.",
        strict=True,
    )
)


class _Seen(dict[int, str | None]):
    """Characters kept as they are, unseen ones dropped; learns each character once."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        keep = character in "\n\t" or unicodedata.category(character) not in _UNSEEN
        self[code] = character if keep else None
        return self[code]


class _Plain(dict[int, str]):
    """Each character as one plain lower-case character; learns each character once."""

    def __missing__(self, code: int) -> str:
        self[code] = _plain(chr(code))
        return self[code]


def _plain(character: str) -> str:
    if character.isspace():
        return character if character == "\n" else " "
    lowered = _LOOK_ALIKES.get(character.lower(), character.lower())
    bare = [part for part in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(part)]
    first = bare[0] if bare else " "
    return _LOOK_ALIKES.get(first, first).lower()[:1] or " "


_SEEN = _Seen()
_PLAIN = _Plain()


@lru_cache(maxsize=8)
def clean(text: str) -> str:
    """The text as it is shown: composed letters, one space for many, paragraphs apart by one empty line.

    Kept for the last few texts, because one message is asked for by its words, its place and its rules.
    """
    text = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFC", text))
    lines = text.split("\n")
    if not all(map(str.isprintable, lines)):
        lines = text.translate(_SEEN).split("\n")
    return _BREAKS.sub("\n\n", "\n".join([" ".join(line.split()) for line in lines])).strip()


def fold(cleaned: str) -> str:
    """The cleaned text in plain lower-case letters, character for character."""
    if cleaned.isascii():
        return cleaned.lower()
    return cleaned.translate(_PLAIN)


def fold_words(text: str) -> str:
    """A word or phrase in the form it is searched for: folded, on one line."""
    return " ".join(fold(clean(text)).split())
