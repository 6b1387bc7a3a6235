"""Channels, history, settings, people, search, and the page that asks first."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.channels import AddChannelPage, ChannelPage, ChannelRow, ChannelsPage
from inbox.web.views.office import (
    ConfirmPage,
    Found,
    HistoryLine,
    HistoryPage,
    PeoplePage,
    Person,
    SearchPage,
    SettingsPage,
)
from inbox.web.views.parts import (
    Act,
    Badge,
    Choice,
    Field,
    FieldKind,
    Group,
    Line,
    Link,
    Notice,
    Problem,
    Tab,
    Tone,
)
from tests.web.examples.office import LATE, NOW, at, shell

WORKING = Badge("Working", Tone.OK, "tick")
EMAIL = ChannelRow(
    "Office mailbox",
    "/channels/c1",
    "Email",
    "email",
    WORKING,
    "Collects and sends",
    at(6, 3, 9, 0),
    at(6, 3, 8, 56),
    1,
)
FACEBOOK = ChannelRow(
    "Rowan Ashby MP",
    "/channels/c2",
    "Facebook",
    "facebook-message",
    Badge("Sign in again", Tone.SOON, "soon"),
    "Collects and sends",
    at(6, 2, 23, 58),
    at(6, 2, 18, 2),
    3,
    None,
    Notice(
        "Sign in again by 6 June 2026. 3 replies are waiting.",
        Tone.SOON,
        "Facebook is not sending",
        (Link("Fix", "/channels/c2"),),
    ),
)
LISTENING = ChannelRow(
    "@RowanAshbyEx",
    "/channels/c3",
    "X",
    "x-post",
    Badge("Listens only", Tone.CALM, "paused"),
    "Listens only: Tom, until 1 July 2026",
    at(6, 3, 7, 44),
    None,
    0,
    "6.10 of 20.00 pounds this month",
)
CHANNELS = ChannelsPage(
    shell("Channels"), (EMAIL, FACEBOOK, LISTENING), NOW, Link("Add a channel", "/channels/add")
)
MODES = Group(
    "What it may do",
    (
        Field(
            "mode",
            "Mode",
            kind=FieldKind.RADIOS,
            choices=(
                Choice("full", "Collects and sends", True),
                Choice("listen", "Listens only", detail="Collects messages, sends nothing"),
                Choice("off", "Off", detail="Collects nothing, sends nothing"),
            ),
        ),
        Field("reason", "Reason", hint="Others will read it", optional=True),
        Field("until", "Until", kind=FieldKind.DATE, optional=True),
    ),
)
CHANNEL = ChannelPage(
    shell("Channels"),
    EMAIL,
    (
        ("Address", "office@example.org"),
        ("Collected from", "imap.example.org, folder INBOX, every 60 seconds"),
    ),
    MODES,
    "/channels/c1/mode",
    (Act("Test it now", "/channels/c1/test"),),
    (Line(at(6, 2, 3, 10), "The mail server did not answer for 4 minutes. Nothing was lost."),),
    NOW,
)
ADD = AddChannelPage(
    shell("Channels"),
    (),
    "Add a mailbox",
    "/channels/add",
    (
        Group(
            "Name and address",
            (
                Field("name", "Name", hint="What colleagues will see"),
                Field("address", "Email address", kind=FieldKind.EMAIL),
            ),
        ),
        Group(
            "Collecting mail",
            (
                Field("imap_host", "IMAP server"),
                Field(
                    "imap_tls",
                    "Protection",
                    kind=FieldKind.SELECT,
                    choices=(Choice("implicit", "TLS from the start", True), Choice("starttls", "STARTTLS")),
                ),
                Field("username", "User name"),
                Field(
                    "password", "Password", kind=FieldKind.PASSWORD, hint="Kept encrypted; never shown again"
                ),
            ),
        ),
    ),
    "Test and add",
)
KINDS = replace(
    ADD,
    heading="Add a channel",
    groups=(),
    kinds=(Link("Mailbox (IMAP and SMTP)", "/channels/add?kind=email"),),
)

SETTINGS_TABS = (
    Tab("Office", "/settings", True),
    Tab("Calendar", "/settings/calendar"),
    Tab("People", "/settings/people"),
    Tab("Standard lines", "/settings/standard-lines"),
    Tab("Organisations", "/settings/bodies"),
    Tab("Chases", "/settings/chases"),
    Tab("What it learned", "/settings/learning"),
    Tab("Keyboard", "/settings/keyboard"),
    Tab("Where you are signed in", "/settings/sign-ins"),
)
OFFICE = SettingsPage(
    shell("Settings"),
    SETTINGS_TABS,
    "Office",
    "/settings",
    (
        Group(
            "Who we are",
            (
                Field("name", "Name", "Rowan Ashby MP"),
                Field("phone", "Phone for the public", "01632 960 001", FieldKind.TEL),
                Field("signature", "Signature", "Rowan Ashby’s office\n4 Mill Street", FieldKind.AREA),
            ),
        ),
        Group(
            "Sign-off",
            (
                Field(
                    "approval",
                    "A reply in the office’s name",
                    kind=FieldKind.RADIOS,
                    choices=(
                        Choice("self", "The writer may send it", True),
                        Choice("other", "Somebody else must approve it"),
                    ),
                ),
                Field("undo_seconds", "Seconds before a reply leaves", "60", hint="0 to 300"),
                Field("welsh", "We also write in Welsh", kind=FieldKind.TICK, checked=True),
            ),
            "A reply in Rowan Ashby’s own name always needs their approval.",
        ),
    ),
)
KEYBOARD = SettingsPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "Keyboard") for tab in SETTINGS_TABS),
    "Keyboard and screen",
    "/settings/keyboard",
    (
        Group(
            "Letter keys",
            (
                Field(
                    "letters",
                    "When they act",
                    kind=FieldKind.RADIOS,
                    choices=(
                        Choice("on", "On", True),
                        Choice("lists", "Only while a list has the focus"),
                        Choice("off", "Off", detail="Ctrl K, Ctrl Enter, Esc and Tab still work"),
                    ),
                ),
            ),
        ),
        Group(
            "Rows of a list",
            (
                Field(
                    "density",
                    "Height",
                    kind=FieldKind.RADIOS,
                    choices=(
                        Choice("compact", "Compact"),
                        Choice("cosy", "Usual", True),
                        Choice("roomy", "Roomy"),
                    ),
                ),
            ),
        ),
    ),
)
PEOPLE = PeoplePage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "People") for tab in SETTINGS_TABS),
    (
        Person(
            "Priya Nair",
            "priya@example.org",
            ("Caseworker",),
            "Housing",
            (),
            at(6, 3, 8, 40),
            (Act("Switch off", "/settings/people/s1/disable"),),
        ),
        Person("Tom Hale", "tom@example.org", ("Manager", "Checker"), None, (), at(6, 3, 8, 58)),
        Person(
            "Sam Weir", "sam@example.org", ("Caseworker",), None, (Badge("Off", Tone.CALM, "paused"),), None
        ),
    ),
    NOW,
    "New people are added at the command line: inbox staff add.",
)

HISTORY = HistoryPage(
    shell("History"),
    (
        Field("who", "Who", kind=FieldKind.SELECT, choices=(Choice("", "Anybody", True),)),
        Field("from", "From", kind=FieldKind.DATE),
        Field("to", "To", kind=FieldKind.DATE),
    ),
    (
        HistoryLine(at(6, 3, 9, 1), "Priya Nair", "Filed to Housing", "WX-9D2H-4T", "/cases/WX-9D2H-4T"),
        HistoryLine(at(6, 3, 8, 52), "The office’s rules", "Filed to Benefits, Immediate", "WX-4C7V-3M"),
        HistoryLine(at(6, 3, 8, 40), "Priya Nair", "Signed in"),
    ),
    Notice("Every line is chained to the one before it. Checked at 09:00: nothing was changed.", Tone.OK),
    NOW,
    Link("Show earlier", "/history?after=0197"),
)

FOUND = Found(
    "WX-5B2K-8N",
    "/cases/WX-5B2K-8N",
    "Damp at 14 Quarry Road",
    "Donna Fretwell, ZZ10 4AB",
    at(5, 3, 21, 10),
    "Email",
    "email",
    (("black ", False), ("mould", True), (" all over the kids room since October", False)),
    clock=LATE,
)
SEARCH = SearchPage(shell("Find"), "mould", (FOUND,), "1 case", NOW)

EXAMPLES: dict[str, View] = {
    "channels": CHANNELS,
    "channels-none": replace(CHANNELS, rows=()),
    "channel": CHANNEL,
    "channel-wrong": replace(CHANNEL, problems=(Problem("reason", "Say why. Others will read it"),), log=()),
    "channel-add": ADD,
    "channel-add-kinds": KINDS,
    "channel-add-wrong": replace(
        ADD, problems=(Problem("imap_host", "The server imap.example.org did not answer"),)
    ),
    "settings-office": OFFICE,
    "settings-office-wrong": replace(
        OFFICE, problems=(Problem("undo_seconds", "Enter a number from 0 to 300"),)
    ),
    "settings-keyboard": KEYBOARD,
    "settings-people": PEOPLE,
    "history": HISTORY,
    "history-broken": replace(
        HISTORY,
        chain=Notice(
            "Line 1,204 was changed after it was written. Call your administrator.",
            Tone.LATE,
            "The history does not hold",
        ),
        lines=(),
        more=None,
    ),
    "search": SEARCH,
    "search-start": replace(SEARCH, q="", found=None, total_words=""),
    "search-none": replace(SEARCH, q="mold", found=(), total_words="No cases"),
    "confirm-public-reply": ConfirmPage(
        shell("Mine"),
        "Reply in public on Facebook?",
        ("Everyone can read this.", "It does not say that she has a case.", "It leaves 60 seconds later."),
        "Please send this to us privately at office@example.org.",
        None,
        Act("Reply in public", "/cases/WX-5T6W-9Q/drafts/1/send", None, (("confirmed", "yes"),)),
        Link("Go back to the draft", "/cases/WX-5T6W-9Q/drafts/1"),
    ),
    "confirm-pause": ConfirmPage(
        shell("Channels"),
        "Stop sending by the office mailbox?",
        ("4 replies wait until it is opened again.", "Mail still comes in."),
        None,
        Group("Say why", (Field("reason", "Reason"), Field("until", "Until", kind=FieldKind.DATE))),
        Act("Stop sending", "/channels/c1/mode", None, (("mode", "listen"),)),
        Link("Change nothing", "/channels/c1"),
    ),
}
