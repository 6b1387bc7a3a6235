"""Families of words that stand for one another when messages are weighed: "wife" and "son" are KIN.

Two files hold them: `word_families` what is said where a life may be at risk, which also counts in pairs of
words, and `matter_families` what people call the things that their matters are about.
"""

from functools import lru_cache
from importlib import resources

MOST_KNOWN = 20_000
"""Words remembered with their families; hostile text makes new words without end."""
_ENDINGS = (("ies", "y"), ("ing", ""), ("ied", "y"), ("ed", ""), ("es", ""), ("s", ""), ("ly", ""))


@lru_cache(maxsize=MOST_KNOWN)
def families_of(word: str) -> tuple[str, ...]:
    """The families a word belongs to, in capitals as their file names them; numbers are the family NUM."""
    found = _of_file("word_families", word)
    if word[:1].isdigit() or word[:1] == "£":
        found.append("NUM")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=MOST_KNOWN)
def matters_of(word: str) -> tuple[str, ...]:
    """The families of matters that a word belongs to: "mould" is DAMPNESS."""
    return tuple(dict.fromkeys(_of_file("matter_families", word)))


@lru_cache(maxsize=MOST_KNOWN)
def stem_of(word: str) -> str:
    """A word without its most common endings: "waited" and "waiting" are both "wait"."""
    if len(word) <= 3:
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            stem = word[: -len(ending)] + instead
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "ls":
                stem = stem[:-1]
            return stem.removesuffix("e")
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _of_file(name: str, word: str) -> list[str]:
    whole, beginnings = _families(name)
    found = [*whole.get(word, ())]
    for length in range(3, len(word) + 1):
        found += beginnings.get(word[:length], ())
    return found


@lru_cache(maxsize=2)
def _families(file_name: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    file = resources.files("routing") / "lists" / "sets" / f"{file_name}.txt"
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
