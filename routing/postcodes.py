"""Finds postcodes in any spelling, and tells the writer's home from other addresses in the text."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from routing.folding import fold
from routing.word_sets import phrase_pattern, word_set, words_by_line

_AREAS = word_set("postcode_areas")
_WORDS = (
    word_set("english")
    | word_set("frequent_words")
    | frozenset({"off", "oil", "ill", "odd", "old", "own", "iii"})
)
"""Three letters that are a word are no second half of a postcode."""
MOST = 200
"""So many are looked at, the last ones, where people sign: a text with more is a list, not a letter."""
_DIGIT = "[0-9OoIiLl]"
_LETTER = "[A-Za-z]"
_NEVER_INWARD = frozenset("CIKMOV")
"""Letters that the second half never has; the invented area ZZ may."""
_WHOLE = re.compile(
    rf"(?<![A-Za-z0-9])([A-Za-z][ .]?[A-Za-z]?|[A-Za-z])([ .]{{0,2}})"
    rf"({_DIGIT}[ .]?{_DIGIT}?|{_DIGIT}[A-HJKMNPR-Ya-hjkmnpr-y])"
    rf"([ .,+\-_/·'’]{{0,3}})({_DIGIT})([ .\-]?)({_LETTER})([ .]?)({_LETTER})(?![A-Za-z0-9])"
)
_OUTWARD = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,2})([0-9]{1,2}[A-Z]?)(?![A-Za-z0-9]| [0-9](?: |$))")
"""A first half alone; where single figures follow, more of the code was meant than can be read."""
_BROKEN = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?|[a-z]{1,2}[0-9][a-z0-9]?) ?\r?\n ?"
    r"(?![0-9](?:ST|ND|RD|TH|st|nd|rd|th))([0-9][A-Z]{2}|[0-9][a-z]{2})(?![A-Za-z0-9])"
)
"""The halves of a code on two lines; "B2" above "3RD FLOOR" is none."""
_ENTITY = re.compile(r"&nbsp;|&#160;|&#x?a0;", re.IGNORECASE)
_A_DIGIT = re.compile("[0-9]")
_MENDS = str.maketrans("OILoil", "011011")
_ENDINGS = frozenset({"st", "nd", "rd", "th"})

_SENTENCE_END = re.compile(r"[.!?;]\s|\n\n|\n(?=[a-z]+,)")
_ASIDE = re.compile(r"\([^()]*\)")
_HOME = phrase_pattern("home_cues")
_NOT_HOME = phrase_pattern("other_address_cues", "left_address_cues")
_CUES = phrase_pattern("home_cues", "other_address_cues", "left_address_cues")
_HOME_WORDS, _LEFT_WORDS = (
    frozenset(words_by_line("home_cues")),
    frozenset(words_by_line("left_address_cues")),
)
_MOVED_FROM = re.compile(r"\bmov(?:ed|ing)\b[^.;]{1,30}?\b(?:from|out of)\b")
_LABEL_OLD = re.compile(r"\b(?:old|previous|former)(?: home| place)?\s*[:=]")
_LABEL_NEW = re.compile(r"\b(?:new|current|present)(?: home| place)?\s*[:=]")
_NO_HOME = phrase_pattern("no_home_cues")
SAID_TO_BE_HOME = 3
"""What words before a postcode add that make it a home."""
_NO_ADDRESS = phrase_pattern("no_address_cues")
_PROSE_ABOVE = re.compile(
    r"(?:(?:^|\s)(?!(?:at|in|near|street|road|lane|avenue|close|is|are)\b)[a-z']+){3}[ .!?]*\n\s*$"
)
"""A line of running words above a postcode that stands on a line of its own: its words name no address."""
_CLAUSE = re.compile("[(,;]| and | but | then | to ")
_BY_PLACE = 1
"""How much a postcode near the end, where people sign, seems more of a home."""
_NEXT_ONE_REACH = 70
"""Where another postcode follows so soon, the words before it are said of that one."""
_LIVED_IN = re.compile(r"\b(?:i|we)(?: still| both| all)? live (?:in it|there|here)\b")
_LIVED_IN_REACH = 60
"""Characters after a postcode in which "I live in it" speaks of it, a full stop between or not."""


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode as found: `code` in its proper form, how it was written, how far it seems the home, and
    whether somebody says that they left it."""

    code: str
    written: str
    likeness: int
    is_left: bool = False

    @property
    def outward(self) -> str:
        return self.code.split(" ")[0]


