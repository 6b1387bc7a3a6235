"""How long X finds a text: weighted characters, links as 23, a leading row of names in an answer as nothing.

https://docs.x.com/fundamentals/counting-characters and the configuration (version 3) that it names.
"""

import re
import unicodedata
from functools import cache
from importlib import resources

LONGEST_POST = 280
LONGEST_DIRECT = 10_000
LINK_WEIGHT = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one; all others weigh two."""

_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21ff\u2300-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_ONE = f"(?:{_PICTURE})(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[#*0-9]\ufe0f?\u20e3"
    "|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    f"|{_ONE}(?:\u200d{_ONE})*"
)
"""One picture, however many code points it is made of: flags, keys, families, skin tones."""

_ACCENTS = "\u00c0-\u024f"
_PATH = (
    rf"(?:[/#][A-Za-z0-9\-._~:/#\[\]@!$&'()*+,;=%|{_ACCENTS}\u0400-\u04ff]*)?"
    r"(?:\?[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]*)?"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_\-]*[A-Za-z0-9])?\."
_ANY_LABEL = rf"[A-Za-z0-9_{_ACCENTS}](?:[A-Za-z0-9_\-{_ACCENTS}]*[A-Za-z0-9{_ACCENTS}])?\."
_LINK = re.compile(
    rf"(?<![A-Za-z0-9@＠$#＃])(?:https?://(?:{_ANY_LABEL})+[A-Za-z]{{2,}}(?::\d+)?{_PATH}"
    rf"|(?<![_.\-/])(?:{_LABEL})+(?P<ending>[A-Za-z]{{2,}})(?![A-Za-z0-9@\-]|\.[A-Za-z]){_PATH})",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"[^A-Za-z0-9=_#/+\-{_ACCENTS}\u0400-\u04ff]+$")
_LEADING_NAMES = re.compile(r"^(?:@\w{1,15}\s+)+")


def weight(text: str) -> int:
    """The weighted length of a post: at most 280 for an ordinary account."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for start, end in links(text):
        total += _plain_weight(text[at:start]) + LINK_WEIGHT
        at = end
    return total + _plain_weight(text[at:])


def answer_weight(text: str) -> int:
    """The weighted length of an answer: the names it begins with are not counted."""
    return weight(_LEADING_NAMES.sub("", text))


def links(text: str) -> list[tuple[int, int]]:
    """Where X would see links: each counts as its short form, and makes a post thirteen times dearer."""
    found, at = [], 0
    while (link := _LINK.search(text, at)) is not None:
        ending = link["ending"]
        if ending is not None and ending.lower() not in _endings():
            at = link.end("ending")
            continue
        words = _without_tail(link[0])
        found.append((link.start(), link.start() + len(words)))
        at = link.end()
    return found


@cache
def _endings() -> frozenset[str]:
    """What an address without a scheme may end in: the top-level domains of the root zone."""
    lines = (resources.files("connectors.x") / "endings.txt").read_text(encoding="ascii").splitlines()
    return frozenset(ending for line in lines if not line.startswith("#") for ending in line.split())


def _without_tail(words: str) -> str:
    """A link without the marks that end its sentence; a closing bracket stays where one was opened."""
    while (tail := _TAIL.search(words)) is not None:
        if words.endswith(")") and words.count("(") >= words.count(")"):
            break
        words = words[:-1] if ")" in tail[0] else words[: tail.start()]
    return words


def _plain_weight(text: str) -> int:
    pictures = _EMOJI.findall(text)
    rest = _EMOJI.sub("", text)
    return 2 * len(pictures) + sum(1 if _is_light(ord(one)) else 2 for one in rest)


def _is_light(code: int) -> bool:
    return any(first <= code <= last for first, last in LIGHT)
