"""Plain sets of words and cues kept as readable files under `lists/sets`."""

import re
from importlib import resources


def word_set(name: str) -> frozenset[str]:
    """Every word of a set."""
    return frozenset(words_in_order(name))


def words_in_order(name: str) -> list[str]:
    """Every word of a set as the file has them."""
    return [word for line in _lines(name) for word in line.split()]


def words_by_line(name: str) -> list[str]:
    """The lines of a set as the file has them."""
    return _lines(name)


def phrase_pattern(*names: str) -> "re.Pattern[str]":
    """One pattern for whole phrases, one a line in the files; for lower-case text. The longest is found."""
    phrases = sorted((line for name in names for line in _lines(name)), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(re.escape(phrase) for phrase in phrases)})\b")


def _lines(name: str) -> list[str]:
    file = resources.files("routing") / "lists" / "sets" / f"{name}.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
