"""W4: the officials' one queue, closed and with a letter from an MP open."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.officials import OfficialQueuePage
from inbox.web.views.parts import Act, NavItem, Tab
from inbox.web.views.queue import Suggestion
from tests.web.examples.office import LATE, LEFT, PAUSED, TODAY, shell
from tests.web.examples.queue import QUEUE, READING, row

OFFICIAL_SHELL = replace(
    shell("Queue"),
    office="Department for Homes",
    office_line="Correspondence unit",
    person="Aisha Rahman",
    nav=(
        NavItem("Queue", "/official", "sort", 46, True, "t", "Queue"),
        NavItem("Mine", "/official?view=mine", "mine", 5, False, "m", "Mine"),
        NavItem("To approve", "/approvals", "approve", 2, False, "a", "Approve"),
        NavItem("Sent", "/sending", "send", None, False, "o", None),
        NavItem("Find", "/search", "search", None, False, None, "Find", rail=False),
    ),
)
OFFICIAL_ROWS = (
    row(
        "MIN-4H8T-2W",
        "Rowan Ashby MP",
        "When will the award be paid?",
        "Their reference WX-7K4M-2P",
        points=57,
        points_because="Immediate 30, minister’s case 14, 13 days waiting",
        clock=LEFT,
        unread=True,
    ),
    row("MIN-8J2B-4C", "Dilys Probert MP", "Benefit delays", "For a reply", points=29, clock=LATE),
    row("PUB-9C3R-7D", "Nia Cole", "Complaint", "Second letter", points=14, clock=TODAY),
    row("PUB-5F7V-3N", "Kofi Mensah", "Data request", "Identity asked for", points=3, clock=PAUSED),
)
OFFICIAL_QUEUE = replace(
    QUEUE,
    view="official",
    heading="Queue",
    total=46,
    rows=OFFICIAL_ROWS,
    take_next=Act("Take the next one", "/official/take", "t", (), None, False),
    new_url=None,
    refresh_url="/official",
)
OFFICIAL_READING = replace(
    READING,
    reference="MIN-4H8T-2W",
    title="Letter from Rowan Ashby MP",
    who="Rowan Ashby MP",
    via="Email, their reference WX-7K4M-2P",
    channel_icon="email",
    public=None,
    standing=None,
    promise=LEFT,
    badges=(),
    messages=(
        replace(
            READING.messages[0],
            who="Rowan Ashby MP",
            channel="Email",
            channel_icon="email",
            text="My constituent asks: when will the award be paid, and why was the review refused?",
        ),
    ),
    suggestions=(
        Suggestion(
            Act("Awards team", "/cases/MIN-4H8T-2W/assign", "y 1", (("team", "awards"),), None, True),
            "Because it asks about “award”.",
        ),
    ),
    presence="",
)
OFFICIAL_TABS = (
    Tab("Queue", "/official", True, 41),
    Tab("Mine", "/official?view=mine", count=5),
)

EXAMPLES: dict[str, View] = {
    "officials": OfficialQueuePage(OFFICIAL_SHELL, OFFICIAL_TABS, OFFICIAL_QUEUE, None),
    "officials-open": OfficialQueuePage(OFFICIAL_SHELL, OFFICIAL_TABS, OFFICIAL_QUEUE, OFFICIAL_READING),
}
