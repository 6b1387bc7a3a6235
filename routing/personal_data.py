"""What names or reaches people in a text is taken out for numbered places, and can be put back.

Names on file are found in any spelling of case; others by how they stand: after "Mrs" or "my son", in a
greeting, as capitals that are no ordinary word. It takes out too much rather than too little. What it cannot
see is a name in lower case that nothing announces, so it is a guard and not a promise.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from routing.letter_parts import core_words
from routing.word_sets import word_set

NAME, ADDRESS, EMAIL, PHONE = "name", "address", "email", "phone"
POSTCODE, REFERENCE, NUMBER, LINK, HANDLE = "postcode", "reference", "number", "link", "account"
DATE, AMOUNT = "date", "amount"
MOST_READ = 20_000
"""Characters of a text that are read; what stands after them is left out."""

ORDINARY: frozenset[str] = frozenset().union(
    *map(word_set, ("ordinary_capitals", "english", "welsh", "frequent_words", "letter_words"))
)
"""Words, in lower case, that are no name wherever they stand."""
_PLACE = re.compile(r"\[[^\[\]\n]{1,80}\]")
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|"
    "jun|jul|aug|sept?|oct|nov|dec|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|"
    "tachwedd|rhagfyr"
)
_STREETS = (
    "road|rd|street|st|lane|ln|avenue|ave|close|drive|crescent|terrace|place|court|gardens|grove|way|row|"
    "walk|hill|square|park|mews|rise|view|green|parade|estate|house|flats|heol|stryd|ffordd|lôn"
)
_FIXED = (
    (LINK, re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    (EMAIL, re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")),
    (HANDLE, re.compile(r"(?<![\w@])@\w{2,40}")),
    (POSTCODE, re.compile(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?[ \t.]{0,2}\d[ \t]?[A-Za-z]{2}\b")),
    (NUMBER, re.compile(r"\b[A-Za-z]{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-Da-d]\b")),
    (REFERENCE, re.compile(r"\b(?=[A-Z0-9/-]*\d)[A-Z0-9]{2,8}(?:[-/][A-Z0-9]{2,10}){1,5}\b")),
    (
        ADDRESS,
        re.compile(
            rf"\b(?:(?:flat|apartment|apt|unit|room)[ ]?\w{{1,4}},?[ ]+)?\d{{1,4}}[A-Za-z]?,?[ ]+"
            rf"(?:[^\W\d_][\w'’-]*[ ]+){{1,3}}(?:{_STREETS})\b"
            rf"|\b(?:flat|apartment|apt)[ ]?\d{{1,4}}[A-Za-z]?\b",
            re.IGNORECASE,
        ),
    ),
    (PHONE, re.compile(r"(?<![\w£])\+?\(?\d[\d ().-]{7,18}\d(?!\w)")),
    (NUMBER, re.compile(r"(?<![\w£.,])(?:\d[ -]?){5,}\d(?!\w)")),
)
_STALE = (
    (
        DATE,
        re.compile(
            rf"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?[ ]+)?"
            rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:[ ]+of)?[ ]+(?:{_MONTHS})(?:,?[ ]+\d{{4}})?"
            rf"|(?:{_MONTHS})[ ]+\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ ]+\d{{4}})?"
            rf"|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}})\b",
            re.IGNORECASE,
        ),
    ),
    (AMOUNT, re.compile(r"£[ ]?\d[\d,]*(?:\.\d\d?)?(?:k|m)?\b")),
)
_TITLED = re.compile(
    r"\b(?i:mr|mrs|ms|miss|mx|dr|doctor|rev|sir|dame|lord|lady|cllr|councillor|prof|professor|sgt|pc|nurse)"
    r"\.?[ ]+((?:[^\W\d_][\w'’-]*)(?:[ ]+[A-Z][\w'’-]*){0,2})"
)
_KIN = re.compile(
    r"\b(?:my|our|his|her|their)[ ]+(?:\w+[ ]+)?(?:son|daughter|husband|wife|partner|mum|mother|dad|father|"
    r"brother|sister|child|baby|neighbour|friend|nan|gran|grandson|granddaughter|ex|landlord|boy|girl),?[ ]+"
    r"(?:called[ ]+|named[ ]+)?([^\W\d_][\w'’-]+)",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:my name is|my name's|i am called|this is|fy enw i yw)[ ]+"
    r"([^\W\d_][\w'’-]*(?:[ ]+[^\W\d_][\w'’-]*)?)",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"[A-ZÀ-ÞŴŶ][\w'’-]*(?:[ ]+(?:(?:de|of|the|van|ap|ab|y)[ ]+)?[A-ZÀ-ÞŴŶ][\w'’-]*){0,4}")
_OWNED = re.compile(r"(.*?)((?:['’]s|['’])?)")
_BEGINS = re.compile(r"(?:^|[.!?:;\n•*-])[\s\"“'‘(]*$")
_FRAME = re.compile(r"(?im)^[ \t]*(?:dear|hi|hello|annwyl|helo)\b[^\n]{0,60}$")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text with places such as `[name 1]`; `values` is what stood there."""

    text: str
    values: Mapping[str, str]


