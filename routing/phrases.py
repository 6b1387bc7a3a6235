"""The word lists of triage: plain phrases and small patterns with weights, kept as readable files.

A list file has sections `[what label]`, and in them lines of a weight and phrases: `3: damp, black mould`.
Phrases are plain words as `wording` writes them. A phrase may use

- `{name}`  any word of a class, defined anywhere by a line `@name: word, other word`
- `(a|b)`   one of these;  `[a|b]` or `(a|b)?` one of these, or nothing
- `..`      up to five other words;  `...` up to ten, in the same sentence
- `word*`   a word that begins like this

Phrases of topics also stand for their plural.

All lists are searched in one pass for a word that each phrase needs; only then is the phrase itself tried
on that one sentence, so the cost grows with what is found and not with the length of the lists.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from ahocorasick_rs import AhoCorasick, MatchKind

from routing.wording import Sentence, plain_words

_GAPS = {"..": 5, "...": 10}
_PART = re.compile(r"\{\w+\}|\([^()]*\)\??|\[[^\]]*\]|[^\s()\[\]]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a list: what it speaks for, how strongly, and the pattern if it is not plain words."""

    label: str
    weight: float
    written: str
    pattern: "re.Pattern[str] | None"


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a sentence: the words as they stand there in plain form."""

    phrase: Phrase
    sentence: int
    words: str


class PhraseLists:
    """All lists, ready to search."""

    def __init__(self, phrases: Iterable[tuple[Phrase, tuple[str, ...]]]) -> None:
        by_needle: dict[str, list[Phrase]] = {}
        for phrase, needles in phrases:
            for needle in needles:
                by_needle.setdefault(needle, []).append(phrase)
        self._phrases = list(by_needle.values())
        self._machine = AhoCorasick(list(by_needle), matchkind=MatchKind.Standard)

    def find(self, sentences: tuple[Sentence, ...]) -> list[Hit]:
        """Every phrase that stands in a sentence, once per sentence."""
        starts: list[int] = []
        offset = 0
        for sentence in sentences:
            starts.append(offset)
            offset += len(sentence.plain)
        joined = "".join([sentence.plain for sentence in sentences])
        hits: list[Hit] = []
        seen: set[tuple[int, int]] = set()
        for index, start, _ in self._machine.find_matches_as_indexes(joined, overlapping=True):
            number = bisect_right(starts, start) - 1
            plain = sentences[number].plain
            for phrase in self._phrases[index]:
                key = (id(phrase), number)
                if key in seen:
                    continue
                seen.add(key)
                if phrase.pattern is None:
                    hits.append(Hit(phrase, number, phrase.written))
                elif found := phrase.pattern.search(plain):
                    hits.append(Hit(phrase, number, found.group().strip()))
        return hits


@lru_cache(maxsize=1)
def bundled_lists() -> PhraseLists:
    """The lists that come with the product."""
    folder = resources.files("routing") / "lists"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".txt")), key=lambda f: f.name)
    texts = [file.read_text(encoding="utf-8") for file in files if file.name != "short_forms.txt"]
    return lists_from(texts)


def lists_from(texts: Iterable[str]) -> PhraseLists:
    """Lists from the text of their files; raises `ValueError` naming the line that cannot be read."""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    classes = dict(_class_of(line) for line in lines if line.startswith("@"))
    found: list[tuple[Phrase, tuple[str, ...]]] = []
    label = ""
    for line in lines:
        if line.startswith("@"):
            continue
        if line.startswith("["):
            head, closed, rest = line.partition("]")
            if closed and not rest:
                label = head[1:].strip()
                continue
        weight, colon, phrases = line.partition(":")
        try:
            value = float(weight)
        except ValueError:
            raise ValueError(f'this line of a list has no weight: "{line}"') from None
        if not (label and colon):
            raise ValueError(f'this line of a list belongs to no section: "{line}"')
        found.extend(_phrase(label, value, written, classes) for written in _split(phrases))
    return PhraseLists(found)


def _class_of(line: str) -> tuple[str, tuple[str, ...]]:
    name, _, words = line[1:].partition(":")
    return name.strip(), tuple(plain_words(word).strip() for word in words.split(",") if word.strip())


def _split(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in phrases.split(",") if phrase.strip()]


def _phrase(
    label: str, weight: float, written: str, classes: Mapping[str, tuple[str, ...]]
) -> tuple[Phrase, tuple[str, ...]]:
    parts = [_parsed(part, classes, written) for part in _PART.findall(written)]
    if all(kind == "word" for kind, _ in parts):
        words = plain_words(written)
        forms = (words, f"{words[:-1]}s ") if label.startswith("topic ") and words[-2:] != "s " else (words,)
        return Phrase(label, weight, words.strip(), None), forms
    pattern = re.compile("(?<= )" + "".join(_regex(kind, options) for kind, options in parts))
    needles = max((options for kind, options in _runs(parts)), key=_rarity)
    return Phrase(label, weight, written, pattern), tuple(needles)


def _parsed(part: str, classes: Mapping[str, tuple[str, ...]], written: str) -> tuple[str, tuple[str, ...]]:
    if part in _GAPS:
        return part, ()
    if part.startswith("{"):
        if part[1:-1] not in classes:
            raise ValueError(f'the phrase "{written}" names a class that no list defines')
        return "one", classes[part[1:-1]]
    if part.startswith(("(", "[")):
        options: list[str] = []
        for option in part.rstrip("?")[1:-1].split("|"):
            inside = option.strip()
            options.extend(classes[inside[1:-1]] if inside.startswith("{") else [_plain(inside)])
        return ("one" if part.endswith(")") else "maybe"), tuple(options)
    if part.endswith("*"):
        return "stem", (part[:-1],)
    return "word", (_plain(part),)


def _plain(words: str) -> str:
    return plain_words(words).strip() if not words.endswith("*") else words


def _regex(kind: str, options: tuple[str, ...]) -> str:
    if kind in _GAPS:
        return f"(?:[^ ]+ ){{0,{_GAPS[kind]}}}?"
    if kind == "stem":
        return f"{options[0]}[^ ]* "
    choice = "|".join(_option(option) for option in sorted(options, key=len, reverse=True))
    return f"(?:(?:{choice}) )?" if kind == "maybe" else f"(?:{choice}) "


def _option(option: str) -> str:
    return f"{re.escape(option[:-1])}[^ ]*" if option.endswith("*") else re.escape(option)


def _runs(parts: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """What a sentence must hold for the phrase to stand in it: words in a row joined, or one of a class."""
    runs: list[tuple[str, tuple[str, ...]]] = []
    row: list[str] = []
    for kind, options in [*parts, ("..", ())]:
        if kind == "word":
            row.extend(options)
            continue
        if row:
            runs.append(("row", (f" {' '.join(row)} ",)))
            row = []
        if kind == "stem":
            runs.append((kind, (f" {options[0]}",)))
        elif kind == "one":
            starts = (f" {option[:-1]}" if option.endswith("*") else f" {option} " for option in options)
            runs.append((kind, tuple(starts)))
    return runs


_COMMON_WORDS = (
    "i you he she it we they me my your him her them his the a to of and in on is am are was be not no have"
    " will do can that this for with if at as so but get go all want"
)
_COMMON = {f" {word} " for word in _COMMON_WORDS.split()} | {" i am ", " i have ", " you are ", " want to "}


def _rarity(needles: tuple[str, ...]) -> tuple[int, int]:
    """How rarely the needles start a search in vain: common words last, then few and long ones first."""
    common = any(needle in _COMMON for needle in needles)
    return (0 if common else 1, 4 * min(map(len, needles)) - len(needles))
