"""Text to words: what is stored for searching and what is asked for are folded alike."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST_TEXT = 50_000
LONGEST_WORD = 64

_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
                    "\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_PHONE = re.compile(r"(?<!\w)\+?\d[\d ().-]{7,20}\d(?!\w)")
_POSTCODE = re.compile(r"(?<!\S)([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})(?!\S)")


def fold(text: str) -> str:
    """`text` as words with single spaces between: no case, no diacritics, letters and digits only.

    Looks at the first 50,000 characters and keeps 64 of each word; its work grows with the length.
    """
    text = _APOSTROPHE.sub("", text[:LONGEST_TEXT])
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)[:LONGEST_TEXT].casefold())
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))[:LONGEST_TEXT]
    return " ".join([word[:LONGEST_WORD] for word in _WORD.findall(text.lower())])


def phones(text: str) -> list[str]:
    """Each telephone number in `text` as one word, the way it is dialled at home: `07700900456`."""
    return [digits for _, _, digits in phones_at(text)]


def phones_at(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each telephone number begins and ends, and its digits as they are dialled at home."""
    for match in _PHONE.finditer(text[:LONGEST_TEXT]):
        digits = "".join(_WORD.findall(match.group()))
        if digits.startswith("44"):
            digits = "0" + digits[2:].removeprefix("0")
        if 9 <= len(digits) <= 13:
            yield match.start(), match.end(), digits


def postcodes(folded: str) -> list[str]:
    """Each whole postcode in folded words as one word: `zz104ab`."""
    return [first + second for first, second in _POSTCODE.findall(folded)]


def join_postcodes(folded: str) -> str:
    """Folded words with each split postcode put together."""
    return _POSTCODE.sub(r"\1\2", folded)
