"""What of a text is new: quoted history and signatures cut for display, in linear time.

The rule of doubt: a line that might be the writer's own stays. Everything is always in the whole text.
"""

import re
from dataclasses import dataclass
from enum import Enum

from connectors.email import limits
from connectors.email import quote_marks as marks

ATTRIBUTION_LINES = 4
ATTRIBUTION_LENGTH = 500
HEADER_BLOCK_LINES = 12
OTHER_LINES = 3
SIGNATURE_LINES = 25
SHORT_SIGNATURE_LINES = 8
SHORT_LINE = 60
DEVICE_LENGTH = 160
ANNOUNCEMENT = 2000
"""Characters of somebody's own words in which they say where their answers are."""


class Line(Enum):
    """What one line is."""

    OWN = "own"
    BLANK = "blank"
    QUOTED = "quoted"
    ATTRIBUTION = "attribution"
    SIGNATURE = "signature"
    FOOTER = "footer"


def new_text(text: str, *, is_reply: bool = True) -> str:
    """`text` without quoted history and signature; all of it where nothing else would be left.

    `is_reply` says whether the headers call this a reply or a forward. A fresh mail has no history: the
    letter that somebody copied into it, and what stands below that, is what they want to say.
    """
    lines = text.split("\n")
    if len(lines) > limits.QUOTE_LINES:
        return text
    end = _history_starts(lines) if is_reply else len(lines)
    kinds = _classify(lines[:end], is_reply)
    kept = _kept(lines[:end], kinds)
    if not kept.strip() or _answers_are_within(lines, kinds):
        return text
    return kept


def _history_starts(lines: list[str]) -> int:
    """The line where unmarked history begins that runs to the end; the number of lines if there is none."""
    own_words = False
    for number, line in enumerate(lines):
        if not line or line.isspace():
            continue
        if _starts_history(lines, number, own_words):
            return _before_rule(lines, number)
        own_words = own_words or not marks.QUOTED.match(line)
    return len(lines)


def _starts_history(lines: list[str], number: int, is_answer: bool) -> bool:
    line = lines[number]
    if _is_divider(line) or is_header_block(lines, number):
        return _marked_below(lines, number) is None
    if "wrote:  " in line and marks.WROTE_INLINE.match(line):
        return True
    found = _attribution(lines, number)
    if found is None or _is_quoted_next(lines, found.end):
        return False  # marked history is dealt with line by line
    return found.trust is Trust.CERTAIN or (is_answer and found.trust is Trust.LIKELY)


def _is_divider(line: str) -> bool:
    """A line by which programs part the new from the old, such as "-----Original Message-----"."""
    first = line.lstrip()[:1]
    if first == ">":
        return marks.GROUPWISE.match(line) is not None
    if first in "-_=—*#~":
        return bool(marks.DIVIDER.match(line) or marks.REPLY_ABOVE.match(line))
    return _ends_like_attribution(line) and marks.BEGIN_FORWARD.match(line) is not None


def _marked_below(lines: list[str], number: int) -> int | None:
    """Where the marked lines begin that follow the divider or header block at `number` at once.

    The history is marked line by line then, and what stands between its lines unmarked is an answer.
    """
    above = lines[number]
    for at in range(number + 1, min(number + HEADER_BLOCK_LINES + OTHER_LINES, len(lines))):
        line = lines[at]
        if marks.QUOTED.match(line):
            return at if _is_divider(above) or _is_header_line(above) else None
        if line.strip():
            above = line
    return None


def _before_rule(lines: list[str], number: int) -> int:
    """Also cuts the line of dashes or underscores that programs put above."""
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and marks.RULE.match(lines[above]) else number


def is_header_block(lines: list[str], number: int) -> bool:
    """From, Sent, To, Subject: a From line and two more of its kind, close together and in any order."""
    if (":" not in lines[number] and "：" not in lines[number]) or _key(lines[number]) is None:
        return False
    found = set()
    others = 0
    has_address = False
    for line in lines[number : number + HEADER_BLOCK_LINES]:
        if not line.strip():
            continue
        key = _key(line)
        if key:
            found.add(key)
            has_address = has_address or "@" in line
            continue
        others += not marks.OTHER_KEYS.match(line)
        if others > OTHER_LINES:
            break
    # Not a flight, the hours of a surgery, or somebody's own list of who said what.
    is_mail = has_address or {marks.DATE_KEY, marks.SUBJECT_KEY} <= found
    return is_mail and len(found) >= 3 and marks.FROM_KEY in found