class Hider:
    """Takes people out of several texts that belong together: the same words get the same place."""

    def __init__(self, names: Iterable[str] = (), references: Iterable[str] = ()) -> None:
        self.values: dict[str, str] = {}
        self._places: dict[tuple[str, str], str] = {}
        whole = sorted({one.strip() for one in names if len(one.strip()) > 1}, key=len, reverse=True)
        parts = sorted({part for one in whole for part in re.findall(r"[^\W\d_][\w'’-]+", one)}, key=len)
        self._known = [(NAME, _literal(one)) for one in whole]
        self._known += [(NAME, _literal(one)) for one in reversed(parts) if _is_name(one)]
        self._known += [(REFERENCE, _literal(one)) for one in references if one]

    def hide(self, text: str) -> str:
        """The text with places for whoever can be known or reached by it. Brackets of its own go."""
        text = text[:MOST_READ].replace("[", "(").replace("]", ")").replace("{{", "((").replace("}}", "))")
        for kind, pattern in (*_FIXED, *self._known):
            text = self._replaced(text, kind, pattern, 0)
        for pattern in (_TITLED, _KIN, _SELF):
            text = self._replaced(text, NAME, pattern, 1)
        return self._capitals(text)

    def _replaced(self, text: str, kind: str, pattern: re.Pattern[str], group: int) -> str:
        def place(found: re.Match[str]) -> str:
            words = found[group]
            if group and words.lower() in ORDINARY:
                return found[0]
            start, end = found.start(group) - found.start(), found.end(group) - found.start()
            return found[0][:start] + self._place(kind, words) + found[0][end:]

        return _outside(text, lambda part: pattern.sub(place, part))

    def _capitals(self, text: str) -> str:
        """Names by their capitals, wherever they are no ordinary words; one at a sentence's start counts
        when it is no word that such sentences begin with."""

        def place(found: re.Match[str]) -> str:
            words = found[0].split()
            begins = _BEGINS.search(found.string[: found.start()]) is not None
            lead = 0
            while lead < len(words) and _is_ordinary(words[lead]):
                lead += 1
            named = [one for one in words[lead:] if not _is_ordinary(one)]
            if not named or (begins and len(words) == 1 and words[0].lower() in ORDINARY):
                return found[0]
            kept = " ".join(words[:lead])
            named_as, owned = _OWNED.fullmatch(" ".join(words[lead:])).groups()  # type: ignore[union-attr]
            shown = self._place(NAME, named_as) + owned
            return f"{kept} {shown}" if kept else shown

        return _outside(text, lambda part: _CAPITALS.sub(place, part))

    def _place(self, kind: str, words: str) -> str:
        key = (kind, " ".join(words.lower().split()))
        if key not in self._places:
            number = 1 + sum(one[0] == kind for one in self._places)
            place = f"[{kind} {number}]"
            self._places[key], self.values[place] = place, words
        return self._places[key]


def hide(text: str, names: Iterable[str] = (), references: Iterable[str] = ()) -> Hidden:
    """One text without whoever can be known or reached by it."""
    hider = Hider(names, references)
    return Hidden(hider.hide(text), hider.values)


def hide_made_up(text: str) -> str:
    """A machine's answer in which addresses, links and numbers that it made up are gaps to fill."""
    for kind, pattern in _FIXED:
        text = _outside(text, partial(pattern.sub, f"[{kind}]"))
    return text


def put_back(text: str, values: Mapping[str, str]) -> str:
    """A text with the places filled again; a place that was never given out stays, and so is a gap."""
    return _PLACE.sub(lambda found: values.get(found[0].lower(), found[0]), text)


def reusable(text: str, names: Iterable[str] = (), references: Iterable[str] = ()) -> str:
    """An answer that was given once, for another person: without greeting, sign-off and signature; whoever,
    wherever and whenever it named is a gap to fill."""
    core = core_words(text)
    if not core:
        return ""
    start, end = core[0].start, core[-1].end
    tail = re.match(r"[^\w\s]{0,3}", text[end:])
    body = _FRAME.sub("", text[start : end + (tail.end() if tail else 0)])
    hidden = Hider(names, references).hide(body)
    for kind, pattern in _STALE:
        hidden = _outside(hidden, partial(pattern.sub, f"[{kind}]"))
    plain = re.sub(r"\[([a-z]+) \d+\]", r"[\1]", hidden)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", plain)).strip()


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Changes what stands between places, never a place."""
    parts: list[str] = []
    last = 0
    for found in _PLACE.finditer(text):
        parts += [change(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*parts, change(text[last:])])


def _literal(words: str) -> re.Pattern[str]:
    pieces = r"\s+".join(re.escape(part) for part in words.split())
    return re.compile(rf"(?<!\w){pieces}(?!\w)", re.IGNORECASE)


def _is_name(part: str) -> bool:
    """A part of a known name that is not also an everyday word is looked for by itself."""
    return len(part) > 2 and part.lower() not in ORDINARY


def _is_ordinary(word: str) -> bool:
    plain = re.sub(r"['’]s?$", "", word).lower()
    return plain in ORDINARY or (len(word) == 1 and word in "AI")
