"""What an office keeps for itself: standard lines, and where one is signed in."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.office import LineCard, LinesPage, SignIn, SignInsPage
from inbox.web.views.parts import Act, Badge, Link, Tone
from tests.web.examples.office import NOW, at, shell
from tests.web.examples.running import SETTINGS_TABS

LINES = LinesPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "Standard lines") for tab in SETTINGS_TABS),
    (
        LineCard(
            "Line 14: Landlord asked again",
            "Version 3. Approved by Rowan Ashby on 4 May 2026. Good until 30 June 2026.",
            "Dear {{name}},\n\nWe have asked the landlord again about {{reference}}. They reply by [date].",
            "Annwyl {{name}},\n\nRydym wedi gofyn eto i’r landlord am {{reference}}.",
            "Topic housing-social. Owner Priya Nair. Written by Priya Nair.",
            (Badge("In use", Tone.OK, "tick"),),
            (Act("Take out of use", "/settings/standard-lines/l1/retire"),),
            Link("Change it", "/settings/standard-lines/l1"),
        ),
        LineCard(
            "Line 15: Passport delays",
            "Version 1. Nobody has approved it yet.",
            "We have asked the Passport Office for a date.",
            None,
            "Written by Tom Hale.",
            (Badge("Waits for approval", Tone.REVIEW),),
            (
                Act("Approve these words", "/settings/standard-lines/l2/approve"),
                Act("Take out of use", "/settings/standard-lines/l2/retire"),
            ),
            Link("Change it", "/settings/standard-lines/l2"),
        ),
        LineCard(
            "Line 9: Budget",
            "Version 2. Approved by Rowan Ashby on 2 March 2026. It ran out after 1 June 2026.",
            "The Chancellor speaks on [date].",
            None,
            "",
            (Badge("Ran out", Tone.LATE, "late"),),
        ),
    ),
    Link("Write a line", "/settings/standard-lines/new"),
    "Approved paragraphs. A reply made of these alone, with only the name, the reference and dates "
    "filled in, needs no new approval.",
)

SIGN_INS = SignInsPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "Where you are signed in") for tab in SETTINGS_TABS),
    (
        SignIn("Firefox on Windows", at(6, 3, 8, 40), at(6, 3, 9, 2), True, None),
        SignIn(
            "Safari on iPhone",
            at(6, 3, 7, 55),
            at(6, 3, 8, 31),
            False,
            Act("End it", "/settings/sign-ins/s2/end"),
        ),
    ),
    Act("End all but this one", "/settings/sign-ins/end-others"),
    NOW,
)

EXAMPLES: dict[str, View] = {
    "settings-lines": LINES,
    "settings-lines-empty": replace(LINES, lines=()),
    "settings-sign-ins": SIGN_INS,
}
