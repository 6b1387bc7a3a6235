"""What a person added to a text that many sent, and what they took out of it, as places in the two texts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from routing.letter_parts import Word, core_words

OWN_WORDS = 4
"""From so many words on, what a person added is worth a look; a filled-in place or date is not."""
_ISLAND = 2
"""So few common words between two added stretches are chance: "the", "and is"."""
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n\s*\n|\n(?=[A-Z])")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Differences:
    """`added`: places in the letter; `removed`: places in the template. Words are counted, not letters."""

    added: tuple[Span, ...]
    removed: tuple[Span, ...]
    added_words: int
    removed_words: int

    @property
    def has_own_words(self) -> bool:
        return self.added_words >= OWN_WORDS


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: Sequence[Word]
    end: int

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(word.plain for word in self.words)


def differences(text: str, template: str) -> Differences:
    """Compares a letter with the text that most people sent, sentence by sentence, in any order."""
    from rapidfuzz.distance import Indel  # some forty modules, for campaigns only

    ours, theirs = _sentences(text), _sentences(template)
    left, others = _unmatched(ours, theirs), _unmatched(theirs, ours)
    mine = [word for sentence in left for word in sentence.words]
    other = [word for sentence in others for word in sentence.words]
    added, removed = [True] * len(mine), [True] * len(other)
    for block in Indel.opcodes([word.plain for word in mine], [word.plain for word in other]):
        if block.tag == "equal":
            added[block.src_start : block.src_end] = [False] * (block.src_end - block.src_start)
            removed[block.dest_start : block.dest_end] = [False] * (block.dest_end - block.dest_start)
    _swallow_islands(added)
    _swallow_islands(removed)
    return Differences(_spans(text, mine, added), _spans(template, other, removed), sum(added), sum(removed))


def added_text(text: str, found: Differences) -> str:
    """The words that a person added, whole sentences where most of a sentence is theirs."""
    parts = []
    for sentence in _sentences(text):
        own = [word for word in sentence.words if any(a <= word.start < b for a, b in found.added)]
        if not own:
            continue
        first = sentence.words[0] if 2 * len(own) >= len(sentence.words) else own[0]
        last = sentence.end if 2 * len(own) >= len(sentence.words) else own[-1].end
        parts.append(text[first.start : last].strip())
    return "\n".join(parts)


@lru_cache(maxsize=64)
def _sentences(text: str) -> list[_Sentence]:
    """The sentences of a text; those of a template are asked for with every copy."""
    words, found, at = core_words(text), [], 0
    for end in (*(one.end() for one in _SENTENCE_END.finditer(text)), len(text)):
        start = at
        while at < len(words) and words[at].start < end:
            at += 1
        if at > start:
            found.append(_Sentence(words[start:at], end))
    return found


def _unmatched(some: list[_Sentence], others: list[_Sentence]) -> list[_Sentence]:
    """The sentences that do not stand word for word in the other text."""
    there = Counter(sentence.key for sentence in others)
    left = []
    for sentence in some:
        if there[sentence.key]:
            there[sentence.key] -= 1
        else:
            left.append(sentence)
    return left


def _swallow_islands(changed: list[bool]) -> None:
    start = None
    for at, is_changed in enumerate(changed):
        if is_changed:
            if start is not None and start > 0 and at - start <= _ISLAND:
                changed[start:at] = [True] * (at - start)
            start = None
        elif start is None:
            start = at


def _spans(text: str, words: list[Word], changed: list[bool]) -> tuple[Span, ...]:
    """Neighbouring changed words as one place; what only punctuation parts is one place too."""
    found: list[Span] = []
    for word, is_changed in zip(words, changed, strict=True):
        if not is_changed:
            continue
        if found and not re.search(r"\w", text[found[-1][1] : word.start]):
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return tuple(found)
