"""The digest of somebody who works on paper, and how they are handed messages."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.digests import DigestCase, DigestPage, Said, StaffPostPage
from inbox.web.views.parts import Choice, Field, FieldKind, Group, Link, Notice, Problem, Tone
from tests.web.examples.office import NOW, at, shell
from tests.web.examples.running import SETTINGS_TABS

CASES = (
    DigestCase(
        "WX-5B2K-8N",
        "/cases/WX-5B2K-8N",
        "Nia Cole",
        (
            Said("Nia Cole", "X post, public", at(6, 2, 21, 10), "When does the bus come back?", "en"),
            Said("Nia Cole", "X message, private", at(6, 3, 7, 2), "I am at ZZ10 4AB.\nIt is 3 miles.", "en"),
        ),
        "/digests/s3/WX-5B2K-8N",
    ),
    DigestCase(
        "WX-9D2H-4T",
        "/cases/WX-9D2H-4T",
        "Dilys Probert",
        (Said("Dilys Probert", "Web form", at(6, 3, 8, 1), "Mae’r ffordd ar gau eto.", "cy"),),
        "/digests/s3/WX-9D2H-4T",
        Link("Their answer is on the case already", "/cases/WX-9D2H-4T/drafts/1"),
    ),
)
DIGEST = DigestPage(shell(), "Rowan Ashby", CASES, NOW, Notice("Kept as a draft on the case.", Tone.OK))
POST = StaffPostPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "People") for tab in SETTINGS_TABS),
    "Messages for Rowan Ashby",
    "/settings/people/s3/post",
    (
        Group(
            "How messages reach them",
            (
                Field(
                    "by",
                    "Messages reach them",
                    kind=FieldKind.RADIOS,
                    choices=(
                        Choice("here", "They sign in and read them here"),
                        Choice("email", "By email", True, "Their answer to the mail comes back as a draft"),
                    ),
                ),
            ),
            "Whatever they answer goes through sign-off and leaves on the channel that the person used.",
        ),
        Group(
            "Which messages",
            (
                Field(
                    "kinds",
                    "That came by",
                    kind=FieldKind.TICKS,
                    choices=(Choice("facebook", "Facebook", True), Choice("x", "X")),
                ),
            ),
        ),
    ),
    Link("Print what waits for them", "/digests/s3"),
)
EXAMPLES: dict[str, View] = {
    "digest": DIGEST,
    "digest-wrong": replace(
        DIGEST,
        cases=(
            replace(CASES[0], problem=Problem("text-WX-5B2K-8N", "Write the answer first.")),
            CASES[1],
        ),
        note=None,
    ),
    "digest-none": replace(DIGEST, cases=(), note=None),
    "staff-post": POST,
    "staff-post-wrong": replace(POST, problems=(Problem("kinds", "Choose at least one kind of channel."),)),
}