def _is_header_line(line: str) -> bool:
    return _key(line) is not None or marks.OTHER_KEYS.match(line) is not None


def _key(line: str) -> re.Pattern[str] | None:
    for key in (marks.FROM_KEY, marks.DATE_KEY, marks.TO_KEY, marks.SUBJECT_KEY):
        if key.match(line):
            return key
    return None


class Trust(Enum):
    """How surely a line is a program's "On … wrote:"."""

    CERTAIN = "no person writes so"
    LIKELY = "in a reply it introduces history"
    POSSIBLE = "with quoted lines below it introduces them"


@dataclass(frozen=True, slots=True)
class Attribution:
    """ "On … wrote:" over lines up to `end` (exclusive)."""

    end: int
    trust: Trust


def _attribution(lines: list[str], number: int) -> Attribution | None:
    """An attribution that begins on this line and ends on it or up to three lines below."""
    if not _may_be_attribution(lines[number]):
        return None
    joined = ""
    for end in range(number, min(number + ATTRIBUTION_LINES, len(lines))):
        line = lines[end].strip()
        if not line or line[0] == ">":
            return None
        joined = f"{joined} {line}" if joined else line
        if len(joined) > ATTRIBUTION_LENGTH:
            return None
        if _ends_like_attribution(line):
            return None if _is_above(lines, number, end + 1) else _judge(joined, end + 1)
    return None


def _is_above(lines: list[str], number: int, end: int) -> bool:
    """Whether the attribution holds without its first line, which is then the end of somebody's words."""
    rest = " ".join(line.strip() for line in lines[number + 1 : end])
    begins_below = marks.STARTS.match(rest) or marks.SENTENCE.match(lines[number])
    return begins_below is not None and _judge(rest, end) is not None


def _may_be_attribution(line: str) -> bool:
    """A cheap look, for most lines are nothing of the kind."""
    if _ends_like_attribution(line) or marks.STARTS.match(line):
        return True
    return ("@" in line and marks.BRACKETED.search(line) is not None) or marks.CLOCK.search(line) is not None


def _ends_like_attribution(line: str) -> bool:
    return line.rstrip(marks.LINE_ENDINGS).endswith(marks.ENDS)


def _judge(joined: str, end: int) -> Attribution | None:
    if marks.STORY.search(marks.WORD_WITH_AT.sub("", joined)):
        return None
    has_clock = marks.CLOCK.search(joined) is not None
    if has_clock and marks.DATED_ADDRESS.search(joined):
        return Attribution(end, Trust.CERTAIN)
    if not marks.WROTE.search(joined):  # in a language that we do not read, or with no verb
        is_stamped = has_clock and marks.YEAR.search(joined) and marks.ADDRESS.search(joined)
        return Attribution(end, Trust.POSSIBLE) if is_stamped else None
    is_dated = marks.STARTS.match(joined) is not None and marks.DIGIT.search(joined) is not None
    has_address = marks.BRACKETED.search(joined) is not None
    if (is_dated and (has_clock or marks.ADDRESS.search(joined))) or (has_clock and has_address):
        return Attribution(end, Trust.CERTAIN)
    if has_address:
        return Attribution(end, Trust.LIKELY)
    return Attribution(end, Trust.POSSIBLE) if is_dated or marks.NAMES.match(joined) else None


def _is_quoted_next(lines: list[str], number: int) -> bool:
    for line in lines[number : number + 4]:
        if line.strip():
            return marks.QUOTED.match(line) is not None
    return False


def _classify(lines: list[str], is_reply: bool) -> list[Line]:
    kinds = [_kind(line, is_reply) for line in lines]
    if is_reply:
        _mark_attributions(lines, kinds)
    _mark_footers(lines, kinds)
    _mark_signature(lines, kinds)
    return kinds


def _kind(line: str, is_reply: bool) -> Line:
    if not line or line.isspace():
        return Line.BLANK
    return Line.QUOTED if is_reply and marks.QUOTED.match(line) else Line.OWN


