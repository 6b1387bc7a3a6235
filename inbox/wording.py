"""The product's own letters, and the office's templates: named placeholders, no expressions."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from inbox.schema import data_folder

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]{1,40})\s*\}\}")
_GAP = re.compile(r"\{\{[^{}]{0,200}\}\}|\[[^\[\]\n]{1,80}\]")

PLACEHOLDERS = frozenset(
    {
        "name", "reference", "office", "member", "constituency", "topic", "received_on", "next_update",
        "body", "postcode", "their_member", "their_constituency", "status_link", "signature", "phone",
        "today",
    }
)  # fmt: skip
"""Every placeholder a template may use; any other blocks saving."""


def letter(name: str, language: str, values: Mapping[str, str | None]) -> tuple[str, str]:
    """Subject and text of one of the product's own letters (`templates/messages/<name>/<language>/`).

    A line of the text that says something we do not have (None) is left out as a whole.
    """
    known = {name: value for name, value in values.items() if value is not None}
    subject = fill(_words(name, language, "subject"), known)
    lines = _words(name, language, "body").split("\n")
    said = [line for line in lines if all(values.get(one, "") is not None for one in placeholders_of(line))]
    return " ".join(subject.split()), fill("\n".join(said), known)


def words_of(name: str, language: str) -> tuple[str, str]:
    """Subject and text of one of the product's own letters, with its placeholders."""
    return _words(name, language, "subject"), _words(name, language, "body")


def placeholders_of(text: str) -> list[str]:
    """The names of the placeholders in a text, each once, in their order."""
    return list(dict.fromkeys(found[1] for found in _PLACEHOLDER.finditer(text)))


def fill(words: str, values: Mapping[str, str]) -> str:
    """Puts values in place of their placeholders, once; what a value holds is never looked at again.

    A placeholder without a value stays, so that `gaps` finds it and nothing leaves half said.
    """
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), words)


def gaps(text: str) -> list[str]:
    """What is still to be filled in: placeholders, and square brackets such as `[date]`."""
    return [found[0] for found in _GAP.finditer(text)]


@lru_cache(maxsize=64)
def _words(name: str, language: str, part: str) -> str:
    folder: Path = data_folder("templates") / "messages" / name
    return (folder / language / f"{part}.txt").read_text(encoding="utf-8")
