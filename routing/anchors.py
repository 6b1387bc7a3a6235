"""The facts that survive rewording: numbers with what they count, dates, names, hashtags and links."""

import re
from collections.abc import Iterator
from functools import cache

from routing.folding import fold
from routing.word_sets import word_set

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DIGITS = {word: str(number) for number, word in enumerate(_WORDS, start=2)}
_TIMES = {" hundred": "00", " thousand": "000", " million": "000000", " billion": "000000000"}
_NUMBER = re.compile(
    rf"\b(?:\d[\d,.]*\d|\d|{'|'.join(_DIGITS)})\b(?:[ -](?:hundred|thousand|million|billion))?"
)
_BEFORE, _AFTER = re.compile(r"([^\W_]+)\W{1,2}$"), re.compile(r"\W{1,2}([^\W_]+)")
_NAMED = re.compile(r"\b[A-Z][\w’'-]*(?:\s+(?:of|the|and|for)\s+[A-Z][\w’'-]*|\s+[A-Z][\w’'-]*)+")
_TITLES = re.compile(r"^(?:dear |the )?(?:mr|mrs|ms|miss|dr|sir|madam|dear)\b")
_TAG = re.compile(r"#\w{3,}|https?://[^\s?#>)]+|www\.[^\s?#>)]+")
_ENDINGS = re.compile(r"(?:'s|ings?|edly|ed|ies|es|s|ly|e|y)$")
_PLAIN_NUMBER = 4
"""A number of so many digits is a fact by itself; a shorter one only with what it counts."""


def anchors(text: str) -> Iterator[str]:
    """Each fact in the text, in one spelling: `14 May` and `May 14` are both `may 14`."""
    folded = fold(text)
    for found in _NUMBER.finditer(folded):
        yield from _number(folded, found)
    for name in _NAMED.finditer(text):
        plain = fold(" ".join(name[0].split()))
        if not _TITLES.match(plain):
            yield plain
    for link in _TAG.finditer(folded):
        yield link[0].rstrip("./,")


def stem(word: str) -> str:
    """A word without its ending, so that "branch" and "branches" are one."""
    return _ENDINGS.sub("", word) if len(word) > 4 else word


def weight(anchor: str) -> float:
    """How much one shared fact says: a number or a date, 1; a name, which may only be the subject, half."""
    return 1.0 if any(letter.isdigit() for letter in anchor) else 0.5


def _number(folded: str, found: re.Match[str]) -> Iterator[str]:
    digits, space, unit = found[0].replace(",", "").replace("-", " ").partition(" ")
    digits = _DIGITS.get(digits, digits) + _TIMES.get(space + unit, "")
    if len(digits) >= _PLAIN_NUMBER:
        yield digits
        return
    after = _AFTER.match(folded, found.end())
    before = _BEFORE.search(folded, max(found.start() - 30, 0), found.start())
    for beside in (before, after):
        if beside is not None and len(beside[1]) >= 3 and beside[1] not in _counting_nothing():
            yield f"{stem(beside[1])} {digits}"


@cache
def _counting_nothing() -> frozenset[str]:
    """Words beside a number that do not say what it counts."""
    return word_set("english") | {"over", "more", "than", "some", "only", "since", "before", "until", "last"}
