"""W3 in its states: piles, own words to read, held back, writing the answer, the check, the letters."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.approvals import Span, Words
from inbox.web.views.campaigns import (
    AnswerCheckPage,
    AnswerPage,
    AnswerProgressPage,
    CampaignsPage,
    CopyCard,
    PilePage,
    PileRow,
)
from inbox.web.views.parts import Act, Badge, Choice, Link, Notice, Problem, Tab, Tone
from tests.web.examples.office import NOW, at, shell

TITLE = "Save our bank branches"
URL = "/campaigns/save-our-bank-branches"
PATTERN = (
    "Dear Rowan Ashby,\n\nI am writing as your constituent to ask you to sign EDM 412 and speak up for face "
    "to face banking. Please will you attend the debate on 14 May?"
)
OWN = (
    "I look after my husband who had a stroke and I can’t do online. We were turned away by the branch on "
    "Tuesday with his pension in dispute for £1,140 and nobody will tell us why."
)
SUMMARY = (
    "318 people, 412 messages. Email 371, Web form 22, X message 19.",
    "287 ours, 19 not ours, 12 not known. 273 to answer, 0 answered.",
)
REASONS = (
    "2 people: a matter of their own.",
    "19 people: not our constituent.",
    "12 people: no address given.",
)
JEAN = CopyCard(
    id="a1",
    who="Jean Oduya",
    case_url="/cases/WX-5B2K-8N",
    line="ZZ12 8LP, Email. 91% the same as the text.",
    at=at(6, 2, 8, 52),
    language="en",
    added=(OWN,),
    removed=("on 14 May",),
    whole=(Words(Span.SAME, f"{PATTERN}\n\n"), Words(Span.ADDED, OWN)),
    badges=(Badge("Lifted out", Tone.REVIEW, "note"),),
    held_back="Held back: a matter of their own.",
    acts=(
        Act("Lift out as a case", f"{URL}/copies/a1/read", "y", (("decision", "lifted"),)),
        Act("Campaign only", f"{URL}/copies/a1/read", "b", (("decision", "campaign_only"),)),
        Act("Hold", f"{URL}/copies/a1/read", "h", (("decision", "held"),)),
        Act("Not part of this campaign", f"{URL}/copies/a1/leave"),
    ),
)
ASHA = replace(
    JEAN, id="a2", who="Asha Khan", line="ZZ14 1AA, Web form. 97% the same as the text.", added=(),
    removed=(), whole=(Words(Span.SAME, PATTERN),), badges=(), held_back=None,
    acts=(Act("Not part of this campaign", f"{URL}/copies/a2/leave"),),
)  # fmt: skip
TABS = (
    Tab("Everyone", URL, False, 318),
    Tab("Own words", f"{URL}/own-words", True, 14),
    Tab("Held back", f"{URL}/held-back", False, 33),
    Tab("Answered", f"{URL}/answered", False, 0),
)
PILE = PilePage(
    shell=shell("Campaigns"),
    title=TITLE,
    summary=SUMMARY,
    tabs=TABS,
    cards=(JEAN, ASHA),
    pattern=PATTERN,
    pattern_seen="Sent word for word 304 times.",
    reasons=REASONS,
    main=Link("Answer 273 people", f"{URL}/answer?new=yes"),
    acts=(Act("Close this pile", f"{URL}/close"),),
    notices=(
        Notice(
            "9 people added their own words, and nobody has read them yet.", Tone.SOON,
            links=(Link("Read them", f"{URL}/own-words"),),
        ),
    ),
    loaded_at=NOW,
    empty="Nobody added words of their own.",
    read="5 of 14 read.",
    more=Link("Show more", f"{URL}/own-words?after=a2"),
    others=(Choice("c2", "Shared banking hubs"), Choice("c3", "Clean rivers")),
    url=URL,
)  # fmt: skip
ANSWER = AnswerPage(
    shell=shell("Campaigns"),
    title=TITLE,
    back=Link(TITLE, URL),
    audience="273 people will read this, each in a letter of their own.",
    subject="Re: Save our bank branches",
    text="Dear {{name}},\n\nThank you for your letter about bank branches. I have signed EDM 412.",
    identities=(Choice("office", "Rowan Ashby MP’s office", True), Choice("r1", "Rowan Ashby")),
    version=2,
    save_url=f"{URL}/answer",
    begin=(Link("Bank branches", f"{URL}/answer?begin=banks"),),
    reasons=REASONS,
    include="Also answer the 12 people who gave no address",
    is_included=False,
)
CHECK = AnswerCheckPage(
    shell=shell("Campaigns"),
    title=TITLE,
    heading="Send this to 273 people?",
    effects=(
        "273 letters leave, one to each person. Nobody sees another person’s name or address.",
        "They go out in the name of Rowan Ashby.",
        "Nothing leaves for 10 minutes. Until then you can stop all of them.",
    ),
    sample_of="Colin Peake",
    subject="Re: Save our bank branches",
    text="Dear Colin Peake,\n\nThank you for your letter about bank branches. I have signed EDM 412.",
    reasons=REASONS,
    code="7F3A",
    act=Act("Send 273 emails, one to each person", f"{URL}/answer/approve", main=True),
    refusal=None,
    edit=Link("Change the words", f"{URL}/answer"),
)
PROGRESS = AnswerProgressPage(
    shell=shell("Campaigns"),
    title=TITLE,
    back=Link(TITLE, URL),
    state=Badge("Letters are being made", Tone.REVIEW, "clock"),
    words="120 of 273 letters made",
    made=120,
    of=273,
    lines=("Approved by Rowan Ashby.", "They leave from 11:30 on 2 June.", "120 wait to leave."),
    subject=CHECK.subject,
    text=ANSWER.text,
    acts=(
        Act("Stop all that has not left", f"{URL}/answer/stop", "z"),
        Act("Answer late copies with it too", f"{URL}/late"),
    ),
    loaded_at=NOW,
    refresh=Link("Refresh", f"{URL}/answer"),
)
ROW = PileRow(
    "c1", URL, TITLE, " ".join(SUMMARY), at(6, 2, 8, 52),
    (Badge("2 lifted out", Tone.REVIEW, "note"), Badge("9 with own words to read", Tone.SOON, "soon")),
    (Link("Read own words", f"{URL}/own-words"),),
)  # fmt: skip
LIST_TABS = (Tab("Open", "/campaigns", True), Tab("Closed", "/campaigns?state=closed"))

EXAMPLES: dict[str, View] = {
    "campaigns": CampaignsPage(shell("Campaigns"), LIST_TABS, (ROW,), NOW, "No campaign is open."),
    "campaigns-empty": CampaignsPage(shell("Campaigns"), LIST_TABS, (), NOW, "No campaign is open."),
    "campaign-pile": PILE,
    "campaign-pile-empty": replace(PILE, cards=(), notices=(), read=None, more=None, main=None),
    "campaign-answer": ANSWER,
    "campaign-answer-gap": replace(
        ANSWER,
        returned="The debate is on 15 May.",
        problems=(Problem("text", "Fill in [date], or take it out."),),
    ),
    "campaign-check": CHECK,
    "campaign-check-own": replace(
        CHECK,
        act=None,
        refusal=Notice("You wrote this, so someone else must approve it.", Tone.REVIEW),
        return_url=f"{URL}/answer/return",
        problems=(Problem("note", "Say why. Others will read it."),),
    ),
    "campaign-progress": PROGRESS,
}
