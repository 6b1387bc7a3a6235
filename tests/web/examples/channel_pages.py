"""Who may do what on a channel."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.channels import ChannelRightsPage, RightsRow, Tick
from inbox.web.views.parts import Notice, Problem, Tone
from tests.web.examples.office import shell

ACTS = ("Read", "Write drafts", "Send", "Approve", "Hide", "Settings")


def _row(role: str, can: int, closed: int = 9) -> RightsRow:
    ticks = tuple(
        Tick(f"{role}/{act}", f"{role}: {act.lower()}", act, place < can, place < can and place != closed)
        for place, act in enumerate(ACTS)
    )
    return RightsRow(role, ticks)


RIGHTS = ChannelRightsPage(
    shell("Channels"),
    "Rowan Ashby MP",
    "/channels/c2",
    "/channels/c2/rights",
    ACTS,
    (_row("Caseworker", 5, 2), _row("Official", 3), _row("Manager", 6), _row("Programs without a person", 2)),
    Notice("Saved.", Tone.OK),
)
EXAMPLES: dict[str, View] = {
    "channel-rights": RIGHTS,
    "channel-rights-wrong": replace(
        RIGHTS,
        problems=(Problem("rights", "Leave at least one role that can read what comes in."),),
        saved=None,
    ),
}
