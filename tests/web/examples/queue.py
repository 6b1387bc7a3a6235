"""W1 in its states: full with one open, empty, compact, with something arrived, a threat, a closed pane."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.messages import Direction, Message
from inbox.web.views.parts import Act, Choice, Decision, Density, Link, Menu, Notice, Tone
from inbox.web.views.queue import (
    ActedPart,
    Filters,
    QueueList,
    QueueListPart,
    QueuePage,
    Reading,
    ReadingPart,
    Row,
    Suggestion,
)
from tests.web.examples.office import (
    CAMPAIGN,
    FILED,
    IMMEDIATE,
    LATE,
    LEFT,
    LIKELY,
    NOT_OURS,
    NOW,
    PAUSED,
    PEOPLE,
    PRIORITY,
    PUBLIC,
    RESTRICTED,
    STOPPED,
    TEAMS,
    TODAY,
    URGENCIES,
    WELSH,
    at,
    shell,
)


def row(reference: str, who: str, subject: str | None, preview: str, **more: object) -> Row:
    """One row of the list."""
    kept: dict[str, object] = {"received_at": at(6, 2, 16, 10), "channel": "Email", "channel_icon": "email"}
    return Row(
        reference,
        f"/queue/to-sort/{reference}",
        who,
        subject,
        preview,
        **(kept | more),  # type: ignore[arg-type]
    )


def file_as(label: str, key: str, **fields: str) -> Act:
    """A suggestion's button."""
    return Act(label, "/cases/WX-7K4M-2P/assign", key, tuple(fields.items()))


ROWS = (
    row(
        "WX-7K4M-2P",
        "Donna Fretwell",
        None,
        "hiya is this the mp? my uc payment never came an i got 2 kids no food in. can u ring me",
        received_at=at(6, 3, 8, 52),
        channel="Facebook message",
        channel_icon="facebook-message",
        unread=True,
        badges=(IMMEDIATE,),
        clock=TODAY,
        current=True,
        choices=(
            file_as("Yes: Benefits, Priya", "y", team="benefits", person="priya"),
            Act("Somewhere else", "/cases/WX-7K4M-2P/move"),
        ),
    ),
    row(
        "WX-9D2H-4T",
        "Imran Sadiq",
        "URGENT wife visa",
        "We were told the decision would come in eight weeks and it is now",
        received_at=at(6, 3, 8, 31),
        unread=True,
        badges=(NOT_OURS,),
        clock=TODAY,
        busy="Tom is reading",
    ),
    row(
        "WX-3M9D-8R",
        "Eleri Wynne Parry",
        "Apêl PIP",
        "Annwyl Ms Probert, Mae’r Adran Gwaith a Phensiynau wedi gwrthod fy nghais",
        language="cy",
        unread=True,
        badges=(PRIORITY, WELSH),
        clock=LEFT,
    ),
    row(
        "WX-5T6W-9Q",
        "Helo, oes rhywun",
        None,
        "Helo, oes rhywun yn gallu helpu gyda’r twll mawr yn y ffordd tu allan i’r ysgol?",
        language="cy",
        channel="Facebook comment",
        channel_icon="facebook-comment",
        badges=(PUBLIC, WELSH),
        received_at=at(6, 1, 19, 44),
    ),
    row(
        "WX-2R8C-7F",
        "Colin Peake and 317 others",
        "Save our local bank branches",
        "I am writing as your constituent to ask you to sign EDM 412",
        badges=(CAMPAIGN,),
    ),
    row(
        "WX-6P3X-5H",
        "Nia Cole",
        "EHCP nine months late",
        "hi, ref your tweet. My son’s EHCP is 9 months late, council say no ed psych",
        channel="X message",
        channel_icon="x-message",
        clock=LATE,
        received_at=at(5, 29, 11, 3),
    ),
    row(
        "WX-4C7V-3M",
        "WX-4C7V-3M",
        None,
        "You may see the reference only",
        badges=(RESTRICTED,),
        clock=PAUSED,
        received_at=at(5, 28, 9, 0),
        channel="Phone",
        channel_icon="phone",
    ),
    row(
        "WX-8H5J-6K",
        "Derek Sallow",
        "PIP mandatory reconsideration refused",
        "Please find letter attached",
        channel="Web form",
        channel_icon="form",
        clock=LEFT,
        received_at=at(5, 27, 21, 15),
    ),
)

ANY = Choice("", "Any", True)
QUEUE = QueueList(
    view="to-sort",
    heading="To sort",
    total=12,
    rows=ROWS,
    loaded_at=NOW,
    refresh_url="/queue/to-sort",
    new_url="/cases/new",
    filters=Filters(
        "/queue/to-sort",
        (ANY, *URGENCIES),
        (ANY, Choice("email", "Email"), Choice("phone", "Phone")),
        (ANY, *PEOPLE),
    ),
    bulk=(
        Choice("me", "Give to me", detail="Give to"),
        Choice("team:housing", "Move to Housing", detail="Move to"),
        Choice("junk", "Set aside as junk", detail="Set aside"),
    ),
    bulk_url="/queue/to-sort",
    empty="Nothing to sort. Next check in 2 minutes.",
    empty_link=Link("Look at what is waiting", "/queue/waiting"),
    more_url="/queue/to-sort?after=0197-aa",
)

