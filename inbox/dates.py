"""Dates as people read them, in English and Welsh: "Tuesday 9 June 2026", "Dydd Mawrth 9 Mehefin 2026"."""

from datetime import date, datetime, timedelta
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
    return long_date(moment.astimezone(ZoneInfo(zone)).date(), language)


_TYPED = ("%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%Y-%m-%d")


def read_day(words: str, zone: str) -> datetime | None:
    """The first moment, in an office's time zone, of a day that a person typed; None for none.

    Raises Refused for anything that is no day.
    """
    plain = " ".join(words.split())
    if not plain:
        return None
    for form in _TYPED:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise Refused("Enter a day, like 30 June 2026.")


def end_of_day(words: str, zone: str) -> datetime | None:
    """The first moment after the day that a person typed; None for none. Raises Refused."""
    day = read_day(words, zone)
    return day + timedelta(days=1) if day else None
