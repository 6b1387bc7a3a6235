"""W2 in its states: under way, late, not delivered, restricted, over the limit, a clash, a closed window."""

from dataclasses import replace
from datetime import date

from inbox.web.rendering import View
from inbox.web.views.case import (
    CaseHeader,
    CasePage,
    Composer,
    ComposerPart,
    DraftPage,
    Fact,
    FactPanel,
    FactsPart,
    Match,
    Rare,
    StandardLine,
    TimelinePart,
    Way,
)
from inbox.web.views.messages import Delivery, Direction, Event, File, Message, Place, Scan, TimelineEntry
from inbox.web.views.parts import Act, Badge, Choice, Link, Menu, Notice, Problem, Tone
from tests.web.examples.office import (
    FOUR,
    LATE,
    MET,
    OURS,
    PEOPLE,
    PRIORITY,
    RESTRICTED,
    URGENCIES,
    WELSH,
    at,
    shell,
)

CASE = "/cases/WX-5B2K-8N"
HEADER = CaseHeader(
    reference="WX-5B2K-8N",
    title="Damp at 14 Quarry Road",
    status="In progress",
    holder="With Marl Homes since 8 May. Owner: Priya Nair, Housing.",
    badges=(PRIORITY,),
    back=Link("Mine", "/queue/mine#row-WX-5B2K-8N"),
    position="4 of 31",
    links=(
        Link("Reply", f"{CASE}#composer", "r"),
        Link("Note", f"{CASE}?write=note#composer", "i"),
        Link("Ask an organisation", f"{CASE}/enquiries/new", "f"),
        Link("Done", f"{CASE}/close", "d"),
    ),
    menus=(Menu("Give to", f"{CASE}/assign", "person", PEOPLE, "a"),),
    acts=(),
    more=(
        Rare("Write down", (Link("Log a call", f"{CASE}/log", "l"),)),
        Rare(
            "Sort again",
            menus=(Menu("Urgency", f"{CASE}/priority", "priority", URGENCIES, "p"),),
            acts=(Act("Not ours", f"{CASE}/not-ours", "n"),),
        ),
    ),
)
FACTS = FactPanel(
    next_step="Chase Marl Homes",
    next_link=Link("Chase Marl Homes", f"{CASE}/enquiries/new?body=marl-homes"),
    clocks=(LATE, FOUR, MET),
    facts=(
        Fact(
            "Who",
            ("Donna Fretwell", "14 Quarry Road, ZZ10 4AB", "07700 900123"),
            OURS,
            Link("Change", f"{CASE}/facts"),
        ),
        Fact("Contact", ("Email. Ring before 15:00. No voicemail.",)),
        Fact("Others", ("Her youngest child. Not shown on the status page.",)),
        Fact(
            "Permission",
            ("To ask Marl Homes: yes, 5 May 2026, by email.",),
            None,
            Link("See it", "#message-m1"),
        ),
        Fact("Topic", ("Social housing, repairs",)),
        Fact("History", ("23 events, 9 views",), None, Link("All of it", f"{CASE}/history")),
    ),
    status_page="On. Last seen 2 June 2026.",
    status_acts=(Act("New link", f"{CASE}/status-link"),),
    linked=(Link("Same household: WX-7K4M-2P, payment missing", "/cases/WX-7K4M-2P"),),
    link_acts=(Act("Take off the link with WX-7K4M-2P", "/cases/x/links/WX-7K4M-2P/off"),),
)
FIRST = Message(
    "m1",
    Direction.INBOUND,
    "Donna Fretwell",
    None,
    at(5, 3, 21, 10),
    "Email",
    "email",
    "Dear Rowan Ashby,\n\nim at my wits end. black mould all over the kids room since October, my youngest "
    "is on 2 inhalers now. Rang Marl Homes 9 times, they say somebody will come and nobody comes. Please can "
    "you do something.\n\nDonna Fretwell\n07700 900123",
    subject="Damp again!!! 14 Quarry Rd ZZ10 4AB",
    earlier_text="> Thank you for your call. A member of the team will be in touch.",
    frame_url=f"{CASE}/messages/m1/body",
    original_url=f"{CASE}/messages/m1/raw",
    files=(
        File("bedroom wall.jpg", "Picture", "2.1 MB", "/attachments/a1", Scan.CLEAN),
        File("diary.pdf", "PDF", "240 KB", "/attachments/a2", Scan.NOT_SCANNED),
        File("invoice.zip", "Archive", "14 KB", "/attachments/a3", Scan.INFECTED),
        File("letter.docx", "Word document", "90 KB", "/attachments/a4", Scan.HELD),
    ),
    warnings=("Replies would go to donna.f@example.net, not to the address it came from.",),
)
TIMELINE = (
    TimelineEntry(message=FIRST),
    TimelineEntry(
        event=Event(
            at(5, 5, 9, 10), "Filed to Housing, Priority, by rule “Housing repairs”.", f"{CASE}/why", None
        )
    ),
    TimelineEntry(
        message=Message(
            "m2",
            Direction.NOTE,
            "Priya Nair",
            None,
            at(5, 5, 9, 15),
            "Note",
            "note",
            "Rang, very upset. Youngest on two inhalers. Ring before 15:00 only.",
        )
    ),
    TimelineEntry(
        message=Message(
            "m3",
            Direction.OUTBOUND,
            "Priya Nair",
            "Marl Homes",
            at(5, 8, 10, 2),
            "Email",
            "email",
            "We act for Donna Fretwell of 14 Quarry Road. "
            "Please tell us by 29 May when the damp will be treated.",
            deliveries=(Delivery("Delivered", Tone.OK, "tick"),),
        )
    ),
    TimelineEntry(
        message=Message(
            "m4",
            Direction.OUTBOUND,
            "Priya Nair",
            "Donna Fretwell",
            at(5, 19, 11, 40),
            "Email",
            "email",
            "Dear Donna, we have asked Marl Homes for a date.",
            deliveries=(
                Delivery(
                    "Not delivered: mailbox full", Tone.LATE, "late", Act("Try again", "/sending/d4/retry")
                ),
            ),
        )
    ),
    TimelineEntry(
        message=Message(
            "m5",
            Direction.OUTBOUND,
            "Tom Hale",
            "Donna Fretwell",
            at(6, 3, 10, 45),
            "Email",
            "email",
            "Dear Donna, I will ring you at noon.",
            deliveries=(
                Delivery("Leaves 10:46", Tone.SOON, "clock", Act("Stop sending", "/sending/d5/stop")),
            ),
        )
    ),
)
REPLY = Composer(
    note=False,
    public=False,
    audience="Donna Fretwell will read this, by email at donna@example.org.",
    save_url=f"{CASE}/drafts/2",
    version="7",
    text="Dear Donna, we have asked Marl Homes again. They must reply by [date].",
    main=Act("Send for sign-off", f"{CASE}/drafts/2/submit"),
    state="Saved 10:45. From line 14, good until 30 June 2026.",
    other=Act("Write a note instead", f"{CASE}/drafts/1", "i", (("save", "note"),)),
    subject="Damp at 14 Quarry Road (WX-5B2K-8N)",
    identities=(
        Choice("office", "Rowan Ashby’s office", True),
        Choice("person", "Rowan Ashby, needs their approval"),
    ),
    lines=(
        StandardLine("14", "Asked again", "We have asked them again.", date(2026, 6, 30)),
        StandardLine("3", "How to complain to the ombudsman", "You can complain to the ombudsman.", None),
    ),
    gaps=("date",),
    withdraw=Act("Throw this draft away", f"{CASE}/drafts/2/withdraw"),
)
LAID_READY = replace(
    REPLY,
    text="Annwyl Donna\n\nMae eich neges wedi ein cyrraedd.",
    language="cy",
    english="Dear Donna\n\nWe have your message.",
    state="Laid ready by a rule: Daliwch ati. Read it before you send it.",
)
NOTE = Composer(
    note=True,
    public=False,
    audience="Only this office can read this. It is never sent.",
    save_url=f"{CASE}/notes",
    version="",
    text="",
    main=Act("Keep this note", f"{CASE}/notes"),
    state="Nothing written yet.",
    other=Act("Write a reply instead", f"{CASE}/notes/as-reply", "r"),
    colleagues=(Choice("", "Nobody", True), *PEOPLE[1:]),
    attach=False,
)
COMMENT = replace(
    FIRST,
    id="m9",
    channel="Facebook comment",
    channel_icon="facebook-comment",
    subject=None,
    earlier_text=None,
    frame_url=None,
    files=(),
    badges=(Badge("Edited"), Badge("Hidden from the public", Tone.CALM, "lock")),
    place=Place("https://www.facebook.com/111_5?comment_id=9", "www.facebook.com"),
    act=Act("Show it to everyone again", f"{CASE}/messages/m9/hide", fields=(("hidden", "no"),)),
)
PUBLIC_REPLY = replace(
    REPLY,
    public=True,
    audience="Everyone can read this on Facebook. Do not say that she has a case.",
    subject=None,
    identities=(),
    forms=(
        Way(
            "message",
            "Privately",
            False,
            "Only Donna Fretwell will read this.",
            "Only they can read it.",
            False,
            "Facebook lets us answer a comment privately once, and we have.",
        ),
        Way(
            "comment",
            "Publicly, as a comment",
            True,
            "Everyone can read this on Facebook.",
            "Everyone can read it on Facebook.",
            True,
        ),
    ),
    hints=(Notice("Facebook lets us answer a comment privately once, until 10 June 2026 at 09:12 UTC."),),
    limit=60,
    over="10 characters too many for X.",
    gaps=(),
    main=Act("Go on to check", f"{CASE}/drafts/2/submit"),
    problems=(Problem("text", "Choose who this goes to"),),
)
CLASH = replace(
    REPLY, theirs="Dear Donna, they must reply by 9 June.", returned="Tom: say when she hears next."
)
BUSY = replace(
    REPLY,
    beside=(
        Notice(
            "Tom Hale has a draft of their own, saved 10:41.", links=(Link("Read it", f"{CASE}/drafts/3"),)
        ),
    ),
    arrived=Notice("Donna wrote again at 10:44. Read it before you send.", Tone.SOON),
)
ANOTHERS = replace(
    REPLY,
    closed=Notice(
        "Tom Hale has been writing this, saved 10:41. You can read it. If you take it over, it is yours.",
        title="Tom Hale is on it",
        links=(Link("Write a reply of your own", f"{CASE}?write=own#text"),),
        acts=(Act("Take it over", f"{CASE}/drafts/3/take", fields=(("version", "4"),)),),
    ),
    versions=Link("Earlier versions", f"{CASE}/drafts/3/versions"),
)
CLOSED = replace(
    REPLY,
    closed=Notice(
        "Facebook lets us reply for 7 days after her last message. That ended on 10 May.",
        Tone.SOON,
        "Too late to reply on Facebook",
        (Link("Use email", f"{CASE}?by=email#composer"),),
    ),
)

