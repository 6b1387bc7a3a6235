"""W5 in its states: clean, with changes, not yours to approve, sent back without a reason, nothing waits."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.approvals import (
    Approval,
    ApprovalPage,
    ApprovalRow,
    ApprovalsPage,
    Check,
    Exact,
    Span,
    Words,
)
from inbox.web.views.messages import File, Scan
from inbox.web.views.parts import Act, Badge, Link, Notice, Problem, Tone
from tests.web.examples.cases import FIRST
from tests.web.examples.office import FOUR, NOW, TODAY, at, shell

TEXT = (
    "Dear Donna,\n\nWe have asked Marl Homes again. They must reply by 9 June. "
    "I will write to you again by then.\n\n"
    "Yours sincerely,\nRowan Ashby"
)
APPROVAL = Approval(
    id="118",
    title="Reply to Donna Fretwell",
    reference="WX-5B2K-8N",
    case_url="/cases/WX-5B2K-8N",
    position="1 of 3 waiting for you.",
    written_by="Priya Nair, 2 June 2026, 10:45",
    source="From line 14. No AI used.",
    asked="Make Marl Homes deal with the mould.",
    asking=FIRST,
    done=("8 May: wrote to Marl Homes", "19 May: told Donna", "1 June: their reply is late"),
    checks=(
        Check(True, "No gaps."),
        Check(True, "No third party named."),
        Check(False, "It says “must”: is that a promise?"),
    ),
    exact=Exact(
        "Email",
        "email",
        "Rowan Ashby MP <office@example.org>",
        ("donna@example.org",),
        "Damp at 14 Quarry Road (WX-5B2K-8N)",
        TEXT,
        "en",
        (File("our letter.pdf", "PDF", "80 KB", "/attachments/a9", Scan.CLEAN),),
        "7F3A",
    ),
    changes=None,
    changes_since=None,
    showing_changes=False,
    toggle=None,
    approve=Act("Approve and send", "/approvals/118/approve", None, (("code", "7F3A"),), None, True),
    return_url="/approvals/118/return",
    edit=Act("Change the words", "/approvals/118/change", None, (("version", "4"),)),
    sends_as="Rowan Ashby",
    leaves="Leaves 60 seconds after you approve.",
    clock=FOUR,
    print_url="/approvals/118?print=yes",
)
CHANGED = replace(
    APPROVAL,
    changes=(
        Words(Span.SAME, "Dear Donna,\n\nWe have asked Marl Homes again. They must reply by "),
        Words(Span.REMOVED, "next week"),
        Words(Span.ADDED, "9 June"),
        Words(Span.SAME, ". I will write to you again by then.\n\nYours sincerely,\nRowan Ashby"),
    ),
    changes_since="the text you approved on 1 June 2026",
    showing_changes=True,
    toggle=Link("Show the clean text", "/approvals/118"),
)
OWN = replace(
    APPROVAL,
    refusal=Notice("You wrote this, so someone else must approve it.", Tone.REVIEW),
    problem="Say why. Others will read it",
)
AGAIN = replace(
    APPROVAL,
    later=(replace(FIRST, id="m9", text="Hello, me again. The ceiling came down in the night."),),
    problems=(
        Problem(
            "message-m9",
            "They wrote again after this was begun. Read it, then approve this or send it back.",
        ),
    ),
)
ROW = ApprovalRow(
    "/approvals/118",
    "Reply to Donna Fretwell",
    "WX-5B2K-8N",
    "Priya Nair",
    at(6, 2, 10, 45),
    "Rowan Ashby",
    (Badge("Changed since approval", Tone.REVIEW, "note"),),
    FOUR,
)
OTHER = replace(
    ROW, url="/approvals/121", title="Reply to Imran Sadiq", reference="WX-9D2H-4T", badges=(), clock=TODAY
)

EXAMPLES: dict[str, View] = {
    "approval": ApprovalPage(shell("To approve"), APPROVAL),
    "approval-changes": ApprovalPage(shell("To approve"), CHANGED),
    "approval-own": ApprovalPage(shell("To approve"), OWN),
    "approval-wrote-again": ApprovalPage(shell("To approve"), AGAIN),
    "approvals": ApprovalsPage(shell("To approve"), "To approve", 2, (ROW,), (OTHER,), NOW),
    "approvals-empty": ApprovalsPage(shell("To approve"), "To approve", 0, (), (), NOW),
}
