"""Dates as people read them, in English and Welsh: "Tuesday 9 June 2026", "Dydd Mawrth 9 Mehefin 2026"."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inbox.errors import Refused

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "cy": ("Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn", "Dydd Sul"),
}
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "cy": ("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref",
           "Tachwedd", "Rhagfyr"),
}  # fmt: skip

DATE_PATTERN = (
    rf"(?:(?:{'|'.join((*_DAYS['en'], *_DAYS['cy']))}) )?"
    rf"[1-9][0-9]? (?:{'|'.join((*_MONTHS['en'], *_MONTHS['cy']))})(?: [0-9]{{4}})?"
)
"""A date written out in either language, with or without its weekday and its year."""


def long_date(day: date, language: str = "en") -> str:
    """A date written out, with its weekday."""
    words = "cy" if language == "cy" else "en"
    return f"{_DAYS[words][day.weekday()]} {day.day} {_MONTHS[words][day.month - 1]} {day.year}"


def local_date(moment: datetime, zone: str, language: str = "en") -> str:
    """The date of a moment in an office's time zone, written out."""
    return long_date(local_day(moment, zone), language)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar date on which a moment falls in an office's time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


_TYPED = ("%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d")
_WEEKDAY = "|".join(f"{day[:3]}(?:{day[3:]})?" for day in _DAYS["en"])
_BESIDE = re.compile(rf"^(?:{_WEEKDAY})\b|(?<=\d)(?:st|nd|rd|th)\b|,", re.IGNORECASE)
"""What people write beside a date, and pages do too: the weekday, "3rd", a comma."""


def day_of(words: str) -> date | None:
    """A day as people type it: 3 June 2026, Wednesday 3rd June 2026, 3 Jun 2026, 03/06/2026, 2026-06-03.

    None for anything else, and for a year that nobody writes to us about.
    """
    plain = " ".join(_BESIDE.sub(" ", words.strip()).split())
    for form in _TYPED:
        try:
            day = datetime.strptime(plain, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        return day if 1900 <= day.year <= 2200 else None
    return None


def as_typed(words: str) -> str:
    """A day in the one way that boxes show it, 3 June 2026; what is no day stays as it is."""
    day = day_of(words)
    return f"{day.day} {_MONTHS['en'][day.month - 1]} {day.year}" if day else words


def as_iso(words: str) -> str:
    """A day as programs write it, 2026-06-03; what is no day stays as it is."""
    day = day_of(words)
    return day.isoformat() if day else words


def read_day(words: str, zone: str) -> datetime | None:
    """The first moment, in an office's time zone, of a day that a person typed; None for none.

    Raises Refused for anything that is no day.
    """
    if not words.strip():
        return None
    day = day_of(words)
    if day is None:
        raise Refused("Enter a day, like 30 June 2026.")
    return datetime.combine(day, time(), ZoneInfo(zone))


def end_of_day(words: str, zone: str) -> datetime | None:
    """The first moment after the day that a person typed; None for none. Raises Refused."""
    day = read_day(words, zone)
    return day + timedelta(days=1) if day else None
