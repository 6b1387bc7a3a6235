"""The office of the examples: its frame, its people, its clock."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from inbox.web.views.parts import (
    Act,
    Badge,
    Choice,
    ClockBadge,
    ClockMark,
    NavItem,
    Notice,
    PublicShell,
    Shell,
    Tone,
    Undo,
)

LONDON = ZoneInfo("Europe/London")


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of 2026 in London."""
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


NOW = at(6, 3, 9, 2)

PLACES = (
    ("To sort", "/queue/to-sort", "sort", 12, "t", "Sort"),
    ("Mine", "/queue/mine", "mine", 31, "m", "Mine"),
    ("Waiting", "/queue/waiting", "clock", 74, "w", None),
    ("Late", "/queue/late", "late", 19, "l", None),
    ("Campaigns", "/campaigns", "feed", 4, "c", None),
    ("To approve", "/approvals", "approve", 2, "a", "Approve"),
    ("Sending", "/sending", "send", 1, "o", None),
    ("Set aside", "/set-aside", "lock", 6, None, None),
    ("All cases", "/queue/all", "search", None, None, None),
)
BELOW = (
    ("Enquiries", "/enquiries"),
    ("History", "/history"),
    ("Rules", "/rules"),
    ("Channels", "/channels"),
    ("Settings", "/settings"),
)


def shell(current: str = "To sort", **changes: object) -> Shell:
    """The frame with one line of the rail current."""
    items = tuple(
        NavItem(label, url, icon, count, label == current, go, phone)
        for label, url, icon, count, go, phone in PLACES
    )
    items += (NavItem("Find", "/search", "search", None, current == "Find", None, "Find", rail=False),)
    items += tuple(NavItem(label, url, "info", current=label == current, below=True) for label, url in BELOW)
    made = Shell("Rowan Ashby MP", "MP’s office, Wexcombe and Marl Valley", "Priya Nair", items)
    return replace(made, **changes)  # type: ignore[arg-type]


def public(language: str = "en", named: bool = True) -> PublicShell:
    """The frame of the public pages."""
    return PublicShell(
        language=language,
        office="Dilys Probert" if named else None,
        other_language_url="/status" if language == "cy" else "/cy/status",
        privacy_url="https://office.example.org/privacy" if named else None,
    )


IMMEDIATE = Badge("Immediate", Tone.LATE, "late")
PRIORITY = Badge("Priority", Tone.SOON, "soon")
PUBLIC = Badge("Public", Tone.SOON, "eye")
WELSH = Badge("Cymraeg", Tone.CALM, None, "cy")
RESTRICTED = Badge("Restricted", Tone.GUARD, "shield")
OURS = Badge("Ours, confirmed 5 May", Tone.OK, "tick")
LIKELY = Badge("Likely ours (ZZ10 4AB)", Tone.CALM, "question")
NOT_OURS = Badge("Not ours?", Tone.CALM, "arrow")
CAMPAIGN = Badge("Campaign", Tone.CALM, "feed")

TODAY = ClockBadge(ClockMark.SOON, "Due today", "First reply, due Wednesday 3 June 2026, 17:00")
LATE = ClockBadge(
    ClockMark.LATE, "2 working days late", "Marl Homes: reply was due Monday 1 June 2026, 17:00"
)
LEFT = ClockBadge(ClockMark.ON_TRACK, "9 working days left", "First reply, due Tuesday 16 June 2026, 17:00")
FOUR = ClockBadge(
    ClockMark.ON_TRACK, "4 working days left", "Next update to Donna Fretwell, due Tuesday 9 June 2026"
)
PAUSED = ClockBadge(
    ClockMark.PAUSED, "Paused: waiting for DWP since 3 June", "First reply, stopped Wednesday 3 June 2026"
)
MET = ClockBadge(ClockMark.MET, "Replied in 8 of 10 days", "First reply, due Tuesday 19 May 2026, 17:00")
MISSED = ClockBadge(ClockMark.MISSED, "Missed by 2 days", "Acknowledgement, due Tuesday 5 May 2026")

FILED = Undo("Filed to Housing: Imran Sadiq.", Act("Undo", "/undo/0197-e1", "z"))
STOPPED = Notice(
    "Facebook wants you to sign in again by 6 June. 3 replies are waiting.",
    Tone.SOON,
    "Facebook is not sending",
)

PEOPLE = (
    Choice("priya", "Me"),
    Choice("tom", "Tom Hale"),
    Choice("duty", "Duty caseworker"),
)
TEAMS = (Choice("housing", "Housing"), Choice("benefits", "Benefits"), Choice("casework", "Casework"))
URGENCIES = (
    Choice("immediate", "Immediate"),
    Choice("priority", "Priority"),
    Choice("standard", "Standard"),
    Choice("low", "Low"),
)
