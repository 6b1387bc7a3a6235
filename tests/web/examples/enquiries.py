"""Bodies that are waited for, one enquiry, permissions and the contact directory."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.enquiries import (
    BodiesPage,
    BodyCard,
    BodyPage,
    CallPage,
    ConsentCard,
    ConsentsPage,
    EnquiriesPage,
    EnquiryPage,
    EnquiryRow,
    ImportPage,
    LadderStep,
)
from inbox.web.views.parts import (
    Act,
    Badge,
    Choice,
    ClockBadge,
    ClockMark,
    Field,
    FieldKind,
    Group,
    Link,
    Notice,
    Problem,
    Tab,
    Tone,
)
from tests.web.examples.cases import CASE, HEADER
from tests.web.examples.office import NOW, at, shell

LATE = ClockBadge(
    ClockMark.LATE, "2 working days late", "Reply to our question, due Monday 1 June 2026, 17:00"
)
ROWS = (
    EnquiryRow("1" * 32, f"{CASE}/drafts/3", "Marl Homes", "Donna Fretwell", "WX-5B2K-8N", CASE, at(5, 8),
               LATE, "The first chase waits for you.", "With Priya Nair.",
               (Badge("Chase ready", Tone.REVIEW),)),
    EnquiryRow("2" * 32, f"{CASE}/enquiries/2/rang", "Department for Homes and Benefits, disability benefits",
               "Derek Sallow", "WX-7K4M-2P", "/cases/WX-7K4M-2P", at(4, 21),
               replace(LATE, words="9 working days late"), "Somebody has to ring the hotline.",
               "With Tom Hale.",               (Badge("Ring them", Tone.REVIEW),)),
    EnquiryRow("3" * 32, "/cases/WX-2P9D-4T/enquiries/3", "Wexcombe Council", "WX-2P9D-4T", "WX-2P9D-4T",
               "/cases/WX-2P9D-4T", at(5, 20), ClockBadge(ClockMark.SOON, "Due today", "Reply, due today"),
               "Not chased yet.", "Nobody has the case."),
    EnquiryRow("4" * 32, "/cases/WX-8N3C-6V/enquiries/4", "Visas and Borders Agency", "Mei Tan",
               "WX-8N3C-6V", "/cases/WX-8N3C-6V", at(5, 26),
               ClockBadge(ClockMark.ON_TRACK, "14 working days left", "Reply, due Tuesday 23 June 2026"),
               "Not chased yet.", "Nobody has the case."),
)  # fmt: skip
TABS = (
    Tab("All", "/enquiries", True, 4),
    Tab("Late", "/enquiries?state=late", False, 2),
    Tab("Due soon", "/enquiries?state=due", False, 1),
    Tab("Time left", "/enquiries?state=asked", False, 1),
)
WHOSE = (Choice("", "Everybody", True), Choice("me", "Me"))
ENQUIRIES = EnquiriesPage(
    shell("Enquiries"), TABS, "all", "", WHOSE, ROWS, (Choice("chase", "Bring up the next chase"),), NOW, "",
    Link("Show more", "/enquiries?after=x"),
)  # fmt: skip
STEPS = (
    LadderStep("First chase", "Tuesday 2 June 2026: sent.", Badge("Done", Tone.OK, "tick"),
               Link("Read it", f"{CASE}/drafts/3")),
    LadderStep("Second chase", "Came up Tuesday 9 June 2026. It waits for you.", Badge("Draft", Tone.REVIEW),
               Link("Read it", f"{CASE}/drafts/5"), None, True),
    LadderStep("Hotline", "Comes up 5 working days after the step before it."),
    LadderStep("Minister", "Passed over: the directory has no way to them."),
)  # fmt: skip
ENQUIRY = EnquiryPage(
    shell("Mine"), HEADER, "Marl Homes",
    (("Asked", "Friday 8 May 2026"), ("To", "letters@marl-homes.example"), ("Their time", "15 working days"),
     ("Days of", "England")),
    "Black mould has covered the children's room since October. When will it be treated?", LATE, STEPS,
    "After the minister, a question in Parliament is for the member to decide.",
    (Notice("Repairs team wrote. No chase comes up until you say what it is.", Tone.REVIEW,
            "Is this the answer of Marl Homes?", (Link("Read it", f"{CASE}#message-1"),),
            (Act("It is their answer", f"{CASE}/enquiries/1/answered"),
             Act("Not an answer yet", f"{CASE}/enquiries/1/looked"))),),
    Link("Chase Marl Homes", f"{CASE}/drafts/5"),
    (Act("Pass this step over", f"{CASE}/enquiries/1/skip"),
     Act("They answered", f"{CASE}/enquiries/1/answered"),
     Act("Wait no more", f"{CASE}/enquiries/1/withdraw")),
)  # fmt: skip
CALL = CallPage(
    shell("Mine"), HEADER, "Marl Homes",
    "Ring 01632 960 111. Give our reference, WX-5B2K-8N.\n\nSay: We wrote to Marl Homes on 8 May.",
    f"{CASE}/enquiries/1/rang", "",
)  # fmt: skip
GROUPS = (
    Group(
        "Who agreed, and how",
        (
            Field("given_by", "Who gave it", "Donna Fretwell"),
            Field("on_behalf_of", "On behalf of", optional=True, hint="Where they speak for somebody else"),
            Field("kind", "How", kind=FieldKind.RADIOS,
                  choices=(Choice("verbal", "By word of mouth"), Choice("written", "In writing", True))),
            Field("given_at", "On", "3 June 2026", hint="Like 5 May 2026"),
            Field("ends_at", "Good until", optional=True, hint="The last day, like 5 November 2026"),
        ),
    ),
    Group("To ask whom", (Field("bodies", "Organisations", kind=FieldKind.TICKS, hint="None: any",
                                choices=(Choice("1", "Marl Homes", True), Choice("2", "Council"))),)),
    Group("The evidence", (Field("note", "Or a note of what was said", "", FieldKind.AREA, optional=True),)),
)  # fmt: skip
CONSENTS = ConsentsPage(
    shell("Mine"), HEADER,
    (
        ConsentCard("Marl Homes", ("By Donna Fretwell in writing, Tuesday 5 May 2026, good until Thursday 11 "
                                   "June 2026.", "Written down by Priya Nair, Tuesday 5 May 2026."),
                    Badge("Runs out soon", Tone.SOON, "soon"), Link("See the message", f"{CASE}#message-1"),
                    Act("They take it back", f"{CASE}/consents/1/withdraw")),
        ConsentCard("Any organisation that can help", ("By Donna Fretwell by mouth, Sunday 3 May 2026.",),
                    Badge("Taken back", Tone.LATE, "cross"), None, None),
    ),
    (Notice("It is good until Thursday 11 June 2026. Ask the person for a new one.", Tone.SOON),),
    f"{CASE}/consents", GROUPS,
)  # fmt: skip
SETTINGS = (
    Tab("Office", "/settings"),
    Tab("People", "/settings/people"),
    Tab("Standard lines", "/settings/standard-lines"),
    Tab("Organisations", "/settings/bodies", True),
    Tab("Keyboard", "/settings/keyboard"),
)
HOLES = (
    "No email address: it can be asked by letter or phone only.",
    "No target: 20 working days are counted.",
)
BODIES = BodiesPage(
    shell("Settings"), SETTINGS, "", "2 bodies, 1 with something not written down.",
    (
        BodyCard("Marl Homes", "MHA, Marl Housing",
                 (("Letters", "letters@marl-homes.example"), ("Hotline", "01632 960 111"),
                  ("Its time", "15 working days"), ("Permission", "In writing")),
                 "Version 3, Tuesday 5 May 2026.", (), Link("Change it", "/settings/bodies/1")),
        BodyCard("Wexcombe Council", "", (("Days of", "England"),), "Version 1, Friday 1 May 2026.", HOLES,
                 Link("Change it", "/settings/bodies/2")),
    ),
    (Link("Add an organisation", "/settings/bodies/new"), Link("Import a file", "/settings/bodies/import")),
    "The directory is empty. Import a file, or add a body.",
)  # fmt: skip
BODY = BodyPage(
    shell("Settings"), SETTINGS, "Change Wexcombe Council", "/settings/bodies/2?version=1",
    (
        Group("Who it is", (Field("name", "Name", "Wexcombe Council", hint="What it is called."),
                            Field("other_names", "Other names", optional=True))),
        Group("What it needs, and its time",
              (Field("consent", "Permission", kind=FieldKind.SELECT, optional=True,
                     choices=(Choice("", "Nobody has said", True), Choice("written", "In writing"))),
               Field("target", "How long it has", optional=True))),
    ),
    HOLES, (("Version 1, Friday 1 May 2026 by Tom Hale, councils.csv", ("name: Wexcombe Council",)),),
    Act("Take out of use", "/settings/bodies/2/retire"),
)  # fmt: skip
IMPORT = ImportPage(
    shell("Settings"), SETTINGS, Field("file", "CSV file", kind=FieldKind.FILES, hint="UTF-8"),
    (("name", "What it is called. The only one that must be there."), ("email", "Where letters go.")),
)  # fmt: skip

EXAMPLES: dict[str, View] = {
    "enquiries": ENQUIRIES,
    "enquiries-empty": replace(ENQUIRIES, rows=(), empty="No organisation is late.", more=None),
    "enquiries-read-only": replace(ENQUIRIES, bulk=()),
    "enquiry": ENQUIRY,
    "enquiry-answered": replace(ENQUIRY, clock=None, notices=(), main=None, acts=()),
    "enquiry-call": CALL,
    "enquiry-call-wrong": replace(CALL, problems=(Problem("text", "Write what they said."),)),
    "consents": CONSENTS,
    "consents-none": replace(CONSENTS, cards=(), needs=(), groups=()),
    "consents-wrong": replace(CONSENTS, problems=(Problem("note", "Say where the evidence is."),)),
    "bodies": BODIES,
    "bodies-empty": replace(BODIES, cards=(), links=(), q="nobody", empty="Nothing has these words."),
    "body": BODY,
    "body-wrong": replace(
        BODY, problems=(Problem("name", "Give the organisation a name."),), holes=(), versions=(), retire=None
    ),
    "bodies-import": IMPORT,
    "bodies-import-wrong": replace(
        IMPORT, problems=(Problem("file", "line 1: there is no column `mail`. Did you mean `email`?"),)
    ),
}
