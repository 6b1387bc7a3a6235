"""Dates as people read them, in English and Welsh: "Tuesday 9 June 2026", "Dydd Mawrth 9 Mehefin 2026"."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

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