class _AsTyped(dict[int, str]):
    """Full-width and look-alike letters as those of a keyboard; learns each character once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = "z" if character in "Ζζ" else fold(character)
        if not (plain.isascii() and (plain.isalnum() or plain == " ")) or character in "’·":
            plain = character
        self[code] = plain.upper() if character.isupper() else plain
        return self[code]


_AS_TYPED = _AsTyped({code: chr(code) for code in range(128)})


def _as_typed(text: str) -> str:
    """The text with keyboard letters and digits, and with the halves of a broken code on one line."""
    if not text.isascii():
        text = text.translate(_AS_TYPED)
    if "&" in text:
        text = _ENTITY.sub(" ", text)
    return _BROKEN.sub(r"\1 \2", text) if "\n" in text else text


def postcodes_in(text: str) -> list[Postcode]:
    """Whole postcodes in reading order, mended where spaces, dots, case, O for 0 or I for 1 went wrong."""
    text = _as_typed(text)
    return [
        Postcode(code, " ".join(match.group().split()), *_likeness(text, *match.span()))
        for match, code in deque(_codes(text), maxlen=MOST)
    ]


def words_without_home(text: str) -> str:
    """Words by which somebody says that they write from a prison, a day centre or the street, or none."""
    found = _NO_HOME.search(text.lower())
    return found.group() if found else ""


def _codes(text: str) -> Iterator[tuple["re.Match[str]", str]]:
    """What reads as a postcode, mended; what begins like one, "Tull ZZ" in "Tull ZZ I8 6CW", hides none."""
    for start, end in _lines_with_digits(text):
        match = _WHOLE.search(text, start, end)
        while match:
            code = _mended(match)
            if code:
                yield match, code
            match = _WHOLE.search(text, match.end() if code else match.start() + 1, end)


def _lines_with_digits(text: str) -> Iterator[tuple[int, int]]:
    """Where each line with a digit begins and ends: no postcode is without one, and none leaves its line."""
    start = 0
    for line in text.split("\n"):
        if _A_DIGIT.search(line):
            yield start, start + len(line)
        start += len(line) + 1


def home_postcodes(text: str) -> list[Postcode]:
    """Those that may be the writer's home as well as any other in the text, each once, the last one first;
    none where every one belongs to something else. Without words for one, its place decides nothing."""
    homes = [one for one in postcodes_in(text) if one.likeness >= 0]
    best = max((one.likeness for one in homes), default=0)
    least = best if best > _BY_PLACE else 0
    return list({one.code: one for one in reversed(homes) if one.likeness >= least}.values())


def home_districts(text: str) -> Iterator[str]:
    """The outward codes that stand alone ("we live in ZZ14"), in order."""
    text = _as_typed(text)
    lines = _lines_with_digits(text)
    for match in (found for span in lines for found in _OUTWARD.finditer(text, *span)):
        area = match[1].upper()
        shouted = match[1].isupper() or area == "ZZ"
        if area in _AREAS and shouted and _likeness(text, *match.span())[0] >= (0 if len(area) == 2 else 1):
            yield f"{area}{match[2].upper()}"


def normalised(text: str) -> str | None:
    """A postcode typed into a field, in its proper form, or None if it is none."""
    match = _WHOLE.fullmatch(_as_typed(text.strip()).strip(".,"))
    return _mended(match) if match else None


def _mended(match: "re.Match[str]") -> str | None:
    area = re.sub(r"[ .]", "", match[1]).upper()
    if area not in _AREAS or (len(match[1]) > len(area) and area != "ZZ" and not match.group().isupper()):
        return None
    district = re.sub(r"[ .]", "", match[3]).upper()
    first, second = district[0].translate(_MENDS), district[1:]
    second = second.translate(_MENDS) if second in ("O", "I", "L") else second
    inward = f"{match[5].translate(_MENDS)}{match[7]}{match[9]}".upper()
    if area != "ZZ" and _NEVER_INWARD & set(inward[1:]):
        return None
    spaced = bool(match[2] or match[6] or match[8])
    if spaced and inward[1:].lower() in _ENDINGS and not match.group().isupper():
        return None
    if not _is_written_as_code(match) or _lacks_a_digit(match):
        return None
    return f"{area}{first}{second} {inward}"


def _lacks_a_digit(match: "re.Match[str]") -> bool:
    """Whether the one gap, "ZZ17 XB", says that a digit of the second half is missing: then the first half is
    all there is, and to read ZZ1 7XB would move the person elsewhere."""
    return bool(match[6]) and not match[4] and len(match[3]) == 1


def _is_written_as_code(match: "re.Match[str]") -> bool:
    """Whether each half has a digit as written, or all is in capitals: "so 2 out" is no SO2 0UT.

    After a whole first half with two digits, "zz13", an O for 0 may begin the second, if that is no word.
    """
    outward, inward = f"{match[1]}{match[3]}", f"{match[5]}{match[7]}{match[9]}"
    if not any(character.isdigit() for character in match.group()):
        return False
    if match.group().isupper():
        return True
    apart = bool(match[6] or match[8]) and match[1].isupper() is not f"{match[7]}{match[9]}".isupper()
    first, second = (any(one.isdigit() for one in half) for half in (outward, inward))
    is_whole = outward[-2:].isdigit() and not match[2] and not match[6] and not match[8]
    return not apart and first and (second or (is_whole and inward.lower() not in _WORDS))


def _likeness(text: str, start: int, end: int) -> tuple[int, bool]:
    """How far the words around a postcode speak for a home: quoted text and other addresses speak against;
    and whether it was left. Of several words before it the last decide: "used to live" is no "live"."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    if line.startswith((">", "|")):
        return -5, False
    before = text[max(0, start - 70) : start]
    before = "" if _PROSE_ABOVE.search(before) else _SENTENCE_END.split(before.lower())[-1]
    before = _NO_ADDRESS.sub("", _ASIDE.sub("", before))
    for other in _WHOLE.finditer(before):  # what is said of another address is not said of this one
        if _mended(other):
            before = " " * other.end() + before[other.end() :]
    after = text[end : min(len(text), end + 25)].split("\n")[0].split(". ")[0].lower()
    if _WHOLE.search(text, end, end + _NEXT_ONE_REACH):
        after = _CLAUSE.split(after)[0]
    before = _LABEL_NEW.sub(
        "new address", _LABEL_OLD.sub("old address", _MOVED_FROM.sub("moved from", before))
    )
    cues = _CUES.findall(before)
    likeness = 0
    if any(cue in _HOME_WORDS for cue in cues) and not _NO_HOME.search(before):
        likeness += SAID_TO_BE_HOME
    if cues and cues[-1] not in _HOME_WORDS:
        likeness -= 5
    if _NOT_HOME.search(after):
        likeness -= 1
    elif _HOME.search(after):
        likeness += 2
    if _LIVED_IN.search(text[end : end + _LIVED_IN_REACH].lower()):
        likeness += 6
    if start > len(text) * 2 // 3:
        likeness += _BY_PLACE
    return likeness, bool(cues) and cues[-1] in _LEFT_WORDS
