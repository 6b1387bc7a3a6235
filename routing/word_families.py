"""Families of words that stand for one another when messages are weighed: "wife" and "son" are KIN."""

from functools import lru_cache
from importlib import resources

MOST_KNOWN = 50_000
"""Words remembered with their families; hostile text makes new words without end."""


@lru_cache(maxsize=MOST_KNOWN)
def families_of(word: str) -> tuple[str, ...]:
    """The families a word belongs to, in capitals as their file names them; numbers are the family NUM."""
    whole, beginnings = _families()
    found = [*whole.get(word, ())]
    for length in range(3, len(word) + 1):
        found += beginnings.get(word[:length], ())
    if word[:1].isdigit() or word[:1] == "£":
        found.append("NUM")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _families() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    file = resources.files("routing") / "lists" / "sets" / "word_families.txt"
    whole: dict[str, list[str]] = {}
    beginnings: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, colon, words = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        for word in words.split():
            known = beginnings if word.endswith("*") else whole
            known.setdefault(word.rstrip("*"), []).append(name)
    return whole, beginnings
