"""What an office keeps for itself: standard lines, and where one is signed in."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.case_pages import AttachPage
from inbox.web.views.office import (
    ChaseCard,
    ChasePage,
    ChasesPage,
    ConfirmPage,
    LearningPage,
    LineCard,
    LinesPage,
    SignIn,
    SignInsPage,
    Taught,
)
from inbox.web.views.parts import Act, Badge, Choice, Field, FieldKind, Group, Link, Problem, Tone
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

TOPICS = ("Housing social", "Benefits uc", "Passports", "Immigration", "Social care", "Council services")
CASE_FACTS = ConfirmPage(
    shell("Mine"),
    "Facts of WX-7K4M-2P",
    ("What was there before stays as an office note. Nothing is sent.",),
    None,
    Group(
        "Facts",
        (
            Field("name", "Name", "Donna Fretwell"),
            Field(
                "postcode", "Postcode", "ZZ10 4AB", optional=True,
                hint="It is read against the table of constituencies again.",
            ),
            Field("topic", "Topics", kind=FieldKind.TICKS,
                  choices=tuple(Choice(one, one, one == "Housing social") for one in TOPICS)),
            Field("priority", "Urgency", kind=FieldKind.SELECT,
                  choices=(Choice("priority", "Priority", True), Choice("standard", "Standard"))),
            Field("why", "Why", "", FieldKind.AREA, optional=True,
                  hint="Needed when you change the urgency or take a risk flag off. Others will read it."),
        ),
    ),
    Act("Save", "/cases/WX-7K4M-2P/facts"),
    Link("Change nothing", "/cases/WX-7K4M-2P"),
    (Problem("why", "Say why. Others will read it."),),
)  # fmt: skip
SPLIT = ConfirmPage(
    shell("Mine"),
    "Split WX-7K4M-2P",
    (
        "What you tick moves to a new case of the same person, linked with this one.",
        "It goes back to To sort, with a promise of its own. You can take it back.",
    ),
    None,
    Group(
        "What moves?",
        (
            Field("message", "Donna Fretwell, 3 May, 21:10", "m1", FieldKind.TICK,
                  hint="im at my wits end. black mould all over the kids room since October"),
            Field("message", "Donna Fretwell, 2 June, 10:44", "m5", FieldKind.TICK, checked=True,
                  hint="also my passport never came and we fly on the 12th"),
            Field("subject", "What the new case is about", "Passport", optional=True),
        ),
    ),
    Act("Make a new case", "/cases/WX-7K4M-2P/split"),
    Link("Change nothing", "/cases/WX-7K4M-2P"),
)  # fmt: skip
ATTACH = AttachPage(
    shell("Mine"),
    "Add WX-7K4M-2P to another case",
    (
        "All that is on this case moves to the other one: messages, notes, drafts, promises.",
        "WX-7K4M-2P ends as a duplicate and points there. A later answer follows.",
    ),
    (
        Choice("WX-3D8Q-XV", "WX-3D8Q-XV Damp in Quarry Road", True, "The same person: Donna Fretwell"),
        Choice("WX-5B2K-8N", "WX-5B2K-8N", False, "The same phone number"),
    ),
    "fretw",
    "1 case is found by these words. Tick one.",
    Act("Add to that case", "/cases/WX-7K4M-2P/attach"),
    Link("Change nothing", "/cases/WX-7K4M-2P"),
)
LOG = ConfirmPage(
    shell("Mine"),
    "Log a call, letter or visit on WX-7K4M-2P",
    ("It is kept on the case as something they said, now.", "It is not sent to anybody."),
    None,
    Group(
        "What was said",
        (
            Field("kind", "How they told us", kind=FieldKind.RADIOS,
                  choices=(Choice("call", "A call", True), Choice("letter", "A letter"))),
            Field("text", "What they said", "", FieldKind.AREA, hint="Use their words where you can."),
            Field("files", "Letters, photos or other files", kind=FieldKind.FILES),
        ),
    ),
    Act("Keep it", "/cases/WX-7K4M-2P/log"),
    Link("Write nothing", "/cases/WX-7K4M-2P"),
    (Problem("files", "The file scan.pdf is empty."),),
)  # fmt: skip

LEARNING = LearningPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "What it learned") for tab in SETTINGS_TABS),
    "When people here change a topic, a kind, a team or an urgency, and when they close a case, the words of "
    "its first message are counted. It stays on this machine and in this office.",
    "Version 41, 2 June 2026: 214 cases that people put right and 1,180 that they closed as they were.",
    (
        (
            "Topics",
            (
                Taught(
                    "Driving",
                    "learned from 14 corrections and 3 closed cases",
                    ("harbottl", "harbottl shuttl"),
                ),
                Taught("Not Transport", "learned from 11 corrections", ("harbottl shuttl", "stand")),
            ),
        ),
        ("Teams", (Taught("Buses and roads", "learned from 9 corrections", ()),)),
    ),
    Link("Forget all of it", "/settings/learning/reset"),
)
FORGET = ConfirmPage(
    shell("Settings"),
    "Forget what it learned?",
    (
        "214 corrections and 1180 closed cases are forgotten.",
        "Triage answers as it was delivered, until people teach it again.",
        "Cases stay as they are. This cannot be taken back.",
    ),
    None,
    None,
    Act("Forget all of it", "/settings/learning/reset"),
    Link("Keep it", "/settings/learning"),
)
CHASES = ChasesPage(
    shell("Settings"),
    tuple(replace(tab, current=tab.label == "Chases") for tab in SETTINGS_TABS),
    (
        ChaseCard("First chase", "When the body’s time has run out.", "Where is {{ subject }}?",
                  "Please answer by {{ next_on }}.", "en", "Version 2, by Tom Hale on 2 June 2026.",
                  (Badge("Own words", Tone.OK, "tick"),),
                  Link("Change the words", "/settings/chases/chase-1/en")),
        ChaseCard("Update: we asked, Welsh", "To the person, once the question has left.",
                  "Rydym yn aros am ateb ({{ reference }})", "Annwyl {{ name }},", "cy",
                  "The words that it came with.", (), None),
    ),
)  # fmt: skip
CHASE = ChasePage(
    shell("Settings"), "First chase: its words", Link("Chases", "/settings/chases"),
    "When the body’s time has run out.", "/settings/chases/chase-1/en", 2, "Where is {{ subject }}?",
    "Please answer by {{ next_on }}.\n\n{{ question }}", "en",
    ("{{reference}}", "{{question}}", "{{first_asked_on}}", "{{next_on}}"),
    ("Where is Damp at 14 Quarry Road?",
     "Please answer by Tuesday 23 June 2026.\n\nWhen will the mould be treated?"),
    Act("Back to the words it came with", "/settings/chases/chase-1/en/put-back"),
)  # fmt: skip
EXAMPLES: dict[str, View] = {
    "chases": CHASES,
    "chase-words": CHASE,
    "chase-words-wrong": replace(
        CHASE, problems=(Problem("body", "Write the words. They are sent as they stand."),)
    ),
    "case-edit-facts": CASE_FACTS,
    "case-split": SPLIT,
    "case-attach": ATTACH,
    "case-attach-refused": replace(
        ATTACH,
        found="",
        words="WX-9999-ZZ",
        choices=(),
        problems=(Problem("to", "There is no other case with that reference."),),
    ),
    "case-log": LOG,
    "settings-lines": LINES,
    "settings-lines-empty": replace(LINES, lines=()),
    "settings-sign-ins": SIGN_INS,
    "settings-learning": LEARNING,
    "settings-learning-empty": replace(LEARNING, state="Nothing was taught yet.", groups=(), forget=None),
    "settings-learning-forget": FORGET,
}
