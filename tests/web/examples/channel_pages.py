"""Who may do what on a channel, and who may forward mail to it."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.staff.forwarders import HINT
from inbox.web.views.channels import ChannelRightsPage, RightsRow, Tick
from inbox.web.views.office import SettingsPage
from inbox.web.views.parts import Field, FieldKind, Group, Problem, Tab
from tests.web.examples.office import shell

ACTS = ("Read", "Write drafts", "Send", "Approve", "Hide", "Settings")


def _row(role: str, can: int, closed: int = 9) -> RightsRow:
    ticks = tuple(
        Tick(f"{role}/{act}", f"{role}: {act.lower()}", act, place < can, place < can and place != closed)
        for place, act in enumerate(ACTS)
    )
    return RightsRow(role, ticks)


def _forwarders(words: str) -> Field:
    return Field("forwarders", "Who may forward mail to us", words, FieldKind.AREA, HINT, optional=True)


RIGHTS = ChannelRightsPage(
    shell("Channels"),
    "Rowan Ashby MP",
    "/channels/c2",
    "/channels/c2/rights",
    ACTS,
    (_row("Caseworker", 5, 2), _row("Official", 3), _row("Manager", 6), _row("Programs without a person", 2)),
)
LISTED = "rowan@example.org\n*@parliament.example"
FORWARDERS = SettingsPage(
    shell("Channels"),
    (
        Tab("Office mailbox", "/channels/c1"),
        Tab("Forwarded mail", "/channels/c1/forwarders", current=True),
    ),
    "Forwarded mail",
    "/channels/c1/forwarders",
    (Group("The list", (_forwarders(LISTED),)),),
)
EXAMPLES: dict[str, View] = {
    "channel-forwarders": FORWARDERS,
    "channel-forwarders-wrong": replace(
        FORWARDERS,
        groups=(Group("The list", (_forwarders("rowan at example"),)),),
        problems=(Problem("forwarders", "“rowan at example” is no address and no pattern of addresses."),),
    ),
    "channel-rights": RIGHTS,
    "channel-rights-wrong": replace(
        RIGHTS,
        problems=(Problem("rights", "Leave at least one role that can read what comes in."),),
    ),
}
