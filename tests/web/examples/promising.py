"""Promises and the calendar they are counted by."""

from dataclasses import replace
from datetime import date

from inbox.web.rendering import View
from inbox.web.views.clocks import CalendarPage, ClockCard, ClocksPage, Closed, Promise, Stretch
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import (
    Act,
    Choice,
    ClockBadge,
    ClockMark,
    Field,
    FieldKind,
    Group,
    Link,
    Problem,
)
from tests.web.examples.cases import HEADER
from tests.web.examples.office import shell
from tests.web.examples.running import SETTINGS_TABS

_URL = "/cases/WX-7K4M-2P/clocks/c1"
CLOCKS = ClocksPage(
    shell("Mine"),
    HEADER,
    (
        ClockCard(
            "Request for own data",
            ClockBadge(
                ClockMark.PAUSED,
                "Paused: passport copy asked for",
                "Request for own data, due Tuesday 7 July 2026, 17:00. Stands still since Wednesday 3 June",
            ),
            "1 calendar month from Tuesday 5 May 2026; if that is no working day, the next one. By days that "
            "are no bank holiday anywhere in the UK.",
            (
                Stretch(
                    "Stands still since Wednesday 3 June 2026",
                    "We asked who they are: passport copy asked for",
                ),
                Stretch(
                    "1 calendar month more",
                    "Three systems to search",
                    Act("Take it off", f"{_URL}/extensions/e1/off"),
                ),
            ),
            (
                Link("Let it run on", f"{_URL}/resume"),
                Link("Give more time", f"{_URL}/extend"),
                Link("Count anew", f"{_URL}/restart"),
            ),
            (Act("It is done", f"{_URL}/keep"),),
        ),
        ClockCard(
            "Next update",
            ClockBadge(
                ClockMark.ON_TRACK, "4 working days left", "Next update, due Tuesday 9 June 2026, 17:00"
            ),
            "20 working days after Tuesday 12 May 2026, by the office’s own days. The day after is day 1.",
            (),
            (
                Link("Pause it", f"{_URL}/pause"),
                Link("Give more time", f"{_URL}/extend"),
                Link("Count anew", f"{_URL}/restart"),
            ),
            (Act("It is done", f"{_URL}/keep"),),
        ),
        ClockCard(
            "Acknowledgement",
            ClockBadge(
                ClockMark.MET, "Acknowledgement in time", "Acknowledgement, due Thursday 7 May 2026, 17:00"
            ),
            "2 working days after Tuesday 5 May 2026, by the office’s own days. The day after is day 1.",
        ),
    ),
)
PAUSING = ConfirmPage(
    shell("Mine"),
    "Pause: next update, WX-7K4M-2P",
    (
        "The count stands still from that day. When it runs on, the days are given back.",
        "If it had run out before, it stays late.",
    ),
    None,
    Group(
        "Next update",
        (
            Field(
                "category",
                "What we wait for",
                kind=FieldKind.RADIOS,
                choices=(
                    Choice("clarification", "We asked what they mean"),
                    Choice("consent", "We asked for their permission"),
                    Choice("body", "Another organisation must act first"),
                ),
            ),
            Field("reason", "Why", "", hint="Others will read it."),
            Field(
                "since",
                "Since",
                "2026-06-03",
                FieldKind.DATE,
                hint="Today, or the day on which we asked.",
            ),
        ),
    ),
    Act("Pause it", f"{_URL}/pause"),
    Link("Leave it as it is", "/cases/WX-7K4M-2P/clocks"),
    (Problem("reason", "Say why. Others will read it."),),
)
_HOLIDAYS = (
    (date(2026, 8, 31), "Monday 31 August 2026", "Summer bank holiday"),
    (date(2026, 12, 25), "Friday 25 December 2026", "Christmas Day"),
    (date(2026, 12, 28), "Monday 28 December 2026", "Boxing Day (substitute day)"),
)
CALENDAR = CalendarPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "Calendar") for tab in SETTINGS_TABS),
    Group(
        "When the office works",
        (
            Field(
                "hours",
                "Hours",
                "mon-thu 09:00-12:30,13:15-17:00; fri 09:00-16:00",
                hint="Like mon-thu 09:00-12:30,13:15-17:00; fri 09:00-16:00",
            ),
            Field(
                "nation",
                "Whose bank holidays",
                kind=FieldKind.SELECT,
                choices=(Choice("england", "England", True), Choice("wales", "Wales")),
            ),
        ),
    ),
    Group(
        "Close the office for a day or more",
        (
            Field("first", "First day", "", FieldKind.DATE),
            Field("last", "Last day", "", FieldKind.DATE, optional=True),
            Field("why", "Why", "", hint="Like Staff training. Everybody here reads it."),
        ),
        "Promises to people count no closed day. What the law sets runs on.",
    ),
    Group(
        "Bring in a file of bank holidays",
        (
            Field(
                "files",
                "File",
                kind=FieldKind.FILES,
                hint="bank-holidays.json from GOV.UK, or a table with the first line date,nations,name",
            ),
        ),
    ),
    "From the file bank-holidays.json, Tuesday 2 June 2026. They are written down until 2028; later years "
    "are reckoned by rule.",
    Act("Use those that came with the program", "/settings/calendar/holidays/bundled"),
    tuple(Closed(*one) for one in _HOLIDAYS),
    (
        Closed(
            date(2026, 6, 19),
            "Friday 19 June 2026",
            "Staff training",
            Act("Open again", "/settings/calendar/open", fields=(("day", "2026-06-19"),)),
        ),
    ),
    (("Summer", "from Thursday 16 July 2026 to Tuesday 1 September 2026"),),
    Group(
        "Bring in a table of recesses",
        (Field("recesses", "File", kind=FieldKind.FILES, hint="With the first line first,last,name"),),
        "They are announced late, so they are read from a file and never reckoned.",
    ),
    tuple(
        Promise(
            name,
            what,
            counted,
            source,
            Field(f"amount-{kind}", f"{name}: how many", amount),
            Act("Change", f"/settings/calendar/targets/{kind}"),
        )
        for kind, name, what, counted, source, amount in (
            (
                "first_reply",
                "First reply",
                "First reply of substance to the person",
                "10 working days, by the office’s own days",
                "our suggestion",
                "10",
            ),
            (
                "subject_access",
                "Request for own data",
                "Give a person the data we hold about them",
                "1 calendar month; if that is no working day, the next one. By days that are no bank holiday "
                "anywhere in the UK",
                "UK GDPR article 12(3)",
                "1",
            ),
        )
    ),
)
CHANGING = ConfirmPage(
    shell("Settings"),
    "Change the calendar?",
    (
        "Closed from Wednesday 23 December 2026 to Thursday 24 December 2026: Office party.",
        "312 promises run now. 14 move: 14 end later, 0 end earlier.",
        "No promise would be late at once.",
        "WX-7K4M-2P, First reply: Wednesday 23 December 2026 becomes Tuesday 29 December 2026.",
    ),
    None,
    None,
    Act("Change the calendar", "/settings/calendar/closed", fields=(("sure", "yes"),)),
    Link("Leave it as it is", "/settings/calendar"),
)

EXAMPLES: dict[str, View] = {
    "case-clocks": CLOCKS,
    "case-clocks-empty": replace(CLOCKS, clocks=()),
    "case-clock-pause-refused": PAUSING,
    "settings-calendar": CALENDAR,
    "settings-calendar-bundled": replace(CALENDAR, bundled=None, closed=()),
    "settings-calendar-refused": replace(
        CALENDAR,
        problems=(
            Problem("hours", "hours needs at least one working window, such as `mon-fri 09:00-17:00`."),
            Problem("amount-subject_access", "The law allows 1. You may promise less time, not more."),
        ),
    ),
    "settings-calendar-effect": CHANGING,
}