READING = Reading(
    reference="WX-7K4M-2P",
    title="Donna Fretwell, payment missing",
    who="Donna Fretwell",
    via="Facebook message. Reply by Thursday 4 June 2026, 08:52",
    channel_icon="facebook-message",
    public=False,
    standing=LIKELY,
    promise=TODAY,
    badges=(IMMEDIATE,),
    messages=(
        Message(
            "m1",
            Direction.INBOUND,
            "Donna Fretwell",
            None,
            at(6, 3, 8, 52),
            "Facebook message",
            "facebook-message",
            "hiya is this the mp? my uc payment never came an i got 2 kids no food in. "
            "can u ring me\n07700 900456",
        ),
    ),
    earlier=0,
    suggestions=(
        Suggestion(
            replace(file_as("Benefits, Priya, Immediate", "y 1", team="benefits"), main=True),
            "Because it says “uc payment” and “no food”.",
        ),
        Suggestion(
            Act("Add to WX-5B2K-8N, Donna Fretwell, damp?", "/cases/WX-7K4M-2P/accept-match", "2"),
            "Because the phone number is the same. Two people are never joined without you.",
        ),
        Suggestion(
            file_as("Duty caseworker", "3", person="duty"), "Because it is Immediate and nobody has it."
        ),
    ),
    menus=(
        Menu("Move", "/cases/WX-7K4M-2P/move", "team", TEAMS, "m"),
        Menu("Urgency", "/cases/WX-7K4M-2P/priority", "priority", URGENCIES, "p"),
        Menu("Give to", "/cases/WX-7K4M-2P/assign", "person", PEOPLE, "a"),
        Menu(
            "Hold",
            "/cases/WX-7K4M-2P/hold",
            "until",
            (Choice("address", "Until they send their address"), Choice("answer", "Until they answer us")),
            "h",
        ),
    ),
    acts=(
        Act("Not ours", "/cases/WX-7K4M-2P/not-ours", "n"),
        Act("Junk", "/cases/WX-7K4M-2P/junk", "q"),
    ),
    links=(Link("Reply", "/cases/WX-7K4M-2P#composer", "r"),),
    notices=(),
    why_url="/cases/WX-7K4M-2P/why",
    full_url="/cases/WX-7K4M-2P",
    close_url="/queue/to-sort#row-WX-7K4M-2P",
    presence="Tom is reading this too.",
)

NO_THREAT = Decision(
    Act("This is no threat", "/cases/WX-4C7V-3M/no-danger", fields=(("danger", "threat"),)),
    "Not so? Say why",
    "Urgency then",
    "priority",
    (Choice("immediate", "Immediate"), Choice("standard", "Standard", selected=True)),
)
THREAT = replace(
    READING,
    reference="WX-4C7V-3M",
    title="WX-4C7V-3M",
    who="WX-4C7V-3M",
    via="Email",
    channel_icon="email",
    public=None,
    standing=None,
    promise=None,
    badges=(IMMEDIATE, RESTRICTED),
    suggestions=(),
    messages=(
        Message(
            "m9",
            Direction.INBOUND,
            "a sender we do not know",
            None,
            at(6, 3, 7, 2),
            "Email",
            "email",
            "I know your office is on Mill Street and what time that girl locks up.",
            subject="you",
            covered="May upset: a threat",
            warnings=("The sender’s address could not be confirmed.",),
            original_url="/cases/WX-4C7V-3M/messages/m9/raw",
        ),
    ),
    notices=(
        Notice(
            "If anyone is in danger now, call 999. Nothing was sent in answer to this letter.",
            Tone.LATE,
            "This may be a threat",
            (Link("Go to the letter", "/cases/WX-4C7V-3M#message-m9"),),
            decision=NO_THREAT,
        ),
    ),
)

EXAMPLES: dict[str, View] = {
    "queue-open": QueuePage(shell(undo=FILED), replace(QUEUE, arrived=3), READING),
    "queue-closed": QueuePage(
        shell(banners=(STOPPED,)), replace(QUEUE, rows=tuple(replace(r, current=False) for r in ROWS)), None
    ),
    "queue-empty": QueuePage(shell(), replace(QUEUE, rows=(), total=0, more_url=None), None),
    "queue-compact": QueuePage(shell(density=Density.COMPACT), QUEUE, THREAT),
    "queue-roomy": QueuePage(shell(density=Density.ROOMY), QUEUE, READING),
    "queue-list-part": QueueListPart(shell(), QUEUE),
    "queue-reading-part": ReadingPart(shell(), READING),
    "queue-reading-none-part": ReadingPart(shell(), None),
    "queue-acted-part": ActedPart(FILED, "WX-9D2H-4T"),
}
