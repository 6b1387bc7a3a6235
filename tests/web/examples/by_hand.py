"""Pages for what staff take in by hand, filled and refused."""

from dataclasses import replace

from inbox.web.rendering import View, asset
from inbox.web.staff.post import KINDS
from inbox.web.staff.showing.by_hand import tabs
from inbox.web.views.by_hand import LetterPage, LetterRow, OutreachPage, PageShown, PostPage
from inbox.web.views.parts import Choice, Link, Notice, Problem, Tone
from tests.web.examples.cases import CASE
from tests.web.examples.office import at, shell

WARNING = "Unchecked: a program read this letter. Compare it with its pages."
POST = PostPage(
    shell("To sort"),
    tabs("/post"),
    Notice("2 letters are kept. 1 was here already.", Tone.OK, None, (Link("WX-5B2K-8N", CASE),)),
    KINDS,
    "3 June 2026",
    True,
    (
        LetterRow("a1", "WX-7Q2M-4D Letter, 2 pages", "/post", at(6, 3, 8, 40),
                  "Dear Rowan Ashby, I am writing about the bus to the hospital that was", (WARNING,)),
        LetterRow("a2", "A letter is being read", None, at(6, 3, 9, 1), "It is kept. Load this page again."),
    ),
)  # fmt: skip
REFUSED = replace(
    POST, told=None, reads=False, rows=(),
    problems=(Problem("files", "notes.docx is not a scan or a photo"),),
)  # fmt: skip
LETTER = LetterPage(
    shell("To sort"),
    "WX-7Q2M-4D",
    "Letter, 2 pages",
    Link("WX-7Q2M-4D", CASE),
    f"{CASE}/letters/a1",
    Notice(WARNING, Tone.SOON),
    (
        PageShown(1, "page 1.jpg", asset("favicon.svg"), "/attachments/a1"),
        PageShown(2, "scan.tif", None, "/attachments/a2"),
    ),
    {
        "text": "Dear Rowan Ashby,\n\nI am writing about the bus to the hospital that was taken off in May.",
        "subject": "", "name": "", "address": "", "postcode": "ZZ10 4AB", "phone": "", "email": "",
    },
    False,
    Link("The next letter", f"{CASE}/letters/a2"),
)  # fmt: skip
OUTREACH = OutreachPage(
    shell("To sort"), tabs("/outreach"), None,
    dict.fromkeys(("name", "reply_by", "contact", "postcode", "text", "language", "consent"), "")
    | {"place": "Mill Street"},
    (Choice("phone", "By phone"), Choice("email", "By email"), Choice("letter", "By letter"),
     Choice("none", "They come back to us")),
    (Choice("en", "English", True), Choice("cy", "Welsh")),
)  # fmt: skip
EXAMPLES: dict[str, View] = {
    "post": POST,
    "post-refused": REFUSED,
    "outreach": OUTREACH,
    "outreach-taken": replace(
        OUTREACH, told=Notice("WX-7Q2M-4D is kept. Tell them this reference.", Tone.OK, None,
                              (Link("Open it", CASE),)),
    ),
    "outreach-refused": replace(OUTREACH, problems=(Problem("name", "Enter a name"),)),
    "letter": LETTER,
    "letter-refused": replace(LETTER, problems=(Problem("text", "Type what the letter says."),)),
    "letter-checked": replace(
        LETTER, is_checked=True, next_letter=None,
        state=Notice("A person compared this letter with its pages.", Tone.OK),
    ),
}  # fmt: skip
