"""Long addresses break where a reader would break them: after a mark, never inside a word."""

import re

from markupsafe import Markup, escape

_WORD = re.compile(r"\S{20,}")  # what may not fit on a line of a phone
_MARK = re.compile(r"([@/._?=&-]+)(?=[^@/._?=&-])")


def with_breaks(words: str) -> Markup:
    """The words, escaped, with a place to break after each mark of a long address or link."""
    parts, end = [], 0
    for found in _WORD.finditer(words):
        parts += [escape(words[end : found.start()]), _broken(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(words[end:])])


def _broken(word: str) -> Markup:
    return Markup("<wbr>").join(part for part in _MARK.sub("\\1\n", word).split("\n"))
