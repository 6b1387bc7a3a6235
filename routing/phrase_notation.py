"""The notation of the word lists: plain words with choices, gaps and classes, read into a pattern.

- `{name}`  any word of a class
- `(a|b)`   one of these;  `[a|b]` or `(a|b)?` one of these, or nothing; they may hold each other
- `..`      up to five other words;  `...` up to ten, in the same sentence
- `word*`   a word that begins like this;  `*` any word;  `#` a number, also at the end of a word: `8#`
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from routing.word_sets import words_in_order
from routing.wording import plain_words

Classes = Mapping[str, tuple[str, ...]]
Needles = tuple[str, ...]
"""Strings of which a sentence must hold at least one for a phrase to stand in it."""

_GAPS = {"..": 5, "...": 10}
_TOKEN = re.compile(r"\)\?|[()\[\]|]|\{\w+\}|[^\s()\[\]|{}]+")
_RARE = 1 / 1000
"""How often a word that is in no list of frequent words is taken to stand in a message."""


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, float]:
    """About how often each frequent word stands in a message: by its rank, as words do."""
    ranked = dict.fromkeys(words_in_order("frequent_words"))
    return {word: 1 / rank for rank, word in enumerate(ranked, start=4)}


class NotationError(ValueError):
    """A phrase that cannot be read."""


@dataclass(frozen=True, slots=True)
class Word:
    """Plain words that must stand so, or a pattern for one word, any match of which begins as `starts` do."""

    plain: str
    pattern: str
    starts: Needles = ()

    @property
    def is_plain(self) -> bool:
        return bool(self.plain)


@dataclass(frozen=True, slots=True)
class Gap:
    most: int


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple["Sequenced", ...]
    optional: bool


Part = Word | Gap | Choice
Sequenced = tuple[Part, ...]


def read_phrase(written: str, classes: Classes) -> Sequenced:
    """The parts of a phrase in order; raises `NotationError` naming the phrase if it cannot be read."""
    tokens = _TOKEN.findall(written)
    options, rest = _options(tokens, 0, classes, written)
    if rest != len(tokens) or len(options) != 1 or not options[0]:
        raise NotationError(f'the phrase "{written}" cannot be read')
    return options[0]


def as_plain(parts: Sequenced) -> str | None:
    """The words of a phrase that is nothing but words, or None."""
    words = [part.plain for part in parts if isinstance(part, Word) and part.is_plain]
    return " ".join(words) if len(words) == len(parts) else None


def as_regex(parts: Sequenced) -> str:
    """The pattern of a phrase in plain words, each word followed by one space."""
    return "".join(_regex(part) for part in parts)


def telling_forms(parts: Sequenced, most: int) -> list[str]:
    """Rows of words of which one stands wherever the phrase does with empty gaps: of all of it, or of the
    longest stretch of two words and more that has no more than `most` forms."""
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length, -1, -1):
            stretch = parts[start : start + length]
            needed = sum(
                isinstance(one, Word) or (isinstance(one, Choice) and not one.optional) for one in stretch
            )
            if (needed > 1 or length == len(parts)) and (forms := plain_forms(stretch, most)):
                return forms
    return []


def plain_forms(parts: Sequenced, most: int) -> list[str]:
    """Every row of words that a phrase stands for without other words in its gaps, the last of them perhaps
    only begun; none where there are more than `most`."""
    forms = [" "]
    for number, part in enumerate(parts):
        if isinstance(part, Gap):
            continue
        if isinstance(part, Word):
            is_last = number == len(parts) - 1
            ends = [f"{part.plain} "] if part.is_plain else [one[1:] for one in part.starts if is_last]
        else:
            ends = [form[1:] for option in part.options for form in plain_forms(option, most)]
            ends += [""] if part.optional else []
        forms = [f"{form}{end}" for form in forms for end in ends]
        if not 0 < len(forms) <= most:
            return []
    return forms


def needles_of(parts: Sequenced) -> tuple[Needles, ...]:
    """Groups of strings of each of which a match must hold one, the rarest first; empty if there is none."""
    return tuple(sorted(_all_needles(parts), key=_in_vain))


def _all_needles(parts: Sequenced) -> list[Needles]:
    found: list[Needles] = []
    row: list[str] = []
    for part in (*parts, Gap(0)):
        if isinstance(part, Word) and part.is_plain:
            row.append(part.plain)
            continue
        if row:
            found.append((f" {' '.join(row)} ",))
            row = []
        if isinstance(part, Word) and part.starts:
            found.append(part.starts)
        elif isinstance(part, Choice) and not part.optional:
            inside = [needles_of(option)[:1] for option in part.options]
            if all(inside):
                found.append(tuple(dict.fromkeys(one for groups in inside for one in groups[0])))
    return found


def _in_vain(needles: Needles) -> float:
    """About how often the needles start a search: words in a row are rarer than the rarest of them."""
    known = _frequencies()
    each = (sorted(known.get(word, _RARE) for word in needle.split()) for needle in needles)
    short = sum(0.2 for needle in needles if len(needle) < 4 and not needle.endswith(" "))
    return short + sum(found[0] * (0.2 if len(found) > 1 else 1.0) for found in each)


def _options(tokens: Sequence[str], at: int, classes: Classes, written: str) -> tuple[list[Sequenced], int]:
    """Sequences parted by `|`, up to a closing bracket or the end, and where that is."""
    options: list[Sequenced] = []
    parts: list[Part] = []
    while at < len(tokens) and tokens[at] not in (")", ")?", "]"):
        piece = tokens[at]
        at += 1
        if piece == "|":
            options.append(tuple(parts))
            parts = []
        elif piece in ("(", "["):
            inside, at = _options(tokens, at, classes, written)
            if at >= len(tokens) or (piece == "[") != (tokens[at] == "]"):
                raise NotationError(f'a bracket of the phrase "{written}" is not closed')
            parts.append(Choice(tuple(filter(None, inside)), tokens[at] != ")"))
            at += 1
        else:
            parts.append(_part(piece, classes, written))
    return [*options, tuple(parts)], at


def _part(token: str, classes: Classes, written: str) -> Part:
    if token in _GAPS:
        return Gap(_GAPS[token])
    if token.startswith("{"):
        if token[1:-1] not in classes:
            raise NotationError(f'the phrase "{written}" names a class that no list defines')
        return Choice(tuple((_word(word),) for word in classes[token[1:-1]]), False)
    return _word(token)


def _word(written: str) -> Word:
    if written == "*":
        return Word("", "[^ ]+")
    if written.endswith("*"):
        return Word("", f"{re.escape(written[:-1])}[^ ]*", (f" {written[:-1]}",))
    if "#" in written:
        begins = f" {written.split('#')[0]}"
        starts = (begins,) if begins[-1].isdigit() else tuple(f"{begins}{digit}" for digit in range(10))
        return Word("", re.escape(written).replace(r"\#", "[0-9]+"), starts)
    plain = plain_words(written).strip()
    if not plain:
        raise NotationError(f'"{written}" is no word')
    return Word(plain, re.escape(plain))


def _regex(part: Part) -> str:
    if isinstance(part, Gap):
        return f"(?:[^ ]+ ){{0,{part.most}}}?"
    if isinstance(part, Word):
        return f"{part.pattern} "
    longest_first = sorted((as_regex(option) for option in part.options), key=len, reverse=True)
    return f"(?:{'|'.join(longest_first)}){'?' if part.optional else ''}"
