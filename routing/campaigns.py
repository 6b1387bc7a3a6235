"""Copies of one text told from letters in own words: what a text is known by, and how alike two texts are.

A copy keeps most of the word pairs of its text through greetings, signatures, small edits, reordering and
added paragraphs. A reworded copy keeps its facts, the same numbers, dates, names and hashtags, sentence for
sentence, or a large share of the words that carry meaning. Own words on the same subject keep neither.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from math import fsum, log, sqrt
from zlib import crc32

from routing.anchors import anchors, stem, weight
from routing.folding import clean, fold
from routing.letter_parts import LONGEST, Word, core_words
from routing.word_sets import word_set

STORED_PRINTS = 12
ASKED_PRINTS = 20
"""A text is kept under its lowest prints and looked up by a few more: a copy may hold much that is added."""
MOST_ANCHORS = 6
FEWEST_PAIRS = 5
"""Fewer word pairs than this say too little to call two texts the same."""

COPY = 0.42
SHORT_COPY = 0.7
SURE_PAIRS = 8
"""A copy shares `COPY` of the shorter text's pairs; of a text with few pairs, `SHORT_COPY`."""
REWORDED = 0.45
ALIGNED = 0.42
"""A rewording says the same sentence for sentence: so much has a counterpart, whatever facts both name."""
SAME_WORDS, FEWEST_WORDS = 0.24, 8
"""The share of meaning words, by the cosine of the two sets, in which a rare word counts for more, and how
many they must be, that two people who write of one subject hardly ever have in common."""
SAME_NUMBERS, BESIDE_NUMBERS, FEWEST_BESIDE = 2, 0.16, 3
"""Two who give the same two numbers need less in common besides: such a share of so many words."""
COMMON = 30
"""A word in fewer letters than this, of those that were counted, is as rare as any."""
RESTATED = 0.3
"""A sentence that shares so much with one of the text says nothing of its own."""
_MASK = (1 << 31) - 1
_YEAR = re.compile("(?:19|20)\\d\\d")
_SENTENCE_END = re.compile(r"[.!?;]+(?=\s|$)|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Gist:
    """What a text is known by, its greeting, signature and postcodes left out.

    `pairs`: neighbouring words that carry meaning, as numbers. `anchors`: numbers, dates, names, hashtags and
    links. `sentences`: the meaning words of each sentence; `words`: of all of them; `length`: how long the
    text is as a vector of them, rare ones weighing more. `core`: all its words in order, as one number, and
    `size`, how many they are: two with one number are one text word for word.
    """

    pairs: frozenset[int]
    anchors: frozenset[str]
    sentences: tuple[frozenset[str], ...]
    words: frozenset[str]
    length: float
    subject: str
    core: int
    size: int

    @property
    def is_telling(self) -> bool:
        return len(self.pairs) >= FEWEST_PAIRS

    @property
    def asked(self) -> list[int]:
        """What a text is looked up by."""
        return self.prints(ASKED_PRINTS)

    def prints(self, most: int) -> list[int]:
        """The numbers this text is kept under or looked for, the same for every copy as far as can be."""
        if not self.is_telling:
            return []
        facts = sorted(crc32(b"anchor " + one.encode()) & _MASK for one in self.anchors)
        return [*sorted(self.pairs)[:most], *facts[:MOST_ANCHORS]]


def gist_of(subject: str, text: str) -> Gist:
    """What `text` is known by; never fails, bounded in time whatever the text."""
    words = core_words(text)
    core = text[words[0].start : words[-1].end] if words else ""
    telling = [(stem(word.plain), word) for word in words if _tells(word.plain)]
    sentences = _sentences(text[:LONGEST], telling)
    meant = frozenset[str]().union(*sentences)
    return Gist(
        pairs=_pairs([stem for stem, _ in telling]),
        anchors=frozenset(anchors(core)),
        sentences=sentences,
        words=meant,
        length=sqrt(_worth(meant)),
        subject=subject_key(subject),
        core=crc32(" ".join([word.plain for word in words]).encode()),
        size=len(words),
    )


def likeness(one: Gist, other: Gist) -> float:
    """How much of the shorter text stands in the longer, 0 to 1, by its word pairs."""
    fewer = min(len(one.pairs), len(other.pairs))
    return len(one.pairs & other.pairs) / fewer if fewer else 0.0


def is_same_text(one: Gist, other: Gist) -> bool:
    """Whether the two are one text with edits, in any order, with more or less added."""
    common, fewer = len(one.pairs & other.pairs), min(len(one.pairs), len(other.pairs))
    return fewer >= FEWEST_PAIRS and common >= max(FEWEST_PAIRS - 1, COPY * fewer) and (
        common >= SURE_PAIRS or common >= SHORT_COPY * fewer
    )  # fmt: skip


def are_copies(one: Gist, other: Gist) -> bool:
    """Whether the two are one text, edited, reordered, added to, or said in other words."""
    if not (one.is_telling and other.is_telling):
        return False
    return is_same_text(one, other) or has_the_same_words(one, other) or reworded(one, other) >= REWORDED


def has_the_same_words(one: Gist, other: Gist) -> bool:
    """Whether two texts are made of the same words, or of the same numbers and some words, in any order."""
    common = one.words & other.words
    if len(common) < FEWEST_BESIDE:
        return False
    share = _worth(common) / (one.length * other.length)
    if len(common) >= FEWEST_WORDS and share >= SAME_WORDS:
        return True
    return share >= BESIDE_NUMBERS and len(_numbers(one.anchors & other.anchors)) >= SAME_NUMBERS


def reworded(one: Gist, other: Gist) -> float:
    """How far one says the same as the other, point by point in other words, 0 to 1."""
    aligned = _aligned(one, other)
    if aligned < ALIGNED:
        return 0.0
    anchors = _anchor_share(one, other)
    same_subject = 0.08 if one.subject and one.subject == other.subject else 0.0
    return 0.55 * aligned + 0.3 * anchors + 0.4 * likeness(one, other) + same_subject


def restates(sentence: str, known: Gist) -> bool:
    """Whether a sentence only says in other words what a sentence of a known text says."""
    said = gist_of("", sentence)
    numbers = {anchor for anchor in said.anchors & known.anchors if weight(anchor) == 1}
    return bool(numbers) or any(
        _overlap(one, other) >= RESTATED for one in said.sentences for other in known.sentences
    )


def subject_key(subject: str) -> str:
    """A subject without reply marks, case and punctuation."""
    plain = " ".join(re.findall(r"[^\W_]+", fold(clean(subject[:300]))))
    return re.sub(r"^(?:(?:re|fw|fwd|aw|wg) )+", "", plain)


def _anchor_share(one: Gist, other: Gist) -> float:
    """The share of facts that both name; a number or a date is a fact, a name may only be the subject."""
    common = sum(weight(anchor) for anchor in one.anchors & other.anchors)
    fewer = min(sum(map(weight, one.anchors)), sum(map(weight, other.anchors)))
    return common / max(fewer, 2.5) if common else 0.0


def _numbers(facts: Iterable[str]) -> frozenset[str]:
    """The numbers in facts that are not only the year."""
    numbers = ("".join(filter(str.isdigit, fact)) for fact in facts)
    return frozenset(number for number in numbers if number and not _YEAR.fullmatch(number))


def _aligned(one: Gist, other: Gist) -> float:
    """How much of each text's sentences has a counterpart in the other, the better covered text first."""
    if not (one.sentences and other.sentences):
        return 0.0
    shared = [[_overlap(here, there) for there in other.sentences] for here in one.sentences]
    some = _covered(one.sentences, shared)
    others = _covered(other.sentences, zip(*shared, strict=True))
    return 0.7 * max(some, others) + 0.3 * min(some, others)


def _covered(sentences: tuple[frozenset[str], ...], shared: Iterable[Iterable[float]]) -> float:
    """The mean share of each sentence's words found in its best counterpart."""
    found = sum(max(row) * len(sentence) for sentence, row in zip(sentences, shared, strict=True))
    return found / sum(map(len, sentences))


def _overlap(some: frozenset[str], others: frozenset[str]) -> float:
    common = len(some & others)
    return 2 * common / (len(some) + len(others)) if common >= 2 else 0.0


def _pairs(stems: list[str]) -> frozenset[int]:
    numbers = [crc32(stem.encode()) for stem in stems]
    return frozenset(
        ((a * 0x9E3779B1) ^ (b * 0x9E3779B1) ^ (a + b)) * 0x85EBCA6B >> 7 & _MASK
        for a, b in pairwise(numbers)
        if a != b
    )


def _sentences(text: str, telling: list[tuple[str, Word]]) -> tuple[frozenset[str], ...]:
    """The meaning words of each sentence; a sentence of fewer than three is read with the next."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    found: list[frozenset[str]] = []
    current: set[str] = set()
    at = 0
    for plain, word in telling:
        while at < len(ends) and word.start >= ends[at]:
            at += 1
            if len(current) >= 3:
                found.append(frozenset(current))
                current = set()
        current.add(plain)
    if current:
        found.append(frozenset(current))
    return tuple(found[:60])


@cache
def _untelling() -> frozenset[str]:
    return word_set("frequent_words") | word_set("english") | word_set("welsh") | word_set("letter_words")


def _worth(words: Iterable[str]) -> float:
    """How much these words say together: one that few letters hold says more."""
    squares, rarest = _rarity()
    return fsum(squares.get(word, rarest) for word in words)


@cache
def _rarity() -> tuple[dict[str, float], float]:
    """What each common word says, squared, and what all others do; `bench.training` counted them."""
    text = (resources.files("routing") / "lists" / "learned" / "word_counts.txt").read_text(encoding="utf-8")
    counted = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    counts = {word: int(count) for word, count in counted}
    letters = counts.pop("LETTERS")
    return {word: _says(letters, count) for word, count in counts.items()}, _says(letters, COMMON)


def _says(letters: int, count: int) -> float:
    return log(1 + letters / count) ** 2


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in _untelling()
