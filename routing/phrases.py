"""The word lists of triage: plain phrases and small patterns with weights, kept as readable files.

A list file has sections `[what label]`, and in them lines of a weight and phrases: `3: damp, black mould`.
Phrases are plain words as `wording` writes them, in the notation of `phrase_notation`; classes of words are
defined anywhere by a line `@name: word, other word`. Phrases of topics also stand for their plural.

All lists are searched in one pass for the words that each phrase needs; only where they all stand is the
phrase itself tried on that one sentence, so the cost grows with what is found and not with the length of the
lists.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from routing.phrase_notation import (
    Classes,
    Needles,
    NotationError,
    as_plain,
    as_regex,
    needles_of,
    read_phrase,
    telling_forms,
)
from routing.wording import Sentence

MOST_FORMS = 400
"""Rows of words that one phrase may stand for and still be looked up as such."""
SENTENCES_KEPT = 1_000
"""Sentences whose reading is kept at hand: copies of one text, greetings and thanks come again and again."""


class Phrase:
    """One phrase of a list: what it speaks for, how strongly, and, if it is not plain words, the classes of
    words that its notation may name.

    Its pattern is made when a message first holds the words that it needs: most phrases wait for days, and
    to make thousands of patterns, or to keep their parts, would cost a second and many megabytes.
    """

    __slots__ = ("_classes", "_pattern", "label", "weight", "written")

    def __init__(self, label: str, weight: float, written: str, classes: Classes | None = None) -> None:
        self.label = label
        self.weight = weight
        self.written = written
        self._classes = classes
        self._pattern: re.Pattern[str] | None = None

    @property
    def classes(self) -> Classes:
        return self._classes or {}

    def found_in(self, plain: str) -> str | None:
        """The words that match in a sentence of plain words; only asked where the needed words stand."""
        if self._classes is None:
            return self.written
        if self._pattern is None:
            self._pattern = re.compile(" " + as_regex(read_phrase(self.written, self._classes)))
        found = self._pattern.search(plain)
        return found.group().strip() if found else None


class Hit(NamedTuple):
    """A phrase found in a sentence: the words as they stand there in plain form."""

    phrase: Phrase
    sentence: int
    words: str


class PhraseLists:
    """All lists, ready to search: each phrase waits for the rarest words that it needs, and then for the next
    rarest."""

    def __init__(self, phrases: Iterable[tuple[Phrase, tuple[Needles, ...]]]) -> None:
        numbers: dict[str, int] = {}
        groups: dict[Needles, frozenset[int]] = {}
        waiting: dict[int, list[tuple[Phrase, frozenset[int]]]] = {}
        for phrase, needs in phrases:
            for needles in needs[:2]:
                if needles not in groups:
                    groups[needles] = frozenset(numbers.setdefault(one, len(numbers)) for one in needles)
            for needle in needs[0]:
                waiting.setdefault(numbers[needle], []).append((phrase, groups[needs[:2][-1]]))
        self._waiting = [waiting.get(number, ()) for number in range(len(numbers))]
        self._machine = AhoCorasick(list(numbers), matchkind=MatchKind.Standard)
        self._found_in = lru_cache(maxsize=SENTENCES_KEPT)(self._find_in)

    def find(self, sentences: tuple[Sentence, ...]) -> list[Hit]:
        """Every phrase that stands in a sentence, once per sentence."""
        return [
            Hit(phrase, number, words)
            for number, sentence in enumerate(sentences)
            for phrase, words in self._found_in(sentence.plain)
        ]

    def telling_forms(self, labels: Collection[str], least: float) -> set[str]:
        """Rows of words of which one stands where a phrase says at least so much for one of these labels."""
        found = {phrase for waiting in self._waiting for phrase, _ in waiting}
        return {
            form
            for phrase in found
            if phrase.label in labels and phrase.weight >= least
            for form in telling_forms(read_phrase(phrase.written, phrase.classes), MOST_FORMS)
        }

    def _find_in(self, plain: str) -> tuple[tuple[Phrase, str], ...]:
        matches = self._machine.find_matches_as_indexes(plain, overlapping=True)
        needles = dict.fromkeys([number for number, _, _ in matches])
        lacks = set(needles).isdisjoint
        phrases = [phrase for number in needles for phrase, also in self._waiting[number] if not lacks(also)]
        return tuple({phrase: words for phrase in phrases if (words := phrase.found_in(plain))}.items())


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
    found: list[tuple[Phrase, tuple[Needles, ...]]] = []
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
    return name.strip(), tuple(word.strip() for word in words.split(",") if word.strip())


def _split(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in phrases.split(",") if phrase.strip()]


def _phrase(label: str, weight: float, written: str, classes: Classes) -> tuple[Phrase, tuple[Needles, ...]]:
    parts = read_phrase(written, classes)
    plain = as_plain(parts)
    if plain is not None:
        words = f" {plain} "
        forms = (words, f" {plain}s ") if label.startswith("topic ") and not plain.endswith("s") else (words,)
        return Phrase(label, weight, plain), (forms,)
    needs = needles_of(parts)
    if not needs:
        raise NotationError(f'the phrase "{written}" has no word that it needs')
    return Phrase(label, weight, written, classes), needs
