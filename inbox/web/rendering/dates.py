"""Dates and times in words, English and Welsh, never relative and never dependent on the machine's locale.

Every function takes an aware datetime (or a date, where only the day is told) in the office's time zone.
"""

from datetime import date, datetime

from inbox.web.words import Language

DAYS = {
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.WELSH: (
        "dydd Llun",
        "dydd Mawrth",
        "dydd Mercher",
        "dydd Iau",
        "dydd Gwener",
        "dydd Sadwrn",
        "dydd Sul",
    ),
}
MONTHS = {
    Language.ENGLISH: (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    Language.WELSH: (
        "Ionawr",
        "Chwefror",
        "Mawrth",
        "Ebrill",
        "Mai",
        "Mehefin",
        "Gorffennaf",
        "Awst",
        "Medi",
        "Hydref",
        "Tachwedd",
        "Rhagfyr",
    ),
}


def day(at: date, language: str = Language.ENGLISH) -> str:
    """`Tuesday 9 June 2026`; `dydd Mawrth 9 Mehefin 2026`."""
    return f"{DAYS[Language(language)][at.weekday()]} {_date(at, language)} {at.year}"


def clock_time(at: datetime) -> str:
    """`09:05`, on the 24-hour clock in both languages."""
    return f"{at:%H:%M}"


def moment(at: datetime, language: str = Language.ENGLISH) -> str:
    """`9 June 2026, 09:05`: one thing that happened, in full."""
    return f"{_date(at, language)} {at.year}, {clock_time(at)}"


def when(at: datetime, now: datetime, language: str = Language.ENGLISH) -> str:
    """Short for a list: the time if it was today, else `9 June`, with the year if it is another one."""
    if at.date() == now.date():
        return clock_time(at)
    return _date(at, language) if at.year == now.year else f"{_date(at, language)} {at.year}"


def _date(at: date, language: str) -> str:
    return f"{at.day} {MONTHS[Language(language)][at.month - 1]}"
