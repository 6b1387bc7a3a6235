"""Telephone numbers in a sentence become links: whoever reads it on a phone can press them."""

import re

from markupsafe import Markup, escape

from inbox.search import phones_at

_NUMBER = re.compile(r"(?<!\d)(?:999|111|116 123|0\d(?: ?\d){8,9})(?!\d)")


def with_numbers(words: str) -> Markup:
    """The words, escaped, with each British telephone number as a link to call it."""
    return Markup(_NUMBER.sub(_link, str(escape(words))))  # noqa: S704 (escaped above; a number adds digits only)


def _link(found: re.Match[str]) -> str:
    return f'<a href="tel:{found[0].replace(" ", "")}">{found[0]}</a>'


def with_phones(text: str) -> Markup:
    """What somebody wrote, escaped, with each number written as one is dialled (0… or +…) as a link."""
    parts, at = [], 0
    for start, end, digits in phones_at(text):
        written = text[start:end]
        if written.startswith(("0", "+")):
            dialled = digits if digits.startswith("0") else f"+{digits}"
            parts += [escape(text[at:start]), Markup('<a href="tel:{}">{}</a>').format(dialled, written)]
            at = end
    return Markup("").join([*parts, escape(text[at:])])
