"""The pages that hang on a case, filled and refused."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.staff.showing.by_hand import tabs
from inbox.web.views.case_pages import (
    AskPage,
    CaseHistoryPage,
    ClosePage,
    DraftVersions,
    EarlierWords,
    NewCasePage,
    Offer,
    PrintPage,
    QuestionField,
    StreetFaultPage,
    SuggestionsPage,
    Tried,
    WhyPage,
)
from inbox.web.views.parts import Act, Choice, Line, Link, Notice, Problem, Tone
from tests.web.examples.cases import CASE, FACTS, FIRST, HEADER, TIMELINE
from tests.web.examples.office import NOW, TEAMS, at, shell

BLANK = dict.fromkeys(("at", "name", "phone", "email", "address", "postcode", "subject", "text", "done"), "")
NEW = NewCasePage(
    shell(),
    tabs("/cases/new"),
    "/cases/new",
    (
        Choice("call", "Phone call", True),
        Choice("visit", "Visit", detail="At a surgery or at the door"),
        Choice("letter", "Letter", detail="Add the scan below"),
    ),
    TEAMS,
    (Choice("en", "English", True), Choice("cy", "Welsh")),
    BLANK | {"at": "3 June 2026 09:02"},
)
ASK = AskPage(
    shell("Mine"),
    HEADER,
    f"{CASE}/enquiries",
    (Choice("marl-homes", "Marl Homes", True), Choice("wexcombe", "Wexcombe Council")),
    {
        "body_name": "",
        "email": "mp-enquiries@homes.example.org",
        "their_reference": "MH-2210",
        "subject": "Damp at 14 Quarry Road (WX-5B2K-8N)",
        "text": "We wrote on 8 May and have no answer. Please tell us when the damp will be treated.",
        "due": "10",
        "without_consent": "",
    },
    "Marl Homes is asked to reply by Wednesday 17 June 2026. We remind you on that day.",
    Notice("Donna gave permission to ask Marl Homes on 5 May 2026, by email.", Tone.OK),
    "Go on to the letter",
    answering=FIRST,
    frame="Dear Marl Homes,\n\nOur reference: WX-5B2K-8N\nWe are writing on behalf of Donna Fretwell.\n\n…",
    files=(Choice("f1", "decision-letter.pdf", True), Choice("f2", "bedroom.jpg")),
    leaves="Nothing leaves yet. You read the whole letter next, change what you like, and send it yourself.",
)
STREET_FAULT = StreetFaultPage(
    shell("Mine"),
    HEADER,
    f"{CASE}/faults",
    (Choice("", "Choose"), Choice("c/POT", "Wexcombe Council: Pothole", True)),
    {"place": "Mill Lane, by the bus stop", "point": "", "text": "A deep hole in the road.", "due": "20"},
    "If it leaves today, we expect news by Wednesday 1 July 2026.",
    Notice("Councils publish street faults. Leave out names and phone numbers.", Tone.SOON),
)
CLOSE = ClosePage(
    shell("Mine"),
    HEADER,
    f"{CASE}/close",
    (
        Choice("resolved", "Solved"),
        Choice("partly", "Partly solved"),
        Choice("refused", "The body said no"),
        Choice("referred", "Passed on to somebody better placed"),
        Choice("no_reply", "No reply from the person", detail="After two reminders"),
        Choice("withdrawn", "The person asked us to stop"),
    ),
    {"words": ""},
    ("Marl Homes: reply 2 working days late", "Next update to Donna Fretwell by Tuesday 9 June 2026"),
)
WHY = WhyPage(
    shell("Mine"),
    HEADER,
    at(5, 3, 21, 10),
    "Filed to Housing, Priority, because it says “mould” and “2 inhalers”.",
    (
        Tried("Threats", False, (), None, "Version 3, by Tom Hale"),
        Tried("Campaigns", False, ("22% the same as the nearest pile",), None, "Version 1, by Tom Hale"),
        Tried(
            "Housing repairs",
            True,
            ("text has “mould”: “black mould all over the kids room”",),
            "So: Housing, Priority, clock of 10 working days. Stopped here.",
            "Version 6, by Tom Hale",
            "/rules/r3?version=6",
        ),
    ),
    Link("Open the rule “Housing repairs”", "/rules/r3?version=6", "e"),
    (
        Tried(
            "Chase quiet cases",
            True,
            ("the time of the last change is 3 May 2026 21:10",),
            "So: told Housing.",
            "Version 2",
            "/rules/r4?version=2",
        ),
    ),
)
HISTORY = CaseHistoryPage(
    shell("Mine"),
    HEADER,
    (
        Line(at(6, 2, 10, 45), "Draft sent for sign-off", "Priya Nair"),
        Line(at(5, 3, 21, 10), "Filed to Housing by rule “Housing repairs”"),
    ),
    (Line(at(6, 3, 8, 58), "Opened", "Tom Hale"),),
    f"{CASE}/history?after=0197",
)
VERSIONS = DraftVersions(
    shell("Mine"),
    HEADER,
    f"{CASE}/drafts/2",
    (
        EarlierWords(5, at(6, 3, 10, 46), "Tom Hale", "Damp", "Dear Donna,\n\nWe asked again.", None, True),
        EarlierWords(
            4, at(6, 3, 10, 44), "Priya Nair", "Damp", "Dear Donna,\n\nThey must reply by 9 June.",
            Act("Bring these words back", f"{CASE}/drafts/2/versions", fields=(("use", "4"),)), False,
        ),
    ),
    "en",
    f"{CASE}/drafts/2/versions?before=4",
)  # fmt: skip
PRINT = PrintPage(
    shell("Mine"), HEADER, FACTS, TIMELINE, NOW, False, Link("Print with notes", f"{CASE}/print?notes=yes")
)

SUGGESTIONS = SuggestionsPage(
    shell("Mine"),
    HEADER,
    (
        Offer("Line 14: Landlord asked again", None, "Version 3, on this topic, good until 30 June 2026.",
              "We have asked the landlord again about WEX-7K4P. They must reply by [date].", ("date",),
              Act("Put it in the reply", f"{CASE}/suggestions", fields=(("line", "l1"),))),
        Offer("Line 3: We have your message", None, "Version 1.", "Thank you. We have your message.", (),
              Act("Put it in the reply", f"{CASE}/suggestions", fields=(("line", "l2"),))),
    ),
    (
        Offer("Mould at Weir Lane", Link("WEX-2B9M", "/cases/WEX-2B9M"),
              "Answered 12 May 2026, both say “mould”, “black”.",
              "We wrote to [name] about the mould at [address] on [date].\n\nKeep photographs of it.",
              ("name", "address", "date"),
              Act("Put it in the reply", f"{CASE}/suggestions", fields=(("answer", "m1"),))),
    ),
    "",
    Offer("Proposed by small-letters", None, "", "Dear Donna,\n\nWe asked your landlord again by [date].",
          ("date",), Act("Put it in the reply", f"{CASE}/suggestions", fields=(("proposal", "p1"),)),
          Act("Put it away", f"{CASE}/suggestions/put-away", fields=(("proposal", "p1"),)),
          Notice("A machine wrote this. Read every word; once you send it, it is yours.", Tone.SOON)),
    None,
)  # fmt: skip
TAUGHT = ("Topic Driving: learned from 14 corrections, by the words “harbottle shuttle” and “stand”.",)
EXAMPLES: dict[str, View] = {
    "case-new": NEW,
    "case-suggestions": SUGGESTIONS,
    "case-suggestions-empty": replace(
        SUGGESTIONS,
        lines=(),
        answers=(),
        proposed=None,
        machine="The drafting model did not answer in time. What they wrote goes to 127.0.0.1 without names.",
        ask=Act("Ask for a draft", f"{CASE}/suggestions/ask"),
    ),
    "case-why-taught": replace(WHY, taught=TAUGHT),
    "case-new-wrong": replace(
        NEW, problems=(Problem("name", "Enter a name"), Problem("kind", "Choose how it came"))
    ),
    "case-ask": ASK,
    "case-ask-wrong": replace(
        ASK,
        problems=(Problem("body", "Choose who this goes to"),),
        consent=Notice("There is no permission yet to ask others.", Tone.SOON, "Ask the person first"),
    ),
    "case-ask-reason": replace(
        ASK,
        wants_reason=True,
        problems=(
            Problem("without_consent", "Marl Homes needs permission in writing, and none is on this case."),
        ),
        consent=Notice("Marl Homes needs permission in writing.", Tone.SOON, "Ask the person first"),
    ),
    "case-street-fault": STREET_FAULT,
    "case-street-fault-wrong": replace(
        STREET_FAULT, problems=(Problem("place", "Say where it is: an address, or a point on the map."),)
    ),
    "case-street-fault-none": replace(STREET_FAULT, services=()),
    "case-street-fault-asked": replace(
        STREET_FAULT,
        questions=(
            QuestionField(
                "attribute.depth",
                "How deep is it?",
                "2",
                (Choice("", "Choose"), Choice("1", "A hand"), Choice("2", "An arm", True)),
            ),
            QuestionField("attribute.holes", "How many holes?", "many"),
        ),
        problems=(Problem("attribute.holes", "Answer with a number: How many holes?"),),
    ),
    "case-close": CLOSE,
    "case-close-wrong": replace(CLOSE, problems=(Problem("outcome", "Choose an outcome"),), open_promises=()),
    "case-why": WHY,
    "case-history": HISTORY,
    "case-history-unseen": replace(HISTORY, views=(), more_url=None),
    "case-draft-versions": VERSIONS,
    "case-print": PRINT,
    "case-print-notes": replace(PRINT, with_notes=True),
}
