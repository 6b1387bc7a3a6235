"""How far off is the day that a sentence names: a date, a day of the month or week, "in three days"."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_NUMBERS = {
    word: n
    for n, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1
    )
}
_NAMES = "|".join([*_MONTHS, *(month[:3] for month in _MONTHS), "sept"])
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th)?"
_DATE = re.compile(rf" {_ORDINAL} (?:of )?({_NAMES})(?= )")
_DATE_TURNED = re.compile(rf" ({_NAMES}) {_ORDINAL}(?= )")
_DATE_IN_NUMBERS = re.compile(r" (\d{1,2}) (\d{1,2}) (?:20)?\d\d(?= )")
_DAY_OF_MONTH = re.compile(
    r" (?:the|on|by|until|till|before) (\d{1,2})(?:st|nd|rd|th)(?= (?!floor|time|birthday|year|century|of ))"
)
_WEEKDAY = re.compile(
    rf" (?:by|on|this|come|coming|until|till|before|noon|morning|we go|we leave|we travel)"
    rf" ({'|'.join(_WEEKDAYS)})(?= (?!week ))"
)
_SOON = re.compile(
    rf" (?:in|within|only|just|got|have|another) ({'|'.join(_NUMBERS)}|a|\d{{1,2}})"
    r" (?:working )?(day|week)s?(?= (?!ago))"
)
_AHEAD = re.compile(
    r" (?:will|is|are|am|be|we go|we leave|we travel|have to|has to|got to|must|need to|due|coming|booked"
    r"|set|fly|flies|leave|out) "
)
_BEHIND = re.compile(r" (?:last|was|were|came|took|ago|went|cancelled|had been) ")


def dates(plain: str, received: date) -> Iterator[int]:
    """Days from receipt to each date named in plain words; a day and month long past mean next year's."""
    named = [(found[1], found[2]) for found in _DATE.finditer(plain)]
    named += [(found[2], found[1]) for found in _DATE_TURNED.finditer(plain)]
    for day, name in named:
        month = next(n for n, full in enumerate(_MONTHS, start=1) if full.startswith(name[:3]))
        yield from _next(received, month, int(day))
    for found in _DATE_IN_NUMBERS.finditer(plain):
        yield from _next(received, int(found[2]), int(found[1]))


def days_of_month(plain: str, received: date) -> Iterator[int]:
    """Days to "the 30th", this month's or the next one's."""
    for found in _DAY_OF_MONTH.finditer(plain):
        for days in range(31):
            if (received + timedelta(days=days)).day == int(found[1]):
                yield days
                break


def weekdays(plain: str, received: date) -> Iterator[int]:
    """Days to the day of the week that something will happen on, 0 for today."""
    found = _WEEKDAY.search(plain)
    if found is not None and _AHEAD.search(plain) and not _BEHIND.search(plain):
        yield (_WEEKDAYS.index(found[1]) - received.weekday()) % 7


def spans(plain: str) -> Iterator[int]:
    """Days that "in three days", "within a week" and "tomorrow" say."""
    for found in _SOON.finditer(plain):
        number = 1 if found[1] == "a" else _NUMBERS.get(found[1]) or int(found[1])
        yield number * (7 if found[2] == "week" else 1)
    if " tomorrow " in plain:
        yield 1
    if " next week " in plain:
        yield 7


def _next(received: date, month: int, day: int) -> Iterator[int]:
    for year in (received.year, received.year + 1):
        try:
            target = date(year, month, day)
        except ValueError:
            continue
        if target >= received - timedelta(days=60):
            if target >= received:
                yield (target - received).days
            return
