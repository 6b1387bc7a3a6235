"""The words of the public pages, in English and Welsh: one JSON file for each, the same keys in both."""

import json
from enum import StrEnum
from functools import cache
from pathlib import Path


class Language(StrEnum):
    """A language the public pages speak; the value is its BCP 47 code."""

    ENGLISH = "en"
    WELSH = "cy"


def translate(key: str, language: str, **values: object) -> str:
    """The sentence `key` in that language with `{names}` filled in; an unknown one raises `KeyError`."""
    return table(Language(language))[key].format_map(values)


@cache
def table(language: Language) -> dict[str, str]:
    """All sentences of one language by key."""
    words: dict[str, str] = json.loads(Path(__file__).with_name(f"{language.value}.json").read_text("utf-8"))
    return words