def _mark_attributions(lines: list[str], kinds: list[Line]) -> None:
    """The line or lines just above quoted ones that say whose words follow."""
    for number, kind in enumerate(kinds):
        if kind is not Line.OWN:
            continue
        if _is_divider(lines[number]) or is_header_block(lines, number):
            end = _marked_below(lines, number) or number  # the rest is no part of `lines`
        else:
            found = _attribution(lines, number)
            end = found.end if found and _is_quoted_next(lines, found.end) else number
        kinds[number:end] = [Line.ATTRIBUTION] * (end - number)


def _mark_footers(lines: list[str], kinds: list[Line]) -> None:
    """Lines a device put anywhere, and what scanners and lists put at the very end."""
    for number, kind in enumerate(kinds):
        if kind is Line.OWN and _is_device_line(lines[number]):
            kinds[number] = Line.FOOTER
    for number in range(len(lines) - 1, -1, -1):
        if kinds[number] is Line.OWN:
            if not marks.FOOTER.match(lines[number]):
                break
            kinds[number] = Line.FOOTER


def _is_device_line(line: str) -> bool:
    return len(line) < DEVICE_LENGTH and marks.DEVICE_LINE.match(line) is not None


def _mark_signature(lines: list[str], kinds: list[Line]) -> None:
    """From "-- " to the end or to the quoted history below it, unless that may be somebody's words.

    A signature stands once: several such marks in one stretch part the writer's own thoughts.
    """
    found: list[int] = []  # the marks of this stretch
    words: list[str] = []  # what stands in it below the last of them
    for number, kind in enumerate([*kinds, Line.QUOTED]):
        if kind in (Line.QUOTED, Line.ATTRIBUTION):
            if len(found) == 1 and _is_signature(words, is_proper=lines[found[0]] == "-- "):
                kinds[found[0] : number] = [Line.SIGNATURE] * (number - found[0])
            found, words = [], []
        elif kind is Line.OWN and marks.SIGNATURE.match(lines[number]):
            if found and not words:
                kinds[found.pop()] = Line.FOOTER  # nothing stood below it
            found.append(number)
            words = []
        elif kind is Line.OWN:
            words.append(lines[number])


def _is_signature(words: list[str], is_proper: bool) -> bool:
    """A bare "--" may also be somebody's way to part two thoughts: below it only a few short lines pass."""
    if any(marks.POSTSCRIPT.match(line) for line in words):
        return False
    if is_proper:
        return len(words) <= SIGNATURE_LINES
    if len(words) > SHORT_SIGNATURE_LINES or any(len(line) > SHORT_LINE for line in words):
        return False
    return not any(marks.SENTENCE.match(line) for line in words)


def _answers_are_within(lines: list[str], kinds: list[Line]) -> bool:
    """Whether the writer says that their answers stand in what would be cut, and there is no telling where.

    Coloured answers below each question bear no mark in the text, nor do those behind somebody's initials.
    """
    if len(kinds) == len(lines) and Line.QUOTED not in kinds:
        return False
    if _quotations(kinds) > 1:
        return False  # they stand between the quotations
    own = " ".join(line for line, kind in zip(lines, kinds, strict=False) if kind is Line.OWN)
    return marks.ANSWERS_WITHIN.search(own[:ANNOUNCEMENT]) is not None


def _quotations(kinds: list[Line]) -> int:
    """How many quotations there are with own words between them."""
    told = [kind for kind in kinds if kind in (Line.OWN, Line.QUOTED)]
    return sum(
        kind is Line.QUOTED and before is not Line.QUOTED
        for before, kind in zip([Line.OWN, *told], told, strict=False)
    )


def _kept(lines: list[str], kinds: list[Line]) -> str:
    own = [number for number, kind in enumerate(kinds) if kind is Line.OWN]
    if not own:
        return ""
    first, last = own[0], own[-1]
    dropped = {Line.SIGNATURE, Line.FOOTER}
    if _quotations(kinds[: last + 1]) > 1:
        first = 0  # answers between quotations keep what they answer
    else:
        dropped |= {Line.QUOTED, Line.ATTRIBUTION}
    written: list[str] = []
    is_gap = False
    for number in range(first, last + 1):
        if kinds[number] in dropped:
            is_gap = True
        elif not is_gap or kinds[number] is not Line.BLANK or (written and written[-1].strip()):
            written.append(lines[number])
            is_gap = is_gap and kinds[number] is Line.BLANK
    return "\n".join(written).lstrip("\n").rstrip()