PAGE = CasePage(
    shell("Mine"), HEADER, FACTS, TIMELINE, REPLY, (), (), 4, f"{CASE}?from=start", "Tom is writing a reply."
)
RESTRICTED_HEADER = replace(
    HEADER,
    reference="WX-4C7V-3M",
    title=None,
    heading="Somebody waits outside my house",
    badges=(RESTRICTED, WELSH),
    status="New",
    holder="With Tom Hale, named lead, since 3 June.",
    position=None,
)

TOO_MUCH = "Files are 26 MB; this channel takes 25. Take some off."
EXAMPLES: dict[str, View] = {
    "case": PAGE,
    "case-note": replace(PAGE, composer=NOTE, hidden_earlier=0),
    "case-public-over": replace(
        PAGE, composer=PUBLIC_REPLY, timeline=(TimelineEntry(message=COMMENT),), hidden_earlier=0
    ),
    "case-laid-ready-in-welsh": replace(PAGE, composer=LAID_READY),
    "case-clash": replace(PAGE, composer=CLASH),
    "case-busy": replace(PAGE, composer=BUSY),
    "case-draft-of-a-colleague": replace(PAGE, composer=ANOTHERS),
    "case-window-closed": replace(PAGE, composer=CLOSED),
    "case-restricted": replace(
        PAGE,
        case=RESTRICTED_HEADER,
        composer=None,
        facts=replace(
            FACTS, next_step="Read it within 15 office minutes", next_link=None, clocks=(), linked=()
        ),
        matches=(
            Match(
                "A message from donna.f@example.net may belong here: it answers our email of 19 May, "
                "but nobody on this case uses that address.",
                Act("It belongs here", f"{CASE}/accept-match", "c", (("message", "m7"),)),
                Act("Keep it apart", f"{CASE}/reject-match", None, (("message", "m7"),)),
            ),
        ),
        notices=(
            Notice("Nothing is sent by itself on this case.", Tone.GUARD, "The sender asked for secrecy"),
        ),
    ),
    "case-draft": DraftPage(shell("Mine"), HEADER, REPLY, FIRST),
    "case-draft-files": DraftPage(
        shell("Mine"),
        HEADER,
        replace(REPLY, files=FIRST.files, problems=(Problem("files", TOO_MUCH),)),
        FIRST,
    ),
    "case-timeline-part": TimelinePart(shell(), HEADER, TIMELINE, 0, None),
    "case-composer-part": ComposerPart(shell(), REPLY),
    "case-facts-part": FactsPart(shell(), FACTS),
}
