"""A letter without its frame: the words between greeting and sign-off, each with where it stands."""

import re
from functools import lru_cache
from typing import NamedTuple

from routing.folding import fold

LONGEST = 20_000
"""Characters that are compared; what stands after them makes no copy and no difference."""

_GREETING = re.compile(
    r"\s*(?:(?:dear|hi|hello|hiya|hey|good (?:morning|afternoon|evening|day)|greetings|fao|to|annwyl|helo)\b"
    r"[^,\n.!?;:]{0,60}(?:[,;:!.]|\n|$)|@\w+[ ,:]*)\s*"
)
_CLOSINGS = (
    r"(?:yours|your's)(?: very)?(?: sincerely| faithfully| truly| in \w+| etc| hopefully)?|sincerely"
    r"|(?:with )?(?:kind|kindest|best|warm|warmest|many) (?:regards|wishes|thanks)|regards|all the best"
    r"|(?:thanks|thank you)(?: again)?(?: in advance)?|cheers|sent from my \w+"
    r"|respectfully|yn gywir|cofion(?: cynnes| gorau)?|diolch(?: yn fawr)?"
)
_CLOSING = re.compile(rf"(?:^|[\n.!?])\s*(?P<at>{_CLOSINGS})\s*(?=[,.!\n]|$)")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[0-9a-z]?\s*\d[a-z]{2}\b")
_LATER_GREETING = re.compile(r"\n\s*(?:dear|hi|hello|annwyl|helo)\b[^,\n.!?;:]{0,60}[,;:!.]?\s*\n")
_STOP = re.compile(r"[.!?](?=\s)|\n\s*\n")
_LONGEST_NAME = 8
_SHOWN_NAME = re.compile(r"^(?:[^\W\d_][\w.'’-]*|\d+\w?|[,.&-])$")


class Word(NamedTuple):
    """One word of a letter in lower case without accents, and where it stands in the text."""

    plain: str
    start: int
    end: int


@lru_cache(maxsize=64)
def core_words(text: str) -> list[Word]:
    """The words of a letter without greeting, sign-off, signature and postcodes, in order."""
    text = text[:LONGEST]
    folded = fold(text)
    start, end = _core(text, folded)
    skipped = [
        found.span() for part in (_POSTCODE, _LATER_GREETING) for found in part.finditer(folded, start, end)
    ]
    words = [Word(found[0], *found.span()) for found in _TOKEN.finditer(folded, start, end)]
    if not skipped:
        return words
    return [word for word in words if not any(a <= word.start < b for a, b in skipped)]


def _core(text: str, folded: str) -> tuple[int, int]:
    """Where the letter itself begins and ends."""
    start = 0
    greeting = _GREETING.match(folded)
    if greeting is not None and greeting.end() < len(folded):
        start = greeting.end()
    end = len(folded)
    for closing in _CLOSING.finditer(folded, start):
        if len(_TOKEN.findall(folded, closing.end())) <= 30:
            end = closing.start("at")
            break
    return start, _without_name(text, folded, start, end)


def _without_name(text: str, folded: str, start: int, end: int) -> int:
    """The end without a name and an address that stand there with no sign-off before them."""
    stops = [found.end() for found in _STOP.finditer(folded, max(start, end - 200), end)]
    if not stops:
        return end
    cut = stops[-1]
    tail = text[cut:end].split()
    if not tail or len(tail) > _LONGEST_NAME:
        return end
    named = all(
        _SHOWN_NAME.match(one.strip(",.")) and not one[0].islower() for one in tail if one.strip(",.")
    )
    return cut if named or _POSTCODE.search(folded, cut, end) else end
